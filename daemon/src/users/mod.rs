//! Who may see the status pages.
//!
//! Users stand in a file of lines `name:hash`, which `rotused user` writes; lines that begin with `#` are for people. The hash
//! is a [`Proof`]: what tells a password from others without telling the password. [`Users`] is what the daemon read of it,
//! [`UsersFile`] the file as it is being changed.

mod file;
mod proof;

use std::collections::BTreeMap;

use messages::Message;

use crate::config::UserName;

pub use file::{CannotChange, UsersFile};
pub use proof::{CannotProve, LONGEST_PASSWORD, Proof, SHORTEST_PASSWORD, UnfitPassword, fit};

/// Those who may log in: at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Users {
    proofs: BTreeMap<UserName, Proof>,
    decoy: Proof,
}

/// Somebody who has proven who they are, by what was valid then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Who.
    pub name: UserName,
    proof: Proof,
}

/// A line that does not say who may log in.
#[derive(Debug, Clone, PartialEq)]
pub struct Mistake {
    /// Its number, counted from 1.
    pub line: usize,
    /// What may be shown of it: never what could be a password or its hash.
    pub shown: String,
    /// What is wrong with it.
    pub message: Message,
}

impl Users {
    /// Reads the text of a file of users.
    ///
    /// # Errors
    /// Every line that is wrong. A file without users has a mistake on its last line.
    pub fn read(text: &str) -> Result<Self, Vec<Mistake>> {
        let (mut proofs, mut mistakes) = (BTreeMap::new(), Vec::new());
        for (line, entry) in text.lines().enumerate().filter(|(_, text)| !is_remark(text)) {
            let read = read_entry(entry).and_then(|(name, proof)| match proofs.contains_key(&name) {
                true => Err(Message::new("config-user-twice").with("name", name.as_str())),
                false => Ok((name, proof)),
            });
            match read {
                Ok((name, proof)) => drop(proofs.insert(name, proof)),
                Err(message) => mistakes.push(Mistake { line: line + 1, shown: shown(entry), message }),
            }
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        // Whoever does not exist costs as much as whoever costs most: by time alone nobody learns who exists.
        match Proof::costliest(proofs.values()).map(Proof::decoy) {
            Some(decoy) => Ok(Self { proofs, decoy }),
            None => {
                let line = text.lines().count().max(1);
                Err(vec![Mistake { line, shown: String::new(), message: Message::new("config-users-none") }])
            }
        }
    }

    /// Who they are, in the order of their names.
    pub fn names(&self) -> impl Iterator<Item = &UserName> {
        self.proofs.keys()
    }

    /// The account of `name`, if `password` is theirs. It takes a while and some memory, by intention, and as much of both
    /// if there is no such user.
    #[must_use]
    pub fn verify(&self, name: &str, password: &str) -> Option<Account> {
        let name = name.parse::<UserName>().ok();
        let found = name.and_then(|name| self.proofs.get_key_value(&name));
        let proof = found.map_or(&self.decoy, |(_, proof)| proof);
        let holds = proof.holds_for(password);
        found.filter(|_| holds).map(|(name, proof)| Account { name: name.clone(), proof: proof.clone() })
    }

    /// Whether an account may still come in: the user is there, and the password is the one that was proven.
    #[must_use]
    pub fn still_has(&self, account: &Account) -> bool {
        self.proofs.get(&account.name) == Some(&account.proof)
    }
}

fn is_remark(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

fn read_entry(line: &str) -> Result<(UserName, Proof), Message> {
    let (name, hash) = line.trim().split_once(':').ok_or_else(|| Message::new("config-user-line"))?;
    let name = name.parse().map_err(|_| Message::new("config-user-name"))?;
    Ok((name, Proof::read(hash)?))
}

/// The name, if it looks like one and something follows: anything else may be a secret in a wrong place.
fn shown(line: &str) -> String {
    let name = line.trim().split_once(':').map(|(name, _)| name).filter(|name| name.parse::<UserName>().is_ok());
    name.map_or_else(|| "…".to_owned(), |name| format!("{name}:…"))
}

/// The text with this proof for this name, instead of the one before or at the end.
fn with(text: &str, name: &UserName, proof: &Proof) -> String {
    let entry = format!("{name}:{proof}");
    let mut lines: Vec<&str> = text.lines().collect();
    match lines.iter().position(|line| is_of(line, name)) {
        Some(place) => lines[place] = &entry,
        None => lines.push(&entry),
    }
    lines.join("\n") + "\n"
}

/// The text without this name; none if it is not there.
fn without(text: &str, name: &UserName) -> Option<String> {
    let kept: Vec<&str> = text.lines().filter(|line| !is_of(line, name)).collect();
    (kept.len() < text.lines().count()).then(|| kept.iter().map(|line| format!("{line}\n")).collect())
}

fn is_of(line: &str, name: &UserName) -> bool {
    !is_remark(line) && line.trim().split_once(':').is_some_and(|(found, _)| found == name.as_str())
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;

    /// A hash that somebody has not copied whole.
    const CUT: &str = "petras:$argon2id$v=19$m=19456,t=2,p=1$cm90dXNlLXNhbHQtMDAx$";

    static PROOF: LazyLock<Proof> = LazyLock::new(|| Proof::of("teisingas slaptažodis").unwrap());

    fn entry(name: &str, password: &str) -> String {
        format!("{name}:{}", Proof::of(password).unwrap())
    }

    #[test]
    fn the_right_password_opens_and_nothing_else_does() {
        let text = format!("# who may look\n\n{}\r\n", entry("ona", "teisingas slaptažodis"));
        let users = Users::read(&text).unwrap();
        let account = users.verify("ona", "teisingas slaptažodis").unwrap();
        assert_eq!(account.name.as_str(), "ona");
        assert!(users.still_has(&account));
        for (name, password) in
            [("ona", "teisingas slaptazodis"), ("Ona", "teisingas slaptažodis"), ("", ""), ("#", "x"), ("ona", "")]
        {
            assert_eq!(users.verify(name, password), None, "{name}");
        }
        let changed = Users::read(&entry("ona", "teisingas slaptažodis")).unwrap();
        assert!(!changed.still_has(&account), "a new hash is a new password");
    }

    #[test]
    fn every_mistake_is_named_by_its_line_and_shows_no_secret() {
        let good = entry("jonas", "teisingas slaptažodis");
        let text = format!(
            "{good}\nslaptas-zodis\nona:slaptas-zodis\nž:x\n{good}\n{}\n{}\n{CUT}\n",
            good.replace("jonas", "a").replace("m=19456", "m=1024"),
            good.replace("jonas", "b").replace("m=19456", "m=4000000000"),
        );
        let mistakes = Users::read(&text).unwrap_err();
        let found: Vec<_> = mistakes.iter().map(|mistake| (mistake.line, mistake.message.key())).collect();
        let expected = [
            (2, "config-user-line"),
            (3, "config-user-hash"),
            (4, "config-user-name"),
            (5, "config-user-twice"),
            (6, "config-user-hash-weak"),
            (7, "config-user-hash-costly"),
            (8, "config-user-hash"),
        ];
        assert_eq!(found, expected);
        let said = format!("{mistakes:?}");
        assert!(!said.contains("slaptas-zodis") && !said.contains("argon2id$"), "{said}");
        assert_eq!(Users::read("# nobody\n").unwrap_err()[0].message.key(), "config-users-none");
    }

    #[test]
    fn users_come_and_go_and_remarks_stay() {
        let (ona, proof) = ("ona".parse().unwrap(), Proof::of("teisingas slaptažodis").unwrap());
        let text = with("# kas gali\njonas:x\n", &ona, &proof);
        assert_eq!(text, format!("# kas gali\njonas:x\nona:{proof}\n"));
        assert_eq!(with(&text, &"jonas".parse().unwrap(), &proof), format!("# kas gali\njonas:{proof}\nona:{proof}\n"));
        assert_eq!(without(&text, &ona).unwrap(), "# kas gali\njonas:x\n");
        assert_eq!(without(&text, &"kas".parse().unwrap()), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "([a-z#:$=,0-9\\n\u{0}ž]|\\$argon2id|\\$v=19|\\$m=19456,t=2,p=1){0,40}") {
            let _ = Users::read(&text);
        }

        #[test]
        fn what_was_added_is_removed_again(text in "(#?[a-z]{1,3}:[a-z]{0,3}\\n){0,6}", name in "[a-z]{1,3}") {
            let name: UserName = name.parse().unwrap();
            let once = without(&with(&text, &name, &PROOF), &name).unwrap_or_default();
            prop_assert!(!once.lines().any(|line| is_of(line, &name)));
        }
    }
}
