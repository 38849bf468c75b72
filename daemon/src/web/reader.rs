//! Who reads a page: numbers, times and sizes in the reader's language and time zone.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use messages::{Language, Message};
use serde::Serialize;

use crate::probe::{Metric, Unit};

/// For whom a page is made, and when.
#[derive(Debug, Clone)]
pub struct Reader {
    /// What they read.
    pub language: Language,
    /// Where their clock is.
    pub zone: TimeZone,
    /// What time it is.
    pub now: Timestamp,
}

/// A time as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct When {
    /// For machines: RFC 3339 with the offset of the zone.
    pub machine: String,
    /// For people: the local date and minute.
    pub local: String,
    /// For people: the local date and second.
    pub seconds: String,
    /// For people who ask: with seconds and the abbreviation of the zone.
    pub exact: String,
    /// How long ago, or how soon.
    pub relative: String,
}

const NO_BREAK_SPACE: char = '\u{a0}';

impl Reader {
    /// The words of a message.
    #[must_use]
    pub fn say(&self, message: &Message) -> String {
        self.language.say(message)
    }

    /// The words of a message without arguments.
    #[must_use]
    pub fn text(&self, key: &str) -> String {
        self.language.text(key)
    }

    /// A time.
    #[must_use]
    pub fn when(&self, at: Timestamp) -> When {
        let zoned = at.to_zoned_datetime(self.zone.clone());
        let (key, distance) = if at > self.now {
            ("web-in", at.duration_since(self.now))
        } else {
            ("web-ago", self.now.duration_since(at))
        };
        When {
            machine: zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            local: zoned.strftime("%Y-%m-%d %H:%M").to_string(),
            seconds: zoned.strftime("%Y-%m-%d %H:%M:%S").to_string(),
            exact: zoned.strftime("%Y-%m-%d %H:%M:%S %Z").to_string(),
            relative: self.say(&Message::new(key).with("duration", self.duration(distance))),
        }
    }

    /// The local day and minute, without the year.
    #[must_use]
    pub fn day_and_minute(&self, at: Timestamp) -> String {
        let zoned = at.to_zoned_datetime(self.zone.clone());
        zoned.strftime("%m-%d %H:%M").to_string()
    }

    /// A length of time in its two largest units.
    #[must_use]
    pub fn duration(&self, duration: SignedDuration) -> String {
        let said = self.language.duration(duration);
        said.replace(' ', "\u{a0}")
    }

    /// A short time in seconds, milliseconds or microseconds.
    #[must_use]
    pub fn seconds(&self, seconds: f64) -> String {
        if seconds >= 1.0 {
            self.with_unit(seconds, "s")
        } else if seconds >= 0.001 {
            self.with_unit(seconds * 1e3, "ms")
        } else {
            self.with_unit(seconds * 1e6, "µs")
        }
    }

    /// What a metric is called.
    #[must_use]
    pub fn metric(&self, metric: Metric) -> String {
        self.text(&format!("metric-{}", metric.name().replace('_', "-")))
    }

    /// What a kind of check is called.
    #[must_use]
    pub fn kind(&self, kind: &str) -> String {
        self.text(&format!("web-kind-{kind}"))
    }

    /// What was measured, with its unit.
    #[must_use]
    pub fn measured(&self, unit: Unit, value: f64) -> String {
        const LONG: f64 = 600.0;
        match unit {
            Unit::Seconds if value.abs() >= LONG => {
                #[expect(clippy::cast_possible_truncation, reason = "a cast from f64 saturates")]
                let duration = SignedDuration::from_secs(value as i64);
                let sign = if value < 0.0 { "−" } else { "" };
                format!("{sign}{}", self.duration(duration.abs()))
            }
            Unit::Seconds if value < 0.0 => format!("−{}", self.seconds(-value)),
            Unit::Seconds => self.seconds(value),
            Unit::Ratio => self.percent(value),
            Unit::BitsPerSecond => self.bits_per_second(value),
            Unit::Octets => self.scaled(value, ["B", "kB", "MB", "GB", "TB", "PB"]),
            Unit::Number => self.number(value),
        }
    }

    /// A number that means itself, with two decimals if it has so many.
    #[must_use]
    pub fn number(&self, value: f64) -> String {
        let digits = format!("{value:.2}");
        self.decimal(digits.trim_end_matches('0').trim_end_matches('.'))
    }

    /// A share of 0 to 1 in whole percent; what is not nothing is never shown as nothing, nor as all what is not all.
    #[must_use]
    pub fn percent(&self, share: f64) -> String {
        let percent = (share * 100.0).round();
        let percent = if share > 0.0 && share < 1.0 { percent.clamp(1.0, 99.0) } else { percent };
        self.say(&Message::new("web-percent").with("value", percent))
    }

    /// A share of 0 to 1 in percent with three decimals; what is not nothing, or not all, is not shown as that either.
    #[must_use]
    pub fn exact_percent(&self, share: f64) -> String {
        let digits = format!("{:.3}", thousandths(share) / 1e3);
        self.say(&Message::new("web-percent").with("value", self.decimal(&digits)))
    }

    /// A number of digits with the decimal mark of the language.
    fn decimal(&self, digits: &str) -> String {
        match self.language {
            Language::Lithuanian => digits.replace('.', ","),
            Language::English => digits.to_owned(),
        }
    }

    /// A number of octets.
    #[must_use]
    pub fn octets(&self, octets: u64) -> String {
        #[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
        self.scaled(octets as f64, ["B", "kB", "MB", "GB", "TB", "PB"])
    }

    /// Bits a second.
    #[must_use]
    pub fn bits_per_second(&self, bits: f64) -> String {
        self.scaled(bits, ["b/s", "kb/s", "Mb/s", "Gb/s", "Tb/s", "Pb/s"])
    }

    fn scaled(&self, mut number: f64, units: [&str; 6]) -> String {
        let mut unit = 0;
        while number >= 999.5 && unit + 1 < units.len() {
            number /= 1000.0;
            unit += 1;
        }
        if unit == 0 {
            return format!("{number:.0}{NO_BREAK_SPACE}{}", units[0]);
        }
        self.with_unit(number, units[unit])
    }

    /// A number of three digits, with the decimal mark of the language.
    pub(super) fn with_unit(&self, number: f64, unit: &str) -> String {
        let decimals = match number.abs() {
            number if number >= 99.95 => 0,
            number if number >= 9.995 => 1,
            _ => 2,
        };
        let digits = format!("{number:.decimals$}");
        let digits = match digits.split_once('.') {
            Some(_) => digits.trim_end_matches('0').trim_end_matches('.'),
            None => &digits,
        };
        format!("{}{NO_BREAK_SPACE}{unit}", self.decimal(digits))
    }
}

/// A share of 0 to 1 in whole thousandths of a percent; only nothing is 0, and only all is 100,000.
#[must_use]
pub fn thousandths(share: f64) -> f64 {
    let thousandths = (share * 1e5).round();
    if share > 0.0 && share < 1.0 { thousandths.clamp(1.0, 99_999.0) } else { thousandths }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Question;

    fn reader(language: Language) -> Reader {
        let zone = TimeZone::get("Europe/Vilnius").unwrap();
        // The night in which the clocks go back: 2026-10-25 00:30 UTC is 03:30 for the first time.
        let now = "2026-10-25T01:30:00Z".parse().unwrap();
        Reader { language, zone, now }
    }

    #[test]
    fn an_hour_that_comes_twice_is_told_apart() {
        let reader = reader(Language::English);
        let first = reader.when("2026-10-25T00:30:00Z".parse().unwrap());
        let second = reader.when(reader.now);
        assert_eq!(first.local, "2026-10-25 03:30");
        assert_eq!(second.local, "2026-10-25 03:30");
        assert_eq!(first.exact, "2026-10-25 03:30:00 EEST");
        assert_eq!(second.exact, "2026-10-25 03:30:00 EET");
        assert_eq!(first.machine, "2026-10-25T03:30:00+03:00");
        assert_eq!(first.relative, "1\u{a0}h ago");
    }

    #[test]
    fn a_number_that_means_itself_has_no_unit() {
        let reader = reader(Language::Lithuanian);
        assert_eq!([5.0, 2.5, 0.333, 100.0, -7.0].map(|value| reader.number(value)), ["5", "2,5", "0,33", "100", "-7"]);
    }

    #[test]
    fn what_is_to_come_is_not_ago() {
        let reader = reader(Language::Lithuanian);
        let soon = reader.when("2026-10-25T01:35:00Z".parse().unwrap());
        assert_eq!(soon.relative, "po 5\u{a0}min.");
    }

    #[test]
    fn numbers_have_three_digits_and_the_mark_of_the_language() {
        let (lithuanian, english) = (reader(Language::Lithuanian), reader(Language::English));
        assert_eq!(lithuanian.seconds(0.012_34), "12,3\u{a0}ms");
        assert_eq!(english.seconds(0.000_45), "450\u{a0}µs");
        assert_eq!(english.seconds(1.5), "1.5\u{a0}s");
        assert_eq!(english.octets(999), "999\u{a0}B");
        assert_eq!(lithuanian.octets(1_234_567), "1,23\u{a0}MB");
        assert_eq!(english.bits_per_second(999_700.0), "1\u{a0}Mb/s");
        assert_eq!(english.bits_per_second(100e6), "100\u{a0}Mb/s");
        assert_eq!(english.octets(u64::MAX), "18447\u{a0}PB");
    }

    #[test]
    fn every_metric_and_every_kind_of_check_has_a_name_in_both_languages() {
        for language in [Language::Lithuanian, Language::English] {
            let reader = reader(language);
            let metrics = Metric::ALL.iter().map(|metric| reader.metric(*metric));
            let kinds = Question::KINDS.iter().map(|kind| reader.kind(kind));
            for name in metrics.chain(kinds) {
                assert!(!name.starts_with('['), "{name} is not in the catalogue");
            }
        }
    }

    #[test]
    fn a_little_loss_is_not_shown_as_none() {
        let reader = reader(Language::English);
        assert_eq!(reader.percent(0.001), "1%");
        assert_eq!(reader.percent(0.999), "99%");
        assert_eq!(reader.percent(0.0), "0%");
        assert_eq!(reader.percent(1.0), "100%");
        assert_eq!(reader.exact_percent(0.999_999_9), "99.999%");
        assert_eq!(reader.exact_percent(1.0), "100.000%");
        let lithuanian = self::reader(Language::Lithuanian);
        assert_eq!(lithuanian.exact_percent(0.987_654_3), "98,765 %");
    }
}
