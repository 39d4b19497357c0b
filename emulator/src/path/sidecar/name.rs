//! The three kinds of names: the guest's, the volume's, and tokens.

use std::ffi::{CStr, CString};
use std::fmt;

use crate::host;
use crate::syscall::Errno;

/// The longest name, in bytes.
pub const NAME_MAX: usize = 255;

/// The index of a directory's mapped names.
pub const INDEX: &CStr = c".elfuse_case_index";
/// The lock that a change of the directory's names takes.
pub const LOCK: &CStr = c".elfuse_case_index.lock";
/// Where a new index is written before it is published.
pub const TEMPORARY: &CStr = c".elfuse_case_index.tmp";

/// Is the name one that the layer keeps for itself?
pub fn is_reserved(name: &[u8]) -> bool {
    [INDEX, LOCK, TEMPORARY].iter().any(|reserved| reserved.to_bytes() == name)
}

/// One name as the guest spells it: no slash, no zero, of any encoding.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GuestName(Vec<u8>);

impl GuestName {
    /// The name that these bytes spell.
    pub fn new(bytes: &[u8]) -> GuestName {
        GuestName(bytes.to_vec())
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Does it name the directory itself, its parent, or the root?
    pub fn is_special(&self) -> bool {
        matches!(self.as_bytes(), b"." | b".." | b"/")
    }

    /// The same bytes as the volume's name: right where the volume tells all names apart.
    ///
    /// # Errors
    /// `EINVAL` for a zero in it.
    pub fn literal(&self) -> Result<DiskName, Errno> {
        CString::new(self.as_bytes()).map(DiskName).map_err(|_| Errno::EINVAL)
    }
}

impl fmt::Debug for GuestName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "guest:{}", self.0.escape_ascii())
    }
}

/// One name as the volume stores it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DiskName(CString);

impl DiskName {
    /// The name for the host's calls.
    pub fn as_c_str(&self) -> &CStr {
        &self.0
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.to_bytes()
    }
}

impl fmt::Debug for DiskName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "disk:{}", self.0.to_bytes().escape_ascii())
    }
}

/// What a name is stored under that cannot be stored itself: `.ef_` and 16 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Token([u8; Token::LEN]);

impl Token {
    /// Its length in bytes.
    pub const LEN: usize = 20;
    const PREFIX: &[u8] = b".ef_";

    /// A new one, at random.
    ///
    /// # Errors
    /// The host's.
    pub fn random() -> Result<Token, Errno> {
        let mut bits = [0; 8];
        host::random(&mut bits)?;
        let text = format!(".ef_{:016x}", u64::from_le_bytes(bits));
        Token::parse(text.as_bytes()).ok_or(Errno::EIO)
    }

    /// The token that `name` is, if it has the form of one.
    pub fn parse(name: &[u8]) -> Option<Token> {
        let digits = name.strip_prefix(Token::PREFIX)?;
        let hex = digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
        hex.then(|| name.try_into().ok().map(Token)).flatten()
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The volume's name.
    pub fn disk(&self) -> DiskName {
        DiskName(CString::new(self.0.as_slice()).unwrap_or_default())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_one_form() {
        let token = Token::random().unwrap();
        assert_eq!(Token::parse(token.as_bytes()), Some(token));
        assert_ne!(Token::random().unwrap(), token);
        assert_eq!(token.disk().as_bytes(), token.as_bytes());
        for other in [
            &b".ef_0123456789abcdeF"[..],
            b".ef_0123456789abcde",
            b".ef_0123456789abcdef0",
            b".EF_0123456789abcdef",
            b".ef_0123456789abcdeg",
            b"",
        ] {
            assert_eq!(Token::parse(other), None, "{}", other.escape_ascii());
        }
    }

    #[test]
    fn only_the_three_names_are_reserved() {
        assert!(is_reserved(b".elfuse_case_index"));
        assert!(is_reserved(b".elfuse_case_index.lock"));
        assert!(is_reserved(b".elfuse_case_index.tmp"));
        assert!(!is_reserved(b".elfuse_case_inde"));
        assert!(!is_reserved(b".Elfuse_case_index"));
    }
}
