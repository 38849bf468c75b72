//! What a letter to the list asks for. It may come from anybody and say anything.

use lettre::Address;
use mail_parser::MessageParser;

use super::list::Token;

/// Of a letter only so much is read: its header and, of a report, what became of which letter.
pub(super) const MOST_OCTETS: u64 = 256 << 10;

/// Who leaves. Whatever else is said, whoever names a section wants it.
const LEAVING: [&str; 3] = ["atsisak", "nebenoriu", "unsubscribe"];

/// What the mail server says of a letter beside what stands in it (RFC 5321, section 2.3.1).
#[derive(Debug, Clone, Default)]
pub struct Envelope {
    /// Who has sent it; empty, or as Postfix says, `MAILER-DAEMON`, for a report about another letter.
    pub sender: String,
    /// What stands behind the `+` of the address to which it was sent.
    pub extension: String,
}

/// A letter to the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Request {
    /// From a person.
    Wish(Address, Wish),
    /// A letter to the reader with this token could not be brought, and never will be.
    Refused(Token),
    /// Nobody waits for an answer, for this reason.
    Nothing(&'static str),
}

/// What a person wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wish {
    /// The news of the section with this address.
    Subscribe(String),
    /// Those of this section no more, or none at all.
    Leave(Option<String>),
    /// What stands beside this token in the list.
    Token(Token, IsLeaving),
    /// Something else.
    Help,
}

/// Whether the words around a token are those of somebody who leaves.
pub(super) type IsLeaving = bool;

/// Reads a letter.
pub(super) fn read(letter: &[u8], envelope: &Envelope) -> Request {
    let Some(mail) = MessageParser::default().parse(letter) else { return Request::Nothing("no letter") };
    if envelope.sender.is_empty() || envelope.sender.eq_ignore_ascii_case("MAILER-DAEMON") {
        // RFC 3464, section 2.3.3; a report may also say that a letter is late.
        let is_final = letter.split(|byte| *byte == b'\n').any(|line| {
            let line = String::from_utf8_lossy(line);
            line.trim_end().eq_ignore_ascii_case("Action: failed")
        });
        return match Token::parse(&envelope.extension) {
            Some(token) if is_final => Request::Refused(token),
            _ => Request::Nothing("a report"),
        };
    }
    // RFC 3834, section 2: what a machine has sent is not answered.
    let field = |name: &str| mail.header_raw(name).map(|value| value.trim().to_ascii_lowercase());
    let is_automatic = field("Auto-Submitted").is_some_and(|value| value != "no");
    let is_bulk = field("Precedence").is_some_and(|value| ["bulk", "junk", "list"].contains(&value.as_str()));
    if is_automatic || is_bulk || field("List-Id").is_some() {
        return Request::Nothing("sent by a machine");
    }
    let from =
        mail.from().and_then(|from| from.first()).and_then(|from| from.address()).and_then(|one| one.parse().ok());
    let Some(from) = from else { return Request::Nothing("from nobody") };
    Request::Wish(from, wish(mail.subject().unwrap_or_default()))
}

/// What the subject of a letter asks for.
fn wish(subject: &str) -> Wish {
    let subject = subject.to_lowercase();
    let is_leaving = LEAVING.iter().any(|word| subject.contains(word));
    let is_edge = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '/' | '-'));
    let words = || subject.split_whitespace().map(|word| word.trim_matches(is_edge));
    if let Some(token) = words().find_map(Token::parse) {
        return Wish::Token(token, is_leaving);
    }
    let section = words().find_map(section);
    match section {
        section if is_leaving => Wish::Leave(section),
        Some(section) => Wish::Subscribe(section),
        None => Wish::Help,
    }
}

/// The address of a section, if it can be one: it becomes part of a path.
pub(super) fn section(word: &str) -> Option<String> {
    let inner = word.strip_prefix('/')?.trim_end_matches('/');
    let is_name =
        |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_path = inner.is_empty() || inner.split('/').all(is_name);
    (is_path && word.len() <= 200).then(|| if inner.is_empty() { "/".to_owned() } else { format!("/{inner}/") })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TOKEN: &str = "0123456789abcdef0123456789abcdef";

    fn person() -> Envelope {
        Envelope { sender: "ona@paštas.example".to_owned(), extension: String::new() }
    }

    fn of_subject(subject: &str) -> Request {
        read(format!("From: Ona <ona@pastas.example>\r\nSubject: {subject}\r\n\r\nLabas\r\n").as_bytes(), &person())
    }

    #[test]
    fn subjects_are_understood_as_people_and_mail_programs_write_them() {
        let token = Token::parse(TOKEN).unwrap();
        let section = "/naujienos/".to_owned();
        for (subject, expected) in [
            ("Prenumeruoti /naujienos/", Wish::Subscribe(section.clone())),
            ("Re: prenumeruoti /Naujienos", Wish::Subscribe(section.clone())),
            ("=?utf-8?Q?Prenumeruoti_=C4=85_/naujienos/?=", Wish::Subscribe(section.clone())),
            ("Subscribe /en/news/", Wish::Subscribe("/en/news/".to_owned())),
            ("Atsisakyti", Wish::Leave(None)),
            ("Atsisakau /naujienos/", Wish::Leave(Some(section))),
            ("UNSUBSCRIBE", Wish::Leave(None)),
            (&format!("Re: Patvirtinkite: Naujienos [{TOKEN}]"), Wish::Token(token.clone(), false)),
            (&format!("Atsisakyti {TOKEN}"), Wish::Token(token, true)),
            ("Prenumeruoti /../etc/", Wish::Help),
            ("Labas", Wish::Help),
            ("", Wish::Help),
        ] {
            let Request::Wish(from, wish) = of_subject(subject) else { panic!("{subject}") };
            assert_eq!((from.as_ref() as &str, &wish), ("ona@pastas.example", &expected), "{subject}");
        }
    }

    #[test]
    fn machines_are_not_answered() {
        for field in ["Auto-Submitted: auto-replied", "Precedence: bulk", "List-Id: <x.example>"] {
            let letter = format!("From: a@b.example\r\n{field}\r\nSubject: Prenumeruoti /naujienos/\r\n\r\n");
            assert_eq!(read(letter.as_bytes(), &person()), Request::Nothing("sent by a machine"));
        }
        let report = |action: &str, extension: &str| {
            let envelope = Envelope { sender: "MAILER-DAEMON".to_owned(), extension: extension.to_owned() };
            read(format!("From: mailer@b.example\r\n\r\nAction: {action}\r\n").as_bytes(), &envelope)
        };
        assert_eq!(report("failed", TOKEN), Request::Refused(Token::parse(TOKEN).unwrap()));
        assert_eq!(report("delayed", TOKEN), Request::Nothing("a report"));
        assert_eq!(report("failed", "kitas"), Request::Nothing("a report"));
    }

    proptest! {
        #[test]
        fn anything_is_a_letter(octets in proptest::collection::vec(any::<u8>(), 0..500), subject in "\\PC{0,80}") {
            let _ = read(&octets, &person());
            if let Wish::Subscribe(section) | Wish::Leave(Some(section)) = wish(&subject) {
                prop_assert!(section.starts_with('/') && section.ends_with('/') && !section.contains(".."));
            }
        }
    }
}
