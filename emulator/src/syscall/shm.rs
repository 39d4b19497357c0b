//! System V shared memory: the host's own segments.

use super::errno::Errno;
use super::pass::pass;
use super::row::SysResult;
use crate::host;
use crate::mem::{GuestAddr, Place, Prot};
use crate::task::Task;

pass! {
    /// shmget(2).
    shmget = Shmget;
    /// shmctl(2): every 64-bit Linux has the same structures.
    shmctl = Shmctl;
}

/// shmat(2).
pub fn shmat(task: &mut Task, [id, addr, flags, ..]: [u64; 6]) -> SysResult {
    const RDONLY: u64 = 0o10000;
    const RND: u64 = 0o20000;
    const REMAP: u64 = 0o40000;
    const EXEC: u64 = 0o100000;
    let mut at = GuestAddr(addr).untagged();
    if flags & RND != 0 {
        at &= !(host::page_size() - 1);
    }
    let place = match (at, flags & REMAP != 0) {
        (0, true) => return Err(Errno::EINVAL),
        (0, false) => Place::Hint(0),
        (at, true) => Place::Fixed(at),
        (at, false) => Place::Free(at),
    };
    let write = if flags & RDONLY == 0 { Prot::WRITE.0 } else { 0 };
    let exec = if flags & EXEC != 0 { Prot::EXEC.0 } else { 0 };
    task.process.space.attach(id as i32, place, Prot(Prot::READ.0 | write | exec))
}

/// shmdt(2).
pub fn shmdt(task: &mut Task, [addr, ..]: [u64; 6]) -> SysResult {
    task.process.space.detach(addr).map(|()| 0)
}
