//! The walk: from a path to a directory handle and one name, component by component.
//!
//! One walk serves lookups and mutations. It runs in one of two worlds at a time, the sysroot (*inside*) or the host
//! (*outside*), holds a handle on the directory reached, and follows symbolic links itself, in the guest's name
//! space. Which world comes first, and when the second is tried, is `resolve`'s business.

use std::collections::VecDeque;
use std::ffi::CString;
use std::os::fd::AsRawFd;
use std::sync::Arc;

use super::context::FsContext;
use super::guest::names;
use super::place::{Dir, Place, Target};
use super::sidecar::{DiskName, GuestName, Sidecar, Verdict};
use crate::host::file;
use crate::syscall::Errno;

/// The most symbolic links one path may lead through.
pub(super) const MAX_LINKS: u32 = 40;
/// The longest name.
const NAME_MAX: usize = 255;
/// The guest's directories that the synthetic layer owns.
pub(super) const SYNTHETIC: [&[u8]; 3] = [b"proc", b"sys", b"dev"];

/// What the caller wants of the last component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    /// An existing object; its last symbolic link is followed, or is the object.
    Lookup {
        /// Follow it?
        follow: bool,
    },
    /// `open` with `O_CREAT`: an existing object or a new one.
    Create {
        /// Follow a symbolic link in the last place?
        follow: bool,
    },
    /// To make, remove or move the name itself.
    Mutate,
}

/// A symbolic link that brought in components.
#[derive(Debug)]
pub(super) struct Link {
    /// Where it points.
    pub target: Vec<u8>,
    /// The directory it stands in.
    pub base: Dir,
}

/// One name still to be walked.
#[derive(Clone, Debug)]
pub(super) struct Component {
    pub name: Vec<u8>,
    /// The link whose target holds it; `None` when the guest itself spelled it.
    pub link: Option<Arc<Link>>,
}

/// Where a walk came to.
pub(super) enum Step {
    /// An object.
    Done(Place),
    /// A name to be made, moved or removed.
    Name(Target),
    /// What is left starts again at the guest's root.
    Root,
    /// What is left starts in the synthetic layer, its first component included.
    Synthetic,
    /// This component does not exist inside.
    Absent(Component),
}

/// The state of a walk.
pub(super) struct Walk<'a> {
    pub fs: &'a FsContext,
    pub intent: Intent,
    pub todo: VecDeque<Component>,
    pub dir: Dir,
    pub inside: bool,
    /// How deep `dir` lies below the host's root, when the walk started there.
    pub depth: Option<u32>,
    /// Did the path end in a slash?
    pub slash: bool,
    pub links: u32,
    /// Did any component so far come from a row of an index? Then what is absent is so for good.
    pub mapped: bool,
}

impl Walk<'_> {
    /// Walks as far as this world goes.
    pub fn run(&mut self) -> Result<Step, Errno> {
        let mut links = None;
        loop {
            // Where a link led, there may be another stretch without one.
            if links != Some(self.links) {
                links = Some(self.links);
                if let Some(step) = self.leap()? {
                    return Ok(step);
                }
            }
            let Some(component) = self.todo.pop_front() else { break };
            let last = self.todo.is_empty();
            match component.name.as_slice() {
                b"." | b".." if last && self.intent == Intent::Mutate => {
                    return Ok(Step::Name(self.target(&component.name)));
                }
                b"." => {}
                b".." => {
                    if let Some(step) = self.up()? {
                        return Ok(step);
                    }
                }
                name if name.len() > NAME_MAX => return Err(Errno::ENAMETOOLONG),
                name if SYNTHETIC.contains(&name) && self.at_guest_root()? => {
                    self.todo.push_front(component);
                    return Ok(Step::Synthetic);
                }
                _ => {
                    let directory = !last || (self.slash && matches!(self.intent, Intent::Lookup { .. }));
                    let step = if directory { self.enter(component) } else { self.last(component) };
                    if let Some(step) = step? {
                        return Ok(step);
                    }
                }
            }
        }
        // The path ended in a directory that is already open. For a mutation that is the root, which only itself
        // can be named as.
        if self.intent == Intent::Mutate {
            return Ok(Step::Name(self.target(b"/")));
        }
        GuestName::new(b".").literal().map(|name| Step::Done(self.place(name)))
    }

    /// Goes down through all intermediate directories at once, if the host can promise that no symbolic link is among
    /// them; else the walk goes step by step. Says that they are absent, if it is known from whom they come. Not where
    /// the sidecar layer has a word about each name.
    fn leap(&mut self) -> Result<Option<Step>, Errno> {
        if self.fs.sidecar.is_some() {
            return Ok(None);
        }
        loop {
            let stretch = self.stretch();
            // Outside a sysroot, which must be recognised on the way, it is only asked for what is absent both ways.
            let passes = self.inside == self.fs.sysroot.is_some();
            let names = || self.todo.iter().take(stretch).map(|component| component.name.as_slice());
            let reaches = |owned: &[&[u8]]| names().any(|name| owned.contains(&name));
            if stretch < 2
                || names().take(1).any(|name| SYNTHETIC.contains(&name))
                || !passes && reaches(&SYNTHETIC)
            {
                return Ok(None);
            }
            let path = CString::new(names().collect::<Vec<_>>().join(&b'/')).map_err(|_| Errno::EINVAL)?;
            match file::open_search_beneath(self.dir.raw(), &path) {
                Ok(opened) if passes => {
                    self.dir = Dir::Own(Arc::new(opened));
                    self.depth = self.depth.map(|depth| depth + stretch as u32);
                    self.todo.drain(..stretch);
                }
                Err(Errno::ENOENT) => {
                    let Some(component) = self.todo.pop_front() else { return Ok(None) };
                    return self.absent(component);
                }
                _ => return Ok(None),
            }
        }
    }

    /// How many intermediate directories in a row are plain names that come from the same link, or from the guest.
    fn stretch(&self) -> usize {
        let link = |component: &Component| component.link.as_ref().map(Arc::as_ptr);
        let plain = |component: &&Component| {
            component.name != b".." && component.name.len() <= NAME_MAX && component.name != b"."
        };
        let first = self.todo.front().and_then(link);
        let between = self.todo.iter().take(self.todo.len().saturating_sub(1));
        between.take_while(plain).take_while(|component| link(component) == first).count()
    }

    fn place(&self, name: DiskName) -> Place {
        Place { dir: self.dir.clone(), name, inside: self.inside, slash: self.slash }
    }

    fn target(&self, name: &[u8]) -> Target {
        let name = GuestName::new(name);
        Target { dir: self.dir.clone(), name, inside: self.inside, slash: self.slash }
    }

    /// The sidecar layer, where it has a word.
    fn layer(&self) -> Option<&Sidecar> {
        self.fs.sidecar.as_deref().filter(|_| self.inside)
    }

    /// Where the volume has `component`; `None` when the layer says that the sysroot does not have it.
    fn spell(&mut self, component: &Component) -> Result<Option<Place>, Errno> {
        let name = GuestName::new(&component.name);
        let verdict = match self.layer() {
            None => return name.literal().map(|name| Some(self.place(name))),
            Some(layer) => layer.verdict(self.dir.raw(), &name)?,
        };
        Ok(match verdict {
            Verdict::NotOurs => None,
            Verdict::Translated { name, mapped } => {
                self.mapped |= mapped;
                Some(self.place(name))
            }
        })
    }

    /// Goes down into an intermediate directory.
    fn enter(&mut self, component: Component) -> Result<Option<Step>, Errno> {
        let Some(place) = self.spell(&component)? else { return self.absent(component) };
        let (dir, name) = place.at();
        match file::open_search(dir, name) {
            Ok(opened) => {
                if !self.inside && self.is_sysroot(&file::fstat(opened.as_raw_fd())?) {
                    self.rebase();
                    return Ok(None);
                }
                self.dir = Dir::Own(Arc::new(opened));
                self.depth = self.depth.map(|depth| depth + 1);
                Ok(None)
            }
            Err(Errno::ENOTDIR | Errno::ELOOP) => match file::readlinkat(dir, name) {
                Ok(target) => self.follow(target),
                Err(Errno::EINVAL) => Err(Errno::ENOTDIR),
                Err(Errno::ENOENT) => self.absent(component),
                Err(errno) => Err(errno),
            },
            Err(Errno::ENOENT) => self.absent(component),
            Err(errno) => Err(errno),
        }
    }

    /// Deals with the last component.
    fn last(&mut self, component: Component) -> Result<Option<Step>, Errno> {
        let (follow, must_exist) = match self.intent {
            Intent::Mutate => return Ok(Some(Step::Name(self.target(&component.name)))),
            // What ends in a slash is a directory, which `open` does not make.
            Intent::Create { .. } if self.slash => return Err(Errno::EISDIR),
            Intent::Lookup { follow } => (follow, true),
            Intent::Create { follow } => (follow, false),
        };
        let new = |walk: &Self| Ok(Some(Step::Name(walk.target(&component.name))));
        let Some(place) = self.spell(&component)? else {
            return if must_exist { self.absent(component) } else { new(self) };
        };
        let (dir, name) = place.at();
        if !self.inside && self.fs.sysroot.is_some() {
            match file::lstatat(dir, name) {
                Ok(stat) if self.is_sysroot(&stat) => {
                    self.rebase();
                    return Ok(None);
                }
                Ok(stat) if !stat.is(file::S_IFLNK) => return Ok(Some(Step::Done(place))),
                Ok(_) => {}
                Err(Errno::ENOENT) if must_exist => return Ok(Some(Step::Done(place))),
                Err(Errno::ENOENT) => return new(self),
                Err(errno) => return Err(errno),
            }
        }
        match file::readlinkat(dir, name) {
            Ok(target) if follow => self.follow(target),
            Ok(_) | Err(Errno::EINVAL) => Ok(Some(Step::Done(place))),
            Err(Errno::ENOENT) if must_exist => {
                if self.inside {
                    self.absent(component)
                } else {
                    Ok(Some(Step::Done(place)))
                }
            }
            Err(Errno::ENOENT) => new(self),
            Err(errno) => Err(errno),
        }
    }

    fn absent(&self, component: Component) -> Result<Option<Step>, Errno> {
        // Beneath a mapped prefix the sysroot's word is the last; what a link leads to is the resolver's to say.
        let last_word = self.mapped && component.link.is_none();
        if self.inside && !last_word { Ok(Some(Step::Absent(component))) } else { Err(Errno::ENOENT) }
    }

    /// Puts the target of a symbolic link in front of what is left.
    fn follow(&mut self, target: Vec<u8>) -> Result<Option<Step>, Errno> {
        self.links += 1;
        if self.links > MAX_LINKS {
            return Err(Errno::ELOOP);
        }
        if target.is_empty() {
            return Err(Errno::ENOENT);
        }
        if self.todo.is_empty() && target.ends_with(b"/") {
            self.slash = true;
        }
        let absolute = target.starts_with(b"/");
        let link = self.inside.then(|| Arc::new(Link { target: target.clone(), base: self.dir.clone() }));
        for name in names(&target).collect::<Vec<_>>().into_iter().rev() {
            self.todo.push_front(Component { name: name.to_vec(), link: link.clone() });
        }
        if !self.inside {
            // The host's root is the guest's, so a link in it is one too.
            return Ok((absolute || self.depth == Some(0)).then_some(Step::Root));
        }
        if absolute {
            self.go_to_sysroot();
        }
        Ok(None)
    }

    /// Goes to the parent directory, never above the guest's root.
    fn up(&mut self) -> Result<Option<Step>, Errno> {
        let here = self.stat_here()?;
        if self.fs.is_guest_root(&here) {
            return Ok(None);
        }
        let parent = file::open_search(self.dir.raw(), c"..")?;
        let stat = file::fstat(parent.as_raw_fd())?;
        if stat.identity() == self.fs.host_root.identity {
            return Ok(Some(Step::Root));
        }
        if !self.inside {
            if self.is_sysroot(&stat) {
                self.rebase();
                return Ok(None);
            }
            // Only a few directories in the host's /dev are shown; the rest is the synthetic layer's.
            if file::lstatat(self.fs.host_root.raw(), c"dev")
                .is_ok_and(|dev| dev.identity() == stat.identity())
            {
                self.todo.push_front(Component { name: b"dev".to_vec(), link: None });
                return Ok(Some(Step::Root));
            }
        }
        self.dir = Dir::Own(Arc::new(parent));
        self.depth = self.depth.map(|depth| depth.saturating_sub(1));
        Ok(None)
    }

    fn stat_here(&self) -> Result<file::Stat, Errno> {
        file::lstatat(self.dir.raw(), c".")
    }

    fn at_guest_root(&self) -> Result<bool, Errno> {
        if self.inside != self.fs.sysroot.is_some() {
            return Ok(false);
        }
        Ok(self.fs.is_guest_root(&self.stat_here()?))
    }

    fn is_sysroot(&self, stat: &file::Stat) -> bool {
        !self.fs.vetoes() && self.fs.sysroot.as_ref().is_some_and(|root| root.identity == stat.identity())
    }

    /// A host path led to the sysroot: what is left is a guest name, and stays inside.
    fn rebase(&mut self) {
        self.inside = true;
        self.go_to_sysroot();
    }

    fn go_to_sysroot(&mut self) {
        if let Some(root) = &self.fs.sysroot {
            self.dir = Dir::Kept(root.raw());
        }
    }
}
