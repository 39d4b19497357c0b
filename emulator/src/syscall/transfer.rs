//! Moving bytes without the guest's memory, and what files occupy.

use super::abi::{MAX_TRANSFER, read_iovec};
use super::args::restartable;
use super::{Errno, SysResult};
use crate::host::{file, transfer};
use crate::mem::GuestAddr;
use crate::task::Task;

fn offset(task: &Task, addr: u64) -> Result<Option<i64>, Errno> {
    if addr == 0 {
        return Ok(None);
    }
    let value: u64 = task.mem().load(GuestAddr(addr)).map_err(|_| Errno::EFAULT)?;
    Ok(Some(value as i64))
}

fn put_offset(task: &Task, addr: u64, offset: Option<i64>) -> Result<(), Errno> {
    match offset {
        Some(offset) => task.put(addr, &offset.to_le_bytes()),
        None => Ok(()),
    }
}

fn both(task: &Task, first: u64, second: u64) -> Result<(i32, i32), Errno> {
    task.process.files.get(first as i32)?;
    task.process.files.get(second as i32)?;
    Ok((first as i32, second as i32))
}

fn count(value: u64) -> usize {
    value.min(MAX_TRANSFER as u64) as usize
}

/// Sends from a file to any descriptor.
///
/// # Errors
/// As sendfile(2).
pub fn sendfile(task: &mut Task, args: [u64; 6]) -> SysResult {
    let (to, from) = both(task, args[0], args[1])?;
    let mut at = offset(task, args[2])?;
    let moved = transfer::sendfile(to, from, &mut at, count(args[3]), &task.cpu.interrupt);
    let moved = moved.map_err(restartable)?;
    put_offset(task, args[2], at)?;
    Ok(moved as u64)
}

/// Moves between a pipe and another descriptor.
///
/// # Errors
/// As splice(2).
pub fn splice(task: &mut Task, args: [u64; 6]) -> SysResult {
    let (from, to) = both(task, args[0], args[2])?;
    let (mut from_at, mut to_at) = (offset(task, args[1])?, offset(task, args[3])?);
    let interrupt = &task.cpu.interrupt;
    let ends = ((from, &mut from_at), (to, &mut to_at));
    let moved = transfer::splice(ends.0, ends.1, count(args[4]), args[5] as u32, interrupt);
    let moved = moved.map_err(restartable)?;
    put_offset(task, args[1], from_at)?;
    put_offset(task, args[3], to_at)?;
    Ok(moved as u64)
}

/// Copies from pipe to pipe without taking out.
///
/// # Errors
/// As tee(2).
pub fn tee(task: &mut Task, args: [u64; 6]) -> SysResult {
    let (from, to) = both(task, args[0], args[1])?;
    let moved = transfer::tee(from, to, count(args[2]), args[3] as u32, &task.cpu.interrupt);
    moved.map(|moved| moved as u64).map_err(restartable)
}

/// Moves memory into or out of a pipe; the pages are always copied.
///
/// # Errors
/// As vmsplice(2).
pub fn vmsplice(task: &mut Task, args: [u64; 6]) -> SysResult {
    let fd = args[0] as i32;
    let open = task.process.files.get(fd)?;
    if !open.stat(fd)?.is(file::S_IFIFO) {
        return Err(Errno::EBADF);
    }
    let spans = read_iovec(task.mem(), GuestAddr(args[1]), args[2])?;
    let interrupt = &task.cpu.interrupt;
    let moved = if file::status_flags(fd)?.writes() {
        open.write(fd, &spans, interrupt)
    } else {
        open.read(fd, &spans, interrupt)
    };
    moved.map(|moved| moved as u64).map_err(restartable)
}

/// Copies between files.
///
/// # Errors
/// As copy_file_range(2).
pub fn copy_file_range(task: &mut Task, args: [u64; 6]) -> SysResult {
    let (from, to) = both(task, args[0], args[2])?;
    if args[5] != 0 {
        return Err(Errno::EINVAL);
    }
    let (mut from_at, mut to_at) = (offset(task, args[1])?, offset(task, args[3])?);
    let moved = transfer::copy_file_range((from, &mut from_at), (to, &mut to_at), count(args[4]))?;
    put_offset(task, args[1], from_at)?;
    put_offset(task, args[3], to_at)?;
    Ok(moved as u64)
}

/// Makes or takes away room in a file.
///
/// # Errors
/// As fallocate(2).
pub fn fallocate(task: &mut Task, args: [u64; 6]) -> SysResult {
    task.process.files.get(args[0] as i32)?;
    transfer::fallocate(args[0] as i32, args[1] as i32, args[2] as i64, args[3] as i64)?;
    Ok(0)
}

/// Tells how a file will be used.
///
/// # Errors
/// As posix_fadvise(2).
pub fn fadvise64(task: &mut Task, args: [u64; 6]) -> SysResult {
    task.process.files.get(args[0] as i32)?;
    transfer::fadvise(args[0] as i32, args[1] as i64, args[2] as i64, args[3] as i32)?;
    Ok(0)
}

/// Reads a file's bytes into the cache.
///
/// # Errors
/// As readahead(2).
pub fn readahead(task: &mut Task, args: [u64; 6]) -> SysResult {
    task.process.files.get(args[0] as i32)?;
    transfer::readahead(args[0] as i32, args[1] as i64, count(args[2]))?;
    Ok(0)
}

/// Writes everything to its device.
///
/// # Errors
/// None.
pub fn sync(_task: &mut Task, _args: [u64; 6]) -> SysResult {
    file::sync();
    Ok(0)
}

/// Writes a file to its device.
///
/// # Errors
/// As fsync(2).
pub fn fsync(task: &mut Task, args: [u64; 6]) -> SysResult {
    task.process.files.get(args[0] as i32)?;
    file::fsync(args[0] as i32)?;
    Ok(0)
}

/// Writes a file's data to its device.
///
/// # Errors
/// As fsync(2).
pub fn fdatasync(task: &mut Task, args: [u64; 6]) -> SysResult {
    task.process.files.get(args[0] as i32)?;
    file::fdatasync(args[0] as i32)?;
    Ok(0)
}

/// Writes a file system to its device.
///
/// # Errors
/// As sync(2).
pub fn syncfs(task: &mut Task, args: [u64; 6]) -> SysResult {
    task.process.files.get(args[0] as i32)?;
    transfer::syncfs(args[0] as i32)?;
    Ok(0)
}

/// Writes a part of a file to its device.
///
/// # Errors
/// As sync_file_range(2).
pub fn sync_file_range(task: &mut Task, args: [u64; 6]) -> SysResult {
    task.process.files.get(args[0] as i32)?;
    transfer::sync_file_range(args[0] as i32, args[1] as i64, args[2] as i64, args[3] as u32)?;
    Ok(0)
}
