//! `fcntl` and `flock`.

use super::abi::{Flock, OpenFlags};
use super::args::restartable;
use super::{Errno, SysResult};
use crate::host::file;
use crate::mem::GuestAddr;
use crate::task::Task;

/// Does one of many things to a descriptor.
///
/// # Errors
/// As fcntl(2); `EINVAL` for a command that is not supported.
///
/// # Source
/// fcntl(2); the numbers are those of include/uapi/asm-generic/fcntl.h and include/uapi/linux/fcntl.h.
pub fn fcntl(task: &mut Task, args: [u64; 6]) -> SysResult {
    let (fd, arg) = (args[0] as i32, args[2]);
    let files = &task.process.files;
    files.get(fd)?;
    match args[1] as u32 {
        0 => files.duplicate(fd, arg as i32, false).map(|fd| fd as u64),
        1030 => files.duplicate(fd, arg as i32, true).map(|fd| fd as u64),
        1 => Ok(u64::from(file::closes_on_exec(fd)?)),
        2 => {
            file::set_close_on_exec(fd, arg & 1 != 0)?;
            Ok(0)
        }
        // The kernel shows O_LARGEFILE to 64-bit programs that open with it; files always are large.
        3 => Ok(u64::from(file::status_flags(fd)?.0)),
        4 => {
            file::set_status_flags(fd, OpenFlags(arg as u32))?;
            Ok(0)
        }
        command @ (5..=7 | 36..=38) => {
            let addr = GuestAddr(arg);
            let lock = Flock::read(task.mem(), addr)?;
            let found = file::record_lock(fd, command, lock, &task.cpu.interrupt).map_err(restartable)?;
            if matches!(command, 5 | 36) {
                found.write(task.mem(), addr)?;
            }
            Ok(0)
        }
        // Owner and signal of asynchronous input, leases, pipe sizes, seals: a number in, a number out.
        command @ (8..=11 | 1024 | 1025 | 1031..=1034) => file::fcntl_number(fd, command, arg as i32),
        _ => Err(Errno::EINVAL),
    }
}

/// Takes or gives up a lock on a whole file.
///
/// # Errors
/// As flock(2).
pub fn flock(task: &mut Task, args: [u64; 6]) -> SysResult {
    task.process.files.get(args[0] as i32)?;
    file::flock(args[0] as i32, args[1] as u32, &task.cpu.interrupt).map_err(restartable)?;
    Ok(0)
}
