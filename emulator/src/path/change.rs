//! Changes of names, in either tree.

use std::ffi::CStr;
use std::os::fd::RawFd;

use super::context::FsContext;
use super::place::{Place, Target};
use super::sidecar::{Operation, Side, Sidecar, Verdict};
use crate::host::file::{self, Stat};
use crate::syscall::Errno;

impl FsContext {
    /// The layer, if it has a word in the naming of `target`.
    fn layer(&self, target: &Target) -> Option<&Sidecar> {
        self.sidecar.as_deref().filter(|_| target.inside && !target.name.is_special())
    }

    /// Makes the name: `make` is given a directory and the volume's name, and must fail with `EEXIST` when that is
    /// taken. It may be called more than once.
    ///
    /// # Errors
    /// `EEXIST`; what `make` says; the host's.
    pub fn make<T>(
        &self,
        target: &Target,
        mut make: impl FnMut(RawFd, &CStr) -> Result<T, Errno>,
    ) -> Result<T, Errno> {
        let dir = target.dir.raw();
        match self.layer(target) {
            Some(layer) => layer.make(Operation::Create, (dir, &target.name), None, &mut make),
            None => make(dir, target.name.literal()?.as_c_str()),
        }
    }

    /// Removes the name: that of a directory if `directory`, else of anything else.
    ///
    /// # Errors
    /// As unlink(2), rmdir(2).
    pub fn remove(&self, target: &Target, directory: bool) -> Result<(), Errno> {
        let dir = target.dir.raw();
        match self.layer(target) {
            Some(layer) => layer.remove(dir, &target.name, directory),
            None => file::unlinkat(dir, target.name.literal()?.as_c_str(), directory),
        }
    }

    /// Moves or exchanges names; `flags` are `RENAME_*`.
    ///
    /// # Errors
    /// As rename(2).
    pub fn rename(&self, from: &Target, to: &Target, flags: u32) -> Result<(), Errno> {
        let special = from.name.is_special() || to.name.is_special();
        match &self.sidecar {
            Some(layer) if (from.inside || to.inside) && !special => {
                layer.rename(side(from), side(to), flags)
            }
            _ => {
                let (old, new) = (from.name.literal()?, to.name.literal()?);
                file::renameat2(from.dir.raw(), old.as_c_str(), to.dir.raw(), new.as_c_str(), flags)
            }
        }
    }

    /// Gives what is at `source` a second name.
    ///
    /// # Errors
    /// As link(2).
    pub fn link(&self, source: &Place, target: &Target) -> Result<(), Errno> {
        let (from, old) = source.at();
        let mut link = |to: RawFd, new: &CStr| file::linkat(from, old, to, new);
        match self.layer(target) {
            Some(layer) => {
                let kept = (source.inside && old != c".").then_some((from, &source.name));
                layer.make(Operation::Link, (target.dir.raw(), &target.name), kept, &mut link)
            }
            None => link(target.dir.raw(), target.name.literal()?.as_c_str()),
        }
    }

    /// Gives what is open as `fd` a name.
    ///
    /// # Errors
    /// As link(2).
    pub fn link_open(&self, fd: RawFd, target: &Target) -> Result<(), Errno> {
        let mut link = |to: RawFd, new: &CStr| file::link_open_file(fd, to, new);
        match self.layer(target) {
            Some(layer) => layer.make(Operation::Link, (target.dir.raw(), &target.name), None, &mut link),
            None => link(target.dir.raw(), target.name.literal()?.as_c_str()),
        }
    }

    /// What the name itself is.
    ///
    /// # Errors
    /// `ENOENT`; the host's.
    pub fn look(&self, target: &Target) -> Result<Stat, Errno> {
        let dir = target.dir.raw();
        let name = match self.layer(target) {
            None => target.name.literal()?,
            Some(layer) => match layer.verdict(dir, &target.name)? {
                Verdict::Translated { name, .. } => name,
                Verdict::NotOurs => return Err(Errno::ENOENT),
            },
        };
        file::lstatat(dir, name.as_c_str())
    }

    /// Does the layer give the directories of the sysroot their names?
    pub fn has_layer(&self) -> bool {
        self.sidecar.is_some()
    }

    /// Is the place's name still stored as it is, so that what was just opened there is no other spelling's?
    ///
    /// # Errors
    /// The host's.
    pub(super) fn is_exact(&self, place: &Place) -> Result<bool, Errno> {
        match &self.sidecar {
            Some(layer) if place.inside => layer.is_exact(place.dir.raw(), &place.name),
            _ => Ok(true),
        }
    }
}

fn side(target: &Target) -> Side<'_> {
    Side { dir: target.dir.raw(), name: &target.name, inside: target.inside }
}
