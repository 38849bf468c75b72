//! Which characters a font's codes mean: `ToUnicode` maps (ISO 32000-1, 9.10.3).

use rustc_hash::FxHashMap;

use super::lexer::{Lexer, Token};

/// Most mappings that are followed: as many as two octets can tell apart. A few words can ask for millions.
const MAX_MAPPINGS: usize = 1 << 16;

/// Codes of one or two octets and the characters they mean.
#[derive(Debug, Default)]
pub(super) struct CharacterMap {
    characters: FxHashMap<u16, String>,
    /// How many mappings were followed.
    followed: usize,
}

impl CharacterMap {
    /// Reads as much of a map as there is; what is not understood is passed over.
    pub(super) fn read(bytes: &[u8]) -> Self {
        let mut map = Self::default();
        let mut lexer = Lexer::new(bytes);
        while let Some(token) = lexer.next() {
            match token {
                Token::Word(b"beginbfchar") => map.read_characters(&mut lexer),
                Token::Word(b"beginbfrange") => map.read_ranges(&mut lexer),
                _ => {}
            }
        }
        map
    }

    pub(super) fn get(&self, code: u16) -> Option<&str> {
        self.characters.get(&code).map(String::as_str)
    }

    fn read_characters(&mut self, lexer: &mut Lexer<'_>) {
        while let Some(Token::String(source)) = lexer.next() {
            let Some(Token::String(target)) = lexer.next() else { return };
            if let Some(code) = code(&source) {
                self.insert(code, &target, 0);
            }
        }
    }

    fn read_ranges(&mut self, lexer: &mut Lexer<'_>) {
        while let Some(Token::String(low)) = lexer.next() {
            let Some(Token::String(high)) = lexer.next() else { return };
            let codes = code(&low).zip(code(&high));
            match lexer.next() {
                Some(Token::String(target)) => {
                    let Some((low, high)) = codes else { continue };
                    let left = MAX_MAPPINGS - self.followed;
                    (low..=high).take(left).for_each(|code| self.insert(code, &target, code - low));
                }
                Some(Token::Open) => {
                    let mut at = codes.map(|(low, _)| low);
                    while let Some(Token::String(target)) = lexer.next() {
                        at.inspect(|code| self.insert(*code, &target, 0));
                        at = at.and_then(|code| code.checked_add(1));
                    }
                }
                _ => return,
            }
        }
    }

    /// Maps `code` to `target`, UTF-16 whose last unit is to be raised by `offset`.
    fn insert(&mut self, code: u16, target: &[u8], offset: u16) {
        if self.followed == MAX_MAPPINGS {
            return;
        }
        self.followed += 1;
        // A ligature has a few characters; no code means a paragraph.
        let units = target.get(..target.len().min(32)).unwrap_or_default().chunks_exact(2);
        let mut units: Vec<u16> = units.map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
        if let Some(last) = units.last_mut() {
            *last = last.wrapping_add(offset);
        }
        self.characters.insert(code, String::from_utf16_lossy(&units));
    }
}

fn code(source: &[u8]) -> Option<u16> {
    match source {
        [low] => Some(u16::from(*low)),
        [high, low] => Some(u16::from_be_bytes([*high, *low])),
        _ => None,
    }
}
