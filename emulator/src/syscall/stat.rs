//! What files are, and their permissions, owners and times.

use super::abi::{OpenFlags, Timespec, encode_stat, encode_statfs, encode_statx};
use super::args::{AT_EACCESS, AT_EMPTY_PATH, AT_NO_AUTOMOUNT, AT_SYMLINK_NOFOLLOW};
use super::{Errno, SysResult};
use crate::host::Stat;
use crate::host::file;
use crate::mem::GuestAddr;
use crate::path::synthetic::{self, Entry};
use crate::path::{AT_FDCWD, GuestPath, Intent, Place, Resolved, resolve};
use crate::task::Task;

/// An object that a call names by descriptor and path.
pub(super) enum Object {
    /// What is open as this descriptor, or the working directory.
    Open(i32),
    /// A place.
    Place(Place),
    /// One of the synthetic layer's.
    Synthetic(synthetic::Node),
}

/// The object of a call that takes a directory, a path and `AT_*` flags.
pub(super) fn object(task: &Task, dirfd: u64, addr: u64, flags: u64) -> Result<Object, Errno> {
    let path = if addr == 0 && flags & AT_EMPTY_PATH != 0 { GuestPath::default() } else { task.path(addr)? };
    if path.0.is_empty() && flags & AT_EMPTY_PATH != 0 {
        let fd = dirfd as i32;
        if fd == AT_FDCWD {
            return from_path(task, AT_FDCWD, &GuestPath(b".".to_vec()), true);
        }
        task.process.files.get(fd)?;
        return Ok(Object::Open(fd));
    }
    from_path(task, dirfd as i32, &path, flags & AT_SYMLINK_NOFOLLOW == 0)
}

fn from_path(task: &Task, dirfd: i32, path: &GuestPath, follow: bool) -> Result<Object, Errno> {
    Ok(match resolve(task.view(), dirfd, path, Intent::Lookup { follow })? {
        Resolved::Host(place) => Object::Place(place),
        Resolved::Name(_) => return Err(Errno::ENOENT),
        Resolved::Synthetic(node) => match node.entry {
            Entry::Descriptor(fd) if follow => Object::Open(fd),
            _ => Object::Synthetic(node),
        },
    })
}

impl Object {
    /// Its status.
    pub(super) fn stat(&self, task: &Task) -> Result<Stat, Errno> {
        match self {
            Object::Open(fd) => task.process.files.get(*fd)?.stat(*fd),
            Object::Place(place) => {
                let (dir, name) = place.at();
                file::lstatat(dir, name)
            }
            Object::Synthetic(node) => synthetic::stat(node),
        }
    }
}

/// The status of a descriptor.
///
/// # Errors
/// As stat(2).
pub fn fstat(task: &mut Task, args: [u64; 6]) -> SysResult {
    let fd = args[0] as i32;
    let stat = task.process.files.get(fd)?.stat(fd)?;
    encode_stat(&stat).put(task.mem(), GuestAddr(args[1]))?;
    Ok(0)
}

/// The status of a path.
///
/// # Errors
/// As stat(2).
pub fn newfstatat(task: &mut Task, args: [u64; 6]) -> SysResult {
    if args[3] & !(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH) != 0 {
        return Err(Errno::EINVAL);
    }
    let stat = object(task, args[0], args[1], args[3])?.stat(task)?;
    encode_stat(&stat).put(task.mem(), GuestAddr(args[2]))?;
    Ok(0)
}

/// The status of a path, in more detail. Fields that the mask does not ask for may be filled too.
///
/// # Errors
/// As statx(2).
pub fn statx(task: &mut Task, args: [u64; 6]) -> SysResult {
    const SYNC: u64 = 0x6000;
    let known = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | SYNC;
    if args[2] & !known != 0 || args[2] & SYNC == SYNC || args[3] & 0x8000_0000 != 0 {
        return Err(Errno::EINVAL);
    }
    let stat = object(task, args[0], args[1], args[2])?.stat(task)?;
    encode_statx(&stat).put(task.mem(), GuestAddr(args[4]))?;
    Ok(0)
}

/// The status of a path's file system.
///
/// # Errors
/// As statfs(2).
pub fn statfs(task: &mut Task, args: [u64; 6]) -> SysResult {
    use std::os::fd::AsRawFd;
    let stat = match object(task, AT_FDCWD as u64, args[0], 0)? {
        Object::Open(fd) => file::fstatfs(fd)?,
        Object::Place(place) => {
            let (dir, name) = place.at();
            file::fstatfs(file::open_handle(dir, name)?.as_raw_fd())?
        }
        Object::Synthetic(node) => synthetic::statfs(&node),
    };
    encode_statfs(&stat).put(task.mem(), GuestAddr(args[1]))?;
    Ok(0)
}

/// The status of a descriptor's file system.
///
/// # Errors
/// As statfs(2).
pub fn fstatfs(task: &mut Task, args: [u64; 6]) -> SysResult {
    task.process.files.get(args[0] as i32)?;
    encode_statfs(&file::fstatfs(args[0] as i32)?).put(task.mem(), GuestAddr(args[1]))?;
    Ok(0)
}

/// The target of a symbolic link; never ended by a zero.
///
/// # Errors
/// As readlink(2).
pub fn readlinkat(task: &mut Task, args: [u64; 6]) -> SysResult {
    let size = args[3] as i32;
    if size <= 0 {
        return Err(Errno::EINVAL);
    }
    let path = task.path(args[1])?;
    let target = if path.0.is_empty() {
        // Only for a link opened with O_PATH.
        if args[0] as i32 == AT_FDCWD {
            return Err(Errno::ENOENT);
        }
        task.process.files.get(args[0] as i32)?;
        file::readlinkat(args[0] as i32, c"").map_err(|errno| match errno {
            Errno::EINVAL => Errno::ENOENT,
            other => other,
        })?
    } else {
        match from_path(task, args[0] as i32, &path, false)? {
            Object::Place(place) => {
                let (dir, name) = place.at();
                file::readlinkat(dir, name)?
            }
            Object::Synthetic(node) => synthetic::readlink(&task.process, &node)?,
            Object::Open(_) => return Err(Errno::EINVAL),
        }
    };
    let len = target.len().min(size as usize);
    task.put(args[2], &target[..len])?;
    Ok(len as u64)
}

fn access(task: &Task, dirfd: u64, addr: u64, mode: u64, flags: u64) -> SysResult {
    if mode & !7 != 0 || flags & !(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) != 0 {
        return Err(Errno::EINVAL);
    }
    let effective = flags & AT_EACCESS != 0;
    match object(task, dirfd, addr, flags)? {
        Object::Place(place) => {
            let (dir, name) = place.at();
            file::faccessat(dir, name, mode as u32, effective)?;
        }
        Object::Open(fd) => file::access_open(fd, mode as u32, effective)?,
        Object::Synthetic(node) => {
            let allowed = synthetic::stat(&node)?.mode >> 6 & 7;
            if mode as u32 & !allowed != 0 {
                return Err(Errno::EACCES);
            }
        }
    }
    Ok(0)
}

/// May the real user access a path so?
///
/// # Errors
/// As access(2).
pub fn faccessat(task: &mut Task, args: [u64; 6]) -> SysResult {
    access(task, args[0], args[1], args[2], 0)
}

/// May the real or effective user access a path so?
///
/// # Errors
/// As access(2).
pub fn faccessat2(task: &mut Task, args: [u64; 6]) -> SysResult {
    access(task, args[0], args[1], args[2], args[3])
}

/// Sets access and modification times.
///
/// # Errors
/// As utimensat(2).
pub fn utimensat(task: &mut Task, args: [u64; 6]) -> SysResult {
    const NOW: i64 = (1 << 30) - 1;
    const OMIT: i64 = (1 << 30) - 2;
    if args[3] & !(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) != 0 {
        return Err(Errno::EINVAL);
    }
    let times = if args[2] == 0 {
        None
    } else {
        let times = [0, 16].map(|at| Timespec::read(task.mem(), GuestAddr(args[2]).offset(at)));
        let [access, modify] = times;
        let both = [access?, modify?];
        if both.iter().any(|t| !(0..1_000_000_000).contains(&t.nsec) && !matches!(t.nsec, NOW | OMIT)) {
            return Err(Errno::EINVAL);
        }
        Some(both)
    };
    if args[1] == 0 {
        task.process.files.get(args[0] as i32)?;
        if args[3] != 0 {
            return Err(Errno::EINVAL);
        }
        file::utimensat(args[0] as i32, None, times)?;
        return Ok(0);
    }
    match object(task, args[0], args[1], args[3])? {
        Object::Open(fd) => file::utimensat(fd, None, times)?,
        Object::Place(place) => {
            let (dir, name) = place.at();
            file::utimensat(dir, Some(name), times)?;
        }
        Object::Synthetic(_) => return Err(Errno::EPERM),
    }
    Ok(0)
}

/// Sets a descriptor's permission bits.
///
/// # Errors
/// As chmod(2).
pub fn fchmod(task: &mut Task, args: [u64; 6]) -> SysResult {
    task.process.files.get(args[0] as i32)?;
    file::fchmod(args[0] as i32, args[1] as u32 & 0o7777)?;
    Ok(0)
}

/// Sets a path's permission bits. The call itself takes no flags.
///
/// # Errors
/// As chmod(2).
pub fn fchmodat(task: &mut Task, args: [u64; 6]) -> SysResult {
    let mode = args[2] as u32 & 0o7777;
    match object(task, args[0], args[1], 0)? {
        Object::Open(fd) => file::fchmod(fd, mode)?,
        Object::Place(place) => {
            let (dir, name) = place.at();
            file::chmodat(dir, name, mode)?;
        }
        Object::Synthetic(_) => return Err(Errno::EPERM),
    }
    Ok(0)
}

/// Sets a descriptor's owner.
///
/// # Errors
/// As chown(2).
pub fn fchown(task: &mut Task, args: [u64; 6]) -> SysResult {
    task.process.files.get(args[0] as i32)?;
    file::fchown(args[0] as i32, args[1] as u32, args[2] as u32)?;
    Ok(0)
}

/// Sets a path's owner.
///
/// # Errors
/// As chown(2).
pub fn fchownat(task: &mut Task, args: [u64; 6]) -> SysResult {
    if args[4] & !(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) != 0 {
        return Err(Errno::EINVAL);
    }
    let (uid, gid) = (args[2] as u32, args[3] as u32);
    match object(task, args[0], args[1], args[4])? {
        Object::Open(fd) => file::fchown(fd, uid, gid)?,
        Object::Place(place) => {
            let (dir, name) = place.at();
            file::fchownat(dir, name, uid, gid)?;
        }
        Object::Synthetic(_) => return Err(Errno::EPERM),
    }
    Ok(0)
}

/// Sets the mask of permissions that new files do not get.
///
/// # Errors
/// None.
pub fn umask(_task: &mut Task, args: [u64; 6]) -> SysResult {
    Ok(u64::from(file::umask(args[0] as u32 & 0o777)))
}

/// Cuts or extends a file named by its path.
///
/// # Errors
/// As truncate(2).
pub fn truncate(task: &mut Task, args: [u64; 6]) -> SysResult {
    use std::os::fd::AsRawFd;
    let length = args[1] as i64;
    if length < 0 {
        return Err(Errno::EINVAL);
    }
    match object(task, AT_FDCWD as u64, args[0], 0)? {
        Object::Place(place) => {
            let (dir, name) = place.at();
            match file::lstatat(dir, name)? {
                stat if stat.is(file::S_IFDIR) => return Err(Errno::EISDIR),
                stat if !stat.is(file::S_IFREG) => return Err(Errno::EINVAL),
                _ => {}
            }
            let flags = OpenFlags::WRONLY | OpenFlags::NOFOLLOW | OpenFlags::CLOEXEC | OpenFlags::NONBLOCK;
            file::ftruncate(file::openat(dir, name, flags, 0)?.as_raw_fd(), length)?;
        }
        Object::Open(fd) => file::ftruncate(fd, length)?,
        Object::Synthetic(_) => return Err(Errno::EACCES),
    }
    Ok(0)
}

/// Cuts or extends an open file.
///
/// # Errors
/// As truncate(2).
pub fn ftruncate(task: &mut Task, args: [u64; 6]) -> SysResult {
    task.process.files.get(args[0] as i32)?;
    file::ftruncate(args[0] as i32, args[1] as i64)?;
    Ok(0)
}
