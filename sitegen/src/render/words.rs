//! Dates, sizes and numbers as people say them.

use jiff::civil::Date;
use messages::{Language, Message};

use crate::content::Moment;

/// „2026 m. lapkričio 24 d.“, “24 November 2026”.
#[must_use]
pub fn day(day: Date, language: Language) -> String {
    let month = Message::new(format!("site-month-{}", day.month()));
    let message = Message::new("site-day")
        .with("year", day.year().to_string())
        .with("month", month)
        .with("day", day.day().to_string());
    language.say(&message)
}

/// A day, or a day with its time.
#[must_use]
pub fn moment(moment: Moment, language: Language) -> String {
    match moment {
        Moment::Day(date) => day(date, language),
        Moment::Time(time) => format!("{}, {}", day(time.date(), language), time.strftime("%H:%M")),
    }
}

/// From one moment to another, without saying the day twice.
#[must_use]
pub fn span(start: Moment, end: Option<Moment>, language: Language) -> String {
    let begins = moment(start, language);
    match end {
        None => begins,
        // A line may end after a dash, but not between two hours: hence the word joiner.
        Some(Moment::Time(end)) if end.date() == start.date() => {
            format!("{begins}–\u{2060}{}", end.strftime("%H:%M"))
        }
        Some(end) if end == start => begins,
        Some(end) => format!("{begins} – {}", moment(end, language)),
    }
}

/// „1,2 MB“, “1.2 MB”.
#[must_use]
pub fn size(octets: u64, language: Language) -> String {
    let (number, unit) = match octets {
        0..1_000 => return format!("{octets}\u{a0}B"),
        1_000..1_000_000 => (octets.div_ceil(100), "kB"),
        1_000_000..1_000_000_000 => (octets.div_ceil(100_000), "MB"),
        _ => (octets.div_ceil(100_000_000), "GB"),
    };
    let point = match language {
        Language::Lithuanian => ',',
        Language::English => '.',
    };
    match (number / 10, number % 10) {
        (whole, tenth) if whole >= 100 || tenth == 0 => {
            format!("{}\u{a0}{unit}", if tenth == 0 { whole } else { whole + 1 })
        }
        (whole, tenth) => format!("{whole}{point}{tenth}\u{a0}{unit}"),
    }
}

/// „1 250 000,50 Eur“, “1,250,000.50 EUR”.
#[must_use]
pub fn euros(amount: f64, language: Language) -> String {
    let said = format!("{:.2}", amount.abs());
    let (whole, cents) = said.split_once('.').unwrap_or((&said, "00"));
    let (separator, point, unit) = match language {
        Language::Lithuanian => ('\u{a0}', ',', "Eur"),
        Language::English => (',', '.', "EUR"),
    };
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(separator);
        }
        grouped.push(digit);
    }
    let sign = if amount < 0.0 { "−" } else { "" };
    let cents = if cents == "00" { String::new() } else { format!("{point}{cents}") };
    format!("{sign}{grouped}{cents}\u{a0}{unit}")
}

/// A telephone number without what only makes it easier to read (RFC 3966).
#[must_use]
pub fn dialled(phone: &str) -> String {
    // An extension („vid. 12“) is dialled after somebody has answered.
    let number = phone.split(char::is_alphabetic).next().unwrap_or_default();
    number.chars().filter(|character| character.is_ascii_digit() || *character == '+').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_said_as_people_say_them() {
        let date = jiff::civil::date(2026, 11, 4);
        assert_eq!(day(date, Language::Lithuanian), "2026\u{a0}m. lapkričio\u{a0}4\u{a0}d.");
        assert_eq!(day(date, Language::English), "4 November 2026");
        for month in 1..=12 {
            let date = jiff::civil::date(2026, month, 1);
            assert!(Language::ALL.iter().all(|language| !day(date, *language).contains('[')));
        }
    }

    #[test]
    fn one_day_is_said_once() {
        let at = |hour| Moment::Time(jiff::civil::date(2026, 12, 5).at(hour, 30, 0, 0));
        assert_eq!(
            span(at(17), Some(at(19)), Language::Lithuanian),
            "2026\u{a0}m. gruodžio\u{a0}5\u{a0}d., 17:30–\u{2060}19:30"
        );
        let next = Moment::Day(jiff::civil::date(2026, 12, 6));
        assert_eq!(span(at(17), Some(next), Language::English), "5 December 2026, 17:30 – 6 December 2026");
    }

    #[test]
    fn sizes_are_rounded_up_to_what_matters() {
        for (octets, said) in
            [(12, "12 B"), (1_000, "1 kB"), (1_234, "1,3 kB"), (123_456, "124 kB"), (5_000_001, "5,1 MB")]
        {
            assert_eq!(size(octets, Language::Lithuanian), said.replace(' ', "\u{a0}"));
        }
    }

    #[test]
    fn money_is_grouped_by_thousands() {
        assert_eq!(euros(1_250_000.5, Language::Lithuanian), "1\u{a0}250\u{a0}000,50\u{a0}Eur");
        assert_eq!(euros(10_000.0, Language::English), "10,000\u{a0}EUR");
    }

    #[test]
    fn telephone_numbers_can_be_dialled() {
        assert_eq!(dialled("(0 000) 12 345"), "000012345");
        assert_eq!(dialled("+370 000 12345"), "+37000012345");
        assert_eq!(dialled("8 (5) 212 3456, vid. 12"), "852123456");
    }
}
