//! The list of readers, and what becomes of it: decided without a clock, a disk or a mail server.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use lettre::Address;
use serde::{Deserialize, Serialize};

use super::request::Wish;

/// How long a letter waits to be answered.
const PATIENCE: SignedDuration = SignedDuration::from_hours(3 * 24);

/// How many letters one address, and all together, are sent in a day by asking: more would be somebody's game with our server.
const LETTERS_TO_ONE: usize = 5;
const LETTERS_TO_ALL: usize = 500;
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A reader to whom so many digests could not be brought within the time is no longer written to.
const REFUSALS: usize = 3;
const REMEMBERED: SignedDuration = SignedDuration::from_hours(60 * 24);

/// A secret that only one reader knows: what they answer with, and what they leave with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Token(String);

/// Everything that is known of readers.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct List {
    /// By their addresses, in small letters.
    #[serde(default)]
    pub(super) readers: BTreeMap<String, Reader>,
    /// Who has asked and has not answered yet.
    #[serde(default)]
    asked: Vec<Asked>,
    /// Whom we have answered within a day.
    #[serde(default)]
    answered: Vec<(String, Timestamp)>,
    /// For each section that has readers, what they have been told of.
    #[serde(default)]
    pub(super) told: BTreeMap<String, BTreeSet<String>>,
}

/// A reader.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Reader {
    /// As it was written.
    pub(super) address: Address,
    /// What they leave with.
    pub(super) token: Token,
    /// The addresses of sections, and since when they are read.
    pub(super) sections: BTreeMap<String, Timestamp>,
    /// When letters could not be brought.
    #[serde(default)]
    refused: Vec<Timestamp>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Asked {
    address: Address,
    section: String,
    token: Token,
    at: Timestamp,
}

/// What a letter is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// Please answer with this token, and you read this section.
    Confirm(String, Token),
    /// You read this section from now on.
    Welcome(String),
    /// You read it already.
    Known(String),
    /// You read nothing any more, or this section no more.
    Left(Option<String>),
    /// How it is done.
    Help,
    /// Nothing, for this reason.
    Silence(&'static str),
}

impl Answer {
    /// The section that it is about.
    pub(super) fn section(&self) -> Option<&str> {
        match self {
            Self::Confirm(section, _) | Self::Welcome(section) | Self::Known(section) => Some(section),
            Self::Left(section) => section.as_deref(),
            Self::Help | Self::Silence(_) => None,
        }
    }
}

impl Token {
    /// How many octets of chance are in one.
    pub const OCTETS: usize = 16;

    /// One of octets that nobody can guess.
    #[must_use]
    pub fn of(octets: [u8; Self::OCTETS]) -> Self {
        Self(octets.iter().map(|octet| format!("{octet:02x}")).collect())
    }

    /// One as it is written.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_token = text.len() == Self::OCTETS * 2 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_token.then(|| Self(text.to_ascii_lowercase()))
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn key(address: &Address) -> String {
    AsRef::<str>::as_ref(address).to_lowercase()
}

impl List {
    /// Does what a person wants, and says what they are answered, and where. `fresh` is a new token; `is_section` knows which
    /// sections there are.
    pub(super) fn answer(
        &mut self,
        from: &Address,
        wish: &Wish,
        fresh: Token,
        now: Timestamp,
        is_section: impl Fn(&str) -> bool,
    ) -> (Address, Answer) {
        self.forget(now);
        let mut to = from.clone();
        let answer = match wish {
            Wish::Subscribe(section) if !is_section(section) => Answer::Help,
            Wish::Subscribe(section) => self.ask(from, section, fresh, now),
            Wish::Leave(section) => self.leave(&key(from), section.as_deref()),
            Wish::Token(token, is_leaving) => {
                if let Some(asked) = self.asked.iter().find(|asked| asked.token == *token).cloned() {
                    // Who has the token has read the letter, whatever their mail program says where they write from.
                    to = asked.address.clone();
                    if *is_leaving {
                        self.asked.retain(|other| other.token != *token);
                        Answer::Left(Some(asked.section))
                    } else {
                        self.confirm(asked, fresh, now)
                    }
                } else if let Some((known, reader)) = self.readers.iter().find(|(_, reader)| reader.token == *token) {
                    to = reader.address.clone();
                    let known = known.clone();
                    if *is_leaving { self.leave(&known, None) } else { Answer::Help }
                } else {
                    Answer::Help
                }
            }
            Wish::Help => Answer::Help,
        };
        if matches!(answer, Answer::Silence(_)) {
            return (to, answer);
        }
        let to_one = self.answered.iter().filter(|(address, _)| *address == key(&to)).count();
        if to_one >= LETTERS_TO_ONE || self.answered.len() >= LETTERS_TO_ALL {
            return (to, Answer::Silence("too many letters were answered today"));
        }
        self.answered.push((key(&to), now));
        (to, answer)
    }

    fn ask(&mut self, from: &Address, section: &str, fresh: Token, now: Timestamp) -> Answer {
        if self.readers.get(&key(from)).is_some_and(|reader| reader.sections.contains_key(section)) {
            return Answer::Known(section.to_owned());
        }
        // Who asks again gets the same letter again.
        let before = self.asked.iter().find(|asked| key(&asked.address) == key(from) && asked.section == section);
        if let Some(before) = before {
            return Answer::Confirm(section.to_owned(), before.token.clone());
        }
        if self.asked.len() >= LETTERS_TO_ALL {
            return Answer::Silence("too many have asked and not answered");
        }
        self.asked.push(Asked { address: from.clone(), section: section.to_owned(), token: fresh.clone(), at: now });
        Answer::Confirm(section.to_owned(), fresh)
    }

    fn confirm(&mut self, asked: Asked, fresh: Token, now: Timestamp) -> Answer {
        self.asked.retain(|other| other.token != asked.token);
        let reader = self.readers.entry(key(&asked.address)).or_insert_with(|| Reader {
            address: asked.address,
            token: fresh,
            sections: BTreeMap::new(),
            refused: Vec::new(),
        });
        reader.refused.clear();
        reader.sections.insert(asked.section.clone(), now);
        Answer::Welcome(asked.section)
    }

    fn leave(&mut self, reader: &str, section: Option<&str>) -> Answer {
        // What they asked for a while ago, they want no more.
        self.asked
            .retain(|asked| key(&asked.address) != reader || section.is_some_and(|section| asked.section != section));
        let section = section.filter(|section| {
            self.readers.get(reader).is_some_and(|reader| reader.sections.keys().any(|other| other != section))
        });
        match (section, self.readers.get_mut(reader)) {
            (Some(section), Some(of)) => drop(of.sections.remove(section)),
            _ => drop(self.readers.remove(reader)),
        }
        // Nobody learns from the answer whether an address was on the list.
        Answer::Left(section.map(str::to_owned))
    }

    /// Takes an address off the list, whatever it reads; whether it was there.
    pub(super) fn remove(&mut self, address: &Address) -> bool {
        let was_there = self.readers.contains_key(&key(address));
        self.leave(&key(address), None);
        was_there
    }

    /// A letter to the reader with `token` could not be brought and never will be. The address, if that was once too often and
    /// they are no reader any more.
    pub(super) fn refused(&mut self, token: &Token, now: Timestamp) -> Option<Address> {
        let (known, reader) = self.readers.iter_mut().find(|(_, reader)| reader.token == *token)?;
        reader.refused.retain(|at| now.duration_since(*at) < REMEMBERED);
        // A letter may be refused, and reported as well.
        if reader.refused.iter().all(|at| now.duration_since(*at) > DAY / 2) {
            reader.refused.push(now);
        }
        let known = (reader.refused.len() >= REFUSALS).then(|| known.clone())?;
        self.readers.remove(&known).map(|reader| reader.address)
    }

    /// How many read a section.
    pub(super) fn readers_of(&self, section: &str) -> usize {
        self.readers.values().filter(|reader| reader.sections.contains_key(section)).count()
    }

    fn forget(&mut self, now: Timestamp) {
        self.asked.retain(|asked| now.duration_since(asked.at) < PATIENCE);
        self.answered.retain(|(_, at)| now.duration_since(*at) < DAY);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(number: u8) -> Token {
        Token::of([number; Token::OCTETS])
    }

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + hours * 3600).unwrap()
    }

    /// What the list answers to Ona, whose fresh token is `number`.
    fn say(list: &mut List, wish: &Wish, number: u8, hours: i64) -> Answer {
        let ona = "Ona@pastas.example".parse().unwrap();
        list.answer(&ona, wish, token(number), at(hours), |section| section != "/nera/").1
    }

    fn subscribe(section: &str) -> Wish {
        Wish::Subscribe(section.to_owned())
    }

    #[test]
    fn only_who_has_read_the_letter_is_on_the_list() {
        let mut list = List::default();
        let news = "/naujienos/".to_owned();
        assert_eq!(say(&mut list, &subscribe(&news), 1, 0), Answer::Confirm(news.clone(), token(1)));
        assert!(list.readers.is_empty());
        assert_eq!(say(&mut list, &subscribe(&news), 2, 1), Answer::Confirm(news.clone(), token(1)), "asked again");
        assert_eq!(say(&mut list, &Wish::Token(token(2), false), 3, 1), Answer::Help, "guessed");
        assert_eq!(say(&mut list, &Wish::Token(token(1), false), 3, 1), Answer::Welcome(news.clone()));
        assert_eq!((list.readers_of(&news), list.readers_of("/renginiai/")), (1, 0));
        assert_eq!(say(&mut list, &subscribe(&news), 4, 30), Answer::Known(news.clone()));
        assert_eq!(say(&mut list, &subscribe("/nera/"), 4, 30), Answer::Help);
        // By the token of every digest, whoever writes.
        let other = "kitas@pastas.example".parse().unwrap();
        let (to, left) = list.answer(&other, &Wish::Token(token(3), true), token(5), at(31), |_| true);
        assert_eq!((to.to_string().as_str(), left), ("Ona@pastas.example", Answer::Left(None)));
        assert!(list.readers.is_empty());
    }

    #[test]
    fn a_letter_that_nobody_answers_is_forgotten() {
        let mut list = List::default();
        let _ = say(&mut list, &subscribe("/naujienos/"), 1, 0);
        assert_eq!(say(&mut list, &Wish::Token(token(1), false), 2, 73), Answer::Help);
        assert!(list.readers.is_empty() && list.asked.is_empty());
    }

    #[test]
    fn a_section_is_left_alone_or_with_all_others() {
        let mut list = List::default();
        for (number, section) in [(1, "/naujienos/"), (2, "/renginiai/")] {
            let _ = say(&mut list, &subscribe(section), number, 0);
            let _ = say(&mut list, &Wish::Token(token(number), false), 9, 0);
        }
        let left = Answer::Left(Some("/naujienos/".to_owned()));
        assert_eq!(say(&mut list, &Wish::Leave(Some("/naujienos/".to_owned())), 9, 30), left);
        assert_eq!((list.readers_of("/naujienos/"), list.readers_of("/renginiai/")), (0, 1));
        assert_eq!(say(&mut list, &Wish::Leave(Some("/renginiai/".to_owned())), 9, 30), Answer::Left(None));
        assert!(list.readers.is_empty());
        assert_eq!(say(&mut list, &Wish::Leave(None), 9, 30), Answer::Left(None), "the same for who was never there");
    }

    #[test]
    fn nobody_is_flooded() {
        let mut list = List::default();
        let answers: Vec<Answer> = (0..8).map(|number| say(&mut list, &subscribe("/naujienos/"), number, 0)).collect();
        assert_eq!(answers.iter().filter(|answer| matches!(answer, Answer::Confirm(..))).count(), LETTERS_TO_ONE);
        assert!(matches!(say(&mut list, &subscribe("/naujienos/"), 9, 25), Answer::Confirm(..)));
    }

    #[test]
    fn whom_letters_do_not_reach_is_written_to_no_more() {
        let mut list = List::default();
        let _ = say(&mut list, &subscribe("/naujienos/"), 1, 0);
        let _ = say(&mut list, &Wish::Token(token(1), false), 2, 0);
        assert_eq!(list.refused(&token(2), at(24)), None);
        assert_eq!(list.refused(&token(2), at(25)), None, "the same letter");
        assert_eq!(list.refused(&token(2), at(48)), None);
        assert_eq!(
            list.refused(&token(2), at(72)).map(|address| address.to_string()).as_deref(),
            Some("Ona@pastas.example")
        );
        assert!(list.readers.is_empty());
    }
}
