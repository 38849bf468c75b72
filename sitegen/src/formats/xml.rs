//! Text into XML 1.0: what has a meaning there is escaped, what may not stand there is dropped.

/// Appends `text` as character data or as the value of an attribute in double quotes.
///
/// Characters outside `Char` of XML 1.0 (section 2.2) cannot be written at all, not even escaped; they are dropped.
/// Line breaks in attributes, and carriage returns anywhere, survive a parser only as references (sections 2.11, 3.3.3).
pub(crate) fn push_escaped(into: &mut String, text: &str, attribute: bool) {
    let mut copied = 0;
    for (at, c) in text.char_indices() {
        let replacement = match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' if attribute => "&quot;",
            '\n' if attribute => "&#10;",
            '\t' if attribute => "&#9;",
            '\r' => "&#13;",
            '\n' | '\t' => continue,
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => "",
            _ => continue,
        };
        into.push_str(&text[copied..at]);
        into.push_str(replacement);
        copied = at + c.len_utf8();
    }
    into.push_str(&text[copied..]);
}

/// Appends `<name>text</name>`.
pub(crate) fn push_element(into: &mut String, name: &str, text: &str) {
    into.push('<');
    into.push_str(name);
    into.push('>');
    push_escaped(into, text, false);
    into.push_str("</");
    into.push_str(name);
    into.push_str(">\n");
}

/// Appends `<name key="value" …/>`.
pub(crate) fn push_empty(into: &mut String, name: &str, attributes: &[(&str, &str)]) {
    into.push('<');
    into.push_str(name);
    for (key, value) in attributes {
        into.push(' ');
        into.push_str(key);
        into.push_str("=\"");
        push_escaped(into, value, true);
        into.push('"');
    }
    into.push_str("/>\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_forbids_is_dropped_and_what_it_means_is_escaped() {
        let mut text = String::new();
        push_escaped(&mut text, "a\u{1}\u{b}&<\"ž\u{fffe}\r\n", false);
        assert_eq!(text, "a&amp;&lt;\"ž&#13;\n");
        text.clear();
        push_escaped(&mut text, "\"\n", true);
        assert_eq!(text, "&quot;&#10;");
    }
}
