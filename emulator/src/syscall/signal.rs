//! Signals.

use super::errno::Errno;
use super::row::SysResult;
use crate::cpu::SP;
use crate::host::{self, Direct};
use crate::mem::GuestAddr;
use crate::task::signal::{Action, Flags, SigInfo, UNBLOCKABLE, bit};
use crate::task::{End, Ending, Task};

/// The kernel's `sigset_t`, in bytes.
const SET_SIZE: u64 = 8;

fn load(task: &Task, at: u64) -> Result<u64, Errno> {
    task.process.space.mem().load::<u64>(GuestAddr(at)).map_err(|_| Errno::EFAULT)
}

fn store(task: &Task, at: u64, value: u64) -> Result<(), Errno> {
    task.process.space.mem().store(GuestAddr(at), value).map_err(|_| Errno::EFAULT)
}

fn check_size(size: u64) -> Result<(), Errno> {
    if size == SET_SIZE { Ok(()) } else { Err(Errno::EINVAL) }
}

fn load_info(task: &Task, at: u64) -> Result<SigInfo, Errno> {
    let mut info = [0; 128];
    task.process.space.mem().read(GuestAddr(at), &mut info).map_err(|_| Errno::EFAULT)?;
    Ok(SigInfo(info))
}

/// rt_sigaction(2).
pub fn rt_sigaction(task: &mut Task, [signal, new, old, size, ..]: [u64; 6]) -> SysResult {
    check_size(size)?;
    let signal = signal as i32;
    let action = match new {
        0 => None,
        at => Some(Action {
            handler: load(task, at)?,
            flags: Flags(load(task, at.wrapping_add(8))?),
            restorer: load(task, at.wrapping_add(16))?,
            mask: load(task, at.wrapping_add(24))?,
        }),
    };
    let before = task.process.actions.set(signal, action)?;
    if old != 0 {
        for (index, word) in
            [before.handler, before.flags.0, before.restorer, before.mask].into_iter().enumerate()
        {
            store(task, old.wrapping_add(8 * index as u64), word)?;
        }
    }
    Ok(0)
}

/// rt_sigprocmask(2).
pub fn rt_sigprocmask(task: &mut Task, [how, new, old, size, ..]: [u64; 6]) -> SysResult {
    check_size(size)?;
    let before = task.signals.mask();
    if new != 0 {
        let set = load(task, new)?;
        let mask = match how as u32 {
            0 => before | set,
            1 => before & !set,
            2 => set,
            _ => return Err(Errno::EINVAL),
        };
        task.signals.set_mask(mask);
        task.recheck_signals();
    }
    if old != 0 {
        store(task, old, before)?;
    }
    Ok(0)
}

/// rt_sigpending(2).
pub fn rt_sigpending(task: &mut Task, [into, size, ..]: [u64; 6]) -> SysResult {
    if size > SET_SIZE {
        return Err(Errno::EINVAL);
    }
    let pending = (host::pending() | task.signals.kept_mask()) & task.signals.mask();
    store(task, into, pending)?;
    Ok(0)
}

/// rt_sigsuspend(2).
pub fn rt_sigsuspend(task: &mut Task, [mask, size, ..]: [u64; 6]) -> SysResult {
    check_size(size)?;
    let mask = load(task, mask)?;
    task.with_mask(Some(mask), |task| {
        task.recheck_signals();
        host::pause(&task.cpu.interrupt);
        Err(Errno::ERESTARTNOHAND)
    })
}

/// rt_sigtimedwait(2).
pub fn rt_sigtimedwait(task: &mut Task, [set, into, timeout, size, ..]: [u64; 6]) -> SysResult {
    check_size(size)?;
    let set = load(task, set)? & !UNBLOCKABLE;
    let timeout = match timeout {
        0 => None,
        at => Some(task.read_timespec(at)?),
    };
    let info = match task.signals.take_kept(set) {
        Some(info) => info,
        None => match host::timed_wait(set, timeout, &task.cpu.interrupt).map_err(Errno::from) {
            Ok(raw) => SigInfo(raw),
            // Linux does not restart it, whatever the handler asks for.
            Err(errno) => return Err(errno),
        },
    };
    if into != 0 {
        task.process.space.mem().write(GuestAddr(into), &info.0).map_err(|_| Errno::EFAULT)?;
    }
    Ok(info.signal() as u64)
}

/// A thread that kills its own process lets it end here, so that what it holds is given up first.
fn kills_itself(task: &mut Task, pid: i32, signal: i32) -> bool {
    const SIGKILL: i32 = 9;
    let own = signal == SIGKILL && pid == host::pid();
    if own {
        let ending = Ending::Signal(SIGKILL, format!("sent by process {pid}"));
        task.end = Some(End::Process(ending));
    }
    own
}

/// kill(2).
pub fn kill(task: &mut Task, [pid, signal, ..]: [u64; 6]) -> SysResult {
    if kills_itself(task, pid as i32, signal as i32) {
        return Ok(0);
    }
    host::kill(pid as i32, signal as i32)?;
    Ok(0)
}

/// tkill(2).
pub fn tkill(task: &mut Task, [tid, signal, ..]: [u64; 6]) -> SysResult {
    if tid as i32 <= 0 {
        return Err(Errno::EINVAL);
    }
    if tid as i32 == task.tid && kills_itself(task, host::pid(), signal as i32) {
        return Ok(0);
    }
    host::tgkill(-1, tid as i32, signal as i32)?;
    Ok(0)
}

/// tgkill(2).
pub fn tgkill(task: &mut Task, [pid, tid, signal, ..]: [u64; 6]) -> SysResult {
    if pid as i32 <= 0 || tid as i32 <= 0 {
        return Err(Errno::EINVAL);
    }
    if tid as i32 == task.tid && kills_itself(task, pid as i32, signal as i32) {
        return Ok(0);
    }
    host::tgkill(pid as i32, tid as i32, signal as i32)?;
    Ok(0)
}

/// A fault's code cannot be told from a real fault once the host delivers it, so nobody may send one.
fn check_code(signal: i32, info: &SigInfo) -> Result<(), Errno> {
    let synchronous = (1..=64).contains(&signal) && host::SYNCHRONOUS & bit(signal) != 0;
    if synchronous && info.code() > 0 { Err(Errno::EPERM) } else { Ok(()) }
}

/// rt_sigqueueinfo(2).
pub fn rt_sigqueueinfo(task: &mut Task, [pid, signal, info, ..]: [u64; 6]) -> SysResult {
    let info = load_info(task, info)?;
    check_code(signal as i32, &info)?;
    host::queue(pid as i32, None, signal as i32, &info.0)?;
    Ok(0)
}

/// rt_tgsigqueueinfo(2).
pub fn rt_tgsigqueueinfo(task: &mut Task, [pid, tid, signal, info, ..]: [u64; 6]) -> SysResult {
    let info = load_info(task, info)?;
    check_code(signal as i32, &info)?;
    host::queue(pid as i32, Some(tid as i32), signal as i32, &info.0)?;
    Ok(0)
}

/// pidfd_send_signal(2).
pub fn pidfd_send_signal(task: &mut Task, [fd, signal, info, flags, ..]: [u64; 6]) -> SysResult {
    task.process.files.get(fd as i32)?;
    if info != 0 {
        check_code(signal as i32, &load_info(task, info)?)?;
    }
    task.direct(Direct::PidfdSendSignal, [fd, signal, info, flags, 0, 0])
}

/// sigaltstack(2).
pub fn sigaltstack(task: &mut Task, [new, old, ..]: [u64; 6]) -> SysResult {
    let before = task.alternate_stack();
    if new != 0 {
        let base = load(task, new)?;
        let flags = load(task, new.wrapping_add(8))? as u32;
        let size = load(task, new.wrapping_add(16))?;
        let sp = task.cpu.reg(SP);
        task.set_alternate_stack(base, flags, size, sp)?;
    }
    if old != 0 {
        let (base, flags, size) = before;
        store(task, old, base)?;
        store(task, old.wrapping_add(8), u64::from(flags))?;
        store(task, old.wrapping_add(16), size)?;
    }
    Ok(0)
}

/// rt_sigreturn(2): x0 is what the frame restores.
pub fn rt_sigreturn(task: &mut Task, _args: [u64; 6]) -> SysResult {
    if task.leave_handler().is_err() {
        task.bad_frame();
    }
    Ok(task.cpu.reg(0))
}

/// restart_syscall(2): nothing is ever left to be restarted by it.
pub fn restart_syscall(_task: &mut Task, _args: [u64; 6]) -> SysResult {
    Err(Errno::EINTR)
}
