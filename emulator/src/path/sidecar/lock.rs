//! The lock of a directory's names. Only changes take it.

use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use super::name::{INDEX, LOCK};
use crate::host::file;
use crate::syscall::Errno;
use crate::syscall::abi::OpenFlags;

/// Anyone may take the lock who may change the directory.
const MODE: u32 = 0o644;

/// The locks of one or more directories, given up when dropped. A lock file goes with the last of the index.
#[derive(Debug)]
pub struct Locks {
    _held: Vec<Lock>,
}

#[derive(Debug)]
struct Lock {
    dir: RawFd,
    file: OwnedFd,
}

impl Locks {
    /// Takes the locks of `dirs`, in the order of their devices and inodes.
    ///
    /// # Errors
    /// The host's, for a directory that may not be changed.
    pub fn take(dirs: &[RawFd]) -> Result<Locks, Errno> {
        let mut order = dirs
            .iter()
            .map(|&dir| Ok((file::lstatat(dir, c".")?.identity(), dir)))
            .collect::<Result<Vec<_>, Errno>>()?;
        order.sort_unstable();
        order.dedup_by_key(|(identity, _)| *identity);
        let held = order.into_iter().map(|(_, dir)| Lock::take(dir)).collect::<Result<_, _>>()?;
        Ok(Locks { _held: held })
    }
}

/// Does somebody hold, or want, the lock of `dir`, or does it have an index?
///
/// # Errors
/// The host's.
pub fn is_contended(dir: RawFd) -> Result<bool, Errno> {
    for name in [LOCK, INDEX] {
        match file::lstatat(dir, name) {
            Ok(_) => return Ok(true),
            Err(Errno::ENOENT) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(false)
}

impl Lock {
    fn take(dir: RawFd) -> Result<Lock, Errno> {
        let flags = OpenFlags::CREAT | OpenFlags::NOFOLLOW | OpenFlags::CLOEXEC | OpenFlags::NONBLOCK;
        loop {
            let opened = match file::openat(dir, LOCK, flags, MODE) {
                Ok(opened) => opened,
                // One that may only be opened as it is, another user's; or there is none, nor may one be made.
                Err(Errno::EACCES) => match file::openat(dir, LOCK, flags.without(OpenFlags::CREAT), 0) {
                    Err(Errno::ENOENT) => return Err(Errno::EACCES),
                    other => other?,
                },
                Err(errno) => return Err(errno),
            };
            let lock = Lock { dir, file: opened };
            file::lock_exclusive(lock.file.as_raw_fd())?;
            // Its last holder may have removed it meanwhile.
            if lock.is_current() {
                // Whatever the guest's mask took away; refused when it is another user's, who did this.
                let _ = file::fchmod(lock.file.as_raw_fd(), MODE);
                return Ok(lock);
            }
        }
    }

    /// Is the file that is locked still the one with the lock's name?
    fn is_current(&self) -> bool {
        let named = file::lstatat(self.dir, LOCK).map(|stat| stat.identity());
        named.is_ok() && named == file::fstat(self.file.as_raw_fd()).map(|stat| stat.identity())
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Without an index nothing needs the file; whoever waits for it sees that it is gone, and makes a new one.
        if file::lstatat(self.dir, INDEX) == Err(Errno::ENOENT) && self.is_current() {
            let _ = file::unlinkat(self.dir, LOCK, false);
        }
        // Not just closed: a child of another thread's may have inherited it for a moment.
        file::unlock(self.file.as_raw_fd());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn one_holder_at_a_time_although_the_file_comes_and_goes() {
        let base = std::env::temp_dir().join(format!("elfuse-lock-{}", std::process::id()));
        std::fs::create_dir_all(&base).unwrap();
        let holders = AtomicU32::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let dir = std::fs::File::open(&base).unwrap();
                    for _ in 0..50 {
                        let locks = Locks::take(&[dir.as_raw_fd(), dir.as_raw_fd()]).unwrap();
                        assert_eq!(holders.fetch_add(1, Ordering::SeqCst), 0);
                        assert!(is_contended(dir.as_raw_fd()).unwrap());
                        holders.fetch_sub(1, Ordering::SeqCst);
                        drop(locks);
                    }
                });
            }
        });
        assert_eq!(std::fs::read_dir(&base).unwrap().count(), 0);
        std::fs::write(base.join(INDEX.to_str().unwrap()), "").unwrap();
        let dir = std::fs::File::open(&base).unwrap();
        drop(Locks::take(&[dir.as_raw_fd()]).unwrap());
        assert!(is_contended(dir.as_raw_fd()).unwrap(), "beside an index the file stays");
        std::fs::remove_dir_all(&base).unwrap();
    }
}
