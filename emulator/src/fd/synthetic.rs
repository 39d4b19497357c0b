//! Files and directories that only the guest has.
//!
//! What they hold is made when they are opened and put into a file without a name, so that the host's `read`, `lseek`,
//! `mmap` and `poll` work on them. A directory's file holds its records; its position is the record reached.

use std::os::fd::RawFd;
use std::sync::atomic::AtomicU32;

use super::open_file::{Kind, OpenFile};
use crate::host::file::{self, Stat};
use crate::mem::Span;
use crate::path::GuestPath;
use crate::syscall::Errno;
use crate::syscall::abi::Dirents;

/// A file that only the guest has.
#[derive(Debug)]
pub struct SyntheticFile {
    /// Its name.
    pub path: GuestPath,
    /// What `stat` shows.
    pub stat: Stat,
}

impl OpenFile for SyntheticFile {
    fn kind(&self) -> Kind {
        Kind::SyntheticFile(self.path.clone())
    }

    fn stat(&self, _fd: RawFd) -> Result<Stat, Errno> {
        Ok(self.stat.clone())
    }
}

/// A directory that only the guest has.
#[derive(Debug)]
pub struct SyntheticDirectory {
    /// Its name.
    pub path: GuestPath,
    /// What `stat` shows.
    pub stat: Stat,
}

impl OpenFile for SyntheticDirectory {
    fn kind(&self) -> Kind {
        Kind::SyntheticDirectory(self.path.clone())
    }

    fn stat(&self, _fd: RawFd) -> Result<Stat, Errno> {
        Ok(self.stat.clone())
    }

    fn read(&self, _fd: RawFd, _spans: &[Span], _interrupt: &AtomicU32) -> Result<usize, Errno> {
        Err(Errno::EISDIR)
    }

    fn write(&self, _fd: RawFd, _spans: &[Span], _interrupt: &AtomicU32) -> Result<usize, Errno> {
        Err(Errno::EBADF)
    }

    fn read_directory(&self, fd: RawFd, into: &mut [u8]) -> Result<usize, Errno> {
        let at = file::lseek(fd, 0, 1)?;
        let read = file::pread_own(fd, into, at as i64)?;
        let whole = Dirents::new(&into[..read]).map(|entry| entry.size()).sum();
        if whole == 0 && read != 0 {
            return Err(Errno::EINVAL);
        }
        file::lseek(fd, (at + whole as u64) as i64, 0)?;
        Ok(whole)
    }
}
