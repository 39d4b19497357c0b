//! Inodes, names and the backing directory.
//!
//! The kernel knows an inode by a number: the backing inode's own under its stored spelling, another one for each
//! other spelling. Directories are kept open; everything else is found by its directory and name, or, once its last
//! known name is gone, by a handle that keeps the inode until the kernel forgets it. So no number is used twice.

use std::collections::HashMap;
use std::ffi::{CStr, OsStr, OsString};
use std::fs::File;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::fold::Key;
use crate::host::at::{self, AtFlags, Errno, FileType, Mode, OFlags, RenameFlags, Stat};
use crate::plan::VolumeKind;

type Result<T> = std::result::Result<T, Errno>;

/// The number of the root to the kernel.
const ROOT: u64 = 1;
/// Numbers from here on stand for other spellings.
const OTHER_SPELLINGS: u64 = 1 << 63;

/// How long facts hold. Only the kernel changes them, through this inode, which is why they may hold at all; those of
/// a directory just long enough for the call that looked it up.
const FACTS_OF_FILES: Duration = Duration::from_secs(1);
const FACTS_OF_DIRECTORIES: Duration = Duration::from_millis(1);

/// An inode as the answer to a lookup.
#[derive(Debug)]
pub(super) struct Found {
    /// Its number to the kernel.
    pub(super) number: u64,
    /// Its facts; the inode number in there is the backing one's.
    pub(super) facts: Stat,
    /// How long they hold.
    pub(super) valid: Duration,
}

/// Who asks, for the owner of what is made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caller {
    pub(super) uid: u32,
    pub(super) gid: u32,
}

/// What a new inode is.
#[derive(Clone, Copy, Debug)]
pub(super) enum New<'a> {
    Directory(Mode),
    Symlink(&'a Path),
    /// Anything else, with its device number.
    Special(FileType, Mode, u64),
}

/// A change of facts; what is `None` stays.
#[derive(Debug)]
pub(super) struct Change<'a> {
    pub(super) mode: Option<Mode>,
    pub(super) owner: (Option<u32>, Option<u32>),
    pub(super) size: Option<u64>,
    pub(super) times: Option<at::Timestamps>,
    /// The open file that the change came through.
    pub(super) file: Option<&'a File>,
}

/// One entry of a listing.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) number: u64,
    pub(super) kind: FileType,
    pub(super) name: OsString,
}

#[derive(Debug)]
struct Directory {
    handle: OwnedFd,
    /// Stored names by key; read from the backing directory when first needed.
    names: Option<HashMap<Key, OsString>>,
    removed: bool,
}

#[derive(Debug)]
enum Body {
    Directory(Directory),
    /// Found by directory (its backing inode) and stored name.
    Entry(u64, OsString),
    /// Its last known name is gone.
    Held(OwnedFd),
}

#[derive(Debug)]
struct Node {
    body: Body,
    /// Lookups that the kernel has not forgotten.
    lookups: u64,
    /// Numbers for other spellings that the kernel has not forgotten.
    others: u32,
    /// Whether there was ever one: facts and pages of two inodes of the kernel may then be one file's.
    spelt_otherwise: bool,
}

#[derive(Debug)]
struct Other {
    inode: u64,
    directory: u64,
    key: Key,
    lookups: u64,
}

/// The filesystem's state. Every method is one step to everybody else: the caller holds the lock.
#[derive(Debug)]
pub(super) struct Tree {
    kind: VolumeKind,
    root: u64,
    privileged: bool,
    nodes: HashMap<u64, Node>,
    others: HashMap<u64, Other>,
    /// The numbers of other spellings that are current, by directory and key.
    spellings: HashMap<(u64, Key), Vec<(OsString, u64)>>,
    next: u64,
}

impl Tree {
    /// The tree over `backing`, with names as on a volume of `kind`; `privileged` when this process may give files away.
    pub(super) fn new(kind: VolumeKind, backing: &Path, privileged: bool) -> Result<Tree> {
        let handle = open_directory(at::CWD, backing.as_os_str())?;
        let root = at::fstat(&handle)?.st_ino;
        let body = Body::Directory(Directory { handle, names: None, removed: false });
        let node = Node { body, lookups: 1, others: 0, spelt_otherwise: false };
        Ok(Tree {
            kind,
            root,
            privileged,
            nodes: HashMap::from([(root, node)]),
            others: HashMap::new(),
            spellings: HashMap::new(),
            next: OTHER_SPELLINGS,
        })
    }

    /// The entry `name` of `parent`.
    pub(super) fn lookup(&mut self, parent: u64, name: &OsStr) -> Result<Found> {
        let directory = self.inode(parent)?;
        let stored = self.stored(directory, &self.key(name)?)?.ok_or(Errno::NOENT)?;
        self.learn(directory, &stored, name)
    }

    /// Takes back `count` lookups of `number`.
    pub(super) fn forget(&mut self, number: u64, count: u64) {
        let inode = match self.others.get_mut(&number) {
            Some(other) => {
                other.lookups = other.lookups.saturating_sub(count);
                if other.lookups > 0 {
                    return;
                }
                let inode = other.inode;
                if let Some(other) = self.others.remove(&number) {
                    self.drop_spelling(other, number);
                }
                if let Some(node) = self.nodes.get_mut(&inode) {
                    node.others = node.others.saturating_sub(1);
                }
                inode
            }
            None => {
                let Ok(inode) = self.inode(number) else { return };
                if let Some(node) = self.nodes.get_mut(&inode) {
                    node.lookups = node.lookups.saturating_sub(count);
                }
                inode
            }
        };
        self.drop_unused(inode);
    }

    /// The facts of an inode and how long they hold.
    pub(super) fn facts(&self, number: u64) -> Result<(Stat, Duration)> {
        let inode = self.inode(number)?;
        let node = self.node(inode)?;
        let facts = match &node.body {
            Body::Directory(directory) => at::fstat(&directory.handle)?,
            Body::Held(handle) => at::fstat(handle)?,
            Body::Entry(directory, name) => {
                at::statat(self.handle(*directory)?, name, AtFlags::SYMLINK_NOFOLLOW)?
            }
        };
        // Somebody changed the backing directory by himself.
        if facts.st_ino != inode {
            return Err(Errno::STALE);
        }
        Ok((facts, self.valid(node, number)))
    }

    /// Changes the facts of an inode.
    pub(super) fn change(&mut self, number: u64, change: &Change<'_>) -> Result<(Stat, Duration)> {
        let (path, follow) = self.path(number)?;
        let flags = if follow { AtFlags::empty() } else { AtFlags::SYMLINK_NOFOLLOW };
        if let (uid @ Some(_), gid) | (uid @ None, gid @ Some(_)) = change.owner {
            at::chownat(at::CWD, &path, uid.map(at::Uid::from_raw), gid.map(at::Gid::from_raw), flags)?;
        }
        if let Some(mode) = change.mode {
            if is(FileType::Symlink, &self.facts(number)?.0) {
                return Err(Errno::OPNOTSUPP);
            }
            at::chmodat(at::CWD, &path, mode, AtFlags::empty())?;
        }
        if let Some(size) = change.size {
            match change.file.map(|file| at::ftruncate(file, size)) {
                // Opened for reading only, or no file.
                Some(Err(Errno::INVAL | Errno::BADF)) | None => {
                    at::ftruncate(self.open(number, OFlags::WRONLY)?.0, size)?;
                }
                Some(result) => result?,
            }
        }
        if let Some(times) = &change.times {
            at::utimensat(at::CWD, &path, times, flags)?;
        }
        self.facts(number)
    }

    /// The target of a symbolic link.
    pub(super) fn readlink(&self, number: u64) -> Result<Vec<u8>> {
        let target = match &self.node(self.inode(number)?)?.body {
            Body::Entry(directory, name) => at::readlinkat(self.handle(*directory)?, name, Vec::new())?,
            Body::Held(handle) => at::readlinkat(handle, "", Vec::new())?,
            Body::Directory(_) => return Err(Errno::INVAL),
        };
        Ok(target.into_bytes())
    }

    /// A path by which this process reaches an inode, and whether its last component is to be followed.
    pub(super) fn path(&self, number: u64) -> Result<(PathBuf, bool)> {
        let of = |handle: BorrowedFd<'_>| PathBuf::from(format!("/proc/self/fd/{}", handle.as_raw_fd()));
        Ok(match &self.node(self.inode(number)?)?.body {
            Body::Directory(directory) => (of(directory.handle.as_fd()), true),
            Body::Held(handle) => (of(handle.as_fd()), true),
            Body::Entry(directory, name) => (of(self.handle(*directory)?).join(name), false),
        })
    }

    /// Opens a file, and says whether pages that the kernel kept are still good.
    pub(super) fn open(&self, number: u64, flags: OFlags) -> Result<(File, bool)> {
        let (path, follow) = self.path(number)?;
        let kept = if follow { OFlags::empty() } else { OFlags::NOFOLLOW };
        let file = at::openat(at::CWD, &path, flags | kept | OFlags::CLOEXEC, Mode::empty())?;
        Ok((file.into(), !self.node(self.inode(number)?)?.spelt_otherwise))
    }

    /// Makes a file if there is none, and opens it.
    pub(super) fn create(
        &mut self,
        parent: u64,
        name: &OsStr,
        flags: OFlags,
        exclusive: bool,
        mode: Mode,
        caller: Caller,
    ) -> Result<(Found, File)> {
        let directory = self.inode(parent)?;
        let key = self.key(name)?;
        if let Some(stored) = self.stored(directory, &key)? {
            if exclusive {
                return Err(Errno::EXIST);
            }
            let found = self.learn(directory, &stored, name)?;
            // The kernel looks again and goes the way of what it then finds.
            let opened = match is(FileType::RegularFile, &found.facts) {
                true => self.open(found.number, flags),
                false => Err(Errno::STALE),
            };
            return match opened {
                Ok((file, _)) => Ok((found, file)),
                Err(error) => {
                    self.forget(found.number, 1);
                    Err(error)
                }
            };
        }
        let make = OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = at::openat(self.handle(directory)?, name, flags | make, mode)?;
        self.give(directory, name, caller)?;
        self.names(directory)?.insert(key, name.to_owned());
        Ok((self.learn(directory, name, name)?, file.into()))
    }

    /// Makes anything but an open file.
    pub(super) fn make(&mut self, parent: u64, name: &OsStr, new: New<'_>, caller: Caller) -> Result<Found> {
        let directory = self.inode(parent)?;
        let key = self.free(directory, name)?;
        let handle = self.handle(directory)?;
        match new {
            New::Directory(mode) => at::mkdirat(handle, name, mode)?,
            New::Symlink(target) => at::symlinkat(target, handle, name)?,
            New::Special(kind, mode, device) => at::mknodat(handle, name, kind, mode, device)?,
        }
        self.give(directory, name, caller)?;
        self.names(directory)?.insert(key, name.to_owned());
        let found = self.learn(directory, name, name)?;
        // Empty, whatever permission there will be to read it.
        if let Some(Node { body: Body::Directory(made), .. }) = self.nodes.get_mut(&found.facts.st_ino) {
            made.names.get_or_insert_default();
        }
        Ok(found)
    }

    /// Makes another name of an inode.
    pub(super) fn link(&mut self, number: u64, parent: u64, name: &OsStr) -> Result<Found> {
        let directory = self.inode(parent)?;
        let key = self.free(directory, name)?;
        let (path, follow) = self.path(number)?;
        let flags = if follow { AtFlags::SYMLINK_FOLLOW } else { AtFlags::empty() };
        at::linkat(at::CWD, &path, self.handle(directory)?, name, flags)?;
        self.names(directory)?.insert(key, name.to_owned());
        self.learn(directory, name, name)
    }

    /// Removes a name; of a directory when `directory_wanted`.
    pub(super) fn remove(&mut self, parent: u64, name: &OsStr, directory_wanted: bool) -> Result<()> {
        let directory = self.inode(parent)?;
        let key = self.key(name)?;
        let stored = self.stored(directory, &key)?.ok_or(Errno::NOENT)?;
        let inode = self.hold(directory, &stored)?;
        let flags = if directory_wanted { AtFlags::REMOVEDIR } else { AtFlags::empty() };
        at::unlinkat(self.handle(directory)?, &stored, flags)?;
        self.names(directory)?.remove(&key);
        self.spellings.remove(&(directory, key));
        self.gone(inode);
        Ok(())
    }

    /// Renames, as renameat2(2).
    pub(super) fn rename(
        &mut self,
        from: (u64, &OsStr),
        to: (u64, &OsStr),
        flags: RenameFlags,
    ) -> Result<()> {
        let (source, target) = (self.inode(from.0)?, self.inode(to.0)?);
        let (source_key, target_key) = (self.key(from.1)?, self.key(to.1)?);
        let old = self.stored(source, &source_key)?.ok_or(Errno::NOENT)?;
        let taken = self.stored(target, &target_key)?;
        let same = source == target && source_key == target_key;
        if flags.contains(RenameFlags::EXCHANGE) {
            let taken = taken.ok_or(Errno::NOENT)?;
            if !same {
                self.exchange((source, &old), (target, &taken))?;
            }
        } else if same {
            if old != to.1 {
                self.move_entry((source, &old), (target, to.1))?;
            }
        } else if let Some(taken) = taken {
            if flags.contains(RenameFlags::NOREPLACE) {
                return Err(Errno::EXIST);
            }
            if !self.replace((source, &old), (target, &taken), to.1)? {
                return Ok(());
            }
            self.names(source)?.remove(&source_key);
        } else {
            self.move_entry((source, &old), (target, to.1))?;
            self.names(source)?.remove(&source_key);
        }
        if !flags.contains(RenameFlags::EXCHANGE) {
            self.names(target)?.insert(target_key.clone(), to.1.to_owned());
        }
        // Whatever stood for another spelling of these names now stands for nothing.
        self.spellings.remove(&(source, source_key));
        self.spellings.remove(&(target, target_key));
        Ok(())
    }

    /// Every entry of a directory as stored, with `.` and `..`.
    pub(super) fn listing(&self, number: u64) -> Result<Vec<Listed>> {
        let inode = self.inode(number)?;
        let handle = self.handle(inode)?;
        let mut entries = Vec::new();
        for entry in entries_of(handle)? {
            let entry = entry?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            let kind = match entry.file_type() {
                FileType::Unknown => {
                    FileType::from_raw_mode(at::statat(handle, name, AtFlags::SYMLINK_NOFOLLOW)?.st_mode)
                }
                known => known,
            };
            // Nothing is above the root.
            let above = name == ".." && inode == self.root;
            let number = if above { inode } else { entry.ino() };
            entries.push(Listed { number, kind, name: name.to_owned() });
        }
        Ok(entries)
    }

    /// How much room there is.
    pub(super) fn space(&self) -> Result<at::StatVfs> {
        at::fstatvfs(self.handle(self.root)?)
    }

    fn key(&self, name: &OsStr) -> Result<Key> {
        Key::of(self.kind, name)
    }

    fn inode(&self, number: u64) -> Result<u64> {
        match number {
            ROOT => Ok(self.root),
            OTHER_SPELLINGS.. => self.others.get(&number).map(|other| other.inode).ok_or(Errno::STALE),
            _ => Ok(number),
        }
    }

    fn node(&self, inode: u64) -> Result<&Node> {
        self.nodes.get(&inode).ok_or(Errno::STALE)
    }

    fn directory(&self, inode: u64) -> Result<&Directory> {
        match &self.node(inode)?.body {
            Body::Directory(directory) => Ok(directory),
            _ => Err(Errno::NOTDIR),
        }
    }

    fn handle(&self, directory: u64) -> Result<BorrowedFd<'_>> {
        Ok(self.directory(directory)?.handle.as_fd())
    }

    fn valid(&self, node: &Node, number: u64) -> Duration {
        match node.body {
            _ if number >= OTHER_SPELLINGS || node.spelt_otherwise => Duration::ZERO,
            Body::Directory(_) => FACTS_OF_DIRECTORIES,
            _ => FACTS_OF_FILES,
        }
    }

    fn names(&mut self, directory: u64) -> Result<&mut HashMap<Key, OsString>> {
        let kind = self.kind;
        let node = self.nodes.get_mut(&directory).ok_or(Errno::STALE)?;
        let Body::Directory(directory) = &mut node.body else { return Err(Errno::NOTDIR) };
        if directory.names.is_none() {
            directory.names = Some(read_names(kind, &directory.handle)?);
        }
        directory.names.as_mut().ok_or(Errno::IO)
    }

    fn stored(&mut self, directory: u64, key: &Key) -> Result<Option<OsString>> {
        Ok(self.names(directory)?.get(key).cloned())
    }

    /// The key of a name that is not taken.
    fn free(&mut self, directory: u64, name: &OsStr) -> Result<Key> {
        let key = self.key(name)?;
        match self.stored(directory, &key)? {
            Some(_) => Err(Errno::EXIST),
            None => Ok(key),
        }
    }

    /// Counts a lookup of the entry `stored`, which was asked for as `asked`.
    fn learn(&mut self, directory: u64, stored: &OsStr, asked: &OsStr) -> Result<Found> {
        let handle = self.handle(directory)?;
        let facts = at::statat(handle, stored, AtFlags::SYMLINK_NOFOLLOW)?;
        let inode = facts.st_ino;
        let body = if !is(FileType::Directory, &facts) {
            Some(Body::Entry(directory, stored.to_owned()))
        } else if self.nodes.contains_key(&inode) {
            None
        } else {
            let handle = open_directory(handle, stored)?;
            Some(Body::Directory(Directory { handle, names: None, removed: false }))
        };
        match (self.nodes.get_mut(&inode), body) {
            (Some(node), Some(body)) => node.body = body,
            (None, Some(body)) => {
                let node = Node { body, lookups: 0, others: 0, spelt_otherwise: false };
                self.nodes.insert(inode, node);
            }
            (_, None) => {}
        }
        let number = if stored == asked { inode } else { self.other_spelling(directory, asked, inode)? };
        let node = self.nodes.get_mut(&inode).ok_or(Errno::STALE)?;
        match self.others.get_mut(&number) {
            Some(other) => other.lookups += 1,
            None => node.lookups += 1,
        }
        let valid = self.valid(self.node(inode)?, number);
        Ok(Found { number, facts, valid })
    }

    /// The number of `inode` under the spelling `asked`.
    fn other_spelling(&mut self, directory: u64, asked: &OsStr, inode: u64) -> Result<u64> {
        let key = self.key(asked)?;
        let spellings = self.spellings.entry((directory, key.clone())).or_default();
        if let Some((_, number)) = spellings.iter().find(|(spelling, _)| spelling == asked) {
            return Ok(*number);
        }
        let number = self.next;
        self.next += 1;
        spellings.push((asked.to_owned(), number));
        self.others.insert(number, Other { inode, directory, key, lookups: 0 });
        let node = self.nodes.get_mut(&inode).ok_or(Errno::STALE)?;
        node.others += 1;
        node.spelt_otherwise = true;
        Ok(number)
    }

    fn drop_spelling(&mut self, other: Other, number: u64) {
        let place = (other.directory, other.key);
        if let Some(spellings) = self.spellings.get_mut(&place) {
            spellings.retain(|(_, current)| *current != number);
            if spellings.is_empty() {
                self.spellings.remove(&place);
            }
        }
    }

    /// Drops an inode that the kernel does not know any more. A directory that still exists stays: entries are found
    /// through it.
    fn drop_unused(&mut self, inode: u64) {
        let unused = self.nodes.get(&inode).is_some_and(|node| {
            let needed = matches!(&node.body, Body::Directory(directory) if !directory.removed);
            node.lookups == 0 && node.others == 0 && !needed
        });
        if unused {
            self.nodes.remove(&inode);
        }
    }

    /// Keeps the inode of an entry that is about to lose this name, and returns its number.
    fn hold(&mut self, directory: u64, stored: &OsStr) -> Result<u64> {
        let handle = self.handle(directory)?;
        let inode = at::statat(handle, stored, AtFlags::SYMLINK_NOFOLLOW)?.st_ino;
        let found_here = matches!(
            self.nodes.get(&inode).map(|node| &node.body),
            Some(Body::Entry(place, name)) if *place == directory && name == stored
        );
        if found_here {
            let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let held = at::openat(handle, stored, flags, Mode::empty())?;
            if let Some(node) = self.nodes.get_mut(&inode) {
                node.body = Body::Held(held);
            }
        }
        Ok(inode)
    }

    /// Notes that a name of `inode` was removed.
    fn gone(&mut self, inode: u64) {
        if let Some(Node { body: Body::Directory(directory), .. }) = self.nodes.get_mut(&inode) {
            directory.removed = true;
        }
        self.drop_unused(inode);
    }

    /// Moves an entry to a name that is free.
    fn move_entry(&mut self, from: (u64, &OsStr), to: (u64, &OsStr)) -> Result<()> {
        let inode = self.entry_inode(from)?;
        at::renameat_with(self.handle(from.0)?, from.1, self.handle(to.0)?, to.1, RenameFlags::NOREPLACE)?;
        self.moved(inode, from, to);
        Ok(())
    }

    /// Moves an entry over another one, which then is spelt `spelling`; false when both are one inode, which changes
    /// nothing.
    fn replace(&mut self, from: (u64, &OsStr), to: (u64, &OsStr), spelling: &OsStr) -> Result<bool> {
        let inode = self.entry_inode(from)?;
        if inode == self.entry_inode(to)? {
            return Ok(false);
        }
        let replaced = self.hold(to.0, to.1)?;
        at::renameat(self.handle(from.0)?, from.1, self.handle(to.0)?, to.1)?;
        let target = self.handle(to.0)?;
        if to.1 != spelling {
            at::renameat_with(target, to.1, target, spelling, RenameFlags::NOREPLACE)?;
        }
        self.moved(inode, from, (to.0, spelling));
        self.gone(replaced);
        Ok(true)
    }

    fn exchange(&mut self, from: (u64, &OsStr), to: (u64, &OsStr)) -> Result<()> {
        let (one, other) = (self.entry_inode(from)?, self.entry_inode(to)?);
        at::renameat_with(self.handle(from.0)?, from.1, self.handle(to.0)?, to.1, RenameFlags::EXCHANGE)?;
        if one != other {
            self.moved(one, from, to);
            self.moved(other, to, from);
        }
        Ok(())
    }

    fn entry_inode(&self, entry: (u64, &OsStr)) -> Result<u64> {
        Ok(at::statat(self.handle(entry.0)?, entry.1, AtFlags::SYMLINK_NOFOLLOW)?.st_ino)
    }

    /// Notes that the entry `from` of `inode` is now `to`.
    fn moved(&mut self, inode: u64, from: (u64, &OsStr), to: (u64, &OsStr)) {
        if let Some(Node { body: body @ Body::Entry(..), .. }) = self.nodes.get_mut(&inode)
            && matches!(body, Body::Entry(directory, name) if *directory == from.0 && name == from.1)
        {
            *body = Body::Entry(to.0, to.1.to_owned());
        }
    }

    /// Gives a new entry to who made it.
    fn give(&self, directory: u64, name: &OsStr, caller: Caller) -> Result<()> {
        if !self.privileged || (caller.uid, caller.gid) == (0, 0) {
            return Ok(());
        }
        let handle = self.handle(directory)?;
        // The group of a set-group-ID directory is inherited; the kernel did that already.
        let inherited = Mode::from_raw_mode(at::fstat(handle)?.st_mode).contains(Mode::SGID);
        let gid = (!inherited).then(|| at::Gid::from_raw(caller.gid));
        at::chownat(handle, name, Some(at::Uid::from_raw(caller.uid)), gid, AtFlags::SYMLINK_NOFOLLOW)
    }
}

fn is(kind: FileType, facts: &Stat) -> bool {
    FileType::from_raw_mode(facts.st_mode) == kind
}

fn open_directory(parent: impl AsFd, name: &OsStr) -> Result<OwnedFd> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    at::openat(parent, name, flags, Mode::empty())
}

/// The handle of a directory node is for names only; reading takes one of its own.
fn entries_of(handle: impl AsFd) -> Result<at::Dir> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    at::Dir::new(at::openat(handle, ".", flags, Mode::empty())?)
}

fn read_names(kind: VolumeKind, handle: &OwnedFd) -> Result<HashMap<Key, OsString>> {
    let mut names = HashMap::new();
    for entry in entries_of(handle)? {
        let entry = entry?;
        let name: &CStr = entry.file_name();
        if name != c"." && name != c".." {
            let name = OsStr::from_bytes(name.to_bytes());
            names.insert(Key::of(kind, name)?, name.to_owned());
        }
    }
    Ok(names)
}
