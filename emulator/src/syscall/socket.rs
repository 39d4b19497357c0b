//! Sockets.

use std::sync::Arc;

use super::abi::{Reader, read_iovec, rights};
use super::args::{RECEIVE_LIMIT, SEND_LIMIT, restartable_on};
use super::unix_address::{bind_address, guest_address, host_address};
use super::{Errno, SysResult};
use crate::fd::Socket;
use crate::host::net::{self, Received};
use crate::mem::{GuestAddr, Span};
use crate::task::Task;

/// The longest socket address.
const ADDRESS_MAX: u64 = 128;
/// The most control bytes one message may carry.
const CONTROL_MAX: u64 = 1 << 16;
/// The most bytes of an option.
const OPTION_MAX: u32 = 1 << 16;
/// Size of `struct msghdr`.
const MSGHDR: usize = 56;
/// Size of `struct mmsghdr`: a header, a count (4), padding (4).
const MMSGHDR: u64 = 64;
/// The most messages in one call.
const MESSAGES_MAX: u64 = 1024;

fn read_address(task: &Task, addr: u64, len: u64) -> Result<Vec<u8>, Errno> {
    if len as i32 as i64 != len as i64 || len > ADDRESS_MAX {
        return Err(Errno::EINVAL);
    }
    let mut bytes = vec![0; len as usize];
    task.mem().read(GuestAddr(addr), &mut bytes).map_err(|_| Errno::EFAULT)?;
    Ok(bytes)
}

/// Writes as much of `address` as there is room for, and its full length.
fn put_address(task: &Task, addr: u64, len_addr: u64, address: &[u8]) -> Result<(), Errno> {
    if addr == 0 || len_addr == 0 {
        return Ok(());
    }
    let room: u32 = task.mem().load(GuestAddr(len_addr)).map_err(|_| Errno::EFAULT)?;
    if (room as i32) < 0 {
        return Err(Errno::EINVAL);
    }
    task.put(addr, &address[..address.len().min(room as usize)])?;
    task.put(len_addr, &(address.len() as u32).to_le_bytes())
}

/// Makes a socket.
///
/// # Errors
/// As socket(2).
pub fn socket(task: &mut Task, args: [u64; 6]) -> SysResult {
    let fd = net::socket(args[0] as i32, args[1] as i32, args[2] as i32)?;
    task.process.files.install(fd, Arc::new(Socket::default()), None).map(|fd| fd as u64)
}

/// Makes two sockets connected to each other.
///
/// # Errors
/// As socketpair(2).
pub fn socketpair(task: &mut Task, args: [u64; 6]) -> SysResult {
    let (first, second) = net::socketpair(args[0] as i32, args[1] as i32, args[2] as i32)?;
    super::open::put_pair(task, args[3], [first, second], || Arc::new(Socket::default()))
}

/// Gives a socket its address.
///
/// # Errors
/// As bind(2).
pub fn bind(task: &mut Task, args: [u64; 6]) -> SysResult {
    let open = task.process.files.get(args[0] as i32)?;
    let address = read_address(task, args[1], args[2])?;
    if let Some(name) = bind_address(task, args[0] as i32, &address)? {
        open.set_bound_address(name);
    }
    Ok(0)
}

/// Lets others connect.
///
/// # Errors
/// As listen(2).
pub fn listen(task: &mut Task, args: [u64; 6]) -> SysResult {
    task.process.files.get(args[0] as i32)?;
    net::listen(args[0] as i32, args[1] as i32)?;
    Ok(0)
}

/// Takes a connection.
///
/// # Errors
/// As accept(2).
pub fn accept4(task: &mut Task, args: [u64; 6]) -> SysResult {
    task.process.files.get(args[0] as i32)?;
    let accepted = net::accept(args[0] as i32, args[3] as i32, &task.cpu.interrupt);
    let accepted = accepted.map_err(|errno| restartable_on(args[0] as i32, RECEIVE_LIMIT, errno))?;
    let address = guest_address(task, accepted.1);
    put_address(task, args[1], args[2], &address)?;
    task.process.files.install(accepted.0, Arc::new(Socket::default()), None).map(|fd| fd as u64)
}

/// Takes a connection.
///
/// # Errors
/// As accept(2).
pub fn accept(task: &mut Task, args: [u64; 6]) -> SysResult {
    accept4(task, [args[0], args[1], args[2], 0, 0, 0])
}

/// Connects a socket.
///
/// # Errors
/// As connect(2).
pub fn connect(task: &mut Task, args: [u64; 6]) -> SysResult {
    task.process.files.get(args[0] as i32)?;
    let address = read_address(task, args[1], args[2])?;
    let host = host_address(task, &address)?;
    net::connect(args[0] as i32, &host.bytes, &task.cpu.interrupt)
        .map_err(|errno| restartable_on(args[0] as i32, SEND_LIMIT, errno))?;
    Ok(0)
}

/// A socket's own address.
///
/// # Errors
/// As getsockname(2).
pub fn getsockname(task: &mut Task, args: [u64; 6]) -> SysResult {
    let open = task.process.files.get(args[0] as i32)?;
    let host = net::name(args[0] as i32, false)?;
    let address = open.bound_address().unwrap_or_else(|| guest_address(task, host));
    put_address(task, args[1], args[2], &address)?;
    Ok(0)
}

/// The address of a socket's peer.
///
/// # Errors
/// As getpeername(2).
pub fn getpeername(task: &mut Task, args: [u64; 6]) -> SysResult {
    task.process.files.get(args[0] as i32)?;
    let address = guest_address(task, net::name(args[0] as i32, true)?);
    put_address(task, args[1], args[2], &address)?;
    Ok(0)
}

/// Shuts down one or both directions.
///
/// # Errors
/// As shutdown(2).
pub fn shutdown(task: &mut Task, args: [u64; 6]) -> SysResult {
    task.process.files.get(args[0] as i32)?;
    net::shutdown(args[0] as i32, args[1] as i32)?;
    Ok(0)
}

fn one_span(task: &Task, addr: u64, len: u64) -> Result<Span, Errno> {
    Ok(task.span(addr, len.min(i64::MAX as u64))?.first(super::abi::MAX_TRANSFER))
}

/// Sends bytes.
///
/// # Errors
/// As send(2).
pub fn sendto(task: &mut Task, args: [u64; 6]) -> SysResult {
    task.process.files.get(args[0] as i32)?;
    let span = one_span(task, args[1], args[2])?;
    let address = if args[4] == 0 { Vec::new() } else { read_address(task, args[4], args[5])? };
    let mut host = host_address(task, &address)?;
    let interrupt = &task.cpu.interrupt;
    let sent = net::send(args[0] as i32, &[span], &mut host.bytes, &mut [], args[3] as i32, interrupt);
    sent.map(|sent| sent as u64).map_err(|errno| restartable_on(args[0] as i32, SEND_LIMIT, errno))
}

/// Receives bytes.
///
/// # Errors
/// As recv(2).
pub fn recvfrom(task: &mut Task, args: [u64; 6]) -> SysResult {
    task.process.files.get(args[0] as i32)?;
    let span = one_span(task, args[1], args[2])?;
    let received = net::receive(args[0] as i32, &[span], 0, args[3] as i32, &task.cpu.interrupt);
    let received = received.map_err(|errno| restartable_on(args[0] as i32, RECEIVE_LIMIT, errno))?;
    put_address(task, args[4], args[5], &guest_address(task, received.address))?;
    Ok(received.count as u64)
}

struct Message {
    name: u64,
    name_len: u32,
    spans: Vec<Span>,
    control: u64,
    control_len: u64,
}

fn read_message(task: &Task, addr: u64) -> Result<Message, Errno> {
    let header = Reader::<MSGHDR>::copy(task.mem(), GuestAddr(addr))?;
    if header.u64(24) > super::abi::IOV_MAX {
        return Err(Errno::EMSGSIZE);
    }
    Ok(Message {
        name: header.u64(0),
        name_len: header.u32(8),
        spans: read_iovec(task.mem(), header.addr(16), header.u64(24))?,
        control: header.u64(32),
        control_len: header.u64(40),
    })
}

fn send_message(task: &Task, fd: i32, addr: u64, flags: u64) -> Result<usize, Errno> {
    let message = read_message(task, addr)?;
    let address = if message.name == 0 || message.name_len == 0 {
        Vec::new()
    } else {
        read_address(task, message.name, u64::from(message.name_len))?
    };
    let mut host = host_address(task, &address)?;
    if message.control_len > CONTROL_MAX {
        return Err(Errno::ENOBUFS);
    }
    let mut control = vec![0; if message.control == 0 { 0 } else { message.control_len as usize }];
    task.mem().read(GuestAddr(message.control), &mut control).map_err(|_| Errno::EFAULT)?;
    for (_, sent) in rights(&control).ok_or(Errno::EINVAL)? {
        task.process.files.get(sent)?;
    }
    let interrupt = &task.cpu.interrupt;
    net::send(fd, &message.spans, &mut host.bytes, &mut control, flags as i32, interrupt)
        .map_err(|errno| restartable_on(fd, SEND_LIMIT, errno))
}

fn receive_message(task: &Task, fd: i32, addr: u64, flags: u64) -> Result<usize, Errno> {
    let message = read_message(task, addr)?;
    let room = if message.control == 0 { 0 } else { message.control_len.min(CONTROL_MAX) as usize };
    let received = net::receive(fd, &message.spans, room, flags as i32, &task.cpu.interrupt);
    let mut received = received.map_err(|errno| restartable_on(fd, RECEIVE_LIMIT, errno))?;
    adopt_rights(task, &mut received);
    if message.name != 0 {
        if (message.name_len as i32) < 0 {
            return Err(Errno::EINVAL);
        }
        let address = guest_address(task, received.address);
        task.put(message.name, &address[..address.len().min(message.name_len as usize)])?;
        task.put(addr + 8, &(address.len() as u32).to_le_bytes())?;
    }
    task.put(message.control, &received.control)?;
    task.put(addr + 40, &(received.control.len() as u64).to_le_bytes())?;
    task.put(addr + 48, &received.flags.to_le_bytes())?;
    Ok(received.count)
}

/// Hands the descriptors that came with a message to the guest.
fn adopt_rights(task: &Task, received: &mut Received) {
    for (at, fd) in rights(&received.control).unwrap_or_default() {
        let owned = net::take_received(fd);
        // Beyond the guest's limit there is no number for it; Linux drops such a descriptor too.
        let number = task.process.files.adopt(&task.process.fs, owned).unwrap_or(-1);
        received.control[at..at + 4].copy_from_slice(&number.to_le_bytes());
    }
}

/// Sends a message.
///
/// # Errors
/// As send(2).
pub fn sendmsg(task: &mut Task, args: [u64; 6]) -> SysResult {
    task.process.files.get(args[0] as i32)?;
    send_message(task, args[0] as i32, args[1], args[2]).map(|count| count as u64)
}

/// Receives a message.
///
/// # Errors
/// As recv(2).
pub fn recvmsg(task: &mut Task, args: [u64; 6]) -> SysResult {
    task.process.files.get(args[0] as i32)?;
    receive_message(task, args[0] as i32, args[1], args[2]).map(|count| count as u64)
}

/// Does `one` for each message; an error counts only when it is the first.
fn many(task: &Task, args: [u64; 6], mut one: impl FnMut(u64, u64) -> Result<usize, Errno>) -> SysResult {
    task.process.files.get(args[0] as i32)?;
    let mut done = 0;
    while done < args[2].min(MESSAGES_MAX) {
        let addr = args[1].wrapping_add(done * MMSGHDR);
        match one(addr, done) {
            Ok(count) => task.put(addr + MSGHDR as u64, &(count as u32).to_le_bytes())?,
            Err(errno) if done == 0 => return Err(errno),
            Err(_) => break,
        }
        done += 1;
    }
    Ok(done)
}

/// Sends several messages.
///
/// # Errors
/// As sendmmsg(2).
pub fn sendmmsg(task: &mut Task, args: [u64; 6]) -> SysResult {
    many(task, args, |addr, _| send_message(task, args[0] as i32, addr, args[3]))
}

/// Receives several messages. The timeout is looked at between messages, as in Linux.
///
/// # Errors
/// As recvmmsg(2).
pub fn recvmmsg(task: &mut Task, args: [u64; 6]) -> SysResult {
    const WAIT_FOR_ONE: u64 = 0x10000;
    const DONT_WAIT: u64 = 0x40;
    let deadline = if args[4] == 0 {
        None
    } else {
        let time = super::abi::Timespec::read(task.mem(), GuestAddr(args[4]))?.checked()?;
        let span = std::time::Duration::new(time.sec as u64, time.nsec as u32);
        std::time::Instant::now().checked_add(span)
    };
    many(task, args, |addr, done| {
        if done > 0 && deadline.is_some_and(|deadline| std::time::Instant::now() >= deadline) {
            return Err(Errno::EAGAIN);
        }
        let wait = if done > 0 && args[3] & WAIT_FOR_ONE != 0 { DONT_WAIT } else { 0 };
        receive_message(task, args[0] as i32, addr, args[3] & !WAIT_FOR_ONE | wait)
    })
}

/// Reads a socket option.
///
/// # Errors
/// As getsockopt(2).
pub fn getsockopt(task: &mut Task, args: [u64; 6]) -> SysResult {
    task.process.files.get(args[0] as i32)?;
    let room: u32 = task.mem().load(GuestAddr(args[4])).map_err(|_| Errno::EFAULT)?;
    if (room as i32) < 0 {
        return Err(Errno::EINVAL);
    }
    let value =
        net::get_option(args[0] as i32, args[1] as i32, args[2] as i32, room.min(OPTION_MAX) as usize)?;
    task.put(args[3], &value)?;
    task.put(args[4], &(value.len() as u32).to_le_bytes())?;
    Ok(0)
}

/// Sets a socket option.
///
/// # Errors
/// As getsockopt(2); `EINVAL` for socket filters, which are programs.
pub fn setsockopt(task: &mut Task, args: [u64; 6]) -> SysResult {
    /// `SO_ATTACH_FILTER`, `SO_ATTACH_BPF`, `SO_ATTACH_REUSEPORT_CBPF`: their values hold pointers or descriptors.
    const FILTERS: [u64; 3] = [26, 50, 51];
    task.process.files.get(args[0] as i32)?;
    let len = args[4] as i32;
    if len < 0 || args[1] == 1 && FILTERS.contains(&args[2]) {
        return Err(Errno::EINVAL);
    }
    let mut value = vec![0; (len as u32).min(OPTION_MAX) as usize];
    task.mem().read(GuestAddr(args[3]), &mut value).map_err(|_| Errno::EFAULT)?;
    net::set_option(args[0] as i32, args[1] as i32, args[2] as i32, &value)?;
    Ok(0)
}
