//! Names in socket addresses.

use std::borrow::Cow;
use std::ffi::{CStr, CString};
use std::os::fd::{AsRawFd, OwnedFd};

use super::calls::{changing, existing};
use super::volume::active;
use crate::host::raw;
use crate::syscall::Errno;
use crate::syscall::abi::OpenFlags;

/// `AF_UNIX` in Linux's form, which every host's calls take here.
const AF_UNIX: [u8; 2] = [1, 0];

/// An address that is a path: what comes before its last name, and that name.
struct Address {
    before: Vec<u8>,
    dir: OwnedFd,
    name: CString,
}

impl Address {
    /// `None` when it is no path, or leads to no directory; the host will say so.
    fn split(address: &[u8]) -> Option<Address> {
        let path = address.strip_prefix(&AF_UNIX)?.split(|&byte| byte == 0).next()?;
        let start = path.iter().rposition(|&byte| byte == b'/').map_or(0, |slash| slash + 1);
        let (parent, name) = path.split_at(start);
        let parent = CString::new(if parent.is_empty() { b"." } else { parent }).ok()?;
        let flags = OpenFlags::PATH | OpenFlags::DIRECTORY | OpenFlags::CLOEXEC;
        let dir = raw::openat(libc::AT_FDCWD, &parent, flags, 0).ok()?;
        let before = address[..AF_UNIX.len() + start].to_vec();
        Some(Address { before, dir, name: CString::new(name).ok()? })
    }

    /// `address` with `name` as the last one.
    fn with<'a>(&self, address: &'a [u8], name: &CStr) -> Cow<'a, [u8]> {
        if name == self.name.as_c_str() {
            Cow::Borrowed(address)
        } else {
            Cow::Owned([&self.before, name.to_bytes_with_nul()].concat())
        }
    }
}

/// A call that makes the name in `address`.
pub fn making_socket<T>(address: &[u8], act: impl FnOnce(&[u8]) -> Result<T, Errno>) -> Result<T, Errno> {
    if active()
        && let Some(split) = Address::split(address)
    {
        changing(split.dir.as_raw_fd(), &split.name, |name| act(&split.with(address, name)))
    } else {
        act(address)
    }
}

/// A call that reaches a socket by the name in `address`.
pub fn reaching_socket<T>(
    address: &[u8],
    mut act: impl FnMut(&[u8]) -> Result<T, Errno>,
) -> Result<T, Errno> {
    if active()
        && let Some(split) = Address::split(address)
    {
        existing(split.dir.as_raw_fd(), &split.name, |name| act(&split.with(address, name)))
    } else {
        act(address)
    }
}
