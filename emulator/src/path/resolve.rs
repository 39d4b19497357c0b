//! Which tree: the synthetic layer, the sysroot, the host.

use std::collections::VecDeque;
use std::ffi::CString;
use std::sync::Arc;

use super::context::{Cwd, FsContext};
use super::guest::{GuestPath, names};
use super::place::{Dir, Place, Target};
use super::sidecar::GuestName;
use super::synthetic::{self, Entry, Node};
use super::walk::{Component, Intent, Link, Step, Walk};
use crate::fd::{FdTable, Kind};
use crate::host::file;
use crate::syscall::Errno;
use crate::task::Fallback;

/// The directory descriptor that stands for the working directory.
pub const AT_FDCWD: i32 = -100;

/// First components that do not fall back to the host when the fallback is guarded.
const GUARDED: [&[u8]; 8] = [b"usr", b"bin", b"sbin", b"lib", b"lib64", b"opt", b"boot", b"srv"];

/// What a resolution needs to see of the process.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// Where it stands.
    pub fs: &'a FsContext,
    /// What it has open.
    pub files: &'a FdTable,
    /// The asking thread.
    pub tid: i32,
}

/// What a path leads to.
#[derive(Debug)]
pub enum Resolved {
    /// An object of the host's, in either tree.
    Host(Place),
    /// A name to be made, moved or removed in either tree; what [`Intent::Create`] found absent.
    Name(Target),
    /// An object that only the guest has.
    Synthetic(Node),
}

impl Resolved {
    /// The place; the synthetic layer refuses what is asked with `errno`.
    ///
    /// # Errors
    /// `errno`.
    pub fn place_or(self, errno: Errno) -> Result<Place, Errno> {
        match self {
            Resolved::Host(place) => Ok(place),
            Resolved::Name(_) => Err(Errno::ENOENT),
            Resolved::Synthetic(_) => Err(errno),
        }
    }

    /// The name; the synthetic layer refuses what is asked with `errno`.
    ///
    /// # Errors
    /// `errno`; `EEXIST` for an object.
    pub fn target_or(self, errno: Errno) -> Result<Target, Errno> {
        match self {
            Resolved::Name(target) => Ok(target),
            Resolved::Host(_) => Err(Errno::EEXIST),
            Resolved::Synthetic(_) => Err(errno),
        }
    }
}

/// Finds what `path`, relative to `dirfd`, leads to.
///
/// # Errors
/// `ENOENT`, `ENOTDIR`, `ELOOP`, `ENAMETOOLONG`, `EACCES`, `EBADF` as path_resolution(7) has them. `ELOOP` too for a
/// symbolic link in the sysroot whose target only the host has. A lookup outside the sysroot may name a missing last
/// component, as the host's call will say.
pub fn resolve(view: View<'_>, dirfd: i32, path: &GuestPath, intent: Intent) -> Result<Resolved, Errno> {
    if path.0.is_empty() {
        return Err(Errno::ENOENT);
    }
    let todo = components(&path.0, None);
    let walk = Walk {
        fs: view.fs,
        intent,
        todo,
        dir: Dir::Cwd,
        inside: false,
        depth: None,
        slash: path.0.ends_with(b"/"),
        links: 0,
        mapped: false,
    };
    let mut resolver = Resolver { view, walk, literal: None };
    if path.is_absolute() {
        resolver.start_at_root();
    } else {
        resolver.start_at(dirfd)?;
    }
    resolver.run()
}

fn components(path: &[u8], link: Option<&Arc<Link>>) -> VecDeque<Component> {
    names(path).map(|name| Component { name: name.to_vec(), link: link.cloned() }).collect()
}

struct Resolver<'a> {
    view: View<'a>,
    walk: Walk<'a>,
    /// What is tried on the host when it is absent inside.
    literal: Option<VecDeque<Component>>,
}

impl Resolver<'_> {
    fn run(mut self) -> Result<Resolved, Errno> {
        loop {
            match self.walk.run()? {
                Step::Done(place) => return Ok(Resolved::Host(place)),
                Step::Name(target) => return Ok(Resolved::Name(target)),
                Step::Root => self.start_at_root(),
                Step::Synthetic => {
                    if let Some(resolved) = self.synthetic()? {
                        return Ok(resolved);
                    }
                }
                Step::Absent(component) => self.fall_back(&component)?,
            }
        }
    }

    fn start_at_root(&mut self) {
        match &self.walk.fs.sysroot {
            Some(root) => {
                self.walk.dir = Dir::Kept(root.raw());
                self.walk.inside = true;
                self.walk.depth = None;
                let todo = &self.walk.todo;
                self.literal = falls_back(self.walk.fs.fallback, todo).then(|| todo.clone());
            }
            None => self.start_at_host_root(),
        }
    }

    fn start_at_host_root(&mut self) {
        self.walk.dir = Dir::Kept(self.walk.fs.host_root.raw());
        self.walk.inside = false;
        self.walk.depth = Some(0);
    }

    fn start_at(&mut self, dirfd: i32) -> Result<(), Errno> {
        self.literal = None;
        self.walk.depth = None;
        if dirfd == AT_FDCWD {
            match self.walk.fs.cwd() {
                Cwd::Host { inside } => {
                    self.walk.dir = Dir::Cwd;
                    self.walk.inside = inside;
                }
                Cwd::Synthetic(path) => self.start_beneath(&path),
            }
            return Ok(());
        }
        match self.view.files.get(dirfd)?.kind() {
            Kind::Directory { inside } => {
                self.walk.dir = Dir::Kept(dirfd);
                self.walk.inside = inside;
            }
            Kind::SyntheticDirectory(path) => self.start_beneath(&path),
            Kind::Host | Kind::SyntheticFile(_) => return Err(Errno::ENOTDIR),
        }
        Ok(())
    }

    /// Continues beneath an absolute path.
    fn start_beneath(&mut self, path: &GuestPath) {
        let mut todo = components(&path.0, None);
        todo.append(&mut self.walk.todo);
        self.walk.todo = todo;
        self.start_at_root();
    }

    /// The sysroot does not have `component`: goes to the host, if it may.
    fn fall_back(&mut self, component: &Component) -> Result<(), Errno> {
        if let Some(link) = &component.link {
            return Err(if self.host_has(link) { Errno::ELOOP } else { Errno::ENOENT });
        }
        if self.walk.fs.vetoes() {
            return Err(Errno::ENOENT);
        }
        let literal = self.literal.take().ok_or(Errno::ENOENT)?;
        self.walk.todo = literal;
        self.start_at_host_root();
        Ok(())
    }

    /// Does the host have what the link, taken as the guest sees it, points to?
    fn host_has(&self, link: &Link) -> bool {
        let target = if link.target.starts_with(b"/") {
            GuestPath(link.target.clone())
        } else {
            let base = match &link.base {
                Dir::Cwd => file::working_directory(),
                dir => file::path_of(dir.raw()),
            };
            let Ok(base) = base else { return false };
            self.walk.fs.guest_name(&base).join(&link.target)
        };
        CString::new(target.0).is_ok_and(|target| file::exists(&target))
    }

    /// Walks in the synthetic layer. `None` when the walk goes on in another tree.
    fn synthetic(&mut self) -> Result<Option<Resolved>, Errno> {
        let mut at = Node { path: GuestPath(b"/".to_vec()), entry: Entry::Directory };
        while let Some(component) = self.walk.todo.pop_front() {
            let last = self.walk.todo.is_empty();
            match component.name.as_slice() {
                b"." => continue,
                b".." => {
                    let end = at.path.0.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
                    at.path.0.truncate(end);
                    if at.path.0.is_empty() {
                        self.start_at_root();
                        return Ok(None);
                    }
                    continue;
                }
                _ => {}
            }
            let path = at.path.join(&component.name);
            let entry = synthetic::find(self.view, &path).ok_or(Errno::ENOENT)?;
            let through = !last || self.walk.slash;
            let follow = through
                || matches!(
                    self.walk.intent,
                    Intent::Lookup { follow: true } | Intent::Create { follow: true }
                );
            match entry {
                Entry::Directory => {}
                Entry::Link(target) if follow => {
                    self.count_link()?;
                    let mut todo = components(&target, None);
                    todo.append(&mut self.walk.todo);
                    self.walk.todo = todo;
                    if target.starts_with(b"/") {
                        self.start_at_root();
                        return Ok(None);
                    }
                    continue;
                }
                Entry::WorkingDirectory if follow => {
                    self.count_link()?;
                    self.start_at(AT_FDCWD)?;
                    return Ok(None);
                }
                Entry::Descriptor(fd) if through => {
                    self.count_link()?;
                    self.start_at(fd)?;
                    return Ok(None);
                }
                Entry::HostDirectory(name) => {
                    let opened = file::open_search(self.walk.fs.host_root.raw(), name)?;
                    self.walk.dir = Dir::Own(Arc::new(opened));
                    self.walk.inside = false;
                    self.walk.depth = None;
                    return Ok(None);
                }
                _ if through => return Err(Errno::ENOTDIR),
                // The name itself is the synthetic layer's; what it names is the host's.
                Entry::Device(name) if self.walk.intent != Intent::Mutate => {
                    let dev = file::open_search(self.walk.fs.host_root.raw(), c"dev")?;
                    let name = GuestName::new(name.to_bytes()).literal()?;
                    let place = Place { dir: Dir::Own(Arc::new(dev)), name, inside: false, slash: false };
                    return Ok(Some(Resolved::Host(place)));
                }
                _ => {}
            }
            at = Node { path, entry };
        }
        Ok(Some(Resolved::Synthetic(at)))
    }

    fn count_link(&mut self) -> Result<(), Errno> {
        self.walk.links += 1;
        if self.walk.links > super::walk::MAX_LINKS { Err(Errno::ELOOP) } else { Ok(()) }
    }
}

/// May the absolute path fall back to the host?
fn falls_back(fallback: Fallback, path: &VecDeque<Component>) -> bool {
    let mut names = path.iter().map(|component| component.name.as_slice()).filter(|name| *name != b".");
    match fallback {
        Fallback::All => true,
        Fallback::Off => false,
        Fallback::Guarded => match names.next() {
            Some(b"etc") => matches!(names.next(), Some(b"resolv.conf" | b"hosts")) && names.next().is_none(),
            // A host that folds case has the same directories under other spellings.
            Some(first) => !GUARDED.iter().chain([&b"etc".as_slice()]).any(|guarded| {
                *guarded == first || cfg!(target_os = "macos") && guarded.eq_ignore_ascii_case(first)
            }),
            None => false,
        },
    }
}
