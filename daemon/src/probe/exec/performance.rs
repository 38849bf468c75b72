//! What a plugin writes: a line for people, then numbers for machines ("Performance data" in the Monitoring Plugins
//! Development Guidelines; "Plugin Output Spec" of Nagios for several lines).
//!
//! ```text
//! DISK OK - free space: / 3326 MB (56%) | /=2643MB;5948;5958;0;5968
//! / 15272 MB (77%);
//! /boot 68 MB (69%) | /boot=68MB;88;93;0;98
//! /home=69357MB;253404;253409;0;253414
//! ```

use std::collections::HashSet;
use std::sync::Arc;

use crate::probe::{Measurement, Metric, one_line};

/// What a plugin wrote, taken apart.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Output {
    /// The first line without the numbers.
    pub text: String,
    /// The numbers: finite, in the metric's unit, each metric once a label.
    pub measurements: Vec<Measurement>,
}

/// More numbers than this of one plugin would only fill the history.
const MOST_MEASUREMENTS: usize = 256;

/// A longer label tells nobody more.
const LONGEST_LABEL: usize = 100;

/// Takes apart what a plugin wrote. What cannot be understood is left out.
pub(super) fn parse(output: &[u8]) -> Output {
    let output = String::from_utf8_lossy(output);
    let (first, rest) = output.split_once('\n').unwrap_or((&output, ""));
    let (text, numbers) = first.split_once('|').unwrap_or((first, ""));
    // In the further lines everything after the first bar is numbers.
    let (_, more) = rest.split_once('|').unwrap_or((rest, ""));
    let mut known = HashSet::new();
    let is_new = |found: &Measurement| known.insert((found.metric, found.instance.clone()));
    let measurements =
        Items(numbers).chain(Items(more)).filter_map(measurement).filter(is_new).take(MOST_MEASUREMENTS).collect();
    Output { text: one_line(text.as_bytes()), measurements }
}

/// Pairs of a label and what stands after its `=`.
struct Items<'t>(&'t str);

impl<'t> Iterator for Items<'t> {
    type Item = (String, &'t str);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let rest = self.0.trim_start();
            if rest.is_empty() {
                return None;
            }
            let (label, rest) = label(rest);
            let (value, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            self.0 = rest;
            if let Some(label) = label {
                return Some((label, value));
            }
        }
    }
}

/// The label at the start, none if there is none, and what follows its `=`. A quote in a quoted label is written twice.
fn label(text: &str) -> (Option<String>, &str) {
    let Some(quoted) = text.strip_prefix('\'') else {
        return match text.split_once('=') {
            Some((label, rest)) if !label.contains(char::is_whitespace) => (Some(label.to_owned()), rest),
            _ => (None, text),
        };
    };
    let mut label = String::new();
    let mut rest = quoted;
    while let Some((part, after)) = rest.split_once('\'') {
        label.push_str(part);
        if let Some(more) = after.strip_prefix('\'') {
            label.push('\'');
            rest = more;
        } else {
            return (after.starts_with('=').then_some(label), after.strip_prefix('=').unwrap_or(after));
        }
    }
    (None, quoted)
}

/// `value[unit][;warn[;crit[;min[;max]]]]`; the thresholds are the plugin's own affair. `U` is a value that is not known.
fn measurement((label, value): (String, &str)) -> Option<Measurement> {
    let label: String = label.trim().chars().filter(|it| !it.is_control()).take(LONGEST_LABEL).collect();
    let value = value.split(';').next().unwrap_or_default();
    let (number, unit) = value.split_at(number_length(value));
    let number: f64 = number.parse().ok()?;
    let (metric, factor) = metric(unit);
    let value = number * factor;
    // „-0“ is 0 for everybody but a computer.
    let value = if value == 0.0 { 0.0 } else { value };
    (value.is_finite() && !label.is_empty()).then(|| Measurement { metric, instance: Some(Arc::from(label)), value })
}

/// How many octets at the start are a number, with an exponent if a digit stands in it.
fn number_length(text: &str) -> usize {
    let of = |text: &str, is_part: fn(char) -> bool| text.find(|it| !is_part(it)).unwrap_or(text.len());
    let mantissa = of(text, |it| it.is_ascii_digit() || matches!(it, '-' | '+' | '.'));
    let Some(exponent) = text[mantissa..].strip_prefix(['e', 'E']) else { return mantissa };
    let sign = exponent.len() - exponent.trim_start_matches(['-', '+']).len();
    match of(&exponent[sign..], |it| it.is_ascii_digit()) {
        0 => mantissa,
        digits => mantissa + 1 + sign + digits,
    }
}

/// What a unit of measurement means, and how many of ours it is. The plugins count 1,024 octets a kilobyte.
fn metric(unit: &str) -> (Metric, f64) {
    const KILO: f64 = 1024.0;
    match unit {
        "s" => (Metric::PluginSeconds, 1.0),
        "ms" => (Metric::PluginSeconds, 1e-3),
        "us" | "µs" => (Metric::PluginSeconds, 1e-6),
        "ns" => (Metric::PluginSeconds, 1e-9),
        "%" => (Metric::PluginRatio, 0.01),
        "B" => (Metric::PluginOctets, 1.0),
        "KB" | "kB" | "KiB" => (Metric::PluginOctets, KILO),
        "MB" | "MiB" => (Metric::PluginOctets, KILO * KILO),
        "GB" | "GiB" => (Metric::PluginOctets, KILO * KILO * KILO),
        "TB" | "TiB" => (Metric::PluginOctets, KILO * KILO * KILO * KILO),
        "c" => (Metric::PluginTotal, 1.0),
        _ => (Metric::PluginNumber, 1.0),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn numbers(output: &str) -> Vec<(Metric, String, f64)> {
        let measured = parse(output.as_bytes()).measurements;
        measured.into_iter().map(|it| (it.metric, it.instance.unwrap().to_string(), it.value)).collect()
    }

    fn number(performance: &str) -> Option<(Metric, f64)> {
        numbers(&format!("OK | {performance}")).pop().map(|(metric, _, value)| (metric, value))
    }

    #[test]
    fn numbers_are_found_in_all_lines() {
        let output = "DISK OK - free: / 3326 MB (56%) | /=2643MB;5948;5958;0;5968\n/ 15272 MB (77%);\n\
            /boot 68 MB (69%) | /boot=68MB;88;93;0;98\n/home=69357MB;253404;253409;0;253414\n";
        assert_eq!(parse(output.as_bytes()).text, "DISK OK - free: / 3326 MB (56%)");
        let mega = |count: u32| f64::from(count) * 1024.0 * 1024.0;
        let octets = |name: &str, count| (Metric::PluginOctets, name.to_owned(), mega(count));
        assert_eq!(numbers(output), [octets("/", 2643), octets("/boot", 68), octets("/home", 69357)]);
    }

    #[test]
    fn units_become_ours() {
        for (performance, metric, value) in [
            ("a=1.5s;;;0", Metric::PluginSeconds, 1.5),
            ("a=1500ms", Metric::PluginSeconds, 1.5),
            ("a=25%;80;90", Metric::PluginRatio, 0.25),
            ("a=1KB", Metric::PluginOctets, 1024.0),
            ("a=12c", Metric::PluginTotal, 12.0),
            ("a=-4", Metric::PluginNumber, -4.0),
            ("a=1.5e3;", Metric::PluginNumber, 1500.0),
            ("a=2e-1s", Metric::PluginSeconds, 0.2),
            ("a=21.5C", Metric::PluginNumber, 21.5),
        ] {
            assert_eq!(number(performance), Some((metric, value)), "{performance}");
        }
    }

    #[test]
    fn labels_may_be_quoted() {
        let found = numbers("OK | 'my disk''s = C:\\'=1 load1=2 '=3 ''=4 x=5");
        let names: Vec<_> = found.iter().map(|(_, name, value)| (name.as_str(), *value)).collect();
        assert_eq!(names[..2], [("my disk's = C:\\", 1.0), ("load1", 2.0)]);
    }

    #[test]
    fn what_is_no_number_is_left_out() {
        for performance in ["a=U", "a=", "a", "=1", "a=nan", "a=inf", "a=1e999", "a=1e300TB5", "a=-", "'a=1", "a=1.2.3"]
        {
            let kept = number(performance).map(|(_, value)| value);
            assert!(kept.is_none() || performance == "a=1e300TB5", "{performance}: {kept:?}");
        }
        assert_eq!(number("nonsense a=1"), Some((Metric::PluginNumber, 1.0)));
    }

    #[test]
    fn a_label_that_comes_twice_counts_once() {
        assert_eq!(numbers("OK | a=1 a=2 a=3s").len(), 2);
    }

    proptest! {
        #[test]
        fn whatever_a_plugin_writes_only_finite_numbers_come_out(
            text in prop_oneof![any::<String>(), "[a'=|;0-9.eE+ \\-\n]{0,80}", "x \\|( 'a=?b?'?=[0-9]{1,400}(e[0-9]{1,3})?TB){1,5}"]
        ) {
            let output = parse(text.as_bytes());
            let mut known = HashSet::new();
            for it in output.measurements {
                prop_assert!(it.value.is_finite());
                prop_assert!(it.instance.as_ref().is_some_and(|label| !label.is_empty()));
                prop_assert!(known.insert((it.metric, it.instance)));
            }
            prop_assert!(!output.text.contains(char::is_control));
        }
    }
}
