//! Guest paths.

use std::fmt;

/// A path as the guest spells it: bytes, of any encoding, without a zero.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct GuestPath(pub Vec<u8>);

impl GuestPath {
    /// The path's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Does it start at the root?
    pub fn is_absolute(&self) -> bool {
        self.0.first() == Some(&b'/')
    }

    /// This directory's entry `name`.
    #[must_use]
    pub fn join(&self, name: &[u8]) -> GuestPath {
        let mut path = self.0.clone();
        if path.last() != Some(&b'/') {
            path.push(b'/');
        }
        path.extend_from_slice(name);
        GuestPath(path)
    }
}

impl From<&[u8]> for GuestPath {
    fn from(bytes: &[u8]) -> GuestPath {
        GuestPath(bytes.to_vec())
    }
}

impl fmt::Debug for GuestPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

/// The names between the slashes of `path`.
pub fn names(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|&byte| byte == b'/').filter(|name| !name.is_empty())
}
