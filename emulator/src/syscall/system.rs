//! The machine and the process's standing in it: names, limits, identity, scheduling, random bytes.

use super::errno::Errno;
use super::pass::pass;
use super::row::SysResult;
use crate::host::{self, Direct};
use crate::mem::GuestAddr;
use crate::path::synthetic::{BUILD, RELEASE};
use crate::task::Task;

const RLIMIT_NOFILE: u64 = 7;
const RLIMIT_AS: u64 = 9;
const RLIMITS: u64 = 16;

pass! {
    /// getppid(2).
    getppid = Getppid;
    /// getuid(2).
    getuid = Getuid;
    /// geteuid(2).
    geteuid = Geteuid;
    /// getgid(2).
    getgid = Getgid;
    /// getegid(2).
    getegid = Getegid;
    /// getresuid(2).
    getresuid = Getresuid;
    /// getresgid(2).
    getresgid = Getresgid;
    /// setuid(2), of the thread.
    setuid = Setuid;
    /// setgid(2), of the thread.
    setgid = Setgid;
    /// setreuid(2), of the thread.
    setreuid = Setreuid;
    /// setregid(2), of the thread.
    setregid = Setregid;
    /// setresuid(2), of the thread.
    setresuid = Setresuid;
    /// setresgid(2), of the thread.
    setresgid = Setresgid;
    /// setfsuid(2).
    setfsuid = Setfsuid;
    /// setfsgid(2).
    setfsgid = Setfsgid;
    /// getgroups(2).
    getgroups = Getgroups;
    /// setgroups(2).
    setgroups = Setgroups;
    /// getpgid(2).
    getpgid = Getpgid;
    /// setpgid(2).
    setpgid = Setpgid;
    /// getsid(2).
    getsid = Getsid;
    /// setsid(2).
    setsid = Setsid;
    /// capget(2).
    capget = Capget;
    /// capset(2).
    capset = Capset;
    /// getpriority(2), the kernel's value: 20 minus the nice value.
    getpriority = Getpriority;
    /// setpriority(2).
    setpriority = Setpriority;
    /// sched_setparam(2).
    sched_setparam = SchedSetparam;
    /// sched_setscheduler(2).
    sched_setscheduler = SchedSetscheduler;
    /// sched_getscheduler(2).
    sched_getscheduler = SchedGetscheduler;
    /// sched_getparam(2).
    sched_getparam = SchedGetparam;
    /// sched_setaffinity(2).
    sched_setaffinity = SchedSetaffinity;
    /// sched_getaffinity(2), the kernel's value: bytes written.
    sched_getaffinity = SchedGetaffinity;
    /// sched_yield(2).
    sched_yield = SchedYield;
    /// sched_get_priority_max(2).
    sched_get_priority_max = SchedGetPriorityMax;
    /// sched_get_priority_min(2).
    sched_get_priority_min = SchedGetPriorityMin;
    /// sched_rr_get_interval(2).
    sched_rr_get_interval = SchedRrGetInterval;
    /// ioprio_set(2).
    ioprio_set = IoprioSet;
    /// ioprio_get(2).
    ioprio_get = IoprioGet;
    /// getcpu(2).
    getcpu = Getcpu;
    /// sysinfo(2).
    sysinfo = Sysinfo;
    /// times(2).
    times = Times;
    /// getrusage(2).
    getrusage = Getrusage;
    /// membarrier(2).
    membarrier = Membarrier;
}

/// getrandom(2).
pub fn getrandom(task: &mut Task, [into, len, flags, ..]: [u64; 6]) -> SysResult {
    // Up to what one call of the host's gives without being cut short by a signal, as the guest may rely on.
    let len = len.min(i32::MAX as u64);
    task.direct(Direct::Getrandom, [into, len, flags, 0, 0, 0])
}

/// personality(2): only Linux itself, with or without `ADDR_NO_RANDOMIZE`.
pub fn personality(_task: &mut Task, [persona, ..]: [u64; 6]) -> SysResult {
    const QUERY: u32 = 0xffff_ffff;
    const NO_RANDOMIZE: u32 = 0x004_0000;
    match persona as u32 {
        QUERY | 0 | NO_RANDOMIZE => Ok(0),
        _ => Err(Errno::EINVAL),
    }
}

/// uname(2).
pub fn uname(task: &mut Task, [into, ..]: [u64; 6]) -> SysResult {
    const FIELD: usize = 65;
    let mut bytes = [0_u8; 6 * FIELD];
    let node = host::node_name();
    let fields: [&[u8]; 6] = [b"Linux", &node, RELEASE.as_bytes(), BUILD.as_bytes(), b"aarch64", b"(none)"];
    for (slot, value) in bytes.chunks_exact_mut(FIELD).zip(fields) {
        let len = value.len().min(FIELD - 1);
        slot[..len].copy_from_slice(&value[..len]);
    }
    task.process.space.mem().write(GuestAddr(into), &bytes).map_err(|_| Errno::EFAULT)?;
    Ok(0)
}

fn limits_of(task: &Task, resource: u64) -> Result<(u64, u64), Errno> {
    match resource {
        RLIMIT_AS => Ok(task.process.limits.space()),
        RLIMIT_NOFILE => {
            let hard = task.process.limits.files_hard(host::guest_limit());
            Ok(((task.process.files.limit() as u64).min(hard), hard))
        }
        _ => Ok(host::limit_of(resource as i32)?),
    }
}

fn set_limits(task: &Task, resource: u64, soft: u64, hard: u64) -> Result<(), Errno> {
    if soft > hard {
        return Err(Errno::EINVAL);
    }
    match resource {
        RLIMIT_AS => task.process.limits.set_space(soft, hard),
        RLIMIT_NOFILE => {
            let (_, old_hard) = limits_of(task, resource)?;
            if hard > old_hard {
                return Err(Errno::EPERM);
            }
            task.process.files.set_limit(soft);
            task.process.limits.set_files_hard(hard);
        }
        _ => host::set_limit_of(resource as i32, soft, hard)?,
    }
    Ok(())
}

/// prlimit(2); for another process, what the host has.
pub fn prlimit64(task: &mut Task, [pid, resource, new, old, ..]: [u64; 6]) -> SysResult {
    if resource >= RLIMITS {
        return Err(Errno::EINVAL);
    }
    let pid = pid as i32;
    if pid != 0 && pid != host::pid() {
        // Its limits are its own emulator's; only whether it exists can be told.
        host::kill(pid, 0)?;
        if new != 0 {
            return Err(Errno::EPERM);
        }
    }
    let mem = task.process.space.mem();
    let before = limits_of(task, resource)?;
    if new != 0 {
        let word = |at: u64| mem.load::<u64>(GuestAddr(at)).map_err(|_| Errno::EFAULT);
        set_limits(task, resource, word(new)?, word(new.wrapping_add(8))?)?;
    }
    if old != 0 {
        mem.store(GuestAddr(old), before.0).map_err(|_| Errno::EFAULT)?;
        mem.store(GuestAddr(old).offset(8), before.1).map_err(|_| Errno::EFAULT)?;
    }
    Ok(0)
}

/// getrlimit(2).
pub fn getrlimit(task: &mut Task, [resource, old, ..]: [u64; 6]) -> SysResult {
    if old == 0 {
        return Err(Errno::EFAULT);
    }
    prlimit64(task, [0, resource, 0, old, 0, 0])
}

/// setrlimit(2).
pub fn setrlimit(task: &mut Task, [resource, new, ..]: [u64; 6]) -> SysResult {
    if new == 0 {
        return Err(Errno::EFAULT);
    }
    prlimit64(task, [0, resource, new, 0, 0, 0])
}

/// prctl(2): the name, and what has no effect on us is passed on.
pub fn prctl(task: &mut Task, [option, a, b, c, d, _]: [u64; 6]) -> SysResult {
    const SET_NAME: u64 = 15;
    const GET_NAME: u64 = 16;
    let mem = task.process.space.mem();
    match option {
        SET_NAME => {
            let mut name = mem.read_cstr(GuestAddr(a), 16).map_err(|_| Errno::EFAULT)?;
            let mut name = match name.take() {
                Some(name) => name,
                None => {
                    let mut cut = vec![0; 15];
                    mem.read(GuestAddr(a), &mut cut).map_err(|_| Errno::EFAULT)?;
                    cut
                }
            };
            name.truncate(15);
            task.set_name(name);
            Ok(0)
        }
        GET_NAME => {
            let mut name = [0; 16];
            let comm = task.name();
            let len = comm.len().min(15);
            name[..len].copy_from_slice(&comm[..len]);
            mem.write(GuestAddr(a), &name).map_err(|_| Errno::EFAULT)?;
            Ok(0)
        }
        // PDEATHSIG (1) set, DUMPABLE (3, 4), KEEPCAPS (7, 8), SECUREBITS (27), CAPBSET_READ (23), TIMERSLACK
        // (29, 30), NO_NEW_PRIVS (38, 39), GET_SUBREAPER has a pointer and is not among them: values only.
        1 | 3 | 4 | 7 | 8 | 23 | 24 | 27 | 28 | 29 | 30 | 36 | 38 | 39 => {
            task.direct(Direct::Prctl, [option, a, b, c, d, 0])
        }
        // GET_PDEATHSIG: a word through a pointer.
        2 | 37 => {
            let value = host::prctl_word(option as i32)?;
            mem.store(GuestAddr(a), value as u32).map_err(|_| Errno::EFAULT)?;
            Ok(0)
        }
        // SET_VMA (names of anonymous memory) and the pointer-authentication and tagging controls of processors that
        // have them.
        _ => Err(Errno::EINVAL),
    }
}
