//! Hunspell dictionaries, as Debian packages them.

use std::path::{Path, PathBuf};
use std::{fs, io};

use messages::Language;
use rustc_hash::FxBuildHasher;

use super::{AllowedWords, suggestion};

/// Where Debian puts dictionaries.
pub const FOLDER: &str = "/usr/share/hunspell";

/// Why a dictionary cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DictionaryError {
    /// A file is not there.
    #[error("{} is missing: install the Debian package {package}", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
        /// What brings it.
        package: &'static str,
    },
    /// A file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file is not what it should be.
    #[error("{} is no Hunspell dictionary: {reason}; reinstall the Debian package {package}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
        /// What brings it.
        package: &'static str,
    },
}

/// General Lithuanian words that Debian's dictionary lacks.
const MORE_LITHUANIAN: &str = include_str!("lithuanian_words.txt");

/// The words of one language.
pub struct Dictionary {
    /// Words that the file lacks.
    more: AllowedWords,
    words: spellbook::Dictionary<FxBuildHasher>,
    language: Language,
}

/// The words of every language of the site.
pub struct Dictionaries {
    lithuanian: Dictionary,
    english: Dictionary,
}

impl Dictionaries {
    /// Reads the dictionaries of a folder; [`FOLDER`] is the usual one.
    ///
    /// # Errors
    /// One is missing or broken; the error names the Debian package that brings it.
    pub fn load(folder: &Path) -> Result<Self, DictionaryError> {
        Ok(Self {
            lithuanian: Dictionary::load(folder, Language::Lithuanian)?,
            english: Dictionary::load(folder, Language::English)?,
        })
    }

    /// The dictionary of a language.
    #[must_use]
    pub fn of(&self, language: Language) -> &Dictionary {
        match language {
            Language::Lithuanian => &self.lithuanian,
            Language::English => &self.english,
        }
    }
}

impl Dictionary {
    /// Reads the dictionary of a language.
    ///
    /// # Errors
    /// It is missing or broken; the error names the Debian package that brings it.
    pub fn load(folder: &Path, language: Language) -> Result<Self, DictionaryError> {
        let (name, package) = match language {
            Language::Lithuanian => ("lt_LT", "hunspell-lt"),
            Language::English => ("en_US", "hunspell-en-us"),
        };
        let rules_path = folder.join(format!("{name}.aff"));
        let rules = read(&rules_path, package)?;
        let words = read(&folder.join(format!("{name}.dic")), package)?;
        let encoding = encoding(&rules);
        let rules = in_utf8(&decoded(&rules, encoding));
        let words = spellbook::Dictionary::new_with_hasher(&rules, &decoded(&words, encoding), FxBuildHasher)
            .map_err(|error| DictionaryError::Malformed { path: rules_path, reason: error.to_string(), package })?;
        let more = match language {
            Language::Lithuanian => MORE_LITHUANIAN,
            Language::English => "",
        };
        let more = AllowedWords::new(more.lines().filter(|line| !line.starts_with('#')));
        Ok(Self { more, words, language })
    }

    /// Whether it has a word, also as the first of a sentence or in capitals.
    #[must_use]
    pub fn knows(&self, word: &str) -> bool {
        self.words.check(word) || self.more.allows(word)
    }

    /// What may have been meant by an unknown word: words that differ in diacritics or in one letter, the likeliest
    /// first. Takes milliseconds.
    #[must_use]
    pub fn likely(&self, word: &str) -> Vec<String> {
        suggestion::likely(word, self.language, |candidate| self.knows(candidate))
    }

    /// The same with everything that Hunspell tries. Takes a third of a second for one word.
    #[must_use]
    pub fn suggestions(&self, word: &str) -> Vec<String> {
        let mut found = Vec::new();
        self.words.suggest(word, &mut found);
        found
    }
}

fn read(path: &Path, package: &'static str) -> Result<Vec<u8>, DictionaryError> {
    fs::read(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => DictionaryError::Missing { path: path.to_owned(), package },
        _ => DictionaryError::Unreadable { path: path.to_owned(), source },
    })
}

/// The encoding that the `SET` line names, in the way Hunspell writes it: `ISO8859-13`.
fn encoding(rules: &[u8]) -> &'static encoding_rs::Encoding {
    let name = rules.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(b"SET "));
    let name = name.map(|name| name.trim_ascii().to_ascii_uppercase()).unwrap_or_default();
    let standard = match name.strip_prefix(b"ISO8859-") {
        Some(part) => [b"ISO-8859-", part].concat(),
        None => name,
    };
    encoding_rs::Encoding::for_label(&standard).unwrap_or(encoding_rs::UTF_8)
}

fn decoded(bytes: &[u8], encoding: &'static encoding_rs::Encoding) -> String {
    encoding.decode(bytes).0.into_owned()
}

/// The rules, with a `SET` line that says what they are now.
fn in_utf8(rules: &str) -> String {
    let line = |line: &str| if line.starts_with("SET ") { "SET UTF-8".to_owned() } else { line.to_owned() };
    rules.lines().map(|text| line(text) + "\n").collect()
}
