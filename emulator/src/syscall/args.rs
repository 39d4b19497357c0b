//! Arguments as family functions read them.

use crate::host::net;
use crate::mem::{GuestAddr, Mem, Span};
use crate::path::{self, GuestPath, Intent, Resolved, View};
use crate::syscall::Errno;
use crate::task::Task;

/// The longest path, its zero included.
pub const PATH_MAX: usize = 4096;

/// `AT_SYMLINK_NOFOLLOW`.
pub const AT_SYMLINK_NOFOLLOW: u64 = 0x100;
/// `AT_REMOVEDIR`, or `AT_EACCESS`.
pub const AT_REMOVEDIR: u64 = 0x200;
/// `AT_EACCESS`.
pub const AT_EACCESS: u64 = 0x200;
/// `AT_SYMLINK_FOLLOW`.
pub const AT_SYMLINK_FOLLOW: u64 = 0x400;
/// `AT_NO_AUTOMOUNT`.
pub const AT_NO_AUTOMOUNT: u64 = 0x800;
/// `AT_EMPTY_PATH`.
pub const AT_EMPTY_PATH: u64 = 0x1000;

impl Task {
    /// The handle on guest memory.
    pub(super) fn mem(&self) -> Mem {
        self.process.space.mem()
    }

    /// What a path resolution sees of this thread.
    pub(crate) fn view(&self) -> View<'_> {
        View { fs: &self.process.fs, files: &self.process.files, tid: self.tid }
    }

    /// The path at `addr`.
    ///
    /// # Errors
    /// `EFAULT`, `ENAMETOOLONG`.
    pub(super) fn path(&self, addr: u64) -> Result<GuestPath, Errno> {
        let bytes = self.mem().read_cstr(GuestAddr(addr), PATH_MAX).map_err(|_| Errno::EFAULT)?;
        bytes.map(GuestPath).ok_or(Errno::ENAMETOOLONG)
    }

    /// What the path at `addr`, relative to `dirfd`, leads to.
    ///
    /// # Errors
    /// As path resolution has them.
    pub(super) fn resolve(&self, dirfd: u64, addr: u64, intent: Intent) -> Result<Resolved, Errno> {
        path::resolve(self.view(), dirfd as i32, &self.path(addr)?, intent)
    }

    /// The `len` bytes at `addr` for the host to work on.
    ///
    /// # Errors
    /// `EFAULT` outside the guest's space.
    pub(super) fn span(&self, addr: u64, len: u64) -> Result<Span, Errno> {
        let len = usize::try_from(len).map_err(|_| Errno::EFAULT)?;
        self.mem().span(GuestAddr(addr), len).ok_or(Errno::EFAULT)
    }

    /// Copies `bytes` to `addr`.
    ///
    /// # Errors
    /// `EFAULT`.
    pub(super) fn put(&self, addr: u64, bytes: &[u8]) -> Result<(), Errno> {
        self.mem().write(GuestAddr(addr), bytes).map_err(|_| Errno::EFAULT)
    }
}

/// A host call that was interrupted is made again after a handler with `SA_RESTART`.
pub fn restartable(errno: Errno) -> Errno {
    if errno == Errno::EINTR { Errno::ERESTARTSYS } else { errno }
}

/// `SO_RCVTIMEO`.
pub const RECEIVE_LIMIT: i32 = 20;
/// `SO_SNDTIMEO`.
pub const SEND_LIMIT: i32 = 21;

/// As [`restartable`], for a call on `fd`: on a socket whose option `limit` bounds the wait, it is not made again.
///
/// # Source
/// signal(7), "Interruption of system calls and library functions by signal handlers".
pub fn restartable_on(fd: i32, limit: i32, errno: Errno) -> Errno {
    const SOL_SOCKET: i32 = 1;
    if errno != Errno::EINTR {
        return errno;
    }
    let bounded =
        net::get_option(fd, SOL_SOCKET, limit, 16).is_ok_and(|time| time.iter().any(|&byte| byte != 0));
    if bounded { errno } else { Errno::ERESTARTSYS }
}
