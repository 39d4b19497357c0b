//! The names of a directory while their lock is held: rows may be changed and published.

use std::os::fd::{AsRawFd, RawFd};

use super::failpoint::{Operation, Step, reach};
use super::index::{Index, SIZE_MAX};
use super::layer::{Sidecar, Slot, exists};
use super::name::{DiskName, GuestName, INDEX, TEMPORARY, Token};
use super::state::{list, read_index};
use crate::host::file;
use crate::syscall::Errno;
use crate::syscall::abi::OpenFlags;

/// Everyone may read an index, whatever the guest's mask.
const MODE: u32 = 0o644;
/// From so many rows on, one listing is cheaper than asking for each.
const FEW: usize = 64;

/// A directory whose lock the caller holds.
#[derive(Debug)]
pub struct Held<'a> {
    layer: &'a Sidecar,
    dir: RawFd,
    operation: Operation,
    index: Index,
    /// The size of the published index in bytes.
    published: usize,
    dirty: bool,
}

impl<'a> Held<'a> {
    /// Reads the rows of `dir` and forgets those whose tokens do not exist.
    ///
    /// # Errors
    /// `EIO` for a malformed index; the host's.
    pub fn load(layer: &'a Sidecar, dir: RawFd, operation: Operation) -> Result<Held<'a>, Errno> {
        let index = read_index(dir)?;
        // What a killed process left.
        let _ = file::unlinkat(dir, TEMPORARY, false);
        let published = index.as_ref().map_or(0, |index| index.encode().len());
        // An index without rows is as good as none.
        let dirty = index.as_ref().is_some_and(Index::is_empty);
        let mut held = Held { layer, dir, operation, index: index.unwrap_or_default(), published, dirty };
        held.sweep()?;
        Ok(held)
    }

    fn sweep(&mut self) -> Result<(), Errno> {
        if self.index.is_empty() {
            return Ok(());
        }
        let listed = if self.index.rows().count() > FEW { list(self.dir).ok() } else { None };
        let mut stale = Vec::new();
        for (name, token) in self.index.rows() {
            let lives = match &listed {
                Some(names) => names.contains(token.as_bytes()),
                None => exists(self.dir, &token.disk())?,
            };
            if !lives {
                stale.push(name.clone());
            }
        }
        for name in &stale {
            self.remove(name);
        }
        Ok(())
    }

    /// The layer.
    pub fn layer(&self) -> &'a Sidecar {
        self.layer
    }

    /// The directory.
    pub fn dir(&self) -> RawFd {
        self.dir
    }

    /// How `name` stands.
    ///
    /// # Errors
    /// As [`Sidecar::verdict`].
    pub fn slot(&self, name: &GuestName) -> Result<Slot, Errno> {
        self.layer.slot_with(&self.layer.look(self.dir)?, &self.index, name)
    }

    /// A token that nothing in the directory has.
    ///
    /// # Errors
    /// The host's.
    pub fn new_token(&self) -> Result<Token, Errno> {
        loop {
            let token = Token::random()?;
            if self.index.name(&token).is_none() && !exists(self.dir, &token.disk())? {
                return Ok(token);
            }
        }
    }

    /// Gives `name` a row and publishes it.
    ///
    /// # Errors
    /// `ENOSPC` when the index would grow beyond its limit; the host's. The row is gone then.
    pub fn map(&mut self, name: &GuestName, token: Token) -> Result<(), Errno> {
        self.index.insert(name.clone(), token);
        self.layer.remember(token, name);
        self.publish().inspect_err(|_| {
            self.index.remove(name);
        })
    }

    /// Removes the row of `name`; [`Held::settle`] publishes that.
    pub fn remove(&mut self, name: &GuestName) {
        self.dirty |= self.index.remove(name).is_some();
    }

    /// Removes the row of `name` if its token does not exist any more.
    ///
    /// # Errors
    /// The host's.
    pub fn remove_stale(&mut self, name: &GuestName) -> Result<(), Errno> {
        if let Some(token) = self.index.token(name)
            && !exists(self.dir, &token.disk())?
        {
            self.remove(name);
        }
        Ok(())
    }

    /// Lets the row of `from` be that of `to`, in one step.
    ///
    /// # Errors
    /// As [`Held::map`]; nothing is changed then.
    pub fn rename_row(&mut self, from: &GuestName, to: &GuestName) -> Result<(), Errno> {
        let before = self.index.clone();
        let Some(token) = self.index.remove(from) else { return Err(Errno::ENOENT) };
        self.map(to, token).inspect_err(|_| self.index = before)
    }

    /// Publishes what is not published yet. Rows that have lost their objects may stay: they read as absent.
    pub fn settle(&mut self) {
        if self.dirty {
            let _ = self.publish();
        }
        reach(self.operation, Step::Done);
    }

    /// Writes the index anew: beside the old one, then to its device, then over the old one.
    fn publish(&mut self) -> Result<(), Errno> {
        let bytes = self.index.encode();
        if bytes.is_empty() {
            match file::unlinkat(self.dir, INDEX, false) {
                Ok(()) | Err(Errno::ENOENT) => {}
                Err(errno) => return Err(errno),
            }
        } else {
            if bytes.len() > SIZE_MAX && bytes.len() > self.published {
                return Err(Errno::ENOSPC);
            }
            self.write(&bytes).inspect_err(|_| {
                let _ = file::unlinkat(self.dir, TEMPORARY, false);
            })?;
        }
        self.published = bytes.len();
        self.dirty = false;
        reach(self.operation, Step::Published);
        Ok(())
    }

    fn write(&self, bytes: &[u8]) -> Result<(), Errno> {
        let flags =
            OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::EXCL | OpenFlags::NOFOLLOW | OpenFlags::CLOEXEC;
        let opened = file::openat(self.dir, TEMPORARY, flags, MODE)?;
        reach(self.operation, Step::Opened);
        file::fchmod(opened.as_raw_fd(), MODE)?;
        let mut at = 0;
        while at < bytes.len() {
            at += file::pwrite_own(opened.as_raw_fd(), &bytes[at..], at as i64)?;
        }
        reach(self.operation, Step::Written);
        file::fsync(opened.as_raw_fd())?;
        reach(self.operation, Step::Synced);
        file::renameat2(self.dir, TEMPORARY, self.dir, INDEX, 0)
    }

    /// Notes that the object is made, moved or removed.
    pub fn moved(&self) {
        reach(self.operation, Step::Moved);
    }

    /// The volume's name for `name`, which exists.
    ///
    /// # Errors
    /// `ENOENT` when it does not.
    pub fn disk(&self, name: &GuestName) -> Result<DiskName, Errno> {
        self.slot(name)?.disk().ok_or(Errno::ENOENT)
    }
}
