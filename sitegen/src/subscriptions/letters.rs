//! The words of letters to readers, in the language of the section that they read.

use lettre::Address;
use messages::{Language, Message};

use super::digest::{Digest, of_reader};
use super::list::{Answer, Reader, Token};
use super::news::Section;
use crate::letter::{Letter, ListFields};

/// What the address of the list is written with before its token, so that a report tells of whom it is (subaddress of RFC 5233).
const DELIMITER: char = '+';

/// The letter that answers a letter. `section` is the one that the answer is about.
///
/// # Errors
/// There is no answer, for this reason.
pub(super) fn answer(answer: &Answer, section: Option<&Section>, language: Language) -> Result<Letter, &'static str> {
    let name = section.map_or("", Section::name);
    let (key, token) = match answer {
        Answer::Confirm(_, token) => ("confirm", token.as_str()),
        Answer::Welcome(_) => ("welcome", ""),
        Answer::Known(_) => ("known", ""),
        Answer::Left(None) => ("left", ""),
        Answer::Left(Some(_)) => ("left-section", ""),
        Answer::Help => ("help", ""),
        Answer::Silence(why) => return Err(why),
    };
    let say = |part: &str| {
        let message = Message::new(format!("subscription-{key}{part}"));
        language.say(&message.with("section", name).with("token", token))
    };
    let name = section.and_then(Section::institution);
    Ok(Letter { name, subject: say("-title"), text: say("") + "\n", list: None })
}

/// The letter with what is new for a reader.
pub(super) fn digest(digest: &Digest, reader: &Reader, list: &Address) -> Letter {
    let parts = of_reader(digest, reader);
    let language = parts.first().map_or(Language::Lithuanian, |(section, _)| section.language());
    let count = u64::try_from(parts.iter().map(|(_, entries)| entries.len()).sum::<usize>()).unwrap_or(u64::MAX);
    let names: Vec<&str> = parts.iter().map(|(section, _)| section.name()).collect();
    let subject = Message::new("subscription-digest-title").with("count", count).with("sections", names.join(", "));
    let name = parts.first().and_then(|(section, _)| section.institution());
    let mut text = String::new();
    for (section, entries) in &parts {
        let name = section.name();
        text.push_str(&format!("{name}\n{}\n\n", "=".repeat(name.chars().count())));
        for entry in entries {
            text.push_str(&format!("{}\n{}\n", entry.title, entry.url));
            if let Some(summary) = &entry.summary {
                text.push_str(summary);
                text.push('\n');
            }
            text.push('\n');
        }
    }
    // A line of two hyphens and a space: what follows is a signature, which mail programs show smaller.
    text.push_str(&format!("-- \n{}\n", language.text("subscription-digest-why")));
    Letter { name, subject: language.say(&subject), text, list: Some(fields(list, &reader.token)) }
}

fn fields(list: &Address, token: &Token) -> ListFields {
    let (user, domain, token) = (list.user(), list.domain(), token.as_str());
    let sender = Address::new(format!("{user}{DELIMITER}{token}"), domain);
    ListFields {
        id: format!("{user}.{domain}"),
        unsubscribe: format!("mailto:{user}@{domain}?subject=Unsubscribe%20{token}"),
        // A user part that is too long for a token is still an address without it.
        sender: sender.unwrap_or_else(|_| list.clone()),
    }
}
