//! Finding the program that `execve` names.

use std::os::fd::{AsRawFd, OwnedFd};

use super::guest::GuestPath;
use super::resolve::{Resolved, View, resolve};
use super::synthetic::Entry;
use super::walk::Intent;
use crate::host::file;
use crate::syscall::Errno;
use crate::syscall::abi::OpenFlags;

/// A program found.
#[derive(Debug)]
pub struct Executable {
    /// Open for reading, closed on exec.
    pub fd: OwnedFd,
    /// Its guest name with links resolved, for `/proc/self/exe`.
    pub name: GuestPath,
}

/// Opens the program `path`, relative to `dirfd`; `follow` its last symbolic link.
///
/// # Errors
/// As execve(2): `EACCES` when it is not a regular file or not executable.
pub fn open_program(view: View<'_>, dirfd: i32, path: &GuestPath, follow: bool) -> Result<Executable, Errno> {
    let fd = match resolve(view, dirfd, path, Intent::Lookup { follow })? {
        Resolved::Host(place) => {
            let (dir, name) = place.at();
            let stat = file::lstatat(dir, name)?;
            if stat.is(file::S_IFLNK) {
                return Err(Errno::ELOOP);
            }
            if !stat.is(file::S_IFREG) {
                return Err(Errno::EACCES);
            }
            file::faccessat(dir, name, 1, true)?;
            file::openat(dir, name, OpenFlags::CLOEXEC | OpenFlags::NOFOLLOW, 0)?
        }
        Resolved::Name(_) => return Err(Errno::ENOENT),
        Resolved::Synthetic(node) => match node.entry {
            Entry::Descriptor(fd) => return open_descriptor(view, fd),
            _ => return Err(Errno::EACCES),
        },
    };
    named(view, fd)
}

/// Opens the program that is open as `fd`.
///
/// # Errors
/// As execve(2).
fn open_descriptor(view: View<'_>, fd: i32) -> Result<Executable, Errno> {
    view.files.get(fd)?;
    if !file::fstat(fd)?.is(file::S_IFREG) {
        return Err(Errno::EACCES);
    }
    file::faccessat(file::CWD, &file::proc_fd(fd), 1, true).or_else(|errno| match errno {
        // The name is a link of the host's own, which this check does not follow.
        Errno::ELOOP => Ok(()),
        errno => Err(errno),
    })?;
    named(view, file::openat(file::CWD, &file::proc_fd(fd), OpenFlags::CLOEXEC, 0)?)
}

fn named(view: View<'_>, fd: OwnedFd) -> Result<Executable, Errno> {
    let name = view.fs.guest_name(&file::path_of(fd.as_raw_fd())?);
    Ok(Executable { fd, name })
}
