//! Content lines of iCalendar (RFC 5545, section 3.1): escaped, folded, ended by CR LF.

/// Octets of a line, without its end.
const LONGEST: usize = 75;

/// The text of a calendar as it grows.
#[derive(Default)]
pub(super) struct Lines(String);

impl Lines {
    /// Appends a whole line. Control characters have no place in any value (`CONTROL`, section 3.1) and are dropped:
    /// a line break in an address could otherwise begin a property of its own.
    pub(super) fn push(&mut self, line: &str) {
        let mut length = 0;
        for c in line.chars().filter(|&c| c == '\t' || !c.is_control()) {
            if length + c.len_utf8() > LONGEST {
                self.0.push_str("\r\n ");
                length = 1;
            }
            self.0.push(c);
            length += c.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    /// Appends a property whose value is TEXT.
    pub(super) fn text(&mut self, name: &str, value: &str) {
        self.push(&format!("{name}:{}", escape(value)));
    }

    pub(super) fn finish(self) -> String {
        self.0
    }
}

/// A value of type TEXT (section 3.3.11).
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\n"),
            _ => escaped.push(c),
        }
    }
    escaped
}

/// The value of a parameter, to stand in double quotes (RFC 6868): the quotation mark itself is written `^'`.
pub(super) fn parameter(text: &str) -> String {
    text.replace('^', "^^").replace('"', "^'").replace('\n', "^n")
}
