//! The descriptor table of one process.

use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};

use super::directory::HostDirectory;
use super::host_file::HostFile;
use super::open_file::OpenFile;
use super::reserved::reserved_base;
use super::socket::Socket;
use crate::host::file;
use crate::path::FsContext;
use crate::syscall::Errno;

type Slots = Vec<Option<Arc<dyn OpenFile>>>;

/// The guest's descriptors. A number that is not here is `EBADF`, whatever the host has behind it.
#[derive(Debug)]
pub struct FdTable {
    slots: RwLock<Slots>,
    limit: AtomicI32,
}

impl Default for FdTable {
    fn default() -> Self {
        FdTable { slots: RwLock::default(), limit: AtomicI32::new(reserved_base()) }
    }
}

impl FdTable {
    /// Takes over the descriptors this process was started with.
    ///
    /// # Errors
    /// The host's.
    pub fn inherit(fs: &FsContext) -> Result<FdTable, Errno> {
        let table = FdTable::default();
        for fd in file::open_descriptors()? {
            if fd >= reserved_base() || file::closes_on_exec(fd).unwrap_or(true) {
                continue;
            }
            // One that its owner closed meanwhile is none.
            if let Ok(open) = recognise(fs, fd) {
                table.set(fd, open);
            }
        }
        Ok(table)
    }

    /// Hands a descriptor to the guest that came from elsewhere, through a socket.
    ///
    /// # Errors
    /// `EMFILE` beyond the guest's limit.
    pub fn adopt(&self, fs: &FsContext, fd: OwnedFd) -> Result<RawFd, Errno> {
        let open = recognise(fs, fd.as_raw_fd())?;
        self.install(fd, open, None)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Slots> {
        self.slots.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// One more than the highest number the guest may get: its soft `RLIMIT_NOFILE`.
    pub fn limit(&self) -> RawFd {
        self.limit.load(Ordering::Relaxed)
    }

    /// Sets the guest's soft `RLIMIT_NOFILE`, which never reaches the emulator's own descriptors.
    pub fn set_limit(&self, limit: u64) {
        let limit = limit.min(reserved_base() as u64) as RawFd;
        self.limit.store(limit, Ordering::Relaxed);
    }

    /// The file behind a number.
    ///
    /// # Errors
    /// `EBADF`.
    pub fn get(&self, fd: RawFd) -> Result<Arc<dyn OpenFile>, Errno> {
        let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        usize::try_from(fd).ok().and_then(|fd| slots.get(fd)?.clone()).ok_or(Errno::EBADF)
    }

    /// The guest's numbers, ascending.
    pub fn numbers(&self) -> Vec<RawFd> {
        let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        slots.iter().enumerate().filter(|(_, slot)| slot.is_some()).map(|(fd, _)| fd as RawFd).collect()
    }

    fn set(&self, fd: RawFd, open: Arc<dyn OpenFile>) {
        let mut slots = self.write();
        let Ok(index) = usize::try_from(fd) else { return };
        if slots.len() <= index {
            slots.resize(index + 1, None);
        }
        slots[index] = Some(open);
    }

    /// Hands a new descriptor to the guest. When it was opened while the lower number `beside` was taken by the
    /// emulator (which has given it back by now), it moves down to the lowest free number, as Linux promises.
    ///
    /// # Errors
    /// `EMFILE` beyond the guest's limit.
    pub fn install(
        &self,
        fd: OwnedFd,
        open: Arc<dyn OpenFile>,
        beside: Option<RawFd>,
    ) -> Result<RawFd, Errno> {
        let mut fd = fd;
        if beside.is_some_and(|lower| lower < fd.as_raw_fd()) {
            let lower = file::dup_from(fd.as_raw_fd(), 0)?;
            if lower.as_raw_fd() < fd.as_raw_fd() {
                if !file::closes_on_exec(fd.as_raw_fd())? {
                    file::set_close_on_exec(lower.as_raw_fd(), false)?;
                }
                fd = lower;
            }
        }
        if fd.as_raw_fd() >= self.limit() {
            return Err(Errno::EMFILE);
        }
        let number = file::release(fd);
        self.set(number, open);
        Ok(number)
    }

    /// Duplicates to the lowest free number from `from` on.
    ///
    /// # Errors
    /// `EBADF`; `EINVAL` when `from` is beyond the limit; `EMFILE`.
    pub fn duplicate(&self, fd: RawFd, from: RawFd, close_on_exec: bool) -> Result<RawFd, Errno> {
        let open = self.get(fd)?;
        if from < 0 || from >= self.limit() {
            return Err(Errno::EINVAL);
        }
        let copy = file::dup_from(fd, from)?;
        if !close_on_exec {
            file::set_close_on_exec(copy.as_raw_fd(), false)?;
        }
        self.install(copy, open, None)
    }

    /// Duplicates onto the number `to`, closing what it was.
    ///
    /// # Errors
    /// `EBADF`, also when `to` is beyond the limit.
    pub fn duplicate_onto(&self, fd: RawFd, to: RawFd, close_on_exec: bool) -> Result<(), Errno> {
        let open = self.get(fd)?;
        if to < 0 || to >= self.limit() {
            return Err(Errno::EBADF);
        }
        file::dup_onto(fd, to, close_on_exec)?;
        self.set(to, open);
        Ok(())
    }

    /// Closes a number.
    ///
    /// # Errors
    /// `EBADF`, or the host's; the number is free all the same.
    pub fn close(&self, fd: RawFd) -> Result<(), Errno> {
        {
            let mut slots = self.write();
            let slot = usize::try_from(fd).ok().and_then(|fd| slots.get_mut(fd)).ok_or(Errno::EBADF)?;
            slot.take().ok_or(Errno::EBADF)?;
        }
        file::close(fd)
    }

    /// Closes what `execve` closes.
    pub fn close_on_exec(&self) {
        for fd in self.numbers() {
            if file::closes_on_exec(fd).unwrap_or(false) {
                let _ = self.close(fd);
            }
        }
    }

    /// Holds the table still, across a fork: the child must not find it locked by a thread that it does not have.
    pub fn hold(&self) -> impl Sized + '_ {
        self.write()
    }

    /// In a new process: closes what another thread of the parent's had open for a moment, of which the guest knows
    /// nothing.
    pub fn sweep(&self) {
        let known = self.numbers();
        for fd in file::open_descriptors().unwrap_or_default() {
            if fd < reserved_base() && known.binary_search(&fd).is_err() {
                let _ = file::close(fd);
            }
        }
    }
}

/// What the table must know of a descriptor that was opened elsewhere.
fn recognise(fs: &FsContext, fd: RawFd) -> Result<Arc<dyn OpenFile>, Errno> {
    Ok(match file::fstat(fd)? {
        stat if stat.is(file::S_IFDIR) => {
            let inside = file::path_of(fd).is_ok_and(|path| fs.is_inside(&path));
            Arc::new(HostDirectory::new(fs, inside))
        }
        stat if stat.is(file::S_IFSOCK) => Arc::new(Socket::default()),
        _ => Arc::new(HostFile),
    })
}
