//! Clocks, sleeping, timers.

use super::abi::Timespec;
use super::errno::Errno;
use super::pass::pass;
use super::row::SysResult;
use crate::host;
use crate::mem::{GuestAddr, GuestPtr};
use crate::task::Task;

pass! {
    /// clock_getres(2).
    clock_getres = ClockGetres;
    /// gettimeofday(2).
    gettimeofday = Gettimeofday;
    /// getitimer(2).
    getitimer = Getitimer;
    /// setitimer(2): virtual and profiling time are the emulator's.
    setitimer = Setitimer;
    /// timer_create(2).
    timer_create = TimerCreate;
    /// timer_settime(2).
    timer_settime = TimerSettime;
    /// timer_gettime(2).
    timer_gettime = TimerGettime;
    /// timer_getoverrun(2).
    timer_getoverrun = TimerGetoverrun;
    /// timer_delete(2).
    timer_delete = TimerDelete;
}

/// clock_gettime(2).
pub fn clock_gettime(task: &mut Task, [clock, into, ..]: [u64; 6]) -> SysResult {
    let (sec, nsec) = host::clock_time(clock as i32)?;
    Timespec { sec, nsec }.write(task.process.space.mem(), GuestAddr(into))?;
    Ok(0)
}

/// clock_settime(2): the clock is the host's.
pub fn clock_settime(_task: &mut Task, [clock, ..]: [u64; 6]) -> SysResult {
    const REALTIME: i32 = 0;
    Err(if clock as i32 == REALTIME { Errno::EPERM } else { Errno::EINVAL })
}

/// settimeofday(2): the clock is the host's.
pub fn settimeofday(_task: &mut Task, _args: [u64; 6]) -> SysResult {
    Err(Errno::EPERM)
}

const TIMER_ABSTIME: u64 = 1;

/// nanosleep(2).
pub fn nanosleep(task: &mut Task, [request, remaining, ..]: [u64; 6]) -> SysResult {
    clock_nanosleep(task, [1, 0, request, remaining, 0, 0])
}

/// clock_nanosleep(2).
pub fn clock_nanosleep(task: &mut Task, [clock, flags, request, remaining, ..]: [u64; 6]) -> SysResult {
    let time = task.read_timespec(request)?;
    let absolute = flags & TIMER_ABSTIME != 0;
    let remaining = if absolute { GuestPtr::NULL } else { task.pointer(remaining, 16)? };
    let code = if absolute { Errno::ERESTARTNOHAND } else { Errno::ERESTART_RESTARTBLOCK };
    task.blocking_with(code, |task| {
        host::sleep(clock as i32, flags as i32, time, remaining, &task.cpu.interrupt)
    })
}
