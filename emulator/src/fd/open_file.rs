//! What every open file can do.

use std::fmt::Debug;
use std::os::fd::{OwnedFd, RawFd};
use std::sync::atomic::AtomicU32;

use crate::host::file::{self, Stat};
use crate::mem::Span;
use crate::path::GuestPath;
use crate::syscall::Errno;

/// What sort of file it is, as far as calls differ by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Anything that the host serves alone.
    Host,
    /// A directory of the host's.
    Directory {
        /// Does it lie in the sysroot?
        inside: bool,
    },
    /// A directory that only the guest has.
    SyntheticDirectory(GuestPath),
    /// A file that only the guest has.
    SyntheticFile(GuestPath),
}

/// An open file. `fd` is the number the call came through, which the host knows too; the defaults pass on to it.
pub trait OpenFile: Debug + Send + Sync {
    /// What sort of file it is.
    fn kind(&self) -> Kind {
        Kind::Host
    }

    /// The address that the guest gave a socket, where the host knows it under another one.
    fn bound_address(&self) -> Option<Vec<u8>> {
        None
    }

    /// Remembers the address that the guest gave a socket.
    fn set_bound_address(&self, address: Vec<u8>) {
        let _ = address;
    }

    /// Remembers the directory of the sysroot's that a queue of file events watches as `watch`.
    fn set_watched(&self, watch: i32, dir: OwnedFd) {
        let _ = (watch, dir);
    }

    /// Its status.
    ///
    /// # Errors
    /// The host's.
    fn stat(&self, fd: RawFd) -> Result<Stat, Errno> {
        file::fstat(fd)
    }

    /// Reads from the position on.
    ///
    /// # Errors
    /// The host's; `EINTR` when interrupted.
    fn read(&self, fd: RawFd, spans: &[Span], interrupt: &AtomicU32) -> Result<usize, Errno> {
        match spans {
            [span] => file::read_span(fd, *span, interrupt),
            _ => file::readv(fd, spans, interrupt),
        }
    }

    /// Writes at the position.
    ///
    /// # Errors
    /// The host's; `EINTR` when interrupted.
    fn write(&self, fd: RawFd, spans: &[Span], interrupt: &AtomicU32) -> Result<usize, Errno> {
        match spans {
            [span] => file::write_span(fd, *span, interrupt),
            _ => file::writev(fd, spans, interrupt),
        }
    }

    /// Fills `into` with whole directory records as Linux lays them out; 0 at the end.
    ///
    /// # Errors
    /// `ENOTDIR` when it is no directory; `EINVAL` when not even one record fits.
    fn read_directory(&self, fd: RawFd, into: &mut [u8]) -> Result<usize, Errno> {
        let _ = (fd, into);
        Err(Errno::ENOTDIR)
    }
}
