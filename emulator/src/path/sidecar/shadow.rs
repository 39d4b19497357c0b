//! What is left of a maker that was killed between making a name and looking again.
//!
//! A name is made without the lock where nobody is at work, and its maker looks again afterwards (`make`): if another
//! process mapped the name meanwhile, the maker takes back what it made. Killed in between, it leaves an object under
//! the bytes of a name that has a row. The row wins wherever names are looked up or listed, so that no guest sees the
//! object, until the row goes. Who removes the row removes the object, too.

use std::os::fd::RawFd;
use std::time::Duration;

use super::held::Held;
use super::layer::{Sidecar, Slot};
use super::name::GuestName;
use crate::host::file::{self, Stat};
use crate::path::context::Identity;
use crate::syscall::Errno;

/// How often, and how long each time, a maker that may be alive is waited for. It has one call to make.
const PATIENCE: u32 = 50;
const PAUSE: Duration = Duration::from_millis(10);

impl Sidecar {
    /// What a killed maker left under the bytes of `name`, which has a row in `dir`. Waits for one that lives; the
    /// caller holds no lock of `dir`.
    ///
    /// # Errors
    /// As [`Sidecar::verdict`].
    pub fn shadow(&self, dir: RawFd, name: &GuestName) -> Result<Option<Identity>, Errno> {
        for _ in 0..PATIENCE {
            if self.find_shadow(dir, name)?.is_none() {
                return Ok(None);
            }
            std::thread::sleep(PAUSE);
        }
        Ok(self.find_shadow(dir, name)?.map(|stat| stat.identity()))
    }

    fn find_shadow(&self, dir: RawFd, name: &GuestName) -> Result<Option<Stat>, Errno> {
        let look = self.look(dir)?;
        if !matches!(self.slot(&look, name)?, Slot::Mapped(_)) {
            return Ok(None);
        }
        let Ok(stat) = file::lstatat(dir, name.literal()?.as_c_str()) else { return Ok(None) };
        // Nobody wrote to what was just made. Anything else is another spelling, or a file of the host's, which stays.
        let is_fresh = !stat.is(file::S_IFREG) || (stat.size == 0 && stat.nlink == 1);
        let is_exact = is_fresh && look.lists(name.as_bytes(), &stat).unwrap_or(false);
        Ok(is_exact.then_some(stat))
    }
}

impl Held<'_> {
    /// Removes `shadow`, which [`Sidecar::shadow`] found under the bytes of `name`, if it still is there; a directory
    /// only if it is empty.
    pub fn clear_shadow(&self, name: &GuestName, shadow: Option<Identity>) {
        let Some(shadow) = shadow else { return };
        if let Ok(Some(stat)) = self.layer().find_shadow(self.dir(), name)
            && stat.identity() == shadow
            && let Ok(literal) = name.literal()
        {
            let _ = file::unlinkat(self.dir(), literal.as_c_str(), stat.is(file::S_IFDIR));
        }
    }
}
