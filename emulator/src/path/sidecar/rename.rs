//! Moving and exchanging names.

use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use super::failpoint::{Operation, Step, reach};
use super::held::Held;
use super::layer::{Sidecar, Slot, exists, is_refusal};
use super::lock::Locks;
use super::make::RETRIES;
use super::name::{DiskName, GuestName, INDEX, Token};
use super::remove::{clear_hollow, open_hollow};
use super::state::list;
use crate::host::file;
use crate::syscall::Errno;

/// `RENAME_NOREPLACE`.
pub const NOREPLACE: u32 = 1;
/// `RENAME_EXCHANGE`.
pub const EXCHANGE: u32 = 2;

/// One side of a rename.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The directory.
    pub dir: RawFd,
    /// The guest's name.
    pub name: &'a GuestName,
    /// Does the directory lie in the sysroot?
    pub inside: bool,
}

/// How a try ended.
enum Outcome {
    Done,
    /// The object to be replaced is a directory that is not empty for the host.
    NotEmpty(DiskName),
    /// Another process was faster.
    Again,
}

impl Sidecar {
    /// Renames; at least one side lies in the sysroot. `flags` are `RENAME_*`.
    ///
    /// # Errors
    /// As rename(2); `EXDEV` for a directory that would take an index out of the sysroot.
    pub fn rename(&self, from: Side<'_>, to: Side<'_>, flags: u32) -> Result<(), Errno> {
        if flags & !(NOREPLACE | EXCHANGE) != 0 {
            return Err(Errno::EINVAL);
        }
        // What is plain without the locks, for a directory that they cannot be made in.
        let found = self.find(from)?;
        if found.disk().is_none() {
            return Err(Errno::ENOENT);
        }
        let shadow = if matches!(found, Slot::Mapped(_)) { self.shadow(from.dir, from.name)? } else { None };
        let mut hollow: Option<OwnedFd> = None;
        for _ in 0..RETRIES {
            let dirs = [(from.inside, from.dir), (to.inside, to.dir)];
            let dirs = dirs.iter().filter(|(inside, _)| *inside).map(|(_, dir)| *dir);
            let dirs: Vec<RawFd> = dirs.chain(hollow.iter().map(AsRawFd::as_raw_fd)).collect();
            let _locks = Locks::take(&dirs)?;
            reach(Operation::Rename, Step::Locked);
            let mut attempt = Attempt::new(self, from, to, flags)?;
            if let Some(at) = attempt.source {
                attempt.held[at].clear_shadow(from.name, shadow);
            }
            let outcome = attempt.run(hollow.as_ref());
            attempt.settle();
            match outcome? {
                Outcome::Done => return Ok(()),
                Outcome::Again => {}
                Outcome::NotEmpty(_) if hollow.is_some() => return Err(Errno::ENOTEMPTY),
                Outcome::NotEmpty(disk) => {
                    hollow = open_hollow(to.dir, &disk)?;
                    if hollow.is_none() {
                        return Err(Errno::ENOTEMPTY);
                    }
                }
            }
        }
        Err(Errno::EBUSY)
    }

    fn find(&self, side: Side<'_>) -> Result<Slot, Errno> {
        if side.inside { self.slot(&self.look(side.dir)?, side.name) } else { find_outside(side) }
    }
}

fn find_outside(side: Side<'_>) -> Result<Slot, Errno> {
    let literal = side.name.literal()?;
    Ok(if exists(side.dir, &literal)? { Slot::Literal(literal) } else { Slot::Free(literal) })
}

/// A rename under the locks.
struct Attempt<'a> {
    from: Side<'a>,
    to: Side<'a>,
    flags: u32,
    /// Both sides' directories; one when they are the same.
    held: Vec<Held<'a>>,
    source: Option<usize>,
    target: Option<usize>,
}

impl<'a> Attempt<'a> {
    fn new(layer: &'a Sidecar, from: Side<'a>, to: Side<'a>, flags: u32) -> Result<Attempt<'a>, Errno> {
        let identity = |side: Side<'_>| file::lstatat(side.dir, c".").map(|stat| stat.identity());
        let mut held = Vec::new();
        let mut load = |side: Side<'_>| -> Result<Option<usize>, Errno> {
            if !side.inside {
                return Ok(None);
            }
            held.push(Held::load(layer, side.dir, Operation::Rename)?);
            Ok(Some(held.len() - 1))
        };
        let source = load(from)?;
        let same = from.inside && to.inside && identity(from)? == identity(to)?;
        let target = if same { source } else { load(to)? };
        Ok(Attempt { from, to, flags, held, source, target })
    }

    fn settle(&mut self) {
        self.held.iter_mut().for_each(Held::settle);
    }

    fn slot(&self, at: Option<usize>, side: Side<'_>) -> Result<Slot, Errno> {
        at.map_or_else(|| find_outside(side), |at| self.held[at].slot(side.name))
    }

    fn is_same_directory(&self) -> bool {
        self.source.is_some() && self.source == self.target
    }

    fn moved(&self) {
        if let Some(held) = self.held.first() {
            held.moved();
        }
    }

    fn run(&mut self, hollow: Option<&OwnedFd>) -> Result<Outcome, Errno> {
        let source = self.slot(self.source, self.from)?;
        let target = self.slot(self.target, self.to)?;
        let Some(old) = source.disk() else { return Err(Errno::ENOENT) };
        self.check_leaving(&old, self.from, self.to)?;
        if self.flags & EXCHANGE != 0 {
            let Some(new) = target.disk() else { return Err(Errno::ENOENT) };
            self.check_leaving(&new, self.to, self.from)?;
            self.exchange(&old, &new)?;
            return Ok(Outcome::Done);
        }
        match target {
            Slot::Mapped(_) | Slot::Literal(_) if self.flags & NOREPLACE != 0 => Err(Errno::EEXIST),
            Slot::Mapped(_) | Slot::Literal(_) => {
                let new = target.disk().ok_or(Errno::ENOENT)?;
                if self.is_same_directory() && old == new {
                    return Ok(Outcome::Done);
                }
                if let Some(child) = hollow {
                    clear_hollow(self.to.dir, &new, child)?;
                }
                self.replace(&old, new)
            }
            Slot::Free(new) => match self.host_rename(&old, &new, NOREPLACE) {
                Ok(()) => self.finish(),
                Err(Errno::EEXIST) => Ok(Outcome::Again),
                Err(errno) if self.target.is_some() && is_refusal(errno, self.to.name.as_bytes()) => {
                    self.map_target(&source, &old)
                }
                Err(errno) => Err(errno),
            },
            Slot::Taken if self.is_own_slot(&source)? => self.respell(&old),
            Slot::Taken => self.map_target(&source, &old),
        }
    }

    fn exchange(&self, old: &DiskName, new: &DiskName) -> Result<(), Errno> {
        file::renameat2(self.from.dir, old.as_c_str(), self.to.dir, new.as_c_str(), EXCHANGE)?;
        self.moved();
        Ok(())
    }

    fn host_rename(&self, old: &DiskName, new: &DiskName, flags: u32) -> Result<(), Errno> {
        let rename =
            |flags| file::renameat2(self.from.dir, old.as_c_str(), self.to.dir, new.as_c_str(), flags);
        match rename(flags) {
            // A volume that cannot promise it, or a name that it refuses: only the plain call tells which.
            Err(Errno::EINVAL | Errno::ENOSYS | Errno::EOPNOTSUPP) if flags == NOREPLACE => rename(0),
            result => result,
        }
    }

    /// Moves over an existing name. The row of that name stays.
    fn replace(&mut self, old: &DiskName, new: DiskName) -> Result<Outcome, Errno> {
        match self.host_rename(old, &new, 0) {
            Ok(()) => self.finish(),
            Err(Errno::ENOTEMPTY | Errno::EEXIST) if self.target.is_some() => Ok(Outcome::NotEmpty(new)),
            Err(errno) => Err(errno),
        }
    }

    /// The object is moved: the old row has no object any more, unless both names were one object's.
    fn finish(&mut self) -> Result<Outcome, Errno> {
        self.moved();
        if let Some(at) = self.source {
            self.held[at].remove_stale(self.from.name)?;
        }
        Ok(Outcome::Done)
    }

    /// The new name cannot be stored itself.
    fn map_target(&mut self, source: &Slot, old: &DiskName) -> Result<Outcome, Errno> {
        let Some(at) = self.target else { return Err(Errno::EEXIST) };
        if matches!(source, Slot::Mapped(_)) && self.is_same_directory() {
            self.held[at].rename_row(self.from.name, self.to.name)?;
            self.moved();
            return Ok(Outcome::Done);
        }
        self.through_new_token(at, old)?;
        self.finish()
    }

    fn through_new_token(&mut self, at: usize, old: &DiskName) -> Result<Token, Errno> {
        let token = self.held[at].new_token()?;
        self.held[at].map(self.to.name, token)?;
        self.host_rename(old, &token.disk(), 0).inspect_err(|_| self.held[at].remove(self.to.name))?;
        Ok(token)
    }

    /// Is the slot of the new name taken by the old one, in the same directory under another spelling?
    fn is_own_slot(&self, source: &Slot) -> Result<bool, Errno> {
        let Slot::Literal(old) = source else { return Ok(false) };
        if !self.is_same_directory() {
            return Ok(false);
        }
        let stat = file::lstatat(self.from.dir, old.as_c_str())?;
        // An object with several names may have the slot under yet another one.
        if !stat.is(file::S_IFDIR) && stat.nlink > 1 {
            return Ok(false);
        }
        let new = self.to.name.literal()?;
        Ok(file::lstatat(self.to.dir, new.as_c_str()).is_ok_and(|taken| taken.identity() == stat.identity()))
    }

    /// Stores the same object under another spelling. Some volumes take both for one name and do nothing.
    fn respell(&mut self, old: &DiskName) -> Result<Outcome, Errno> {
        let new = self.to.name.literal()?;
        let spelled = |name: &DiskName| list(self.to.dir).map(|names| names.contains(name.as_bytes()));
        match self.host_rename(old, &new, 0) {
            Ok(()) if spelled(&new)? => return self.finish(),
            Ok(()) => {}
            Err(errno) if is_refusal(errno, self.to.name.as_bytes()) => {}
            Err(errno) => return Err(errno),
        }
        let Some(at) = self.target else { return Err(Errno::EEXIST) };
        let token = self.through_new_token(at, old)?;
        self.moved();
        // The slot is free now; when it is taken again at once, the name stays mapped.
        let (dir, new) = (self.to.dir, new.as_c_str());
        let _ = file::renameat2(dir, token.disk().as_c_str(), dir, new, NOREPLACE);
        self.held[at].remove_stale(self.to.name)?;
        Ok(Outcome::Done)
    }

    /// A directory with an index in it, or below it, does not leave the sysroot.
    fn check_leaving(&self, name: &DiskName, from: Side<'_>, to: Side<'_>) -> Result<(), Errno> {
        if !from.inside || to.inside || !file::lstatat(from.dir, name.as_c_str())?.is(file::S_IFDIR) {
            return Ok(());
        }
        let top = file::open_search(from.dir, name.as_c_str())?;
        if has_index(&top)? { Err(Errno::EXDEV) } else { Ok(()) }
    }
}

/// Has the directory, or one beneath it, an index?
fn has_index(dir: &OwnedFd) -> Result<bool, Errno> {
    let mut dirs = vec![dir.try_clone().map_err(Errno::from)?];
    while let Some(dir) = dirs.pop() {
        let names = list(dir.as_raw_fd())?;
        if names.contains(INDEX.to_bytes()) {
            return Ok(true);
        }
        for name in names {
            let name = GuestName::new(&name).literal()?;
            match file::open_search(dir.as_raw_fd(), name.as_c_str()) {
                Ok(child) => dirs.push(child),
                Err(Errno::ENOTDIR | Errno::ELOOP | Errno::ENOENT) => {}
                Err(errno) => return Err(errno),
            }
        }
    }
    Ok(false)
}
