//! Directories, and names in them.

use std::ffi::CString;

use super::abi::unpack_device;
use super::args::{AT_EMPTY_PATH, AT_REMOVEDIR, AT_SYMLINK_FOLLOW};
use super::{Errno, SysResult};
use crate::host::file;
use crate::path::synthetic::Entry;
use crate::path::{AT_FDCWD, Intent, Place, Resolved};
use crate::task::Task;

/// The place that a name is to be made in. The synthetic layer has all its names already.
fn new_place(task: &Task, dirfd: u64, addr: u64) -> Result<Place, Errno> {
    task.resolve(dirfd, addr, Intent::Mutate)?.place_or(Errno::EEXIST)
}

/// As [`new_place`], for what is no directory: a slash at the end names nothing that could be made.
fn new_file_place(task: &Task, dirfd: u64, addr: u64) -> Result<Place, Errno> {
    let place = new_place(task, dirfd, addr)?;
    let (dir, name) = place.at();
    if place.slash && name.to_bytes() != b"/" {
        return Err(if file::lstatat(dir, name).is_ok() { Errno::EEXIST } else { Errno::ENOENT });
    }
    Ok(place)
}

/// The place of an existing name that is to be moved or removed.
fn old_place(task: &Task, dirfd: u64, addr: u64) -> Result<Place, Errno> {
    let place = task.resolve(dirfd, addr, Intent::Mutate)?.place_or(Errno::EPERM)?;
    let (dir, name) = place.at();
    if place.slash && name.to_bytes() != b"/" && !file::lstatat(dir, name)?.is(file::S_IFDIR) {
        return Err(Errno::ENOTDIR);
    }
    Ok(place)
}

/// Makes a directory.
///
/// # Errors
/// As mkdir(2).
pub fn mkdirat(task: &mut Task, args: [u64; 6]) -> SysResult {
    let place = new_place(task, args[0], args[1])?;
    let (dir, name) = place.at();
    file::mkdirat(dir, name, args[2] as u32 & 0o7777)?;
    Ok(0)
}

/// Makes a file of any type.
///
/// # Errors
/// As mknod(2).
pub fn mknodat(task: &mut Task, args: [u64; 6]) -> SysResult {
    let place = new_file_place(task, args[0], args[1])?;
    let (dir, name) = place.at();
    file::mknodat(dir, name, args[2] as u32, unpack_device(args[3] & 0xffff_ffff))?;
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
    let place = old_place(task, args[0], args[1])?;
    let (dir, name) = place.at();
    file::unlinkat(dir, name, args[2] & AT_REMOVEDIR != 0)?;
    Ok(0)
}

/// Makes a symbolic link. Its target is stored as the guest spells it.
///
/// # Errors
/// As symlink(2).
pub fn symlinkat(task: &mut Task, args: [u64; 6]) -> SysResult {
    let target = task.path(args[0])?;
    if target.0.is_empty() {
        return Err(Errno::ENOENT);
    }
    let target = CString::new(target.0).map_err(|_| Errno::EINVAL)?;
    let place = new_file_place(task, args[1], args[2])?;
    let (dir, name) = place.at();
    file::symlinkat(&target, dir, name)?;
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
            Resolved::Host(place) => Ok(place),
            Resolved::Synthetic(node) => match node.entry {
                Entry::Descriptor(fd) if follow => Err(fd),
                _ => return Err(Errno::EXDEV),
            },
        }
    };
    let target = new_file_place(task, args[2], args[3])?;
    let (dir, name) = target.at();
    match source {
        Ok(place) => {
            let (from, old) = place.at();
            file::linkat(from, old, dir, name)?;
        }
        Err(fd) => file::link_open_file(fd, dir, name)?,
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
    let from = old_place(task, args[0], args[1])?;
    let to = task.resolve(args[2], args[3], Intent::Mutate)?.place_or(Errno::EXDEV)?;
    let (from_dir, old) = from.at();
    let (to_dir, new) = to.at();
    if to.slash && new.to_bytes() != b"/" && !file::lstatat(from_dir, old)?.is(file::S_IFDIR) {
        return Err(Errno::ENOTDIR);
    }
    file::renameat2(from_dir, old, to_dir, new, flags as u32)?;
    Ok(0)
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
