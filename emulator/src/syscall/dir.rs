//! Directories, and names in them.

use std::ffi::CString;

use super::abi::unpack_device;
use super::args::{AT_EMPTY_PATH, AT_REMOVEDIR, AT_SYMLINK_FOLLOW};
use super::{Errno, SysResult};
use crate::host::file;
use crate::path::synthetic::Entry;
use crate::path::{AT_FDCWD, Intent, Resolved, Target};
use crate::task::Task;

/// The name that is to be made. The synthetic layer has all its names already.
fn new_name(task: &Task, dirfd: u64, addr: u64) -> Result<Target, Errno> {
    task.resolve(dirfd, addr, Intent::Mutate)?.target_or(Errno::EEXIST)
}

/// As [`new_name`], for what is no directory: a slash at the end names nothing that could be made.
fn new_file_name(task: &Task, dirfd: u64, addr: u64) -> Result<Target, Errno> {
    let target = new_name(task, dirfd, addr)?;
    if target.says_directory() {
        return Err(if task.process.fs.look(&target).is_ok() { Errno::EEXIST } else { Errno::ENOENT });
    }
    Ok(target)
}

/// An existing name that is to be moved or removed.
fn old_name(task: &Task, dirfd: u64, addr: u64) -> Result<Target, Errno> {
    let target = task.resolve(dirfd, addr, Intent::Mutate)?.target_or(Errno::EPERM)?;
    if target.says_directory() && !task.process.fs.look(&target)?.is(file::S_IFDIR) {
        return Err(Errno::ENOTDIR);
    }
    Ok(target)
}

/// Makes a directory.
///
/// # Errors
/// As mkdir(2).
pub fn mkdirat(task: &mut Task, args: [u64; 6]) -> SysResult {
    let target = new_name(task, args[0], args[1])?;
    task.process.fs.make(&target, |dir, name| file::mkdirat(dir, name, args[2] as u32 & 0o7777))?;
    Ok(0)
}

/// Makes a file of any type.
///
/// # Errors
/// As mknod(2).
pub fn mknodat(task: &mut Task, args: [u64; 6]) -> SysResult {
    let target = new_file_name(task, args[0], args[1])?;
    let device = unpack_device(args[3] & 0xffff_ffff);
    task.process.fs.make(&target, |dir, name| file::mknodat(dir, name, args[2] as u32, device))?;
    Ok(0)
}

/// Removes a name.
///
/// # Errors
/// As unlink(2), rmdir(2).
pub fn unlinkat(task: &mut Task, args: [u64; 6]) -> SysResult {
    if args[2] & !AT_REMOVEDIR != 0 {
        return Err(Errno::EINVAL);
    }
    let target = old_name(task, args[0], args[1])?;
    task.process.fs.remove(&target, args[2] & AT_REMOVEDIR != 0)?;
    Ok(0)
}

/// Makes a symbolic link. Its target is stored as the guest spells it.
///
/// # Errors
/// As symlink(2).
pub fn symlinkat(task: &mut Task, args: [u64; 6]) -> SysResult {
    let text = task.path(args[0])?;
    if text.0.is_empty() {
        return Err(Errno::ENOENT);
    }
    let text = CString::new(text.0).map_err(|_| Errno::EINVAL)?;
    let target = new_file_name(task, args[1], args[2])?;
    task.process.fs.make(&target, |dir, name| file::symlinkat(&text, dir, name))?;
    Ok(0)
}

/// Gives a file another name.
///
/// # Errors
/// As link(2).
pub fn linkat(task: &mut Task, args: [u64; 6]) -> SysResult {
    let flags = args[4];
    if flags & !(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH) != 0 {
        return Err(Errno::EINVAL);
    }
    let empty = flags & AT_EMPTY_PATH != 0 && task.path(args[1])?.0.is_empty();
    let source = if empty {
        task.process.files.get(args[0] as i32)?;
        Err(args[0] as i32)
    } else {
        let follow = flags & AT_SYMLINK_FOLLOW != 0;
        match task.resolve(args[0], args[1], Intent::Lookup { follow })? {
            Resolved::Synthetic(node) => match node.entry {
                Entry::Descriptor(fd) if follow => Err(fd),
                _ => return Err(Errno::EXDEV),
            },
            other => {
                // That it is absent is said before anything is said of the new name.
                let place = other.place_or(Errno::EXDEV)?;
                let (dir, name) = place.at();
                file::lstatat(dir, name)?;
                Ok(place)
            }
        }
    };
    let target = new_file_name(task, args[2], args[3])?;
    match source {
        Ok(place) => task.process.fs.link(&place, &target)?,
        Err(fd) => task.process.fs.link_open(fd, &target)?,
    }
    Ok(0)
}

/// Moves a name.
///
/// # Errors
/// As rename(2).
pub fn renameat(task: &mut Task, args: [u64; 6]) -> SysResult {
    renameat2(task, [args[0], args[1], args[2], args[3], 0, 0])
}

/// Moves a name, never over another one or in exchange with it.
///
/// # Errors
/// As rename(2).
pub fn renameat2(task: &mut Task, args: [u64; 6]) -> SysResult {
    let flags = args[4];
    if flags & !7 != 0 || (flags & 2 != 0 && flags & 5 != 0) {
        return Err(Errno::EINVAL);
    }
    let from = task.resolve(args[0], args[1], Intent::Mutate)?.target_or(Errno::EPERM)?;
    let to = task.resolve(args[2], args[3], Intent::Mutate)?.target_or(Errno::EXDEV)?;
    let special = from.name.is_special() || to.name.is_special();
    if (from.slash || to.slash) && !special {
        check_slashes(task, &from, &to, flags)?;
    }
    task.process.fs.rename(&from, &to, flags as u32)?;
    Ok(0)
}

/// What a slash at the end of a path says must be a directory, in Linux's order of the errors.
fn check_slashes(task: &Task, from: &Target, to: &Target, flags: u64) -> Result<(), Errno> {
    const NO_REPLACE: u64 = 1;
    const EXCHANGE: u64 = 2;
    let fs = &task.process.fs;
    let source = fs.look(from)?;
    match fs.look(to) {
        Ok(_) if flags & NO_REPLACE != 0 => return Err(Errno::EEXIST),
        Ok(target) if flags & EXCHANGE != 0 && to.slash && !target.is(file::S_IFDIR) => {
            return Err(Errno::ENOTDIR);
        }
        Err(errno) if flags & EXCHANGE != 0 => return Err(errno),
        _ => {}
    }
    if !source.is(file::S_IFDIR) && (from.slash || flags & EXCHANGE == 0 && to.slash) {
        return Err(Errno::ENOTDIR);
    }
    Ok(())
}

/// Lists a directory.
///
/// # Errors
/// As getdents(2).
pub fn getdents64(task: &mut Task, args: [u64; 6]) -> SysResult {
    /// More than any C library asks for; a listing may always be shorter.
    const MOST: u64 = 1 << 20;
    let open = task.process.files.get(args[0] as i32)?;
    let mut buffer = vec![0; args[2].min(MOST) as usize];
    let len = open.read_directory(args[0] as i32, &mut buffer)?;
    task.put(args[1], &buffer[..len])?;
    Ok(len as u64)
}

/// The working directory's name, ended by a zero.
///
/// # Errors
/// As getcwd(2).
pub fn getcwd(task: &mut Task, args: [u64; 6]) -> SysResult {
    let mut name = task.process.fs.cwd_name()?.0;
    name.push(0);
    if name.len() as u64 > args[1] {
        return Err(Errno::ERANGE);
    }
    task.put(args[0], &name)?;
    Ok(name.len() as u64)
}

/// Goes to a directory.
///
/// # Errors
/// As chdir(2).
pub fn chdir(task: &mut Task, args: [u64; 6]) -> SysResult {
    let resolved = task.resolve(AT_FDCWD as u64, args[0], Intent::Lookup { follow: true })?;
    task.process.fs.go_to(task.view(), resolved)?;
    Ok(0)
}

/// Goes to an open directory.
///
/// # Errors
/// As chdir(2).
pub fn fchdir(task: &mut Task, args: [u64; 6]) -> SysResult {
    let open = task.process.files.get(args[0] as i32)?;
    task.process.fs.go_to_open(args[0] as i32, &open.kind())?;
    Ok(0)
}

/// Changing the root is refused: the sysroot stands for the whole run.
///
/// # Errors
/// `EPERM`; what chroot(2) says of the path first.
pub fn chroot(task: &mut Task, args: [u64; 6]) -> SysResult {
    task.resolve(AT_FDCWD as u64, args[0], Intent::Lookup { follow: true })?;
    Err(Errno::EPERM)
}
