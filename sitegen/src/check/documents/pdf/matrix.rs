//! Where things are on a page (ISO 32000-1, 8.3.3).

/// `[a b c d e f]`: a point (x, y) goes to (ax + cy + e, bx + dy + f).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Matrix {
    a: f64,
    b: f64,
    c: f64,
    d: f64,
    pub(super) e: f64,
    pub(super) f: f64,
}

impl Matrix {
    /// Everything stays.
    pub(super) const ONE: Self = Self { a: 1.0, b: 0.0, c: 0.0, d: 1.0, e: 0.0, f: 0.0 };

    /// Of six numbers; of any other count, nothing moves.
    pub(super) fn of(numbers: &[f64]) -> Self {
        let &[a, b, c, d, e, f] = numbers else { return Self::ONE };
        Self { a, b, c, d, e, f }
    }

    pub(super) fn shift(x: f64, y: f64) -> Self {
        Self { e: x, f: y, ..Self::ONE }
    }

    /// First this, then `next`.
    pub(super) fn then(self, next: Self) -> Self {
        Self {
            a: self.a * next.a + self.b * next.c,
            b: self.a * next.b + self.b * next.d,
            c: self.c * next.a + self.d * next.c,
            d: self.c * next.b + self.d * next.d,
            e: self.e * next.a + self.f * next.c + next.e,
            f: self.e * next.b + self.f * next.d + next.f,
        }
    }

    /// How much higher letters become.
    pub(super) fn scale(self) -> f64 {
        self.c.hypot(self.d)
    }

    /// How far the origin lies from a point, along the direction of writing and across it.
    pub(super) fn seen_from(self, x: f64, y: f64) -> (f64, f64) {
        let length = self.a.hypot(self.b).max(f64::MIN_POSITIVE);
        let (right, up) = (self.a / length, self.b / length);
        let (x, y) = (self.e - x, self.f - y);
        (x * right + y * up, y * right - x * up)
    }
}
