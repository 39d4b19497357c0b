//! The answers of a walk: a directory handle and one name.

use std::ffi::CStr;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::sync::Arc;

use super::sidecar::{DiskName, GuestName};
use crate::host::file::CWD;

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

    /// The descriptor, if it was opened on the way.
    pub(super) fn own(&self) -> Option<RawFd> {
        match self {
            Dir::Own(own) => Some(own.as_raw_fd()),
            Dir::Cwd | Dir::Kept(_) => None,
        }
    }
}

/// Where an object is: a directory handle and the name under which the volume has it, which no part of the operating
/// system needs to resolve further.
#[derive(Clone, Debug)]
pub struct Place {
    /// The directory.
    pub dir: Dir,
    /// The name: no slash in it; `.` for the directory itself.
    pub name: DiskName,
    /// Does the directory lie in the sysroot?
    pub inside: bool,
    /// Did the path end in a slash?
    pub slash: bool,
}

impl Place {
    /// Directory and name for the host's `*at` calls.
    pub fn at(&self) -> (RawFd, &CStr) {
        (self.dir.raw(), self.name.as_c_str())
    }
}

/// Where a name is to be made, moved or removed: a directory handle and the guest's name. Only the changes of
/// `FsContext` find out what the volume calls it.
#[derive(Clone, Debug)]
pub struct Target {
    /// The directory.
    pub dir: Dir,
    /// The guest's name: no slash in it but when it is the root itself.
    pub name: GuestName,
    /// Does the directory lie in the sysroot?
    pub inside: bool,
    /// Did the path end in a slash?
    pub slash: bool,
}

impl Target {
    /// Does the path say that the name is a directory's? The root needs no word for it.
    pub fn says_directory(&self) -> bool {
        self.slash && self.name.as_bytes() != b"/"
    }
}
