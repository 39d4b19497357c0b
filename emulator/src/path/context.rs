//! Where a process stands in the file system.

use std::ffi::CString;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::guest::GuestPath;
use super::resolve::{Resolved, View};
use super::sidecar::{Sidecar, folds_case};
use super::synthetic::Entry;
use crate::fd::{self, Kind};
use crate::host::{self, Stat};
use crate::syscall::Errno;
use crate::syscall::abi::OpenFlags;
use crate::task::{Config, Fallback};

/// Device and inode.
pub type Identity = ((u32, u32), u64);

/// A standing handle on a directory.
#[derive(Debug)]
pub(super) struct Root {
    dir: OwnedFd,
    pub identity: Identity,
    /// The host's name for it, without a slash at the end.
    pub path: Vec<u8>,
}

impl Root {
    fn open(path: &[u8]) -> Result<Root, Errno> {
        let name = CString::new(path).map_err(|_| Errno::EINVAL)?;
        let flags = OpenFlags::PATH | OpenFlags::DIRECTORY | OpenFlags::CLOEXEC;
        let dir = fd::reserve(host::file::openat(host::file::CWD, &name, flags, 0)?)?;
        let identity = host::file::fstat(dir.as_raw_fd())?.identity();
        // As the host spells it in every path that it tells, which on a volume that folds names may be otherwise.
        let path = if path == b"/" { Vec::new() } else { host::file::path_of(dir.as_raw_fd())? };
        let path = path.strip_suffix(b"/").unwrap_or(&path).to_vec();
        Ok(Root { dir, identity, path })
    }

    pub fn raw(&self) -> RawFd {
        self.dir.as_raw_fd()
    }
}

/// The working directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cwd {
    /// The host process's own.
    Host {
        /// Does it lie in the sysroot?
        inside: bool,
    },
    /// A directory of the synthetic layer, which the host does not have.
    Synthetic(GuestPath),
}

/// What the running program is, for `/proc/self`.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// Its guest name, links resolved.
    pub exe: GuestPath,
    /// The name of its main thread, up to 15 bytes.
    pub comm: Vec<u8>,
    /// Its arguments, each ended by a zero.
    pub args: Vec<u8>,
    /// Its environment, each entry ended by a zero.
    pub environ: Vec<u8>,
    /// Its auxiliary vector, as it stands in memory.
    pub auxv: Vec<u8>,
}

/// Working directory, sysroot, and the program's names.
#[derive(Debug)]
pub struct FsContext {
    pub(super) host_root: Root,
    pub(super) sysroot: Option<Root>,
    pub(super) fallback: Fallback,
    /// The layer that keeps names apart, on a volume that does not.
    pub(super) sidecar: Option<Arc<Sidecar>>,
    /// Is the recorded defect at work?
    vetoes: AtomicBool,
    cwd: RwLock<Cwd>,
    program: RwLock<Program>,
}

impl FsContext {
    /// Opens the standing handles for `config` and takes over the host's working directory.
    ///
    /// # Errors
    /// The host's, for the sysroot directory.
    pub fn new(config: &Config) -> Result<FsContext, Errno> {
        let host_root = Root::open(b"/")?;
        let sysroot =
            config.sysroot.as_ref().map(|path| Root::open(path.as_os_str().as_bytes())).transpose()?;
        // A sysroot that is the host's root is none.
        let sysroot = sysroot.filter(|root| root.identity != host_root.identity);
        if config.simulate_folding
            && let Some(root) = &sysroot
        {
            host::folding::simulate(root.raw())?;
        }
        let sidecar = match &sysroot {
            Some(root) if folds_case(root.raw(), &root.path)? => Some(Arc::default()),
            _ => None,
        };
        let context = FsContext {
            host_root,
            sysroot,
            fallback: config.fallback,
            sidecar,
            vetoes: AtomicBool::new(false),
            cwd: RwLock::new(Cwd::Host { inside: false }),
            program: RwLock::default(),
        };
        context.adopt_cwd()?;
        Ok(context)
    }

    /// Finds out where the host's working directory lies; the host's root becomes the guest's.
    fn adopt_cwd(&self) -> Result<(), Errno> {
        let path = host::file::working_directory()?;
        if let Some(sysroot) = &self.sysroot
            && path == b"/"
        {
            host::file::fchdir(sysroot.raw())?;
            self.set_cwd(Cwd::Host { inside: true });
        } else {
            self.set_cwd(Cwd::Host { inside: self.is_inside(&path) });
        }
        Ok(())
    }

    /// Is there a sysroot?
    pub(crate) fn has_sysroot(&self) -> bool {
        self.sysroot.is_some()
    }

    /// The sysroot: a handle on it, and its host path.
    pub(crate) fn sysroot(&self) -> Option<(RawFd, &[u8])> {
        self.sysroot.as_ref().map(|root| (root.raw(), root.path.as_slice()))
    }

    /// Does the host path lie in the sysroot?
    pub(crate) fn is_inside(&self, host: &[u8]) -> bool {
        self.sysroot.as_ref().is_some_and(|root| below(&root.path, host).is_some())
    }

    /// The guest's name for a host path.
    pub fn guest_name(&self, host: &[u8]) -> GuestPath {
        match self.sysroot.as_ref().and_then(|root| below(&root.path, host)) {
            Some(b"") => GuestPath(b"/".to_vec()),
            Some(rest) => GuestPath(self.unmapped(rest)),
            None => GuestPath(host.to_vec()),
        }
    }

    /// The guest's names for those of a path beneath the sysroot.
    fn unmapped(&self, rest: &[u8]) -> Vec<u8> {
        match (&self.sysroot, &self.sidecar) {
            (Some(root), Some(layer)) => layer.guest_path(root.raw(), rest),
            _ => rest.to_vec(),
        }
    }

    /// The layer, for the files that show names of directories themselves.
    pub fn sidecar(&self) -> Option<&Arc<Sidecar>> {
        self.sidecar.as_ref()
    }

    /// Lets the recorded defect work from now on (`--inject sidecar-veto`): the layer vetoes the host fallback.
    pub(crate) fn inject_veto(&self) {
        self.vetoes.store(self.sidecar.is_some(), Ordering::Relaxed);
    }

    /// Is the recorded defect at work?
    pub(super) fn vetoes(&self) -> bool {
        self.vetoes.load(Ordering::Relaxed)
    }

    pub(super) fn cwd(&self) -> Cwd {
        self.cwd.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_cwd(&self, cwd: Cwd) {
        *self.cwd.write().unwrap_or_else(PoisonError::into_inner) = cwd;
    }

    /// The guest's name for its working directory.
    ///
    /// # Errors
    /// `ENOENT` when it was removed.
    pub fn cwd_name(&self) -> Result<GuestPath, Errno> {
        match self.cwd() {
            Cwd::Synthetic(path) => Ok(path),
            Cwd::Host { .. } => Ok(self.guest_name(&host::file::working_directory()?)),
        }
    }

    /// Makes what was resolved the working directory.
    ///
    /// # Errors
    /// `ENOTDIR`; the host's.
    pub(crate) fn go_to(&self, view: View<'_>, resolved: Resolved) -> Result<(), Errno> {
        match resolved {
            Resolved::Host(place) => {
                let (dir, name) = place.at();
                let opened = host::file::open_search(dir, name)?;
                host::file::fchdir(opened.as_raw_fd())?;
                self.set_cwd(Cwd::Host { inside: place.inside });
                Ok(())
            }
            Resolved::Name(_) => Err(Errno::ENOENT),
            Resolved::Synthetic(node) => match node.entry {
                Entry::Directory => {
                    self.set_cwd(Cwd::Synthetic(node.path));
                    Ok(())
                }
                Entry::Descriptor(fd) => self.go_to_open(fd, &view.files.get(fd)?.kind()),
                _ => Err(Errno::ENOTDIR),
            },
        }
    }

    /// Makes the directory that is open as `fd` the working directory.
    ///
    /// # Errors
    /// `ENOTDIR`; the host's.
    pub(crate) fn go_to_open(&self, fd: RawFd, kind: &Kind) -> Result<(), Errno> {
        match kind {
            Kind::Directory { inside } => {
                host::file::fchdir(fd)?;
                self.set_cwd(Cwd::Host { inside: *inside });
                Ok(())
            }
            Kind::SyntheticDirectory(path) => {
                self.set_cwd(Cwd::Synthetic(path.clone()));
                Ok(())
            }
            Kind::Host | Kind::SyntheticFile(_) => Err(Errno::ENOTDIR),
        }
    }

    /// What the running program is.
    pub fn program(&self) -> Program {
        self.program.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Says what the running program is, after `execve`.
    pub fn set_program(&self, program: Program) {
        *self.program.write().unwrap_or_else(PoisonError::into_inner) = program;
    }

    /// A handle on the guest's root directory.
    pub(super) fn guest_root(&self) -> RawFd {
        self.sysroot.as_ref().unwrap_or(&self.host_root).raw()
    }

    /// Holds the context still, across a fork: the child must not find it locked by a thread that it does not have.
    pub fn hold(&self) -> impl Sized + '_ {
        let program = self.program.write().unwrap_or_else(PoisonError::into_inner);
        let cwd = self.cwd.write().unwrap_or_else(PoisonError::into_inner);
        (cwd, program, self.sidecar.as_ref().map(|layer| layer.hold()))
    }

    /// Is the object the guest's root directory?
    pub(super) fn is_guest_root(&self, stat: &Stat) -> bool {
        stat.identity() == self.sysroot.as_ref().unwrap_or(&self.host_root).identity
    }
}

/// What follows `root` in `path`; empty when they are the same.
fn below<'a>(root: &[u8], path: &'a [u8]) -> Option<&'a [u8]> {
    let rest = path.strip_prefix(root)?;
    (rest.is_empty() || rest.starts_with(b"/")).then_some(rest)
}
