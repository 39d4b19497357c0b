//! Reading and writing.

use super::abi::{MAX_TRANSFER, read_iovec};
use super::args::{RECEIVE_LIMIT, SEND_LIMIT, restartable_on};
use super::{Errno, SysResult};
use crate::host::file;
use crate::mem::{GuestAddr, Span};
use crate::task::Task;

fn done(fd: u64, limit: i32, result: Result<usize, Errno>) -> SysResult {
    result.map(|count| count as u64).map_err(|errno| restartable_on(fd as i32, limit, errno))
}

fn buffer(task: &Task, addr: u64, len: u64) -> Result<Span, Errno> {
    Ok(task.span(addr, len.min(i64::MAX as u64))?.first(MAX_TRANSFER))
}

/// Reads.
///
/// # Errors
/// As read(2).
pub fn read(task: &mut Task, args: [u64; 6]) -> SysResult {
    let open = task.process.files.get(args[0] as i32)?;
    let span = buffer(task, args[1], args[2])?;
    done(args[0], RECEIVE_LIMIT, open.read(args[0] as i32, &[span], &task.cpu.interrupt))
}

/// Writes.
///
/// # Errors
/// As write(2).
pub fn write(task: &mut Task, args: [u64; 6]) -> SysResult {
    let open = task.process.files.get(args[0] as i32)?;
    let span = buffer(task, args[1], args[2])?;
    done(args[0], SEND_LIMIT, open.write(args[0] as i32, &[span], &task.cpu.interrupt))
}

/// Reads into several buffers.
///
/// # Errors
/// As readv(2).
pub fn readv(task: &mut Task, args: [u64; 6]) -> SysResult {
    let open = task.process.files.get(args[0] as i32)?;
    let spans = read_iovec(task.mem(), GuestAddr(args[1]), args[2])?;
    done(args[0], RECEIVE_LIMIT, open.read(args[0] as i32, &spans, &task.cpu.interrupt))
}

/// Writes from several buffers.
///
/// # Errors
/// As readv(2).
pub fn writev(task: &mut Task, args: [u64; 6]) -> SysResult {
    let open = task.process.files.get(args[0] as i32)?;
    let spans = read_iovec(task.mem(), GuestAddr(args[1]), args[2])?;
    done(args[0], SEND_LIMIT, open.write(args[0] as i32, &spans, &task.cpu.interrupt))
}

/// Reads at an offset.
///
/// # Errors
/// As pread(2).
pub fn pread64(task: &mut Task, args: [u64; 6]) -> SysResult {
    task.process.files.get(args[0] as i32)?;
    let span = buffer(task, args[1], args[2])?;
    done(args[0], RECEIVE_LIMIT, file::pread(args[0] as i32, span, args[3] as i64))
}

/// Writes at an offset.
///
/// # Errors
/// As pread(2).
pub fn pwrite64(task: &mut Task, args: [u64; 6]) -> SysResult {
    task.process.files.get(args[0] as i32)?;
    let span = buffer(task, args[1], args[2])?;
    done(args[0], SEND_LIMIT, file::pwrite(args[0] as i32, span, args[3] as i64))
}

/// Reads at an offset into several buffers. The offset is the fourth argument, whole, on 64-bit machines.
///
/// # Errors
/// As readv(2).
pub fn preadv(task: &mut Task, args: [u64; 6]) -> SysResult {
    task.process.files.get(args[0] as i32)?;
    let spans = read_iovec(task.mem(), GuestAddr(args[1]), args[2])?;
    if (args[3] as i64) < 0 {
        return Err(Errno::EINVAL);
    }
    done(args[0], RECEIVE_LIMIT, file::preadv(args[0] as i32, &spans, args[3] as i64, 0))
}

/// Writes at an offset from several buffers.
///
/// # Errors
/// As readv(2).
pub fn pwritev(task: &mut Task, args: [u64; 6]) -> SysResult {
    task.process.files.get(args[0] as i32)?;
    let spans = read_iovec(task.mem(), GuestAddr(args[1]), args[2])?;
    if (args[3] as i64) < 0 {
        return Err(Errno::EINVAL);
    }
    done(args[0], SEND_LIMIT, file::pwritev(args[0] as i32, &spans, args[3] as i64, 0))
}

/// Reads at an offset, or at the position for -1, with `RWF_*` flags.
///
/// # Errors
/// As readv(2).
pub fn preadv2(task: &mut Task, args: [u64; 6]) -> SysResult {
    let open = task.process.files.get(args[0] as i32)?;
    let spans = read_iovec(task.mem(), GuestAddr(args[1]), args[2])?;
    if args[3] == u64::MAX && args[5] == 0 {
        return done(args[0], RECEIVE_LIMIT, open.read(args[0] as i32, &spans, &task.cpu.interrupt));
    }
    done(args[0], RECEIVE_LIMIT, file::preadv(args[0] as i32, &spans, args[3] as i64, args[5] as i32))
}

/// Writes at an offset, or at the position for -1, with `RWF_*` flags.
///
/// # Errors
/// As readv(2).
pub fn pwritev2(task: &mut Task, args: [u64; 6]) -> SysResult {
    let open = task.process.files.get(args[0] as i32)?;
    let spans = read_iovec(task.mem(), GuestAddr(args[1]), args[2])?;
    if args[3] == u64::MAX && args[5] == 0 {
        return done(args[0], SEND_LIMIT, open.write(args[0] as i32, &spans, &task.cpu.interrupt));
    }
    done(args[0], SEND_LIMIT, file::pwritev(args[0] as i32, &spans, args[3] as i64, args[5] as i32))
}

/// Moves the position.
///
/// # Errors
/// As lseek(2).
pub fn lseek(task: &mut Task, args: [u64; 6]) -> SysResult {
    task.process.files.get(args[0] as i32)?;
    file::lseek(args[0] as i32, args[1] as i64, args[2] as u32)
}
