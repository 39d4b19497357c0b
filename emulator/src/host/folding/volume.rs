//! The simulated volumes, their locks, and the stored spelling of a name.

use std::ffi::{CStr, CString};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::fold::Folded;
use crate::host::os::file as os;
use crate::host::result::{check, owned};
use crate::host::{guest_limit, raw};
use crate::syscall::Errno;
use crate::syscall::abi::{Dirents, OpenFlags};

/// Is any volume simulated?
static ACTIVE: AtomicBool = AtomicBool::new(false);
static VOLUMES: Mutex<Vec<Volume>> = Mutex::new(Vec::new());

/// A directory tree whose names fold.
#[derive(Debug)]
pub struct Volume {
    /// The host's name for its root.
    path: Vec<u8>,
    root: OwnedFd,
    /// This process's own descriptor for the volume's lock. A forked child must open another: a lock belongs to what
    /// was opened, which both would share.
    lock: Option<OwnedFd>,
}

/// Makes names fold from now on in the directory `root` and all beneath it.
///
/// # Errors
/// The host's.
pub fn simulate(root: RawFd) -> Result<(), Errno> {
    let path = os::path_of(root)?;
    let root = reserved(root)?;
    let mut volumes = volumes();
    if !volumes.iter().any(|volume| volume.path == path) {
        volumes.push(Volume { path, root, lock: None });
    }
    ACTIVE.store(true, Ordering::Relaxed);
    Ok(())
}

/// Is any volume simulated?
#[inline]
pub fn active() -> bool {
    ACTIVE.load(Ordering::Relaxed)
}

fn volumes() -> MutexGuard<'static, Vec<Volume>> {
    VOLUMES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A duplicate out of the guest's way.
fn reserved(fd: RawFd) -> Result<OwnedFd, Errno> {
    let from = libc::c_int::try_from(guest_limit()).unwrap_or(libc::c_int::MAX);
    // SAFETY: no pointers.
    owned(unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, from) })
}

/// Opens a directory that is already open, to read or lock it.
fn reopen(dir: RawFd) -> Result<OwnedFd, Errno> {
    raw::openat(dir, c".", OpenFlags::DIRECTORY | OpenFlags::CLOEXEC, 0)
}

/// Does the directory lie in a simulated volume?
pub fn covers(dir: RawFd) -> bool {
    active() && volume_of(dir).is_some()
}

/// Where among the volumes `dir` lies.
fn volume_of(dir: RawFd) -> Option<usize> {
    let path = if dir == libc::AT_FDCWD { os::working_directory() } else { os::path_of(dir) }.ok()?;
    volumes().iter().position(|volume| {
        path.strip_prefix(volume.path.as_slice()).is_some_and(|rest| rest.is_empty() || rest[0] == b'/')
    })
}

/// A name in a directory whose names fold.
pub struct Name<'a> {
    pub volume: usize,
    pub dir: RawFd,
    pub name: &'a CStr,
    folded: Folded,
}

impl<'a> Name<'a> {
    /// `name`, if it is one of an entry in a simulated volume.
    ///
    /// # Errors
    /// `EILSEQ` for one that is not UTF-8.
    pub fn new(dir: RawFd, name: &'a CStr) -> Result<Option<Name<'a>>, Errno> {
        let bytes = name.to_bytes();
        if !active() || matches!(bytes, b"" | b"." | b"..") || bytes.contains(&b'/') {
            return Ok(None);
        }
        let Some(volume) = volume_of(dir) else { return Ok(None) };
        let folded = Folded::new(bytes).ok_or(Errno::EILSEQ)?;
        Ok(Some(Name { volume, dir, name, folded }))
    }

    /// How the name is stored; `None` when there is none.
    ///
    /// # Errors
    /// The host's.
    pub fn stored(&self) -> Result<Option<CString>, Errno> {
        match os::fstatat(self.dir, Some(self.name)) {
            Ok(_) => return Ok(Some(self.name.to_owned())),
            Err(Errno::ENOENT) => {}
            Err(errno) => return Err(errno),
        }
        let dir = match reopen(self.dir) {
            Err(Errno::EACCES) => return Ok(None),
            other => other?,
        };
        let mut buffer = vec![0; 1 << 15];
        loop {
            let len = os::getdents(dir.as_raw_fd(), &mut buffer)?;
            if len == 0 {
                return Ok(None);
            }
            for entry in Dirents::new(&buffer[..len]) {
                if self.folded.is_spelled(entry.name) {
                    return CString::new(entry.name).map(Some).map_err(|_| Errno::EIO);
                }
            }
        }
    }
}

/// A volume held still: no process changes which names it has meanwhile.
///
/// One lock for the whole volume, on its root: a guest that locks directories of its own is not in the way, and a
/// rename needs no order.
pub struct Held {
    volumes: MutexGuard<'static, Vec<Volume>>,
    at: usize,
}

/// Holds the volume.
///
/// # Errors
/// The host's.
pub fn hold(at: usize) -> Result<Held, Errno> {
    let mut volumes = volumes();
    let volume = &mut volumes[at];
    let lock = match &volume.lock {
        Some(lock) => lock.as_raw_fd(),
        None => volume.lock.insert(reserved(reopen(volume.root.as_raw_fd())?.as_raw_fd())?).as_raw_fd(),
    };
    loop {
        // SAFETY: no pointers.
        match check(unsafe { libc::flock(lock, libc::LOCK_EX) }) {
            Ok(_) => return Ok(Held { volumes, at }),
            Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno),
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(lock) = &self.volumes[self.at].lock {
            // SAFETY: no pointers. It cannot fail: the lock is held.
            unsafe { libc::flock(lock.as_raw_fd(), libc::LOCK_UN) };
        }
    }
}

/// Forks by `fork`, which gives 0 in the child, while no volume is held.
pub fn across_fork<T>(fork: impl FnOnce() -> T, is_child: impl Fn(&T) -> bool) -> T {
    if !active() {
        return fork();
    }
    let mut volumes = volumes();
    let result = fork();
    if is_child(&result) {
        for volume in volumes.iter_mut() {
            volume.lock = None;
        }
    }
    result
}
