//! The stored spelling in the place of the given one, call by call.

use std::ffi::{CStr, CString};
use std::os::fd::{OwnedFd, RawFd};

use super::volume::{Held, Name, active, hold};
use crate::host::file::{S_IFCHR, S_IFIFO};
use crate::host::os::file as os;
use crate::syscall::Errno;
use crate::syscall::abi::OpenFlags;

/// How often a lookup is repeated when somebody respells the name meanwhile.
const TRIES: u32 = 16;

/// Directory and name.
type At<'a> = (RawFd, &'a CStr);

/// A call on a name that must exist. It may block: nothing is held meanwhile.
#[inline]
pub fn existing<T>(
    dir: RawFd,
    name: &CStr,
    mut act: impl FnMut(&CStr) -> Result<T, Errno>,
) -> Result<T, Errno> {
    if active() { existing_folded(dir, name, &mut act) } else { act(name) }
}

fn existing_folded<T>(
    dir: RawFd,
    name: &CStr,
    act: &mut dyn FnMut(&CStr) -> Result<T, Errno>,
) -> Result<T, Errno> {
    let Some(folded) = Name::new(dir, name)? else { return act(name) };
    let mut result = act(name);
    for _ in 0..TRIES {
        if !matches!(result, Err(Errno::ENOENT)) {
            break;
        }
        let stored = {
            let _held = hold(folded.volume)?;
            folded.stored()?
        };
        match stored {
            Some(stored) => result = act(&stored),
            None => break,
        }
    }
    result
}

/// A call that makes or removes one name.
#[inline]
pub fn changing<T>(dir: RawFd, name: &CStr, act: impl FnOnce(&CStr) -> Result<T, Errno>) -> Result<T, Errno> {
    if !active() {
        return act(name);
    }
    let Some(folded) = Name::new(dir, name)? else { return act(name) };
    let _held = hold(folded.volume)?;
    act(folded.stored()?.as_deref().unwrap_or(name))
}

/// Opening, which may make the name.
#[inline]
pub fn opening(
    dir: RawFd,
    name: &CStr,
    flags: OpenFlags,
    mut act: impl FnMut(&CStr, OpenFlags) -> Result<OwnedFd, Errno>,
) -> Result<OwnedFd, Errno> {
    if !active() {
        act(name, flags)
    } else if flags.has(OpenFlags::CREAT) {
        creating_folded(dir, name, flags, &mut act)
    } else {
        existing_folded(dir, name, &mut |name| act(name, flags))
    }
}

fn creating_folded(
    dir: RawFd,
    name: &CStr,
    flags: OpenFlags,
    act: &mut dyn FnMut(&CStr, OpenFlags) -> Result<OwnedFd, Errno>,
) -> Result<OwnedFd, Errno> {
    let Some(folded) = Name::new(dir, name)? else { return act(name, flags) };
    for _ in 0..TRIES {
        let held = hold(folded.volume)?;
        let Some(stored) = folded.stored()? else { return act(name, flags) };
        let may_block = |stat: crate::host::Stat| stat.is(S_IFIFO) || stat.is(S_IFCHR);
        if flags.has(OpenFlags::EXCL) || !os::fstatat(dir, Some(&stored)).is_ok_and(may_block) {
            return act(&stored, flags);
        }
        // Nobody else should wait until somebody opens the other end.
        drop(held);
        match act(&stored, flags.without(OpenFlags::CREAT)) {
            Err(Errno::ENOENT) => {}
            result => return result,
        }
    }
    Err(Errno::ENOENT)
}

/// Both names of a call, as stored, and what holds them so.
struct Pair {
    old: Option<CString>,
    new: Option<CString>,
    _held: Vec<Held>,
}

/// `None` when neither name is in a simulated volume.
fn pair(old: At, new: At) -> Result<Option<Pair>, Errno> {
    if [old, new].iter().any(|name| matches!(name.1.to_bytes(), b"." | b".." | b"/")) {
        // Refused for that, whatever the other is.
        return Ok(None);
    }
    let (old, new) = (Name::new(old.0, old.1)?, Name::new(new.0, new.1)?);
    let mut at: Vec<usize> = [&old, &new].into_iter().flatten().map(|name| name.volume).collect();
    at.dedup();
    if at.len() > 1 {
        // Two volumes, so the host refuses.
        return Err(Errno::EXDEV);
    }
    let held = at.into_iter().map(hold).collect::<Result<Vec<_>, _>>()?;
    let stored = |name: Option<Name>| name.map_or(Ok(None), |name| name.stored());
    Ok((!held.is_empty()).then_some(Pair { old: stored(old)?, new: stored(new)?, _held: held }))
}

/// A call that gives what has one name another.
#[inline]
pub fn linking(old: At, new: At, act: impl FnOnce(&CStr, &CStr) -> Result<(), Errno>) -> Result<(), Errno> {
    if !active() {
        return act(old.1, new.1);
    }
    let Some(pair) = pair(old, new)? else { return act(old.1, new.1) };
    act(pair.old.as_deref().unwrap_or(old.1), pair.new.as_deref().unwrap_or(new.1))
}

/// Moving a name; `flags` are `RENAME_*`. One to another spelling of itself respells it.
#[inline]
pub fn renaming(
    old: At,
    new: At,
    flags: u32,
    act: impl FnOnce(&CStr, &CStr) -> Result<(), Errno>,
) -> Result<(), Errno> {
    if !active() {
        return act(old.1, new.1);
    }
    let Some(pair) = pair(old, new)? else { return act(old.1, new.1) };
    let from = pair.old.as_deref().unwrap_or(old.1);
    let to = pair.new.as_deref().unwrap_or(new.1);
    // The kernel moves a name onto itself by doing nothing.
    let respelled = flags == 0 && from == to && same_directory(old.0, new.0)?;
    act(from, if respelled { new.1 } else { to })
}

fn same_directory(one: RawFd, other: RawFd) -> Result<bool, Errno> {
    let identity = |dir| os::fstatat(dir, Some(c".")).map(|stat| stat.identity());
    Ok(one == other || identity(one)? == identity(other)?)
}
