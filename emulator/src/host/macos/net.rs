//! Sockets on macOS hosts: addresses, options and flags are translated from and to Linux's.

use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::sync::atomic::AtomicU32;

use crate::host::blocking_call;
use crate::host::file;
use crate::host::net::Received;
use crate::host::result::{check, owned};
use crate::mem::Span;
use crate::syscall::Errno;
use crate::syscall::abi::OpenFlags;

/// The longest address.
const ADDRESS: usize = 128;

/// Address families: Linux's number, the host's.
const FAMILIES: [(u16, i32); 4] =
    [(0, libc::AF_UNSPEC), (1, libc::AF_UNIX), (2, libc::AF_INET), (10, libc::AF_INET6)];
/// Message flags: Linux's bit, the host's.
const FLAGS: [(i32, i32); 8] = [
    (0x1, libc::MSG_OOB),
    (0x2, libc::MSG_PEEK),
    (0x4, libc::MSG_DONTROUTE),
    (0x8, libc::MSG_CTRUNC),
    (0x20, libc::MSG_TRUNC),
    (0x40, libc::MSG_DONTWAIT),
    (0x80, libc::MSG_EOR),
    (0x100, libc::MSG_WAITALL),
];
/// Options: Linux's level and name, the host's.
const OPTIONS: [(i32, i32, i32, i32); 17] = [
    (1, 2, libc::SOL_SOCKET, libc::SO_REUSEADDR),
    (1, 3, libc::SOL_SOCKET, libc::SO_TYPE),
    (1, 4, libc::SOL_SOCKET, libc::SO_ERROR),
    (1, 5, libc::SOL_SOCKET, libc::SO_DONTROUTE),
    (1, 6, libc::SOL_SOCKET, libc::SO_BROADCAST),
    (1, 7, libc::SOL_SOCKET, libc::SO_SNDBUF),
    (1, 8, libc::SOL_SOCKET, libc::SO_RCVBUF),
    (1, 9, libc::SOL_SOCKET, libc::SO_KEEPALIVE),
    (1, 10, libc::SOL_SOCKET, libc::SO_OOBINLINE),
    (1, 13, libc::SOL_SOCKET, libc::SO_LINGER_SEC),
    (1, 15, libc::SOL_SOCKET, libc::SO_REUSEPORT),
    (1, 20, libc::SOL_SOCKET, libc::SO_RCVTIMEO),
    (1, 21, libc::SOL_SOCKET, libc::SO_SNDTIMEO),
    (6, 1, libc::IPPROTO_TCP, libc::TCP_NODELAY),
    (6, 4, libc::IPPROTO_TCP, libc::TCP_KEEPALIVE),
    (41, 26, libc::IPPROTO_IPV6, libc::IPV6_V6ONLY),
    (0, 2, libc::IPPROTO_IP, libc::IP_TTL),
];

fn host_family(linux: i32) -> Result<i32, Errno> {
    let found = FAMILIES.iter().find(|(number, _)| i32::from(*number) == linux);
    found.map(|(_, host)| *host).ok_or(Errno::EAFNOSUPPORT)
}

/// Linux's address (family in 2 bytes) as the host's (length and family in 1 each).
fn to_host(address: &[u8]) -> Result<Vec<u8>, Errno> {
    let [low, high, rest @ ..] = address else { return Err(Errno::EINVAL) };
    let family = host_family(i32::from(u16::from_le_bytes([*low, *high])))?;
    let mut host = vec![address.len() as u8, family as u8];
    host.extend_from_slice(rest);
    Ok(host)
}

fn to_linux(mut address: Vec<u8>) -> Vec<u8> {
    if address.len() >= 2 {
        let family = i32::from(address[1]);
        let linux = FAMILIES.iter().find(|(_, host)| *host == family).map_or(0, |(linux, _)| *linux);
        address[..2].copy_from_slice(&linux.to_le_bytes());
    }
    address
}

fn flags_to_host(linux: i32) -> i32 {
    FLAGS.iter().filter(|(bit, _)| linux & bit != 0).fold(0, |all, (_, host)| all | host)
}

fn flags_to_linux(host: i32) -> u32 {
    FLAGS.iter().filter(|(_, bit)| host & bit != 0).fold(0, |all, (linux, _)| all | *linux as u32)
}

fn option(level: i32, name: i32) -> Result<(i32, i32), Errno> {
    let found = OPTIONS.iter().find(|row| (row.0, row.1) == (level, name));
    found.map(|row| (row.2, row.3)).ok_or(Errno::ENOPROTOOPT)
}

/// Sets what Linux's type says beside the type.
fn finish(fd: &OwnedFd, kind: i32) -> Result<(), Errno> {
    let flags = OpenFlags(kind as u32);
    file::set_close_on_exec(fd.as_raw_fd(), flags.has(OpenFlags::CLOEXEC))?;
    if flags.has(OpenFlags::NONBLOCK) {
        file::set_status_flags(fd.as_raw_fd(), OpenFlags::NONBLOCK)?;
    }
    Ok(())
}

/// A new socket.
///
/// # Errors
/// The host's.
pub fn socket(domain: i32, kind: i32, protocol: i32) -> Result<OwnedFd, Errno> {
    // SAFETY: no pointers.
    let fd = owned(unsafe { libc::socket(host_family(domain)?, kind & 0xf, protocol) })?;
    finish(&fd, kind)?;
    Ok(fd)
}

/// Two sockets connected to each other.
///
/// # Errors
/// The host's.
pub fn socketpair(domain: i32, kind: i32, protocol: i32) -> Result<(OwnedFd, OwnedFd), Errno> {
    let mut pair = [0; 2];
    // SAFETY: two integers of ours.
    check(unsafe { libc::socketpair(host_family(domain)?, kind & 0xf, protocol, pair.as_mut_ptr()) })?;
    let (first, second) = (owned(pair[0])?, owned(pair[1])?);
    finish(&first, kind)?;
    finish(&second, kind)?;
    Ok((first, second))
}

/// Gives a socket its address.
///
/// # Errors
/// The host's.
pub fn bind(fd: RawFd, address: &[u8]) -> Result<(), Errno> {
    let host = to_host(address)?;
    // SAFETY: the host reads that many bytes.
    check(unsafe { libc::bind(fd, host.as_ptr().cast(), host.len() as u32) }).map(|_| ())
}

/// Connects a socket.
///
/// # Errors
/// The host's; `EINTR` when interrupted.
pub fn connect(fd: RawFd, address: &[u8], interrupt: &AtomicU32) -> Result<(), Errno> {
    let host = to_host(address)?;
    let (at, len) = (host.as_ptr().cast::<libc::sockaddr>(), host.len());
    // SAFETY: the host reads that many bytes.
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
    let mut address = vec![0_u8; ADDRESS];
    let mut len = ADDRESS as u32;
    let (at, size) = (address.as_mut_ptr().cast::<libc::sockaddr>(), &raw mut len);
    // SAFETY: the buffer is ours and as long as said.
    let accepted = unsafe { blocking_call!(interrupt, SYS_accept, libc::accept, fd, at, size) }?;
    let accepted = owned(accepted as i32)?;
    finish(&accepted, flags)?;
    address.truncate(len as usize);
    Ok((accepted, to_linux(address)))
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
    Ok(to_linux(address))
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

/// The descriptors in Linux's control messages as one of the host's: length (4), level (4), type (4), data.
fn control_to_host(control: &[u8]) -> Result<Vec<u8>, Errno> {
    let rights = crate::syscall::abi::rights(control).ok_or(Errno::EINVAL)?;
    if rights.is_empty() {
        return Ok(Vec::new());
    }
    let mut host = (12 + 4 * rights.len() as u32).to_le_bytes().to_vec();
    host.extend(libc::SOL_SOCKET.to_le_bytes());
    host.extend(libc::SCM_RIGHTS.to_le_bytes());
    host.extend(rights.iter().flat_map(|(_, fd)| fd.to_le_bytes()));
    Ok(host)
}

/// The host's control messages as Linux's: length (8), level (4), type (4), data, padding to 8.
fn control_to_linux(host: &[u8]) -> Vec<u8> {
    let word =
        |at: usize| host.get(at..at + 4).and_then(|word| word.try_into().ok()).map_or(0, u32::from_le_bytes);
    let mut out = Vec::new();
    let mut at = 0;
    while at + 12 <= host.len() {
        let len = word(at) as usize;
        if len < 12 || at + len > host.len() {
            break;
        }
        if (word(at + 4) as i32, word(at + 8) as i32) == (libc::SOL_SOCKET, libc::SCM_RIGHTS) {
            out.extend((len as u64 + 4).to_le_bytes());
            out.extend(1_u32.to_le_bytes());
            out.extend(1_u32.to_le_bytes());
            out.extend_from_slice(&host[at + 12..at + len]);
            out.resize(out.len().next_multiple_of(8), 0);
        }
        at += len.next_multiple_of(4);
    }
    out
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
    let mut address = if address.is_empty() { Vec::new() } else { to_host(address)? };
    let mut control = control_to_host(control)?;
    let header = header(spans, &mut address, &mut control);
    let (at, flags) = (&raw const header, flags_to_host(flags));
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
    // The host's headers are shorter than Linux's, so what fits here fits there but for one header.
    let mut host = vec![0; control.saturating_sub(4)];
    let mut header = header(spans, &mut address, &mut host);
    let (at, flags) = (&raw mut header, flags_to_host(flags));
    // SAFETY: everything the header names is ours or guest memory.
    let count = unsafe { blocking_call!(interrupt, SYS_recvmsg, libc::recvmsg, fd, at, flags) }?;
    let (name, controls, flags) = (header.msg_namelen, header.msg_controllen, header.msg_flags);
    address.truncate(name as usize);
    host.truncate(controls as usize);
    let mut control_linux = control_to_linux(&host);
    control_linux.truncate(control);
    Ok(Received { count, address: to_linux(address), control: control_linux, flags: flags_to_linux(flags) })
}

/// Reads a socket option of at most `len` bytes.
///
/// # Errors
/// The host's; `ENOPROTOOPT` for one without a counterpart.
pub fn get_option(fd: RawFd, level: i32, name: i32, len: usize) -> Result<Vec<u8>, Errno> {
    let (level, name) = option(level, name)?;
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
/// The host's; `ENOPROTOOPT` for one without a counterpart.
pub fn set_option(fd: RawFd, level: i32, name: i32, value: &[u8]) -> Result<(), Errno> {
    let (level, name) = option(level, name)?;
    let (at, len) = (value.as_ptr().cast(), value.len() as u32);
    // SAFETY: the host reads that many bytes.
    check(unsafe { libc::setsockopt(fd, level, name, at, len) }).map(|_| ())
}
