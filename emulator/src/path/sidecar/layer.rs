//! The layer: what a guest name is stored under, and which guest name is stored so.

use std::collections::HashMap;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::index::Index;
use super::name::{DiskName, GuestName, INDEX, LOCK, NAME_MAX, TEMPORARY, Token, is_reserved};
use super::state::{Cache, Look};
use crate::host::file::{self, Stat};
use crate::syscall::Errno;

/// The most tokens that are remembered.
const HISTORY_MAX: usize = 1 << 16;

/// What the layer says of one name in one directory of the sysroot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The sysroot does not have it: the resolver's answer stands.
    NotOurs,
    /// It is stored under this name.
    Translated {
        /// The volume's name.
        name: DiskName,
        /// Did it come from a row of the index?
        mapped: bool,
    },
}

/// How a guest name stands in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Slot {
    /// It exists, under a token.
    Mapped(Token),
    /// It exists, under its own bytes.
    Literal(DiskName),
    /// It does not exist, and its own bytes can be stored as far as one sees.
    Free(DiskName),
    /// It does not exist, and its own bytes cannot be stored: another spelling is, or the volume refuses them.
    Taken,
}

impl Slot {
    /// The name under which it exists.
    pub fn disk(&self) -> Option<DiskName> {
        match self {
            Slot::Mapped(token) => Some(token.disk()),
            Slot::Literal(name) => Some(name.clone()),
            Slot::Free(_) | Slot::Taken => None,
        }
    }
}

/// The sidecar layer of one sysroot.
#[derive(Debug, Default)]
pub struct Sidecar {
    cache: Cache,
    /// Tokens seen, and the last name of each: for objects that have no name any more.
    history: Mutex<HashMap<Token, GuestName>>,
}

impl Sidecar {
    /// What the name leads to in `dir`.
    ///
    /// # Errors
    /// `ENOENT` for a reserved name, `ENAMETOOLONG`, `EIO` for a malformed index; the host's.
    pub fn verdict(&self, dir: RawFd, name: &GuestName) -> Result<Verdict, Errno> {
        let slot = self.slot(&self.look(dir)?, name)?;
        let mapped = matches!(slot, Slot::Mapped(_));
        Ok(slot.disk().map_or(Verdict::NotOurs, |name| Verdict::Translated { name, mapped }))
    }

    /// A look at `dir` as it is now.
    ///
    /// # Errors
    /// The host's.
    pub fn look(&self, dir: RawFd) -> Result<Look<'_>, Errno> {
        self.cache.look(dir)
    }

    /// How `name` stands in the directory that is looked at.
    ///
    /// # Errors
    /// As [`Sidecar::verdict`].
    pub fn slot(&self, look: &Look<'_>, name: &GuestName) -> Result<Slot, Errno> {
        self.slot_with(look, &*look.index()?, name)
    }

    /// As [`Sidecar::slot`], with rows read otherwise.
    ///
    /// # Errors
    /// As [`Sidecar::verdict`].
    pub fn slot_with(&self, look: &Look<'_>, index: &Index, name: &GuestName) -> Result<Slot, Errno> {
        let bytes = name.as_bytes();
        if is_reserved(bytes) {
            return Err(Errno::ENOENT);
        }
        if bytes.len() > NAME_MAX {
            return Err(Errno::ENAMETOOLONG);
        }
        if let Some(token) = index.token(name)
            && exists(look.dir(), &token.disk())?
        {
            self.remember(token, name);
            return Ok(Slot::Mapped(token));
        }
        if Token::parse(bytes).is_some_and(|token| index.name(&token).is_some()) {
            return Ok(Slot::Taken);
        }
        let literal = name.literal()?;
        if look.is_known(bytes) {
            return Ok(Slot::Literal(literal));
        }
        match file::lstatat(look.dir(), literal.as_c_str()) {
            Ok(stat) if is_listed(look, bytes, &stat)? => Ok(Slot::Literal(literal)),
            Ok(_) => Ok(Slot::Taken),
            Err(Errno::ENOENT) if !resembles_reserved(bytes) => Ok(Slot::Free(literal)),
            Err(Errno::ENOENT) => Ok(Slot::Taken),
            Err(errno) if is_refusal(errno, bytes) => Ok(Slot::Taken),
            Err(errno) => Err(errno),
        }
    }

    /// Is what is stored in `dir` still stored under exactly this name?
    ///
    /// # Errors
    /// The host's.
    pub fn is_exact(&self, dir: RawFd, name: &DiskName) -> Result<bool, Errno> {
        // A token has no other spelling.
        if name.as_bytes() == b"." || Token::parse(name.as_bytes()).is_some() {
            return exists(dir, name);
        }
        match file::lstatat(dir, name.as_c_str()) {
            Ok(stat) => is_listed(&self.look(dir)?, name.as_bytes(), &stat),
            Err(Errno::ENOENT) => Ok(false),
            Err(errno) => Err(errno),
        }
    }

    /// Notes which name a token stands for.
    pub fn remember(&self, token: Token, name: &GuestName) {
        let mut history = self.history();
        if history.get(&token) != Some(name) {
            if history.len() >= HISTORY_MAX {
                history.clear();
            }
            history.insert(token, name.clone());
        }
    }

    fn history(&self) -> MutexGuard<'_, HashMap<Token, GuestName>> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The name that `token` stands for in the directory with these rows, or last stood for.
    pub fn name_of(&self, index: &Index, token: &Token) -> Option<GuestName> {
        index.name(token).cloned().or_else(|| self.history().get(token).cloned())
    }

    /// The rows of `dir`.
    ///
    /// # Errors
    /// As [`Look::index`].
    pub fn index(&self, dir: RawFd) -> Result<Arc<Index>, Errno> {
        self.look(dir)?.index()
    }

    /// How often an index was read for a lookup or a listing.
    pub fn loads(&self) -> u64 {
        self.cache.loads()
    }

    /// The guest's name for what `dir` stores under `name`; `None` for what it does not see.
    pub fn entry_name(&self, dir: RawFd, name: &[u8]) -> Option<GuestName> {
        if is_reserved(name) {
            return None;
        }
        let guest =
            Token::parse(name).and_then(|token| self.name_of(&self.index(dir).unwrap_or_default(), &token));
        Some(guest.unwrap_or_else(|| GuestName::new(name)))
    }

    /// The guest's path for the volume's `path`, both beneath the directory `root`, which has no links in it.
    pub fn guest_path(&self, root: RawFd, path: &[u8]) -> Vec<u8> {
        /// What the host adds to the path of an open file without a name.
        const DELETED: &[u8] = b" (deleted)";
        if !path.windows(5).any(|part| part == b"/.ef_") {
            return path.to_vec();
        }
        let mut guest = Vec::with_capacity(path.len());
        for (at, _) in path.iter().enumerate().filter(|(_, byte)| **byte == b'/') {
            let end =
                path[at + 1..].iter().position(|&byte| byte == b'/').map_or(path.len(), |len| at + 1 + len);
            let component = &path[at + 1..end];
            let (stem, suffix) = match component.strip_suffix(DELETED) {
                Some(stem) if end == path.len() => (stem, DELETED),
                _ => (component, &b""[..]),
            };
            let name = Token::parse(stem).and_then(|token| self.name_beneath(root, &path[..at], &token));
            guest.push(b'/');
            match name {
                Some(name) => {
                    guest.extend_from_slice(name.as_bytes());
                    guest.extend_from_slice(suffix);
                }
                None => guest.extend_from_slice(component),
            }
        }
        guest
    }

    fn name_beneath(&self, root: RawFd, parent: &[u8], token: &Token) -> Option<GuestName> {
        let path = [b".", parent].concat();
        let index = std::ffi::CString::new(path).ok().and_then(|path| {
            let dir = file::open_search(root, &path).ok()?;
            self.index(dir.as_raw_fd()).ok()
        });
        self.name_of(&index.unwrap_or_default(), token)
    }

    /// Holds the layer still, across a fork: the child must not find it locked by a thread that it does not have.
    pub fn hold(&self) -> impl Sized + '_ {
        (self.cache.lock(), self.history())
    }
}

/// Does the volume find anything under this name?
///
/// # Errors
/// The host's.
pub fn exists(dir: RawFd, name: &DiskName) -> Result<bool, Errno> {
    match file::lstatat(dir, name.as_c_str()) {
        Ok(_) => Ok(true),
        Err(Errno::ENOENT) => Ok(false),
        Err(errno) => Err(errno),
    }
}

/// Is the object found under `name` stored under exactly these bytes?
fn is_listed(look: &Look<'_>, name: &[u8], stat: &Stat) -> Result<bool, Errno> {
    match look.lists(name, stat) {
        // In a directory that may be searched but not listed the volume's word is all there is.
        Err(Errno::EACCES) => Ok(true),
        told => told,
    }
}

/// Does the volume refuse these bytes with `errno`, whatever is done with them?
pub fn is_refusal(errno: Errno, name: &[u8]) -> bool {
    match errno {
        Errno::EILSEQ | Errno::ENAMETOOLONG => true,
        Errno::EINVAL => std::str::from_utf8(name).is_err(),
        _ => false,
    }
}

/// Might a volume take the name for a reserved one? Said of more names than any volume does.
fn resembles_reserved(name: &[u8]) -> bool {
    let text = String::from_utf8_lossy(name);
    let plain: Vec<u8> = text
        .chars()
        .filter_map(|letter| match letter {
            'ſ' => Some(b's'),
            letter => letter.is_ascii().then_some(letter.to_ascii_lowercase() as u8),
        })
        .collect();
    [INDEX, LOCK, TEMPORARY].iter().any(|reserved| reserved.to_bytes() == plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_spellings_of_reserved_names_are_recognised() {
        for name in [".ELFUSE_case_index", ".elfu\u{17f}e_case_index.lock", ".elfuse_case_\u{ad}index"] {
            assert!(resembles_reserved(name.as_bytes()), "{name}");
        }
        assert!(!resembles_reserved(b".elfuse_case_index2"));
        assert!(!resembles_reserved(b"Makefile"));
    }
}
