//! Extended attributes on macOS hosts.

use std::ffi::CStr;

use crate::host::result::check;
use crate::syscall::Errno;

/// Sets an attribute of what `path` names, links followed; `flags`: 1 create, 2 replace.
///
/// # Errors
/// The host's.
pub fn set(path: &CStr, name: &CStr, value: &[u8], flags: i32) -> Result<(), Errno> {
    let create = if flags & 1 != 0 { libc::XATTR_CREATE } else { 0 };
    let replace = if flags & 2 != 0 { libc::XATTR_REPLACE } else { 0 };
    let (at, len) = (value.as_ptr().cast(), value.len());
    // SAFETY: two C strings and a slice.
    check(unsafe { libc::setxattr(path.as_ptr(), name.as_ptr(), at, len, 0, create | replace) }).map(|_| ())
}

/// Reads an attribute of what `path` names, links followed; its size when `into` is empty.
///
/// # Errors
/// The host's.
pub fn get(path: &CStr, name: &CStr, into: &mut [u8]) -> Result<usize, Errno> {
    let len = into.len();
    let at = if len == 0 { std::ptr::null_mut() } else { into.as_mut_ptr().cast() };
    // SAFETY: two C strings and a slice.
    check(unsafe { libc::getxattr(path.as_ptr(), name.as_ptr(), at, len, 0, 0) }).map(|len| len as usize)
}

/// Lists the attributes of what `path` names, links followed; their size when `into` is empty.
///
/// # Errors
/// The host's.
pub fn list(path: &CStr, into: &mut [u8]) -> Result<usize, Errno> {
    let len = into.len();
    let at = if len == 0 { std::ptr::null_mut() } else { into.as_mut_ptr().cast() };
    // SAFETY: a C string and a slice.
    check(unsafe { libc::listxattr(path.as_ptr(), at, len, 0) }).map(|len| len as usize)
}

/// Removes an attribute of what `path` names, links followed.
///
/// # Errors
/// The host's.
pub fn remove(path: &CStr, name: &CStr) -> Result<(), Errno> {
    // SAFETY: two C strings.
    check(unsafe { libc::removexattr(path.as_ptr(), name.as_ptr(), 0) }).map(|_| ())
}
