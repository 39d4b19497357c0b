//! Processes that are measured: no fork of a large harness, no pipes, a clock that only kills.

use std::fs::File;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use super::pipe::{pipe, wait_readable};
use super::process::{collect, kill_group, wait_without_collecting};
use super::{Exit, Interrupts};

/// What a process took, its collected descendants included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// How it ended and what it used. Peak memory counts this process's own size at the moment of the start, too.
    pub exit: Exit,
    /// From just before the start to the end of the process.
    pub wall: Duration,
    /// Why it was killed, if it was.
    pub killed: Option<Killed>,
}

/// Why a measured process was killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Killed {
    /// It took too long.
    Limit,
    /// The user or the system asked this process to end.
    Interrupt,
}

/// Runs `command` to its end, at most for `limit`, in a group of its own, and kills what it leaves in that group.
///
/// The caller has set environment and streams. Without a hook between fork and exec the standard library uses
/// posix_spawn, so the process does not pay for copying this one.
///
/// # Errors
/// Whatever the start answers, such as `NotFound`.
///
/// # Source
/// wait4(2): the usage is that of the process and of its own children that it waited for.
pub fn measure(command: &mut Command, limit: Duration, interrupts: &Interrupts) -> io::Result<Measured> {
    let done = pipe()?;
    let start = Instant::now();
    let pid = command.process_group(0).spawn()?.id() as libc::pid_t;
    let (wall, killed) = thread::scope(|scope| {
        let read = &done.read;
        let watch = scope.spawn(move || {
            let reason = watch(read, limit, interrupts)?;
            kill_group(pid);
            Some(reason)
        });
        wait_without_collecting(pid);
        let wall = start.elapsed();
        drop(done.write);
        // The watch ends before the process is collected: what it kills is never a stranger.
        (wall, watch.join().ok().flatten())
    });
    kill_group(pid);
    Ok(Measured { exit: collect(pid)?, wall, killed })
}

/// Waits until the process is done, and says why it must be killed if something else comes first.
fn watch(done: &File, limit: Duration, interrupts: &Interrupts) -> Option<Killed> {
    let start = Instant::now();
    loop {
        let left = limit.saturating_sub(start.elapsed());
        match wait_readable([Some(done), Some(interrupts.readable())], left) {
            Ok([true, _]) => return None,
            Ok([false, true]) => return Some(Killed::Interrupt),
            // A signal can end the wait early.
            Ok([false, false]) if !left.is_zero() => {}
            _ => return Some(Killed::Limit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{WaitStatus, command};
    use super::*;

    fn shell(script: &str, limit: Duration) -> Measured {
        let interrupts = Interrupts::catch().expect("signals");
        measure(command("/bin/sh").args(["-c", script]), limit, &interrupts).expect("start")
    }

    #[test]
    fn a_process_is_collected_with_its_children() {
        let measured =
            shell("i=0; (while [ $i -lt 20000 ]; do i=$((i+1)); done); exit 3", Duration::from_secs(60));
        assert_eq!((measured.exit.status, measured.killed), (WaitStatus::Exited(3), None));
        assert!(measured.exit.utime + measured.exit.stime > Duration::ZERO);
        assert!(measured.wall > Duration::ZERO && measured.exit.max_rss_kb > 0);
    }

    #[test]
    fn what_takes_too_long_is_killed() {
        let measured = shell("sleep 1000; exit 0", Duration::from_millis(50));
        assert_eq!(measured.killed, Some(Killed::Limit));
        assert_eq!(measured.exit.status, WaitStatus::Signaled(super::super::SIGKILL));
    }
}
