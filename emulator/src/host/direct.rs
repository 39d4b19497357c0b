//! Calls that need nothing but their arguments passed on: same meaning, same numbers and layouts on every 64-bit Linux.
//!
//! The table says which arguments are pointers and to how much, so that only guest memory is ever handed on.

use std::io;

use crate::mem::{GuestAddr, Mem};

/// What an argument is.
#[derive(Clone, Copy)]
enum Kind {
    /// A value.
    V,
    /// A pointer to this many bytes, or null.
    P(usize),
    /// A pointer to as many units of the second size as the argument with this index says, or null.
    Sized(usize, usize),
}
use Kind::{P, Sized, V};

/// Turns guest pointers among `args` into host pointers.
#[inline(always)]
fn translate(mem: Mem, kinds: &[Kind], args: [u64; 6]) -> io::Result<[usize; 6]> {
    let mut host = args.map(|arg| arg as usize);
    for (index, kind) in kinds.iter().enumerate() {
        let len = match *kind {
            V => continue,
            P(len) => len,
            Sized(count, unit) => usize::try_from(args[count] as u32).unwrap_or(0).saturating_mul(unit),
        };
        if args[index] == 0 {
            continue;
        }
        let Some(at) = mem.range(GuestAddr(args[index]), len) else {
            return Err(io::Error::from_raw_os_error(libc::EFAULT));
        };
        host[index] = at as usize;
    }
    Ok(host)
}

macro_rules! direct {
    ($($name:ident = $number:ident [$($kind:expr),*] $(, apple |$arg:pat_param| $apple:expr)?;)*) => {
        /// A call that is passed on as it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "each is the call of that name")]
        pub enum Direct { $($name,)* }

        /// Passes `call` on, with the guest's arguments.
        ///
        /// # Errors
        /// The host's; `EFAULT` for a pointer outside guest memory, `ENOSYS` where the host has no such call.
        // Part of each call's function: a return behind a system call is one that the processor guesses wrong, for the
        // kernel has had its guesses in between.
        #[inline(always)]
        pub fn direct(call: Direct, mem: Mem, args: [u64; 6]) -> io::Result<u64> {
            let kinds: &[Kind] = match call { $(Direct::$name => &[$($kind),*],)* };
            let args = translate(mem, kinds, args)?;
            // SAFETY: each pointer of the call is null or guest memory of the length that the call needs.
            unsafe { pass(call, args) }
        }

        #[cfg(target_os = "linux")]
        #[inline(always)]
        unsafe fn pass(call: Direct, args: [usize; 6]) -> io::Result<u64> {
            let number = match call { $(Direct::$name => libc::$number,)* };
            // SAFETY: the caller's promise.
            unsafe { super::os::syscall(number, args) }
        }

        #[cfg(not(target_os = "linux"))]
        unsafe fn pass(call: Direct, args: [usize; 6]) -> io::Result<u64> {
            let function: Option<unsafe fn([usize; 6]) -> isize> = match call {
                $(Direct::$name => None $(.or(Some(|$arg: [usize; 6]| {
                    // SAFETY: the caller of `pass` promises that every pointer is good for its call.
                    unsafe { $apple }
                })))?,)*
            };
            let Some(function) = function else { return Err(io::Error::from_raw_os_error(libc::ENOSYS)) };
            // SAFETY: the caller's promise.
            let result = unsafe { function(args) };
            if result == -1 { Err(io::Error::last_os_error()) } else { Ok(result as u64) }
        }
    };
}

direct! {
    Getpid = SYS_getpid [], apple |_| libc::getpid() as isize;
    Getppid = SYS_getppid [], apple |_| libc::getppid() as isize;
    Getuid = SYS_getuid [], apple |_| libc::getuid() as isize;
    Geteuid = SYS_geteuid [], apple |_| libc::geteuid() as isize;
    Getgid = SYS_getgid [], apple |_| libc::getgid() as isize;
    Getegid = SYS_getegid [], apple |_| libc::getegid() as isize;
    Getresuid = SYS_getresuid [P(4), P(4), P(4)];
    Getresgid = SYS_getresgid [P(4), P(4), P(4)];
    Setuid = SYS_setuid [], apple |a| libc::setuid(a[0] as u32) as isize;
    Setgid = SYS_setgid [], apple |a| libc::setgid(a[0] as u32) as isize;
    Setreuid = SYS_setreuid [], apple |a| libc::setreuid(a[0] as u32, a[1] as u32) as isize;
    Setregid = SYS_setregid [], apple |a| libc::setregid(a[0] as u32, a[1] as u32) as isize;
    Setresuid = SYS_setresuid [];
    Setresgid = SYS_setresgid [];
    Setfsuid = SYS_setfsuid [];
    Setfsgid = SYS_setfsgid [];
    Getgroups = SYS_getgroups [V, Sized(0, 4)], apple |a| libc::getgroups(a[0] as i32, a[1] as *mut u32) as isize;
    Setgroups = SYS_setgroups [V, Sized(0, 4)];
    Getpgid = SYS_getpgid [], apple |a| libc::getpgid(a[0] as i32) as isize;
    Setpgid = SYS_setpgid [], apple |a| libc::setpgid(a[0] as i32, a[1] as i32) as isize;
    Getsid = SYS_getsid [], apple |a| libc::getsid(a[0] as i32) as isize;
    Setsid = SYS_setsid [], apple |_| libc::setsid() as isize;
    Capget = SYS_capget [P(8), P(24)];
    Capset = SYS_capset [P(8), P(24)];
    Personality = SYS_personality [];
    Prctl = SYS_prctl [];
    Getpriority = SYS_getpriority [];
    Setpriority = SYS_setpriority [];
    SchedSetparam = SYS_sched_setparam [V, P(4)];
    SchedSetscheduler = SYS_sched_setscheduler [V, V, P(4)];
    SchedGetscheduler = SYS_sched_getscheduler [];
    SchedGetparam = SYS_sched_getparam [V, P(4)];
    SchedSetaffinity = SYS_sched_setaffinity [V, V, Sized(1, 1)];
    SchedGetaffinity = SYS_sched_getaffinity [V, V, Sized(1, 1)];
    SchedYield = SYS_sched_yield [], apple |_| libc::sched_yield() as isize;
    SchedGetPriorityMax = SYS_sched_get_priority_max [];
    SchedGetPriorityMin = SYS_sched_get_priority_min [];
    SchedRrGetInterval = SYS_sched_rr_get_interval [V, P(16)];
    IoprioSet = SYS_ioprio_set [];
    IoprioGet = SYS_ioprio_get [];
    Getcpu = SYS_getcpu [P(4), P(4)];
    Getrandom = SYS_getrandom [Sized(1, 1)], apple |a| {
        libc::arc4random_buf(a[0] as *mut libc::c_void, a[1]);
        a[1] as isize
    };
    Sysinfo = SYS_sysinfo [P(112)];
    Times = SYS_times [P(32)];
    Getrusage = SYS_getrusage [V, P(144)];
    Membarrier = SYS_membarrier [];
    ClockGetres = SYS_clock_getres [V, P(16)];
    Gettimeofday = SYS_gettimeofday [P(16), P(8)];
    Getitimer = SYS_getitimer [V, P(32)], apple |a| libc::getitimer(a[0] as i32, a[1] as *mut libc::itimerval) as isize;
    Setitimer = SYS_setitimer [V, P(32), P(32)], apple |a| {
        libc::setitimer(a[0] as i32, a[1] as *const libc::itimerval, a[2] as *mut libc::itimerval) as isize
    };
    TimerCreate = SYS_timer_create [V, P(64), P(4)];
    TimerSettime = SYS_timer_settime [V, V, P(32), P(32)];
    TimerGettime = SYS_timer_gettime [V, P(32)];
    TimerGetoverrun = SYS_timer_getoverrun [];
    TimerDelete = SYS_timer_delete [];
    PidfdSendSignal = SYS_pidfd_send_signal [V, V, P(128)];
    Shmget = SYS_shmget [];
    Shmctl = SYS_shmctl [V, V, P(112)];
}
