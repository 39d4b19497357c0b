//! Directories of the host's.

use std::os::fd::RawFd;

use super::open_file::{Kind, OpenFile};
use crate::host::file;
use crate::syscall::Errno;

/// A directory of the host's.
#[derive(Debug)]
pub struct HostDirectory {
    /// Does it lie in the sysroot?
    pub inside: bool,
}

impl OpenFile for HostDirectory {
    fn kind(&self) -> Kind {
        Kind::Directory { inside: self.inside }
    }

    fn read_directory(&self, fd: RawFd, into: &mut [u8]) -> Result<usize, Errno> {
        file::getdents(fd, into)
    }
}
