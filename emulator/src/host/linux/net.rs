//! Sockets on Linux hosts: addresses, options and control messages are the guest's as they are.

use std::os::fd::{OwnedFd, RawFd};
use std::sync::atomic::AtomicU32;

use crate::host::blocking_call;
use crate::host::net::Received;
use crate::host::result::{check, owned};
use crate::mem::Span;
use crate::syscall::Errno;

/// The longest address.
const ADDRESS: usize = 128;

/// A new socket.
///
/// # Errors
/// The host's.
pub fn socket(domain: i32, kind: i32, protocol: i32) -> Result<OwnedFd, Errno> {
    // SAFETY: no pointers.
    owned(unsafe { libc::socket(domain, kind, protocol) })
}

/// Two sockets connected to each other.
///
/// # Errors
/// The host's.
pub fn socketpair(domain: i32, kind: i32, protocol: i32) -> Result<(OwnedFd, OwnedFd), Errno> {
    let mut pair = [0; 2];
    // SAFETY: two integers of ours.
    check(unsafe { libc::socketpair(domain, kind, protocol, pair.as_mut_ptr()) })?;
    Ok((owned(pair[0])?, owned(pair[1])?))
}

/// Gives a socket its address.
///
/// # Errors
/// The host's.
pub fn bind(fd: RawFd, address: &[u8]) -> Result<(), Errno> {
    // SAFETY: the kernel reads that many bytes.
    check(unsafe { libc::bind(fd, address.as_ptr().cast(), address.len() as u32) }).map(|_| ())
}

/// Connects a socket.
///
/// # Errors
/// The host's; `EINTR` when interrupted.
pub fn connect(fd: RawFd, address: &[u8], interrupt: &AtomicU32) -> Result<(), Errno> {
    let (at, len) = (address.as_ptr(), address.len());
    // SAFETY: the kernel reads that many bytes.
    unsafe { blocking_call!(interrupt, SYS_connect, libc::connect, fd, at, len) }?;
    Ok(())
}

/// Lets others connect.
///
/// # Errors
/// The host's.
pub fn listen(fd: RawFd, backlog: i32) -> Result<(), Errno> {
    // SAFETY: no pointers.
    check(unsafe { libc::listen(fd, backlog) }).map(|_| ())
}

/// Takes a connection; gives it and the peer's address.
///
/// # Errors
/// The host's; `EINTR` when interrupted.
pub fn accept(fd: RawFd, flags: i32, interrupt: &AtomicU32) -> Result<(OwnedFd, Vec<u8>), Errno> {
    let mut address = vec![0; ADDRESS];
    let mut len = ADDRESS as u32;
    let (at, size) = (address.as_mut_ptr(), &raw mut len);
    // SAFETY: the buffer is ours and as long as said.
    let accepted = unsafe { blocking_call!(interrupt, SYS_accept4, libc::accept4, fd, at, size, flags) }?;
    address.truncate(len as usize);
    Ok((owned(accepted as i32)?, address))
}

/// A socket's own address, or its peer's.
///
/// # Errors
/// The host's.
pub fn name(fd: RawFd, peer: bool) -> Result<Vec<u8>, Errno> {
    let mut address = vec![0_u8; ADDRESS];
    let mut len = ADDRESS as u32;
    let (at, size) = (address.as_mut_ptr().cast(), &raw mut len);
    // SAFETY: the buffer is ours and as long as said.
    check(unsafe { if peer { libc::getpeername(fd, at, size) } else { libc::getsockname(fd, at, size) } })?;
    address.truncate(len as usize);
    Ok(address)
}

/// Shuts down one or both directions.
///
/// # Errors
/// The host's.
pub fn shutdown(fd: RawFd, how: i32) -> Result<(), Errno> {
    // SAFETY: no pointers.
    check(unsafe { libc::shutdown(fd, how) }).map(|_| ())
}

fn header(spans: &[Span], address: &mut [u8], control: &mut [u8]) -> libc::msghdr {
    // SAFETY: zero is valid for every field.
    let mut header: libc::msghdr = unsafe { std::mem::zeroed() };
    if !address.is_empty() {
        header.msg_name = address.as_mut_ptr().cast();
        header.msg_namelen = address.len() as u32;
    }
    header.msg_iov = spans.as_ptr().cast_mut().cast();
    header.msg_iovlen = spans.len() as _;
    if !control.is_empty() {
        header.msg_control = control.as_mut_ptr().cast();
        header.msg_controllen = control.len() as _;
    }
    header
}

/// Sends a message.
///
/// # Errors
/// The host's; `EINTR` when interrupted.
pub fn send(
    fd: RawFd,
    spans: &[Span],
    address: &mut [u8],
    control: &mut [u8],
    flags: i32,
    interrupt: &AtomicU32,
) -> Result<usize, Errno> {
    let header = header(spans, address, control);
    let at = &raw const header;
    // SAFETY: everything the header names is ours or guest memory.
    Ok(unsafe { blocking_call!(interrupt, SYS_sendmsg, libc::sendmsg, fd, at, flags) }?)
}

/// Receives a message with at most `control` bytes of control messages.
///
/// # Errors
/// The host's; `EINTR` when interrupted.
pub fn receive(
    fd: RawFd,
    spans: &[Span],
    control: usize,
    flags: i32,
    interrupt: &AtomicU32,
) -> Result<Received, Errno> {
    let mut address = vec![0; ADDRESS];
    let mut control = vec![0; control];
    let mut header = header(spans, &mut address, &mut control);
    let at = &raw mut header;
    // SAFETY: everything the header names is ours or guest memory.
    let count = unsafe { blocking_call!(interrupt, SYS_recvmsg, libc::recvmsg, fd, at, flags) }?;
    let (name, controls, flags) = (header.msg_namelen, header.msg_controllen, header.msg_flags);
    address.truncate(name as usize);
    control.truncate(controls);
    Ok(Received { count, address, control, flags: flags as u32 })
}

/// Reads a socket option of at most `len` bytes.
///
/// # Errors
/// The host's.
pub fn get_option(fd: RawFd, level: i32, name: i32, len: usize) -> Result<Vec<u8>, Errno> {
    let mut value = vec![0_u8; len];
    let mut size = len as u32;
    // SAFETY: the buffer is ours and as long as said.
    check(unsafe { libc::getsockopt(fd, level, name, value.as_mut_ptr().cast(), &raw mut size) })?;
    value.truncate(size as usize);
    Ok(value)
}

/// Sets a socket option.
///
/// # Errors
/// The host's.
pub fn set_option(fd: RawFd, level: i32, name: i32, value: &[u8]) -> Result<(), Errno> {
    let (at, len) = (value.as_ptr().cast(), value.len() as u32);
    // SAFETY: the kernel reads that many bytes.
    check(unsafe { libc::setsockopt(fd, level, name, at, len) }).map(|_| ())
}
