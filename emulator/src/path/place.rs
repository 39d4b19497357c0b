//! The answer of a walk: a directory handle and one name.

use std::ffi::{CStr, CString};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::sync::Arc;

use crate::host::file::CWD;
use crate::syscall::Errno;

/// A handle on a directory.
#[derive(Clone, Debug)]
pub enum Dir {
    /// The process's working directory.
    Cwd,
    /// A descriptor that somebody else keeps open: one of the guest's, or a standing one of the emulator's.
    Kept(RawFd),
    /// A descriptor opened on the way.
    Own(Arc<OwnedFd>),
}

impl Dir {
    /// The number for the host's `*at` calls.
    pub fn raw(&self) -> RawFd {
        match self {
            Dir::Cwd => CWD,
            Dir::Kept(fd) => *fd,
            Dir::Own(fd) => fd.as_raw_fd(),
        }
    }
}

/// A directory handle and one name in it, which no part of the operating system needs to resolve further.
#[derive(Clone, Debug)]
pub struct Place {
    /// The directory.
    pub dir: Dir,
    /// The name: no slash in it but when it is the root itself; `.` for the directory itself.
    pub name: CString,
    /// Does the directory lie in the sysroot?
    pub inside: bool,
    /// Did the path end in a slash?
    pub slash: bool,
}

impl Place {
    pub(super) fn new(dir: Dir, name: &[u8], inside: bool, slash: bool) -> Result<Place, Errno> {
        let name = CString::new(name).map_err(|_| Errno::EINVAL)?;
        Ok(Place { dir, name, inside, slash })
    }

    /// Directory and name for the host's `*at` calls.
    pub fn at(&self) -> (RawFd, &CStr) {
        (self.dir.raw(), &self.name)
    }
}
