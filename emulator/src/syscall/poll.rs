//! Waiting for descriptors.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use super::abi::{Reader, Timespec, Writer};
use super::{Errno, SysResult};
use crate::fd::HostFile;
use crate::host::event::{self, EpollEvent, PollFd};
use crate::mem::GuestAddr;
use crate::task::Task;

/// Size of the guest's `struct pollfd`: descriptor (4), wanted and seen events (2 each).
const POLLFD: usize = 8;
/// Size of the guest's `struct epoll_event`: events (4), padding (4), data (8). Only x86-64 packs it.
const EPOLL_EVENT: usize = 16;
/// Size of the kernel's signal mask.
const SIGSET: u64 = 8;

/// The most events `epoll_pwait` may be asked for.
const EPOLL_MOST: i32 = i32::MAX / EPOLL_EVENT as i32;
/// More than this are never fetched at once; the rest stay ready.
const EPOLL_AT_ONCE: usize = 4096;

/// What is ready already comes before a signal that the call's mask lets through, so it is asked for under the usual mask.
const NO_TIME: Option<Timespec> = Some(Timespec { sec: 0, nsec: 0 });

/// An interrupt flag that no signal raises, for a call that does not wait.
fn deaf() -> AtomicU32 {
    AtomicU32::new(0)
}

/// Poll again only if no handler ran.
fn not_after_handler(errno: Errno) -> Errno {
    if errno == Errno::EINTR { Errno::ERESTARTNOHAND } else { errno }
}

fn timeout(task: &Task, addr: u64) -> Result<Option<Timespec>, Errno> {
    if addr == 0 { Ok(None) } else { Timespec::read(task.mem(), GuestAddr(addr))?.checked().map(Some) }
}

fn mask(task: &Task, addr: u64, size: u64) -> Result<Option<u64>, Errno> {
    if addr == 0 {
        return Ok(None);
    }
    if size != SIGSET {
        return Err(Errno::EINVAL);
    }
    task.mem().load(GuestAddr(addr)).map(Some).map_err(|_| Errno::EFAULT)
}

/// Writes back what is left of a timeout. A guest that keeps it where it may not be written is not told.
fn put_left(task: &Task, addr: u64, left: Option<Timespec>) {
    if let Some(left) = left {
        let _ = left.write(task.mem(), GuestAddr(addr));
    }
}

/// Waits until one of some descriptors is ready.
///
/// # Errors
/// As poll(2).
pub fn ppoll(task: &mut Task, args: [u64; 6]) -> SysResult {
    let count = args[1];
    if count > task.process.files.limit() as u64 {
        return Err(Errno::EINVAL);
    }
    let mut time = timeout(task, args[2])?;
    let mask = mask(task, args[3], args[4])?;
    let mut bytes = vec![0; count as usize * POLLFD];
    task.mem().read(GuestAddr(args[0]), &mut bytes).map_err(|_| Errno::EFAULT)?;
    let mut fds: Vec<PollFd> = bytes
        .chunks_exact(POLLFD)
        .filter_map(Reader::<POLLFD>::from_slice)
        .map(|entry| PollFd { fd: entry.i32(0), events: entry.u16(4) as i16, revents: 0 })
        .map(|entry| match task.process.files.get(entry.fd) {
            Err(_) if entry.fd >= 0 => PollFd { fd: i32::MAX, ..entry },
            _ => entry,
        })
        .collect();
    let mut finish = |task: &Task, fds: &[PollFd], ready: usize| {
        for (entry, bytes) in fds.iter().zip(bytes.chunks_exact_mut(POLLFD)) {
            bytes[6..].copy_from_slice(&entry.revents.to_le_bytes());
        }
        task.put(args[0], &bytes)?;
        Ok(ready as u64)
    };
    if mask.is_some()
        && let Ok(ready @ 1..) = event::poll(&mut fds, &mut NO_TIME.clone(), &deaf())
    {
        return finish(task, &fds, ready);
    }
    task.with_mask(mask, |task| {
        task.recheck_signals();
        let ready = event::poll(&mut fds, &mut time, &task.cpu.interrupt);
        put_left(task, args[2], time);
        finish(task, &fds, ready.map_err(not_after_handler)?)
    })
}

/// Waits until one of the descriptors in three sets is ready.
///
/// # Errors
/// As select(2).
pub fn pselect6(task: &mut Task, args: [u64; 6]) -> SysResult {
    let count = args[0] as i32;
    if count < 0 {
        return Err(Errno::EINVAL);
    }
    let count = count.min(task.process.files.limit());
    let words = (count as usize).div_ceil(64);
    let mut time = timeout(task, args[4])?;
    let mask = if args[5] == 0 {
        None
    } else {
        let pair = Reader::<16>::copy(task.mem(), GuestAddr(args[5]))?;
        mask(task, pair.u64(0), pair.u64(8))?
    };
    let mut sets = [None, None, None];
    for (set, addr) in sets.iter_mut().zip([args[1], args[2], args[3]]) {
        *set = read_set(task, addr, words, count)?;
    }
    let finish = |task: &Task, sets: &[Option<Vec<u64>>; 3], ready: usize| {
        for (set, addr) in sets.iter().zip([args[1], args[2], args[3]]) {
            let bytes: Vec<u8> = set.iter().flatten().flat_map(|word| word.to_le_bytes()).collect();
            task.put(addr, &bytes)?;
        }
        Ok(ready as u64)
    };
    if mask.is_some() {
        let mut now = sets.clone();
        if let Ok(ready @ 1..) = event::select(count, &mut now, &mut NO_TIME.clone(), &deaf()) {
            return finish(task, &now, ready);
        }
    }
    task.with_mask(mask, |task| {
        task.recheck_signals();
        let ready = event::select(count, &mut sets, &mut time, &task.cpu.interrupt);
        put_left(task, args[4], time);
        finish(task, &sets, ready.map_err(not_after_handler)?)
    })
}

/// The set at `addr`, whose descriptors must all be the guest's.
fn read_set(task: &Task, addr: u64, words: usize, count: i32) -> Result<Option<Vec<u64>>, Errno> {
    if addr == 0 {
        return Ok(None);
    }
    let mut bytes = vec![0; words * 8];
    task.mem().read(GuestAddr(addr), &mut bytes).map_err(|_| Errno::EFAULT)?;
    let set: Vec<u64> =
        bytes.chunks_exact(8).map(|word| u64::from_le_bytes(word.try_into().unwrap_or_default())).collect();
    for fd in (0..count).filter(|fd| set[*fd as usize / 64] >> (fd % 64) & 1 != 0) {
        task.process.files.get(fd)?;
    }
    Ok(Some(set))
}

/// Makes an epoll instance.
///
/// # Errors
/// As epoll_create(2).
pub fn epoll_create1(task: &mut Task, args: [u64; 6]) -> SysResult {
    let fd = event::epoll_create(args[0] as i32)?;
    task.process.files.install(fd, Arc::new(HostFile), None).map(|fd| fd as u64)
}

/// Adds, changes or removes a descriptor in an epoll instance.
///
/// # Errors
/// As epoll_ctl(2).
pub fn epoll_ctl(task: &mut Task, args: [u64; 6]) -> SysResult {
    const DELETE: i32 = 2;
    let (epoll, operation, fd) = (args[0] as i32, args[1] as i32, args[2] as i32);
    let event = if operation == DELETE {
        EpollEvent::default()
    } else {
        let event = Reader::<EPOLL_EVENT>::copy(task.mem(), GuestAddr(args[3]))?;
        EpollEvent { events: event.u32(0), data: event.u64(8) }
    };
    task.process.files.get(epoll)?;
    task.process.files.get(fd)?;
    event::epoll_ctl(epoll, operation, fd, event)?;
    Ok(0)
}

fn wait(task: &mut Task, args: [u64; 6], time: Option<Timespec>, mask: Option<u64>) -> SysResult {
    let most = args[2] as i32;
    if most <= 0 || most > EPOLL_MOST {
        return Err(Errno::EINVAL);
    }
    task.process.files.get(args[0] as i32)?;
    let most = (most as usize).min(EPOLL_AT_ONCE);
    let finish = |task: &Task, events: Vec<EpollEvent>| {
        let bytes: Vec<u8> = events
            .iter()
            .flat_map(|event| {
                Writer::<EPOLL_EVENT>::default().u32(0, event.events).u64(8, event.data).finish()
            })
            .collect();
        task.put(args[1], &bytes)?;
        Ok(events.len() as u64)
    };
    if mask.is_some() {
        let ready = event::epoll_wait(args[0] as i32, most, NO_TIME, &deaf()).unwrap_or_default();
        if !ready.is_empty() {
            return finish(task, ready);
        }
    }
    task.with_mask(mask, |task| {
        task.recheck_signals();
        let events = event::epoll_wait(args[0] as i32, most, time, &task.cpu.interrupt)?;
        finish(task, events)
    })
}

/// Waits at an epoll instance, with a timeout in milliseconds. Never made again after a signal, as in Linux.
///
/// # Errors
/// As epoll_wait(2).
pub fn epoll_pwait(task: &mut Task, args: [u64; 6]) -> SysResult {
    let millis = i64::from(args[3] as i32);
    let time = Timespec { sec: millis / 1000, nsec: millis % 1000 * 1_000_000 };
    let mask = mask(task, args[4], args[5])?;
    wait(task, args, (millis >= 0).then_some(time), mask)
}

/// Waits at an epoll instance, with a timeout in nanoseconds.
///
/// # Errors
/// As epoll_wait(2).
pub fn epoll_pwait2(task: &mut Task, args: [u64; 6]) -> SysResult {
    let time = timeout(task, args[3])?;
    let mask = mask(task, args[4], args[5])?;
    wait(task, args, time, mask)
}
