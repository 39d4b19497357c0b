//! The index of one directory: which guest name is stored under which token.
//!
//! On the volume: a line for each row, the guest name in lower-case hex, a TAB, the token.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

use thiserror::Error;

use super::name::{GuestName, NAME_MAX, Token};

/// The largest index that a change may make, in bytes.
pub const SIZE_MAX: usize = 1 << 20;

/// The rows of one directory. Both columns are unique.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Index {
    tokens: BTreeMap<GuestName, Token>,
    names: HashMap<Token, GuestName>,
}

/// What is wrong with an index.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Malformed {
    /// A line without a TAB.
    #[error("line {0}: no TAB")]
    NoTab(usize),
    /// A name that is not hex digits in pairs.
    #[error("line {0}: the name is not lower-case hex digits in pairs")]
    Hex(usize),
    /// Bytes that are no name.
    #[error("line {0}: not a name of 1 to 255 bytes without slash and zero")]
    Name(usize),
    /// A token of another form.
    #[error("line {0}: the token is not .ef_ and 16 lower-case hex digits")]
    Token(usize),
    /// A name or a token that an earlier line has.
    #[error("line {0}: an earlier line has the same name or token")]
    Twice(usize),
    /// More than any index can have.
    #[error("larger than an index can be")]
    Size,
}

impl Index {
    /// The token that stands for `name`.
    pub fn token(&self, name: &GuestName) -> Option<Token> {
        self.tokens.get(name).copied()
    }

    /// The name that `token` stands for.
    pub fn name(&self, token: &Token) -> Option<&GuestName> {
        self.names.get(token)
    }

    /// The rows, by name.
    pub fn rows(&self) -> impl Iterator<Item = (&GuestName, Token)> {
        self.tokens.iter().map(|(name, token)| (name, *token))
    }

    /// Has it no rows?
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// Makes `token` stand for `name`, and nothing else for either.
    pub fn insert(&mut self, name: GuestName, token: Token) {
        if let Some(old) = self.names.insert(token, name.clone()) {
            self.tokens.remove(&old);
        }
        if let Some(old) = self.tokens.insert(name, token)
            && old != token
        {
            self.names.remove(&old);
        }
    }

    /// Removes the row of `name`.
    pub fn remove(&mut self, name: &GuestName) -> Option<Token> {
        let token = self.tokens.remove(name)?;
        self.names.remove(&token);
        Some(token)
    }

    /// Its form on the volume.
    pub fn encode(&self) -> Vec<u8> {
        let mut text = String::new();
        for (name, token) in &self.tokens {
            for byte in name.as_bytes() {
                let _ = write!(text, "{byte:02x}");
            }
            let _ = writeln!(text, "\t{token:?}");
        }
        text.into_bytes()
    }

    /// Reads the form on the volume.
    ///
    /// # Errors
    /// What is wrong, and on which line.
    pub fn parse(text: &[u8]) -> Result<Index, Malformed> {
        let mut index = Index::default();
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        if text.is_empty() {
            return Ok(index);
        }
        for (at, line) in text.split(|&byte| byte == b'\n').enumerate() {
            let number = at + 1;
            let tab = line.iter().position(|&byte| byte == b'\t').ok_or(Malformed::NoTab(number))?;
            let name = from_hex(&line[..tab]).ok_or(Malformed::Hex(number))?;
            if !(1..=NAME_MAX).contains(&name.len()) || name.iter().any(|byte| matches!(byte, 0 | b'/')) {
                return Err(Malformed::Name(number));
            }
            let token = Token::parse(&line[tab + 1..]).ok_or(Malformed::Token(number))?;
            let name = GuestName::new(&name);
            if index.token(&name).is_some() || index.name(&token).is_some() {
                return Err(Malformed::Twice(number));
            }
            index.insert(name, token);
        }
        Ok(index)
    }
}

fn from_hex(digits: &[u8]) -> Option<Vec<u8>> {
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let pairs = digits.chunks(2);
    pairs.map(|pair| Some(value(*pair.first()?)? << 4 | value(*pair.get(1)?)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(digit: char) -> Token {
        Token::parse(format!(".ef_{}", digit.to_string().repeat(16)).as_bytes()).unwrap()
    }

    #[test]
    fn rows_survive_encoding() {
        let mut index = Index::default();
        assert_eq!(Index::parse(&index.encode()), Ok(index.clone()));
        index.insert(GuestName::new(b"foo"), token('0'));
        index.insert(GuestName::new(b"\xff\t\n"), token('1'));
        index.insert(GuestName::new(&[b'x'; 255]), token('2'));
        let text = index.encode();
        assert!(text.starts_with(b"666f6f\t.ef_0000000000000000\n"), "{}", text.escape_ascii());
        assert_eq!(Index::parse(&text), Ok(index.clone()));
        assert_eq!(index.name(&token('1')), Some(&GuestName::new(b"\xff\t\n")));
    }

    #[test]
    fn both_columns_stay_unique() {
        let mut index = Index::default();
        index.insert(GuestName::new(b"a"), token('0'));
        index.insert(GuestName::new(b"b"), token('0'));
        assert_eq!(index.token(&GuestName::new(b"a")), None);
        index.insert(GuestName::new(b"b"), token('1'));
        assert_eq!(index.name(&token('0')), None);
        assert_eq!(index.rows().count(), 1);
        assert_eq!(index.remove(&GuestName::new(b"b")), Some(token('1')));
        assert!(index.is_empty() && index.name(&token('1')).is_none());
    }

    #[test]
    fn each_defect_is_told_with_its_line() {
        let good = "666f6f\t.ef_0000000000000000\n";
        let told = |text: &str| Index::parse(text.as_bytes()).unwrap_err();
        assert_eq!(told("666f6f .ef_0000000000000000\n"), Malformed::NoTab(1));
        assert_eq!(told(&format!("{good}\n{good}")), Malformed::NoTab(2));
        assert_eq!(told("666f6\t.ef_0000000000000000\n"), Malformed::Hex(1));
        assert_eq!(told("66FF\t.ef_0000000000000000\n"), Malformed::Hex(1));
        assert_eq!(told("\t.ef_0000000000000000\n"), Malformed::Name(1));
        assert_eq!(told("2f\t.ef_0000000000000000\n"), Malformed::Name(1));
        assert_eq!(told("66\t.ef_000000000000000\n"), Malformed::Token(1));
        assert_eq!(told("66\t.ef_00000000000000000\n"), Malformed::Token(1));
        assert_eq!(told(&format!("{good}{good}")), Malformed::Twice(2));
    }
}
