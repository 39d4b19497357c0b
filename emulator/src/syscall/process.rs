//! Processes: birth, end, waiting, groups.

use super::errno::Errno;
use super::row::SysResult;
use crate::host;
use crate::mem::GuestAddr;
use crate::task::{Birth, End, Ending, Task};

const CLONE_VM: u64 = 0x100;
const CLONE_FS: u64 = 0x200;
const CLONE_FILES: u64 = 0x400;
const CLONE_SIGHAND: u64 = 0x800;
const CLONE_PIDFD: u64 = 0x1000;
const CLONE_VFORK: u64 = 0x4000;
const CLONE_THREAD: u64 = 0x1_0000;
const CLONE_SYSVSEM: u64 = 0x4_0000;
const CLONE_SETTLS: u64 = 0x8_0000;
const CLONE_PARENT_SETTID: u64 = 0x10_0000;
const CLONE_CHILD_CLEARTID: u64 = 0x20_0000;
const CLONE_DETACHED: u64 = 0x40_0000;
const CLONE_CHILD_SETTID: u64 = 0x100_0000;
/// What a thread shares; all or nothing.
const THREAD: u64 = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
const SETTINGS: u64 = CLONE_SYSVSEM
    | CLONE_SETTLS
    | CLONE_PARENT_SETTID
    | CLONE_CHILD_CLEARTID
    | CLONE_DETACHED
    | CLONE_CHILD_SETTID;

struct CloneArgs {
    flags: u64,
    exit_signal: u64,
    stack: u64,
    tls: u64,
    parent_tid: u64,
    child_tid: u64,
}

fn start(task: &mut Task, args: &CloneArgs) -> SysResult {
    let flags = args.flags;
    let has = |flag: u64| flags & flag == flag;
    let given = |flag: u64, value: u64| has(flag).then_some(value);
    let birth = Birth {
        stack: args.stack,
        tls: given(CLONE_SETTLS, args.tls),
        parent_tid: given(CLONE_PARENT_SETTID, args.parent_tid),
        child_tid: given(CLONE_CHILD_SETTID, args.child_tid),
        clear_tid: given(CLONE_CHILD_CLEARTID, args.child_tid).unwrap_or(0),
        drop_alternate: has(CLONE_VM) && !has(CLONE_VFORK),
        wait: has(CLONE_VFORK),
    };
    if has(CLONE_THREAD) {
        if flags & THREAD != THREAD || flags & !(THREAD | SETTINGS) != 0 || args.stack == 0 {
            return Err(Errno::EINVAL);
        }
        return task.spawn(birth);
    }
    // A process of its own. Shared memory is only had for the time of a vfork, and as a copy.
    let allowed = SETTINGS | CLONE_VFORK | if has(CLONE_VFORK) { CLONE_VM | CLONE_FILES } else { 0 };
    if flags & !allowed != 0 || args.exit_signal != 17 {
        return Err(Errno::EINVAL);
    }
    task.fork(birth)
}

/// clone(2): flags, stack, parent's id, TLS, child's id.
pub fn clone(task: &mut Task, [flags, stack, parent_tid, tls, child_tid, _]: [u64; 6]) -> SysResult {
    let args = CloneArgs {
        flags: flags & !0xff & 0xffff_ffff,
        exit_signal: flags & 0xff,
        stack,
        tls,
        parent_tid,
        child_tid,
    };
    start(task, &args)
}

/// clone3(2).
pub fn clone3(task: &mut Task, [at, size, ..]: [u64; 6]) -> SysResult {
    const FIRST: u64 = 64;
    const KNOWN: usize = 88;
    if size < FIRST {
        return Err(Errno::EINVAL);
    }
    if size > 4096 {
        return Err(Errno::E2BIG);
    }
    let mut bytes = vec![0; (size as usize).max(KNOWN)];
    task.process.space.mem().read(GuestAddr(at), &mut bytes[..size as usize]).map_err(|_| Errno::EFAULT)?;
    if bytes[KNOWN..].iter().any(|&byte| byte != 0) {
        return Err(Errno::E2BIG);
    }
    let mut words = bytes
        .chunks_exact(8)
        .map(|chunk| chunk.iter().rev().fold(0_u64, |word, &byte| word << 8 | u64::from(byte)));
    let mut next = || words.next().unwrap_or(0);
    let [
        flags,
        _pidfd,
        child_tid,
        parent_tid,
        exit_signal,
        stack,
        stack_size,
        tls,
        set_tid,
        set_tid_size,
        _cgroup,
    ] = std::array::from_fn(|_| next());
    if set_tid != 0 || set_tid_size != 0 || flags & (0xff | CLONE_PIDFD | CLONE_DETACHED) != 0 {
        return Err(Errno::EINVAL);
    }
    if (stack == 0) != (stack_size == 0) {
        return Err(Errno::EINVAL);
    }
    // A thread has no exit signal; a process that wants none is not supported.
    if flags & CLONE_THREAD != 0 && exit_signal != 0 {
        return Err(Errno::EINVAL);
    }
    let stack = stack.wrapping_add(stack_size);
    start(task, &CloneArgs { flags, exit_signal, stack, tls, parent_tid, child_tid })
}

/// exit(2) of the kernel's: the thread.
pub fn exit(task: &mut Task, [status, ..]: [u64; 6]) -> SysResult {
    task.end = Some(End::Thread(status as i32 & 0xff));
    Ok(0)
}

/// exit_group(2).
pub fn exit_group(task: &mut Task, [status, ..]: [u64; 6]) -> SysResult {
    task.end = Some(End::Process(Ending::Exit(status as i32 & 0xff)));
    Ok(0)
}

/// set_tid_address(2).
pub fn set_tid_address(task: &mut Task, [at, ..]: [u64; 6]) -> SysResult {
    task.clear_tid = at;
    Ok(task.tid as u64)
}

/// set_robust_list(2).
pub fn set_robust_list(task: &mut Task, [head, len, ..]: [u64; 6]) -> SysResult {
    if len != 24 {
        return Err(Errno::EINVAL);
    }
    task.robust_list = head;
    task.process.threads.set_robust_list(task.tid, head);
    Ok(0)
}

/// get_robust_list(2), for threads of the process only.
pub fn get_robust_list(task: &mut Task, [tid, head, len, ..]: [u64; 6]) -> SysResult {
    let tid = if tid == 0 { task.tid } else { tid as i32 };
    let Some(thread) = task.process.threads.all().into_iter().find(|thread| thread.tid == tid) else {
        host::tgkill(-1, tid, 0)?;
        return Err(Errno::EPERM);
    };
    let mem = task.process.space.mem();
    mem.store(GuestAddr(len), 24_u64).map_err(|_| Errno::EFAULT)?;
    mem.store(GuestAddr(head), thread.robust_list).map_err(|_| Errno::EFAULT)?;
    Ok(0)
}

/// gettid(2).
pub fn gettid(task: &mut Task, _args: [u64; 6]) -> SysResult {
    Ok(task.tid as u64)
}

/// wait4(2).
pub fn wait4(task: &mut Task, [pid, status, options, usage, ..]: [u64; 6]) -> SysResult {
    let status = task.pointer(status, 4)?;
    let usage = task.pointer(usage, 144)?;
    task.blocking(|task| host::wait4(pid as i32, status, options as i32, usage, &task.cpu.interrupt))
}

/// waitid(2).
pub fn waitid(task: &mut Task, [kind, id, info, options, usage, _]: [u64; 6]) -> SysResult {
    let info = task.pointer(info, 128)?;
    let usage = task.pointer(usage, 144)?;
    task.blocking(|task| {
        host::waitid(kind as i32, id as u32, info, options as i32, usage, &task.cpu.interrupt)
    })
}

/// getpid(2).
pub fn getpid(_task: &mut Task, _args: [u64; 6]) -> SysResult {
    Ok(host::pid() as u64)
}
