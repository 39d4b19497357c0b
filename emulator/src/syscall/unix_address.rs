//! `AF_UNIX` addresses, which are paths.

use std::ffi::CStr;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use super::Errno;
use crate::host::{file, net};
use crate::path::{AT_FDCWD, Dir, GuestPath, Intent, resolve};
use crate::task::Task;

/// `AF_UNIX`, and where the path starts.
const AF_UNIX: u16 = 1;
const PATH: usize = 2;
/// The longest path, which need not end in a zero then.
const PATH_MAX: usize = 108;

/// How a path through a directory handle starts.
const THROUGH: &[u8] = if cfg!(target_os = "macos") { b"/dev/fd/" } else { b"/proc/self/fd/" };

/// How a path starts that is bound from the sysroot's directory, because the whole one is too long. Whoever is told it
/// knows where it lies. (A name in the guest's working directory is bound without this.)
const BENEATH: &[u8] = b"./";

/// An address for the host, and the descriptor that its path may go through.
pub struct HostAddress {
    /// The address.
    pub bytes: Vec<u8>,
    handle: Option<OwnedFd>,
}

impl From<&[u8]> for HostAddress {
    fn from(bytes: &[u8]) -> HostAddress {
        HostAddress { bytes: bytes.to_vec(), handle: None }
    }
}

/// The path in an `AF_UNIX` address; `None` for an abstract or missing name, and other families.
fn path(address: &[u8]) -> Option<&[u8]> {
    if address.get(..PATH)? != AF_UNIX.to_le_bytes() {
        return None;
    }
    let path = &address[PATH..];
    let path = path.split(|&byte| byte == 0).next()?;
    (!path.is_empty()).then_some(path)
}

/// The host's address for a guest's, to reach a socket by.
///
/// # Errors
/// As path resolution has them.
pub fn host_address(task: &Task, address: &[u8]) -> Result<HostAddress, Errno> {
    let Some(guest) = path(address).filter(|_| task.process.fs.has_sysroot()) else {
        return Ok(address.into());
    };
    let found = resolve(task.view(), AT_FDCWD, &GuestPath::from(guest), Intent::Lookup { follow: true })?;
    let place = found.place_or(Errno::ECONNREFUSED)?;
    let (dir, name) = place.at();
    // A name in the working directory is the same for the host.
    if matches!(place.dir, Dir::Cwd) && name.count_bytes() < PATH_MAX {
        return Ok(build(name.to_bytes(), None));
    }
    match compose(dir, name) {
        // The name alone is too long, as only a symbolic link can lead to it: a handle on the socket has a short one.
        Err(Errno::ENAMETOOLONG) => {
            let handle = file::open_handle(dir, name)?;
            Ok(build(file::proc_fd(handle.as_raw_fd()).to_bytes(), Some(handle)))
        }
        composed => composed,
    }
}

/// Gives the socket `fd` a guest's address; returns the name that it has for the guest, if the host has another one.
///
/// # Errors
/// `EADDRINUSE`; the host's; as path resolution has them.
pub fn bind_address(task: &Task, fd: RawFd, address: &[u8]) -> Result<Option<Vec<u8>>, Errno> {
    let Some(guest) = path(address).filter(|_| task.process.fs.has_sysroot()) else {
        return net::bind(fd, address).map(|()| None);
    };
    let found = resolve(task.view(), AT_FDCWD, &GuestPath::from(guest), Intent::Mutate)?;
    let target = found.target_or(Errno::EADDRINUSE)?;
    // What ends in a slash is a directory, which no socket can be.
    if target.says_directory() && !target.name.is_special() {
        let taken = task.process.fs.look(&target).is_ok();
        return Err(if taken { Errno::EADDRINUSE } else { Errno::ENOENT });
    }
    let relative = matches!(target.dir, Dir::Cwd);
    let mut changed = true;
    let bound = task.process.fs.make(&target, |dir, name| {
        // A name in the working directory is the same for the host, but for one that only the host knows: as a whole
        // path others can tell what it stands for.
        let bound = if relative && name.to_bytes() == target.name.as_bytes() {
            changed = name.to_bytes() != guest;
            net::bind(fd, &build(name.to_bytes(), None).bytes)
        } else {
            bind_in(task, fd, dir, name)
        };
        bound.map_err(|errno| if errno == Errno::EADDRINUSE { Errno::EEXIST } else { errno })
    });
    bound.map_err(|errno| if errno == Errno::EEXIST { Errno::EADDRINUSE } else { errno })?;
    Ok(changed.then(|| told(guest)))
}

/// Binds `fd` to `name` in `dir`: by the whole path if it is short enough, else from the sysroot, else through a handle.
fn bind_in(task: &Task, fd: RawFd, dir: RawFd, name: &CStr) -> Result<(), Errno> {
    let composed = compose(dir, name);
    let is_whole = composed.as_ref().is_ok_and(|host| host.handle.is_none());
    if !is_whole && let Some((root, sysroot)) = task.process.fs.sysroot() {
        let (_, whole) = whole_path(dir, name)?;
        let rest = whole.strip_prefix(sysroot).and_then(|rest| rest.strip_prefix(b"/"));
        let beneath = rest.map(|rest| [BENEATH, rest].concat()).filter(|path| path.len() <= PATH_MAX);
        if let Some(bound) = beneath.and_then(|path| net::bind_in(root, fd, &build(&path, None).bytes)) {
            return bound;
        }
    }
    net::bind(fd, &composed?.bytes)
}

/// A handle on `dir`, which may stand for the working directory, and the host's whole path of `name` in it.
fn whole_path(dir: RawFd, name: &CStr) -> Result<(OwnedFd, Vec<u8>), Errno> {
    let handle = file::open_search(dir, c".")?;
    let mut whole = file::path_of(handle.as_raw_fd())?;
    whole.push(b'/');
    whole.extend_from_slice(name.to_bytes());
    Ok((handle, whole))
}

/// The host's address of `name` in `dir`: the whole path if it is short enough, else through a handle.
fn compose(dir: RawFd, name: &CStr) -> Result<HostAddress, Errno> {
    let (handle, whole) = whole_path(dir, name)?;
    if whole.len() < PATH_MAX {
        return Ok(build(&whole, None));
    }
    let mut through = file::proc_fd(handle.as_raw_fd()).into_bytes();
    through.push(b'/');
    through.extend_from_slice(name.to_bytes());
    if through.len() >= PATH_MAX {
        return Err(Errno::ENAMETOOLONG);
    }
    Ok(build(&through, Some(handle)))
}

fn build(path: &[u8], handle: Option<OwnedFd>) -> HostAddress {
    let mut bytes = AF_UNIX.to_le_bytes().to_vec();
    bytes.extend_from_slice(path);
    // The longest has no room for a zero.
    if path.len() < PATH_MAX {
        bytes.push(0);
    }
    HostAddress { bytes, handle }
}

/// The address of `path` as a guest is told it: the zero at its end counts, even behind the longest.
fn told(path: &[u8]) -> Vec<u8> {
    [&AF_UNIX.to_le_bytes(), path, b"\0"].concat()
}

/// The guest's address for one that the host gave.
pub fn guest_address(task: &Task, address: Vec<u8>) -> Vec<u8> {
    let beneath = path(&address).and_then(|host| host.strip_prefix(BENEATH));
    if let (Some(rest), Some((_, sysroot))) = (beneath, task.process.fs.sysroot()) {
        let guest = task.process.fs.guest_name(&[sysroot, b"/", rest].concat());
        return told(guest.as_bytes());
    }
    let Some(host) = path(&address).filter(|host| host.starts_with(b"/")) else { return address };
    if host.starts_with(THROUGH) && task.process.fs.has_sysroot() {
        // Bound by another socket through a handle, as there was no other way: it is shown as none.
        return AF_UNIX.to_le_bytes().to_vec();
    }
    let guest = task.process.fs.guest_name(host);
    if guest.as_bytes() == host { address } else { told(guest.as_bytes()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_in_the_file_system_are_paths() {
        assert_eq!(path(b"\x01\0/tmp/s\0rest"), Some(&b"/tmp/s"[..]));
        assert_eq!(path(b"\x01\0rel"), Some(&b"rel"[..]));
        assert_eq!(path(b"\x01\0\0abstract"), None);
        assert_eq!(path(b"\x01\0"), None);
        assert_eq!(path(b"\x02\0\0\x50\x7f\0\0\x01"), None);
        assert_eq!(path(b""), None);
    }
}
