//! Two trees in memory, and what each operation does to them.
//!
//! The names and errors are those of path_resolution(7), open(2), rename(2) and so on; which tree answers is the
//! sysroot's contract.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::ops::{At, Base, Op, Outcome, SLOTS};
use super::world::World;
use elfuse::host::file::{S_IFDIR, S_IFIFO, S_IFLNK, S_IFREG, S_IFSOCK};
use elfuse::syscall::Errno;
use elfuse::syscall::abi::OpenFlags;

pub type Id = usize;

#[derive(Clone, Debug)]
pub enum Kind {
    Dir(BTreeMap<Vec<u8>, Id>),
    File,
    Fifo,
    Socket,
    Link(Vec<u8>),
}

#[derive(Clone, Debug)]
pub struct Node {
    pub kind: Kind,
    pub mode: u32,
    pub size: u64,
    pub links: u32,
    /// Of a directory; its own for a root.
    pub parent: Id,
    /// A directory that was removed.
    pub gone: bool,
}

/// The last name of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    Plain(Vec<u8>),
    Dot,
    DotDot,
    /// There is none: the path is the root.
    Root,
}

/// What a path leads to.
#[derive(Clone, Debug)]
pub struct Found {
    pub dir: Id,
    pub name: Name,
    pub node: Option<Id>,
    pub slash: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    Lookup { follow: bool },
    Create { follow: bool },
    Mutate,
}

/// The mask of permissions that new files do not get.
pub const UMASK: u32 = 0o022;

pub struct Model {
    pub world: World,
    pub nodes: Vec<Node>,
    /// The sysroot.
    pub root: Id,
    /// The host's root, when the guest can reach it.
    pub host_root: Option<Id>,
    /// Directories of the host's that are not ours: nothing in them is changed or listed.
    pub foreign: BTreeSet<Id>,
    pub cwd: Id,
    pub slots: [Option<Id>; SLOTS],
    /// Were there two errors to choose from? Which of them comes first is nobody's promise.
    pub unclear: Cell<bool>,
    /// The name that the last operation made.
    pub made: Option<(Id, Vec<u8>)>,
}

type Answer = Result<Outcome, Errno>;
/// What is to lose its name: where, which name, what.
type Doomed = (Found, Vec<u8>, Id);
/// `None`: the operation would touch what is not ours, so it is left out.
type Maybe<T> = Option<T>;

impl Model {
    pub fn new(world: World) -> Model {
        let root =
            Node { kind: Kind::Dir(BTreeMap::new()), mode: 0o755, size: 0, links: 1, parent: 0, gone: false };
        let mut model = Model {
            nodes: vec![root],
            root: 0,
            host_root: None,
            foreign: BTreeSet::new(),
            cwd: 0,
            slots: [None; SLOTS],
            unclear: Cell::new(false),
            made: None,
            world,
        };
        if let Some(mirror) = model.world.mirror.clone() {
            let top = model.add(Kind::Dir(BTreeMap::new()), 0o755);
            model.nodes[top].parent = top;
            model.host_root = Some(top);
            let mut at = top;
            for name in mirror.split(|&byte| byte == b'/').filter(|name| !name.is_empty()) {
                model.foreign.insert(at);
                let next = model.add(Kind::Dir(BTreeMap::new()), 0o755);
                model.put(at, name, next);
                at = next;
            }
            model.add_system(top);
            let base = model.nodes[at].parent;
            let name = model.world.sysroot_name();
            model.entries_mut(base).insert(name, 0);
            // The emulator starts where the test stands, which is there.
            model.cwd = at;
        }
        model
    }

    /// The host's own directories and files that paths lead through.
    fn add_system(&mut self, top: Id) {
        for name in ["usr", "etc"] {
            if Path::new("/").join(name).symlink_metadata().is_ok_and(|meta| meta.is_dir()) {
                let dir = self.add(Kind::Dir(BTreeMap::new()), 0o755);
                self.foreign.insert(dir);
                self.put(top, name.as_bytes(), dir);
            }
        }
        for name in ["hosts", "resolv.conf", "passwd"] {
            let there = Path::new("/etc").join(name).symlink_metadata().is_ok_and(|meta| meta.is_file());
            if let (true, Some(etc)) = (there, self.entries(top).get(&b"etc"[..]).copied()) {
                let file = self.add(Kind::File, 0o644);
                self.put(etc, name.as_bytes(), file);
            }
        }
    }

    fn add(&mut self, kind: Kind, mode: u32) -> Id {
        self.nodes.push(Node { kind, mode, size: 0, links: 1, parent: 0, gone: false });
        self.nodes.len() - 1
    }

    fn put(&mut self, dir: Id, name: &[u8], node: Id) {
        self.entries_mut(dir).insert(name.to_vec(), node);
        if self.is_dir(node) {
            self.nodes[node].parent = dir;
        }
    }

    pub fn entries(&self, dir: Id) -> &BTreeMap<Vec<u8>, Id> {
        match &self.nodes[dir].kind {
            Kind::Dir(entries) => entries,
            other => panic!("not a directory: {other:?}"),
        }
    }

    fn entries_mut(&mut self, dir: Id) -> &mut BTreeMap<Vec<u8>, Id> {
        match &mut self.nodes[dir].kind {
            Kind::Dir(entries) => entries,
            other => panic!("not a directory: {other:?}"),
        }
    }

    pub fn is_dir(&self, node: Id) -> bool {
        matches!(self.nodes[node].kind, Kind::Dir(_))
    }

    pub fn is_inside(&self, mut dir: Id) -> bool {
        loop {
            let parent = self.nodes[dir].parent;
            if dir == self.root || parent == dir {
                return dir == self.root;
            }
            dir = parent;
        }
    }

    /// The names from the directory's root down to it.
    pub fn names(&self, dir: Id) -> Vec<Vec<u8>> {
        let mut names = Vec::new();
        let mut at = dir;
        while self.nodes[at].parent != at {
            let parent = self.nodes[at].parent;
            let found = self.entries(parent).iter().find(|(_, node)| **node == at);
            names.extend(found.map(|(name, _)| name.clone()));
            at = parent;
        }
        names.reverse();
        names
    }

    /// Was it, or a directory above it, removed?
    fn is_gone(&self, dir: Id) -> bool {
        self.nodes[dir].gone
    }

    /// What the host says of `node`.
    pub fn status(&self, node: Id) -> Outcome {
        let Node { kind, mode, size, links, .. } = &self.nodes[node];
        let (bits, size) = match kind {
            Kind::Dir(_) => (S_IFDIR, 0),
            Kind::File => (S_IFREG, *size),
            Kind::Fifo => (S_IFIFO, 0),
            Kind::Socket => (S_IFSOCK, 0),
            Kind::Link(target) => (S_IFLNK, self.world.expand(target).len() as u64),
        };
        let links = if bits == S_IFDIR { 1 } else { *links };
        Outcome::Status { mode: bits | mode, links, size }
    }

    /// Where a relative path starts; `None` for a closed descriptor.
    fn start(&self, at: &At) -> Option<Id> {
        match at.base {
            Base::Cwd => Some(self.cwd),
            Base::Slot(slot) => self.slots[slot],
        }
    }

    fn find(&self, at: &At, want: Want) -> Result<Found, Errno> {
        self.resolve(self.start(at), &self.world.expand(&at.path), want)
    }

    fn lookup(&self, at: &At, follow: bool) -> Result<Id, Errno> {
        self.find(at, Want::Lookup { follow })?.node.ok_or(Errno::ENOENT)
    }

    /// Does the operation and says what it gives; `None` when it must not be done.
    pub fn apply(&mut self, op: &Op) -> Maybe<Outcome> {
        self.made = None;
        self.unclear.set(false);
        let answer = match op {
            Op::Mkdir { at, mode } => {
                self.make(at, true, |model| model.add(Kind::Dir(BTreeMap::new()), mode & !UMASK))?
            }
            Op::Fifo(at) => self.make(at, false, |model| model.add(Kind::Fifo, 0o644))?,
            // Longer ones do not fit into an address, and an empty one is none.
            Op::Bind(at) | Op::Connect(at) if !(1..=100).contains(&self.world.expand(&at.path).len()) => {
                return None;
            }
            Op::Bind(at) => {
                let made = self.make(at, false, |model| model.add(Kind::Socket, 0o777 & !UMASK))?;
                made.map_err(|errno| if errno == Errno::EEXIST { Errno::EADDRINUSE } else { errno })
            }
            Op::Connect(at) => self.lookup(at, true).and(Err(Errno::ECONNREFUSED)),
            Op::Symlink { target, at } if target.is_empty() => {
                let _ = at;
                Err(Errno::ENOENT)
            }
            Op::Symlink { target, at } => {
                self.make(at, false, |model| model.add(Kind::Link(target.clone()), 0o777))?
            }
            Op::Rmdir(at) => self.rmdir(at)?,
            Op::Unlink(at) => self.unlink(at)?,
            Op::Link { old, new, follow } => self.link(old, new, *follow)?,
            Op::Rename { old, new, flags } => self.rename(old, new, *flags)?,
            Op::Create { at, exclusive, follow, size } => self.create(at, *exclusive, *follow, *size)?,
            Op::Open { at, flags, slot } => self.open(at, *flags, *slot),
            Op::Stat { at, follow } => match self.lookup(at, *follow) {
                Ok(node) if self.is_foreign(node) => return None,
                other => other.map(|node| self.status(node)),
            },
            Op::Access(at) => self.lookup(at, true).map(|_| Outcome::Done),
            // An empty path is the directory itself, which is no link.
            Op::Readlink(at) if at.path.is_empty() => match self.start(at) {
                None => Err(Errno::EBADF),
                Some(_) => Err(Errno::ENOENT),
            },
            Op::Readlink(at) => self.lookup(at, false).and_then(|node| match &self.nodes[node].kind {
                Kind::Link(target) => Ok(Outcome::Bytes(self.world.expand(target))),
                _ => Err(Errno::EINVAL),
            }),
            Op::Chmod { at, mode } => match self.lookup(at, true) {
                Ok(node) if self.is_foreign(node) || node == self.root => return None,
                other => other.map(|node| {
                    self.nodes[node].mode = *mode;
                    Outcome::Done
                }),
            },
            Op::Truncate { at, size } => self.lookup(at, true).and_then(|node| {
                match self.nodes[node].kind {
                    Kind::Dir(_) => return Err(Errno::EISDIR),
                    Kind::File => self.nodes[node].size = *size,
                    _ => return Err(Errno::EINVAL),
                }
                Ok(Outcome::Done)
            }),
            Op::Chdir(at) => self.lookup(at, true).and_then(|node| self.go(node)),
            Op::Fchdir(slot) => self.slots[*slot].ok_or(Errno::EBADF).and_then(|node| self.go(node)),
            Op::Getcwd => self.getcwd(),
            Op::List(at) => match self.lookup(at, true) {
                Ok(node) if self.is_foreign(node) => return None,
                Ok(node) if !self.is_dir(node) => Err(Errno::ENOTDIR),
                Ok(node) if self.is_gone(node) => Err(Errno::ENOENT),
                Ok(node) => Ok(Outcome::Names(self.entries(node).keys().cloned().collect())),
                Err(errno) => Err(errno),
            },
        };
        if self.unclear.take() {
            return None;
        }
        Some(answer.unwrap_or_else(|errno| Outcome::Failed(errno.name())))
    }

    fn is_foreign(&self, node: Id) -> bool {
        self.foreign.contains(&node)
    }

    fn go(&mut self, node: Id) -> Answer {
        if !self.is_dir(node) {
            return Err(Errno::ENOTDIR);
        }
        self.cwd = node;
        Ok(Outcome::Done)
    }

    fn getcwd(&self) -> Answer {
        let mut at = self.cwd;
        while self.nodes[at].parent != at {
            if self.nodes[at].gone {
                return Err(Errno::ENOENT);
            }
            at = self.nodes[at].parent;
        }
        let path: Vec<u8> = self.names(self.cwd).iter().flat_map(|name| [&b"/"[..], name].concat()).collect();
        Ok(Outcome::Bytes(if path.is_empty() { b"/".to_vec() } else { path }))
    }

    /// The directory and the free name of a new object.
    fn free(&self, at: &At, directory: bool) -> Maybe<Result<(Id, Vec<u8>), Errno>> {
        let found = match self.find(at, Want::Mutate) {
            Ok(found) => found,
            Err(errno) => return Some(Err(errno)),
        };
        if self.is_foreign(found.dir) {
            return None;
        }
        Some(match found.name {
            Name::Plain(_) if found.node.is_some() => Err(Errno::EEXIST),
            Name::Plain(_) if found.slash && !directory => Err(Errno::ENOENT),
            Name::Plain(_) if self.is_gone(found.dir) => Err(Errno::ENOENT),
            Name::Plain(name) if self.is_reserved(found.dir, &name) => Err(Errno::ENOENT),
            Name::Plain(name) => Ok((found.dir, name)),
            _ => Err(Errno::EEXIST),
        })
    }

    /// Is the name one that the layer keeps from the guest there?
    pub fn is_reserved(&self, dir: Id, name: &[u8]) -> bool {
        self.world.folds && name == b".elfuse_case_index" && self.is_inside(dir)
    }

    fn names_reserved(&self, found: &Found) -> bool {
        matches!(&found.name, Name::Plain(name) if self.is_reserved(found.dir, name))
    }

    fn make(&mut self, at: &At, directory: bool, node: impl FnOnce(&mut Model) -> Id) -> Maybe<Answer> {
        Some(self.free(at, directory)?.map(|(dir, name)| {
            let node = node(self);
            self.put(dir, &name, node);
            self.made = Some((dir, name));
            Outcome::Done
        }))
    }

    /// The existing object whose name is to go.
    fn doomed(&self, at: &At, special: impl Fn(&Name) -> Errno) -> Maybe<Result<Doomed, Errno>> {
        let found = match self.find(at, Want::Mutate) {
            Ok(found) => found,
            Err(errno) => return Some(Err(errno)),
        };
        if self.is_foreign(found.dir) {
            return None;
        }
        Some(match (found.name.clone(), found.node) {
            (Name::Plain(_), None) => Err(Errno::ENOENT),
            (Name::Plain(name), Some(node)) => Ok((found, name, node)),
            (other, _) => Err(special(&other)),
        })
    }

    fn rmdir(&mut self, at: &At) -> Maybe<Answer> {
        let doomed = self.doomed(at, |name| match name {
            Name::Dot => Errno::EINVAL,
            Name::DotDot => Errno::ENOTEMPTY,
            _ => Errno::EBUSY,
        })?;
        Some(doomed.and_then(|(found, name, node)| {
            if !self.is_dir(node) {
                return Err(Errno::ENOTDIR);
            }
            if !self.entries(node).is_empty() {
                return Err(Errno::ENOTEMPTY);
            }
            self.entries_mut(found.dir).remove(&name);
            self.nodes[node].gone = true;
            Ok(Outcome::Done)
        }))
    }

    fn unlink(&mut self, at: &At) -> Maybe<Answer> {
        let doomed = self.doomed(at, |_| Errno::EISDIR)?;
        Some(doomed.and_then(|(found, name, node)| {
            if self.is_dir(node) {
                return Err(Errno::EISDIR);
            }
            if found.slash {
                return Err(Errno::ENOTDIR);
            }
            self.entries_mut(found.dir).remove(&name);
            self.nodes[node].links -= 1;
            Ok(Outcome::Done)
        }))
    }

    fn link(&mut self, old: &At, new: &At, follow: bool) -> Maybe<Answer> {
        let node = match self.lookup(old, follow) {
            Ok(node) => node,
            Err(errno) => return Some(Err(errno)),
        };
        Some(self.free(new, false)?.and_then(|(dir, name)| {
            if self.is_dir(node) {
                return Err(Errno::EPERM);
            }
            self.nodes[node].links += 1;
            self.put(dir, &name, node);
            self.made = Some((dir, name));
            Ok(Outcome::Done)
        }))
    }

    fn rename(&mut self, old: &At, new: &At, flags: u32) -> Maybe<Answer> {
        const NO_REPLACE: u32 = 1;
        const EXCHANGE: u32 = 2;
        let (from, to) = match (self.find(old, Want::Mutate), self.find(new, Want::Mutate)) {
            (Err(Errno::ENAMETOOLONG), _) | (_, Err(Errno::ENAMETOOLONG)) => return None,
            (Err(errno), _) | (_, Err(errno)) => return Some(Err(errno)),
            (Ok(from), Ok(to)) => (from, to),
        };
        if self.is_foreign(from.dir) || self.is_foreign(to.dir) {
            return None;
        }
        if self.names_reserved(&from) || self.names_reserved(&to) {
            // What else is wrong may be said first.
            let odd = |found: &Found| found.slash || !matches!(found.name, Name::Plain(_));
            return if odd(&from) || odd(&to) { None } else { Some(Err(Errno::ENOENT)) };
        }
        let Name::Plain(old_name) = from.name else { return Some(Err(Errno::EBUSY)) };
        let Name::Plain(new_name) = to.name else {
            return Some(Err(if flags & NO_REPLACE != 0 { Errno::EEXIST } else { Errno::EBUSY }));
        };
        let Some(source) = from.node else { return Some(Err(Errno::ENOENT)) };
        if self.is_gone(to.dir) {
            // A slash may be wrong, too.
            return if from.slash || to.slash { None } else { Some(Err(Errno::ENOENT)) };
        }
        let moves_directory =
            self.is_dir(source) || (flags & EXCHANGE != 0 && to.node.is_some_and(|node| self.is_dir(node)));
        if moves_directory && self.is_inside(from.dir) != self.is_inside(to.dir) {
            // A handle on the directory would change its tree, which two volumes rule out.
            return None;
        }
        match to.node {
            Some(_) if flags & NO_REPLACE != 0 => return Some(Err(Errno::EEXIST)),
            None if flags & EXCHANGE != 0 => return Some(Err(Errno::ENOENT)),
            Some(target) if flags & EXCHANGE != 0 && to.slash && !self.is_dir(target) => {
                return Some(Err(Errno::ENOTDIR));
            }
            _ => {}
        }
        if !self.is_dir(source) && (from.slash || (flags & EXCHANGE == 0 && to.slash)) {
            return Some(Err(Errno::ENOTDIR));
        }
        if self.is_above(source, to.dir) {
            return Some(Err(Errno::EINVAL));
        }
        if let Some(target) = to.node
            && self.is_above(target, from.dir)
        {
            return Some(Err(if flags & EXCHANGE != 0 { Errno::EINVAL } else { Errno::ENOTEMPTY }));
        }
        if to.node == Some(source) {
            return Some(Ok(Outcome::Done));
        }
        if flags & EXCHANGE == 0
            && let Some(target) = to.node
        {
            match (self.is_dir(source), self.is_dir(target)) {
                (true, false) => return Some(Err(Errno::ENOTDIR)),
                (false, true) => return Some(Err(Errno::EISDIR)),
                (true, true) if !self.entries(target).is_empty() => return Some(Err(Errno::ENOTEMPTY)),
                _ => {}
            }
        }
        self.entries_mut(from.dir).remove(&old_name);
        if let Some(target) = to.node {
            self.entries_mut(to.dir).remove(&new_name);
            if flags & EXCHANGE != 0 {
                self.put(from.dir, &old_name, target);
            } else if self.is_dir(target) {
                self.nodes[target].gone = true;
            } else {
                self.nodes[target].links -= 1;
            }
        }
        self.put(to.dir, &new_name, source);
        Some(Ok(Outcome::Done))
    }

    /// Is `node` the directory `dir` or above it?
    fn is_above(&self, node: Id, mut dir: Id) -> bool {
        loop {
            if node == dir {
                return true;
            }
            let parent = self.nodes[dir].parent;
            if parent == dir {
                return false;
            }
            dir = parent;
        }
    }

    fn create(&mut self, at: &At, exclusive: bool, follow: bool, size: u64) -> Maybe<Answer> {
        let found = match self.find(at, Want::Create { follow: follow && !exclusive }) {
            Ok(found) => found,
            Err(errno) => return Some(Err(errno)),
        };
        let Some(node) = found.node else {
            let Name::Plain(name) = &found.name else { return Some(Err(Errno::EISDIR)) };
            if self.is_foreign(found.dir) {
                return None;
            }
            if self.is_gone(found.dir) || self.is_reserved(found.dir, name) {
                return Some(Err(Errno::ENOENT));
            }
            let node = self.add(Kind::File, 0o644);
            self.nodes[node].size = size;
            self.put(found.dir, name, node);
            self.made = Some((found.dir, name.clone()));
            return Some(Ok(Outcome::Done));
        };
        if exclusive {
            return Some(Err(Errno::EEXIST));
        }
        Some(match self.nodes[node].kind {
            Kind::Dir(_) => Err(Errno::EISDIR),
            Kind::Link(_) => Err(Errno::ELOOP),
            // Opened to write, without waiting, while nobody reads.
            Kind::Fifo | Kind::Socket => Err(Errno::ENXIO),
            Kind::File => {
                self.nodes[node].size = size;
                Ok(Outcome::Done)
            }
        })
    }

    fn open(&mut self, at: &At, flags: OpenFlags, slot: usize) -> Answer {
        let node = self.lookup(at, !flags.has(OpenFlags::NOFOLLOW))?;
        let is_link = matches!(self.nodes[node].kind, Kind::Link(_));
        if flags.has(OpenFlags::DIRECTORY) && !self.is_dir(node) {
            return Err(Errno::ENOTDIR);
        }
        if is_link && !flags.has(OpenFlags::PATH) {
            return Err(Errno::ELOOP);
        }
        if matches!(self.nodes[node].kind, Kind::Socket) && !flags.has(OpenFlags::PATH) {
            return Err(Errno::ENXIO);
        }
        if self.is_dir(node) {
            self.slots[slot] = Some(node);
        }
        Ok(Outcome::Done)
    }
}
