//! Futexes: the host's own, on guest memory.

use super::errno::Errno;
use super::row::SysResult;
use crate::host::{self, FutexFourth};
use crate::mem::GuestAddr;
use crate::task::Task;

const WAIT: u32 = 0;
const WAKE: u32 = 1;
const REQUEUE: u32 = 3;
const CMP_REQUEUE: u32 = 4;
const WAKE_OP: u32 = 5;
const LOCK_PI: u32 = 6;
const UNLOCK_PI: u32 = 7;
const TRYLOCK_PI: u32 = 8;
const WAIT_BITSET: u32 = 9;
const WAKE_BITSET: u32 = 10;
const WAIT_REQUEUE_PI: u32 = 11;
const CMP_REQUEUE_PI: u32 = 12;
const LOCK_PI2: u32 = 13;
const PRIVATE: u32 = 128;
const CLOCK_REALTIME: u32 = 256;

/// futex(2).
pub fn futex(task: &mut Task, [word, operation, value, fourth, second, third]: [u64; 6]) -> SysResult {
    let operation = operation as u32;
    let command = operation & !(PRIVATE | CLOCK_REALTIME);
    if !GuestAddr(word).untagged().is_multiple_of(4) {
        return Err(Errno::EINVAL);
    }
    let first = task.pointer(word, 4)?;
    if first.is_null() {
        return Err(Errno::EFAULT);
    }
    let (second, fourth) = match command {
        WAIT | WAIT_BITSET | LOCK_PI | LOCK_PI2 | WAIT_REQUEUE_PI => {
            let time = match fourth {
                0 => FutexFourth::Forever,
                at => {
                    let (seconds, nanoseconds) = task.read_timespec(at)?;
                    FutexFourth::Until(seconds, nanoseconds)
                }
            };
            let second = if command == WAIT_REQUEUE_PI { second } else { 0 };
            (task.pointer(second, 4)?, time)
        }
        REQUEUE | CMP_REQUEUE | WAKE_OP | CMP_REQUEUE_PI => {
            (task.pointer(second, 4)?, FutexFourth::Value(fourth as u32))
        }
        WAKE | UNLOCK_PI | TRYLOCK_PI | WAKE_BITSET => (task.pointer(0, 4)?, FutexFourth::Forever),
        _ => return Err(Errno::ENOSYS),
    };
    // A relative wait that a handler interrupts ends with EINTR; an absolute one is repeated.
    let code = match (command, fourth) {
        (WAIT, FutexFourth::Until(..)) => Errno::ERESTART_RESTARTBLOCK,
        (LOCK_PI | LOCK_PI2, _) => Errno::ERESTARTNOINTR,
        _ => Errno::ERESTARTSYS,
    };
    task.blocking_with(code, |task| {
        host::futex([first, second], operation, [value as u32, third as u32], fourth, &task.cpu.interrupt)
    })
}
