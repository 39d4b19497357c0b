//! What lay in the directories of an attempt, as facts.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Everything found at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Every path beneath the directories of the attempt and these themselves. The names are the bytes that listings
    /// returned.
    pub entries: BTreeMap<PathBuf, Entry>,
}

/// What lay at one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it was.
    pub kind: Kind,
    /// Permission bits.
    pub mode: u32,
    /// The device it lay on.
    pub device: u64,
}

/// What an entry was; links are not followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file, with its bytes unless there are too many to keep.
    File(Content),
    /// A directory.
    Directory,
    /// A symbolic link with its text.
    Symlink(OsString),
    /// A socket, a fifo or a device.
    Other,
}

/// What was kept of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// All of it.
    Whole(Vec<u8>),
    /// Its size in bytes; it was too large to keep.
    Size(u64),
    /// Nothing: the harness may not read it.
    Unreadable,
}

/// The trees before and after an attempt, for a case that has conditions.
#[derive(Clone, Copy, Debug)]
pub struct Trees<'a> {
    /// When everything was laid out.
    pub before: &'a Snapshot,
    /// When the last process had ended.
    pub after: &'a Snapshot,
    /// The volume under test, if the case runs on one: its root and device.
    pub volume: Option<(&'a Path, u64)>,
}

impl Kind {
    /// The word for it in a message.
    pub(super) fn noun(&self) -> &'static str {
        match self {
            Kind::File(_) => "a file",
            Kind::Directory => "a directory",
            Kind::Symlink(_) => "a symbolic link",
            Kind::Other => "a special file",
        }
    }
}

impl Snapshot {
    /// The entries strictly beneath `directory`.
    pub(super) fn beneath<'s>(&'s self, directory: &'s Path) -> impl Iterator<Item = (&'s Path, &'s Entry)> {
        let from = self.entries.range(directory.to_path_buf()..);
        let whole = from.map(|(path, entry)| (path.as_path(), entry));
        // Paths compare by components: everything beneath a directory follows it at once.
        whole
            .take_while(move |(path, _)| path.starts_with(directory))
            .filter(move |(path, _)| *path != directory)
    }

    /// The entries of `directory` itself.
    pub(super) fn children<'s>(&'s self, directory: &'s Path) -> impl Iterator<Item = &'s Path> {
        self.beneath(directory).map(|(path, _)| path).filter(move |path| path.parent() == Some(directory))
    }
}
