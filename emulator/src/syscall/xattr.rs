//! Extended attributes.

use std::ffi::CString;
use std::os::fd::{AsRawFd, OwnedFd};

use super::abi::OpenFlags;
use super::args::AT_SYMLINK_NOFOLLOW;
use super::stat::{Object, object};
use super::{Errno, SysResult};
use crate::host::{file, xattr};
use crate::mem::GuestAddr;
use crate::path::AT_FDCWD;
use crate::task::Task;

/// The longest name, its zero included.
const NAME_MAX: usize = 256;
/// The largest value or list.
const SIZE_MAX: u64 = 65536;

/// A host path to an object, and what keeps it valid.
struct Target {
    path: CString,
    _handle: Option<OwnedFd>,
}

fn open_target(task: &Task, fd: u64) -> Result<Target, Errno> {
    let target = named_target(task, fd as i32)?;
    if file::status_flags(fd as i32)?.has(OpenFlags::PATH) { Err(Errno::EBADF) } else { Ok(target) }
}

fn named_target(task: &Task, fd: i32) -> Result<Target, Errno> {
    task.process.files.get(fd)?;
    Ok(Target { path: file::proc_fd(fd), _handle: None })
}

fn path_target(task: &Task, addr: u64, flags: u64) -> Result<Target, Errno> {
    match object(task, AT_FDCWD as u64, addr, flags)? {
        Object::Open(fd) => named_target(task, fd),
        Object::Place(place) => {
            let (dir, name) = place.at();
            let handle = file::open_handle(dir, name)?;
            Ok(Target { path: file::proc_fd(handle.as_raw_fd()), _handle: Some(handle) })
        }
        Object::Synthetic(_) => Err(Errno::EOPNOTSUPP),
    }
}

fn name(task: &Task, addr: u64) -> Result<CString, Errno> {
    let name = task.mem().read_cstr(GuestAddr(addr), NAME_MAX).map_err(|_| Errno::EFAULT)?;
    let name = name.filter(|name| !name.is_empty()).ok_or(Errno::ERANGE)?;
    CString::new(name).map_err(|_| Errno::EINVAL)
}

fn set(task: &Task, target: &Target, args: [u64; 6]) -> SysResult {
    let name = name(task, args[1])?;
    if args[3] > SIZE_MAX {
        return Err(Errno::E2BIG);
    }
    let mut value = vec![0; args[3] as usize];
    task.mem().read(GuestAddr(args[2]), &mut value).map_err(|_| Errno::EFAULT)?;
    xattr::set(&target.path, &name, &value, args[4] as i32)?;
    Ok(0)
}

fn get(task: &Task, target: &Target, args: [u64; 6]) -> SysResult {
    let name = name(task, args[1])?;
    let mut value = vec![0; args[3].min(SIZE_MAX) as usize];
    let len = xattr::get(&target.path, &name, &mut value)?;
    task.put(args[2], value.get(..len).unwrap_or_default())?;
    Ok(len as u64)
}

fn list(task: &Task, target: &Target, args: [u64; 6]) -> SysResult {
    let mut names = vec![0; args[2].min(SIZE_MAX) as usize];
    let len = xattr::list(&target.path, &mut names)?;
    task.put(args[1], names.get(..len).unwrap_or_default())?;
    Ok(len as u64)
}

fn remove(task: &Task, target: &Target, args: [u64; 6]) -> SysResult {
    xattr::remove(&target.path, &name(task, args[1])?)?;
    Ok(0)
}

macro_rules! calls {
    ($($(#[$doc:meta])* $name:ident = $what:ident, $target:ident $(, $flags:expr)?;)*) => { $(
        $(#[$doc])*
        ///
        /// # Errors
        /// As xattr(7)'s calls have them.
        pub fn $name(task: &mut Task, args: [u64; 6]) -> SysResult {
            let target = $target(task, args[0] $(, $flags)?)?;
            $what(task, &target, args)
        }
    )* };
}

calls! {
    /// Sets an attribute.
    setxattr = set, path_target, 0;
    /// Sets an attribute, of a symbolic link itself.
    lsetxattr = set, path_target, AT_SYMLINK_NOFOLLOW;
    /// Sets an attribute of an open file.
    fsetxattr = set, open_target;
    /// Reads an attribute.
    getxattr = get, path_target, 0;
    /// Reads an attribute, of a symbolic link itself.
    lgetxattr = get, path_target, AT_SYMLINK_NOFOLLOW;
    /// Reads an attribute of an open file.
    fgetxattr = get, open_target;
    /// Lists the attributes.
    listxattr = list, path_target, 0;
    /// Lists the attributes, of a symbolic link itself.
    llistxattr = list, path_target, AT_SYMLINK_NOFOLLOW;
    /// Lists the attributes of an open file.
    flistxattr = list, open_target;
    /// Removes an attribute.
    removexattr = remove, path_target, 0;
    /// Removes an attribute, of a symbolic link itself.
    lremovexattr = remove, path_target, AT_SYMLINK_NOFOLLOW;
    /// Removes an attribute of an open file.
    fremovexattr = remove, open_target;
}
