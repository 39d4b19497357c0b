//! Making names.

use std::ffi::CStr;
use std::os::fd::RawFd;

use super::failpoint::{Operation, Step, reach};
use super::held::Held;
use super::layer::{Sidecar, Slot, is_refusal};
use super::lock::{Locks, is_contended};
use super::name::{DiskName, GuestName};
use crate::host::file;
use crate::syscall::Errno;

/// How often a change is tried again when another process changes the same names meanwhile.
pub const RETRIES: u32 = 64;

/// What makes an object under a name of the volume's, and fails with `EEXIST` when the name is taken.
pub type Maker<'a, T> = &'a mut dyn FnMut(RawFd, &CStr) -> Result<T, Errno>;

impl Sidecar {
    /// Makes `name` in `dir`. `source` is a directory and a name in it that must not change meanwhile.
    ///
    /// # Errors
    /// `EEXIST` when the guest's name exists; `ENOENT` when the source is gone; what `make` says; the host's.
    pub fn make<T>(
        &self,
        operation: Operation,
        (dir, name): (RawFd, &GuestName),
        source: Option<(RawFd, &DiskName)>,
        make: Maker<'_, T>,
    ) -> Result<T, Errno> {
        match self.slot(&self.look(dir)?, name)? {
            Slot::Mapped(_) | Slot::Literal(_) => return Err(Errno::EEXIST),
            // Where nobody is at work, the making itself is the claim on the name. Not for an object that has content
            // already: what a killed maker leaves must be known by its being empty.
            Slot::Free(disk) if operation == Operation::Create && !is_contended(dir)? => {
                match make(dir, disk.as_c_str()) {
                    Ok(made) => {
                        reach(operation, Step::Moved);
                        return self.confirm(dir, name, &disk, made);
                    }
                    Err(Errno::EEXIST) => {}
                    Err(errno) if is_refusal(errno, name.as_bytes()) => {}
                    Err(errno) => return Err(errno),
                }
            }
            Slot::Free(_) | Slot::Taken => {}
        }
        let locked: Vec<RawFd> = std::iter::once(dir).chain(source.map(|(dir, _)| dir)).collect();
        let _locks = Locks::take(&locked)?;
        reach(operation, Step::Locked);
        if let Some((dir, name)) = source
            && !self.is_exact(dir, name)?
        {
            return Err(Errno::ENOENT);
        }
        let mut held = Held::load(self, dir, operation)?;
        let made = make_held(&mut held, name, make);
        held.settle();
        made
    }

    /// The name was made without the lock: if another process mapped it meanwhile, that one has it. Who is killed before
    /// this leaves a [`shadow`](super::shadow).
    fn confirm<T>(&self, dir: RawFd, name: &GuestName, disk: &DiskName, made: T) -> Result<T, Errno> {
        if !is_contended(dir)? {
            return Ok(made);
        }
        // A full volume has no room for a lock; the published rows tell as much.
        let _locks = Locks::take(&[dir]);
        if !matches!(self.slot(&self.look(dir)?, name)?, Slot::Mapped(_)) {
            return Ok(made);
        }
        let directory = file::lstatat(dir, disk.as_c_str()).is_ok_and(|stat| stat.is(file::S_IFDIR));
        let _ = file::unlinkat(dir, disk.as_c_str(), directory);
        Err(Errno::EEXIST)
    }
}

fn make_held<T>(held: &mut Held<'_>, name: &GuestName, make: Maker<'_, T>) -> Result<T, Errno> {
    for _ in 0..RETRIES {
        match held.slot(name)? {
            Slot::Mapped(_) | Slot::Literal(_) => return Err(Errno::EEXIST),
            Slot::Free(disk) => match make(held.dir(), disk.as_c_str()) {
                Ok(made) => {
                    held.moved();
                    return Ok(made);
                }
                // Somebody made it, or another spelling, without the lock.
                Err(Errno::EEXIST) => {}
                Err(errno) if is_refusal(errno, name.as_bytes()) => break,
                Err(errno) => return Err(errno),
            },
            Slot::Taken => break,
        }
    }
    let token = held.new_token()?;
    held.map(name, token)?;
    match make(held.dir(), token.disk().as_c_str()) {
        Ok(made) => {
            held.moved();
            Ok(made)
        }
        Err(errno) => {
            held.remove(name);
            Err(errno)
        }
    }
}
