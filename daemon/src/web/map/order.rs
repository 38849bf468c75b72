//! In which order people look for names: ą follows a, and 10 follows 9.

/// What names are compared by.
///
/// Lithuanian letters stand where the Lithuanian alphabet has them, and a number within a name counts as a number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Collated(Vec<(u32, u64)>);

impl Collated {
    /// The key of a name.
    pub(super) fn new(name: &str) -> Self {
        let mut key: Vec<(u32, u64)> = Vec::with_capacity(name.len());
        let mut was_digit = false;
        for letter in name.chars().flat_map(char::to_lowercase) {
            let digit = letter.to_digit(10).map(u64::from);
            match (digit, key.last_mut()) {
                (Some(digit), Some((_, number))) if was_digit => {
                    *number = number.saturating_mul(10).saturating_add(digit);
                }
                (Some(digit), _) => key.push(('0'.into(), digit)),
                (None, _) => key.push(place(letter)),
            }
            was_digit = digit.is_some();
        }
        Self(key)
    }
}

/// The letter that it follows in the alphabet, and how many stand between.
fn place(letter: char) -> (u32, u64) {
    let (base, after) = match letter {
        'ą' => ('a', 1),
        'č' => ('c', 1),
        'ę' => ('e', 1),
        'ė' => ('e', 2),
        'į' => ('i', 1),
        'y' => ('i', 2),
        'š' => ('s', 1),
        'ų' => ('u', 1),
        'ū' => ('u', 2),
        'ž' => ('z', 1),
        other => (other, 0),
    };
    (base.into(), after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_in_the_order_of_the_alphabet_and_of_numbers() {
        let mut names = ["Šilo g.", "AP 10", "Zuikis", "ap 9", "Žemaičių", "Sodo g.", "ąžuolas", "Baras"];
        names.sort_by_key(|name| Collated::new(name));
        assert_eq!(names, ["ap 9", "AP 10", "ąžuolas", "Baras", "Sodo g.", "Šilo g.", "Zuikis", "Žemaičių"]);
    }

    #[test]
    fn a_number_that_is_too_long_is_no_fault() {
        assert!(Collated::new("1") < Collated::new(&"9".repeat(99)));
    }
}
