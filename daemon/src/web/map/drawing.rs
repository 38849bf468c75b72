//! Lines between places in SVG path notation, and names that fit into a box.

use super::layout::{GUTTER, NODE_HEIGHT, NODE_WIDTH, Place};

/// From the box to where its lines part.
const STEM: u32 = 14;

/// A line from a node to one that hangs under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Branching {
    /// The part that it shares with its siblings' lines.
    pub(super) shared: String,
    /// The part that is its own and ends at the lower node.
    pub(super) own: String,
    /// The middle of its own part.
    pub(super) middle: (u32, u32),
}

/// The line from a node to one that hangs under it. It runs between boxes, never through one.
pub(super) fn branching(upper: Place, lower: Place) -> Branching {
    let (right, from) = (upper.x + NODE_WIDTH, middle(upper));
    let (left, to) = (lower.x, middle(lower));
    let trunk = right + STEM;
    let turn = left - GUTTER + STEM;
    let shared = match lower.passage {
        None => format!("M{right} {from}H{trunk}V{to}"),
        Some(passage) => format!("M{right} {from}H{trunk}V{passage}H{turn}V{to}"),
    };
    Branching { shared, own: format!("M{turn} {to}H{left}"), middle: ((turn + left) / 2, to) }
}

/// A curve between two nodes of which neither hangs under the other. It may pass behind others.
pub(super) fn crossing(one: Place, other: Place) -> String {
    let (one, other) = if one.x <= other.x { (one, other) } else { (other, one) };
    let (from, to) = (middle(one), middle(other));
    if one.x + NODE_WIDTH < other.x {
        let (right, left) = (one.x + NODE_WIDTH, other.x);
        let half = right.midpoint(left);
        format!("M{right} {from}C{half} {from} {half} {to} {left} {to}")
    } else {
        let beside = one.x.saturating_sub(GUTTER / 2);
        format!("M{} {from}C{beside} {from} {beside} {to} {} {to}", one.x, other.x)
    }
}

fn middle(place: Place) -> u32 {
    place.y + NODE_HEIGHT / 2
}

/// A text that is at most so wide, in letters of 13 pixels: what is too long loses its middle, because beginnings and ends
/// (a street, a number) tell names apart.
pub(super) fn shortened(text: &str, most: u32) -> String {
    // Tenths of a pixel.
    let most = most.saturating_mul(10);
    if text.chars().map(width).sum::<u32>() <= most {
        return text.to_owned();
    }
    let room = most.saturating_sub(width('…')) / 2;
    let fits = |letters: &mut dyn Iterator<Item = char>| {
        let mut used = 0;
        letters
            .take_while(|letter| {
                used += width(*letter);
                used <= room
            })
            .collect::<String>()
    };
    let begin = fits(&mut text.chars());
    let end: String = fits(&mut text.chars().rev()).chars().rev().collect();
    format!("{}…{}", begin.trim_end(), end.trim_start())
}

/// About how many pixels wide a text is.
pub(super) fn width_of(text: &str) -> u32 {
    text.chars().map(width).sum::<u32>().div_ceil(10)
}

/// About how wide a letter is in a bold sans-serif face of 13 pixels, in tenths of a pixel; rather more.
fn width(letter: char) -> u32 {
    match letter {
        'i' | 'į' | 'j' | 'l' | 'I' | 'Į' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | '(' | ')' => 45,
        ' ' | '-' | 'f' | 't' | 'r' | '/' | '"' | '\u{a0}' => 55,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' | '<' | '>' | '=' | '+' | '_' => 130,
        letter if letter >= '\u{1100}' => 140,
        letter if letter.is_uppercase() => 95,
        _ => 82,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_long_name_keeps_its_beginning_and_its_end() {
        assert_eq!(shortened("Rotušė", 180), "Rotušė");
        assert_eq!(shortened("Kultūros centro komutatorius prie scenos Nr. 2", 180), "Kultūros ce…cenos Nr. 2");
    }

    #[test]
    fn a_line_to_a_later_column_of_a_grid_passes_above_the_first() {
        let upper = Place { x: 0, y: 0, passage: None };
        let lower = Place { x: 508, y: 112, passage: Some(49) };
        let line = branching(upper, lower);
        assert_eq!(line.shared, "M196 21H210V49H464V133");
        assert_eq!((line.own.as_str(), line.middle), ("M464 133H508", (486, 133)));
    }

    proptest! {
        #[test]
        fn what_is_shortened_fits(text in ".{0,60}", most in 20_u32..300) {
            let shortened = shortened(&text, most);
            prop_assert!(shortened.chars().map(width).sum::<u32>() <= most * 10);
        }
    }
}
