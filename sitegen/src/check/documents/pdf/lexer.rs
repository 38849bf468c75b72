//! Tokens of content streams and character maps, which share PDF's syntax (ISO 32000-1, 7.2 and 7.3).

/// How many octets a string or a name may have; longer ones are cut.
const MAX_STRING: usize = 1 << 16;

/// A token. Brackets of arrays and dictionaries are passed over: no operator that shows text needs them.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token<'a> {
    Number(f64),
    Name(Vec<u8>),
    String(Vec<u8>),
    Open,
    Close,
    /// An operator or a keyword.
    Word(&'a [u8]),
}

/// Goes through octets once; every call of [`Iterator::next`] takes at least one.
pub(super) struct Lexer<'a> {
    rest: &'a [u8],
}

impl<'a> Lexer<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at(count.min(self.rest.len()));
        self.rest = rest;
        taken
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).first().copied()
    }

    fn regular(&mut self) -> &'a [u8] {
        let count = self.rest.iter().take_while(|byte| is_regular(**byte)).count();
        self.take(count)
    }

    /// Passes over an inline picture's octets, which follow `ID`.
    pub(super) fn skip_inline_picture(&mut self) {
        let ends = |window: &[u8]| window[0].is_ascii_whitespace() && &window[1..3] == b"EI" && !is_regular(window[3]);
        let at = self.rest.windows(4).position(ends);
        let count = at.map_or(self.rest.len(), |at| at + 3);
        self.take(count);
    }

    fn name(&mut self) -> Vec<u8> {
        let written = self.regular();
        let mut name = Vec::with_capacity(written.len().min(MAX_STRING));
        let mut rest = written;
        while let [first, others @ ..] = rest {
            let escaped = others.get(..2).filter(|_| *first == b'#').and_then(hexadecimal);
            name.push(escaped.unwrap_or(*first));
            rest = if escaped.is_some() { &others[2..] } else { others };
        }
        name.truncate(MAX_STRING);
        name
    }

    fn hexadecimal_string(&mut self) -> Vec<u8> {
        let count = self.rest.iter().position(|byte| *byte == b'>').unwrap_or(self.rest.len());
        let written = self.take(count);
        self.take(1);
        let mut digits: Vec<u8> = written.iter().copied().filter(u8::is_ascii_hexdigit).take(2 * MAX_STRING).collect();
        if digits.len() % 2 == 1 {
            digits.push(b'0');
        }
        digits.chunks_exact(2).filter_map(hexadecimal).collect()
    }

    fn literal_string(&mut self) -> Vec<u8> {
        let mut string = Vec::new();
        let mut depth = 1_usize;
        while let Some(byte) = self.byte() {
            let meant = match byte {
                b'\\' => self.escaped(),
                b'(' => {
                    depth += 1;
                    Some(byte)
                }
                b')' => {
                    depth -= 1;
                    if depth == 0 {
                        break;
                    }
                    Some(byte)
                }
                _ => Some(byte),
            };
            string.extend(meant.filter(|_| string.len() < MAX_STRING));
        }
        string
    }

    fn escaped(&mut self) -> Option<u8> {
        match self.byte()? {
            b'n' => Some(b'\n'),
            b'r' => Some(b'\r'),
            b't' => Some(b'\t'),
            b'b' => Some(8),
            b'f' => Some(12),
            b'\r' => {
                if self.rest.first() == Some(&b'\n') {
                    self.take(1);
                }
                None
            }
            b'\n' => None,
            first @ b'0'..=b'7' => {
                let more = self.rest.iter().take(2).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
                let digits = self.take(more).iter();
                // Above 255 the high digit is to be ignored.
                Some(digits.fold(first - b'0', |value, digit| value.wrapping_mul(8).wrapping_add(digit - b'0')))
            }
            other => Some(other),
        }
    }

    fn number_or_word(&mut self) -> Token<'a> {
        let written = self.regular();
        let number = std::str::from_utf8(written).ok().filter(|text| !text.contains(['e', 'E', 'i', 'n', 'N']));
        match number.and_then(|text| text.parse().ok()) {
            Some(number) => Token::Number(number),
            None => Token::Word(written),
        }
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let first = *self.rest.first()?;
            if is_regular(first) {
                return Some(self.number_or_word());
            }
            self.take(1);
            match first {
                b'/' => return Some(Token::Name(self.name())),
                b'(' => return Some(Token::String(self.literal_string())),
                b'[' => return Some(Token::Open),
                b']' => return Some(Token::Close),
                b'<' if self.rest.first() == Some(&b'<') => {
                    self.take(1);
                }
                b'<' => return Some(Token::String(self.hexadecimal_string())),
                b'%' => {
                    let count = self.rest.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
                    self.take(count.unwrap_or(self.rest.len()));
                }
                // Space, mostly: a run of it at once.
                _ => {
                    let count = self.rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
                    self.take(count);
                }
            }
        }
    }
}

fn is_regular(byte: u8) -> bool {
    !matches!(byte, 0 | 9 | 10 | 12 | 13 | 32 | b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let value = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let [high, low] = digits else { return None };
    Some(16 * value(*high)? + value(*low)?)
}
