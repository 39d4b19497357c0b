//! Removing names.

use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use super::failpoint::{Operation, Step, reach};
use super::held::Held;
use super::layer::{Sidecar, Slot};
use super::lock::Locks;
use super::make::RETRIES;
use super::name::{DiskName, GuestName, INDEX, LOCK, TEMPORARY, is_reserved};
use super::state::{list, read_index};
use crate::host::file;
use crate::syscall::Errno;

impl Sidecar {
    /// Removes `name` from `dir`: that of a directory if `directory`, else of anything else.
    ///
    /// # Errors
    /// As unlink(2), rmdir(2).
    pub fn remove(&self, dir: RawFd, name: &GuestName, directory: bool) -> Result<(), Errno> {
        let found = self.slot(&self.look(dir)?, name)?;
        let Some(disk) = found.disk() else { return Err(Errno::ENOENT) };
        let shadow = if matches!(found, Slot::Mapped(_)) { self.shadow(dir, name)? } else { None };
        let mut hollow = None;
        for _ in 0..RETRIES {
            let dirs: Vec<RawFd> =
                std::iter::once(dir).chain(hollow.iter().map(AsRawFd::as_raw_fd)).collect();
            let _locks = match Locks::take(&dirs) {
                Ok(locks) => locks,
                // A full volume has no room for a lock, but removing makes room.
                Err(Errno::ENOSPC | Errno::EDQUOT) if matches!(found, Slot::Literal(_)) => {
                    return file::unlinkat(dir, disk.as_c_str(), directory);
                }
                Err(errno) => return Err(errno),
            };
            reach(Operation::Unlink, Step::Locked);
            let mut held = Held::load(self, dir, Operation::Unlink)?;
            held.clear_shadow(name, shadow);
            match remove_held(&mut held, name, directory, hollow.as_ref()) {
                Err(Errno::ENOTEMPTY | Errno::EEXIST) if directory && hollow.is_none() => {
                    let disk = held.disk(name);
                    held.settle();
                    hollow = open_hollow(dir, &disk?)?;
                    if hollow.is_none() {
                        return Err(Errno::ENOTEMPTY);
                    }
                }
                result => {
                    held.settle();
                    return result;
                }
            }
        }
        Err(Errno::ENOTEMPTY)
    }
}

fn remove_held(
    held: &mut Held<'_>,
    name: &GuestName,
    directory: bool,
    hollow: Option<&OwnedFd>,
) -> Result<(), Errno> {
    let disk = held.disk(name)?;
    if let Some(child) = hollow {
        clear_hollow(held.dir(), &disk, child)?;
    }
    file::unlinkat(held.dir(), disk.as_c_str(), directory)?;
    held.moved();
    held.remove_stale(name)
}

/// Opens the directory `name` if it holds nothing but the layer's own files.
///
/// # Errors
/// The host's.
pub fn open_hollow(dir: RawFd, name: &DiskName) -> Result<Option<OwnedFd>, Errno> {
    let child = file::open_search(dir, name.as_c_str())?;
    let names = list(child.as_raw_fd())?;
    let hollow = !names.is_empty() && names.iter().all(|name| is_reserved(name));
    Ok(hollow.then_some(child))
}

/// Removes the layer's own files from the directory `name`, if it still is `child` and holds nothing else. The caller
/// holds both locks.
///
/// # Errors
/// `EIO` for a malformed index, which stays; the host's.
pub fn clear_hollow(dir: RawFd, name: &DiskName, child: &OwnedFd) -> Result<(), Errno> {
    let child = child.as_raw_fd();
    let same = file::lstatat(dir, name.as_c_str())?.identity() == file::fstat(child)?.identity();
    if !same || !list(child)?.iter().all(|name| is_reserved(name)) {
        return Ok(());
    }
    read_index(child)?;
    for own in [TEMPORARY, INDEX, LOCK] {
        match file::unlinkat(child, own, false) {
            Ok(()) | Err(Errno::ENOENT) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}
