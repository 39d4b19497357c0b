//! The clock over one running process: slow mark, hard limit, output limit, interruption.
//!
//! Output comes through pipes, not straight into files: the harness sees every byte before it reaches the disk, so
//! the limit holds exactly, however fast the guest writes; a file would have to be looked at again and again.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use super::status::MAX_STATUS;
use crate::host::descendants::{self, Of};
use crate::host::{Child, Exit, Interrupts, SIGKILL, SIGTERM, wait_readable};

/// What one attempt may use.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Longer is slow.
    pub slow: Duration,
    /// Longer is the end.
    pub timeout: Duration,
    /// From TERM to KILL.
    pub grace: Duration,
}

/// Why the harness ended a process.
#[derive(Debug)]
pub(super) enum Cut {
    /// The hard limit passed.
    Timeout,
    /// A stream outgrew its limit.
    OutputLimit,
    /// The user or the system asked the run to end.
    Interrupted,
    /// Its output could not be kept.
    Failed(io::Error),
}

/// The facts of a supervised process.
#[derive(Debug)]
pub(super) struct Supervised {
    /// How it ended and what it used.
    pub exit: Exit,
    /// Whether the harness ended it, and why.
    pub cut: Option<Cut>,
    /// From the start of the supervision to the end of the process.
    pub duration: Duration,
    /// Whether the slow mark passed.
    pub slow: bool,
    /// Processes it left behind.
    pub strays: u32,
    /// What it wrote to the status descriptor.
    pub status: Vec<u8>,
}

/// One stream on its way from a pipe to a file.
#[derive(Debug)]
pub(super) struct Capture {
    pipe: Option<File>,
    file: File,
    left: u64,
    over: bool,
}

impl Capture {
    /// Copies `pipe` to `file`, at most `limit` bytes; what comes after is read and thrown away.
    pub(super) fn new(pipe: File, file: File, limit: u64) -> Capture {
        Capture { pipe: Some(pipe), file, left: limit, over: false }
    }

    /// Copies once from a pipe that is readable.
    fn pump(&mut self, buffer: &mut [u8]) -> io::Result<()> {
        let Some(pipe) = &mut self.pipe else { return Ok(()) };
        match pipe.read(buffer) {
            Ok(0) => self.pipe = None,
            Ok(count) => {
                let kept = count.min(usize::try_from(self.left).unwrap_or(usize::MAX));
                self.over |= kept < count;
                self.left -= kept as u64;
                self.file.write_all(&buffer[..kept])?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

/// The pipes of one process.
#[derive(Debug)]
pub(super) struct Pipes {
    /// Standard output.
    pub stdout: Capture,
    /// Standard error.
    pub stderr: Capture,
    /// The status descriptor, if the target has one.
    pub status: Option<File>,
}

impl Pipes {
    /// Copies from the pipes that are `ready`: standard output, standard error, status.
    fn pump(&mut self, ready: [bool; 3], buffer: &mut [u8], status: &mut Vec<u8>) -> io::Result<()> {
        if ready[0] {
            self.stdout.pump(buffer)?;
        }
        if ready[1] {
            self.stderr.pump(buffer)?;
        }
        if let Some(pipe) = self.status.as_mut().filter(|_| ready[2]) {
            match pipe.read(buffer) {
                Ok(0) => self.status = None,
                Ok(count) => status.extend(&buffer[..count.min(MAX_STATUS.saturating_sub(status.len()))]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn files(&self) -> [Option<&File>; 3] {
        [self.stdout.pipe.as_ref(), self.stderr.pipe.as_ref(), self.status.as_ref()]
    }

    fn over(&self) -> bool {
        self.stdout.over || self.stderr.over
    }

    /// Takes what is still in the pipes after the process and its strays have ended.
    fn drain(&mut self, buffer: &mut [u8], status: &mut Vec<u8>) -> io::Result<()> {
        loop {
            let ready = wait_readable(self.files(), Duration::ZERO)?;
            // A process that escaped may still hold a pipe; it gets no more than the limit.
            if ready == [false; 3] || self.over() {
                return Ok(());
            }
            self.pump(ready, buffer, status)?;
        }
    }
}

/// Ends a process in two steps.
struct Ender {
    kill_at: Option<Instant>,
    killed: bool,
}

impl Ender {
    fn terminate(&mut self, child: &Child, grace: Duration) {
        child.signal_group(SIGTERM);
        // A stopped process takes the signal only when it runs again.
        child.continue_group();
        self.kill_at = Some(Instant::now() + grace);
    }

    fn kill(&mut self, child: &Child) {
        child.signal_group(SIGKILL);
        self.killed = true;
    }
}

/// Longest wait: between TERM and KILL a second interrupt is to be noticed.
const STEP: Duration = Duration::from_millis(100);

/// Watches `child` to its end: copies its output, keeps the clock, ends it when a limit passes or an interrupt comes,
/// kills what it leaves behind. `root` is the attempt's own directory; `on_slow` is called when the slow mark passes.
///
/// # Errors
/// When the process cannot be waited for; it is killed then.
pub(super) fn supervise(
    child: Child,
    mut pipes: Pipes,
    limits: Limits,
    interrupts: &Interrupts,
    root: &Path,
    on_slow: &mut dyn FnMut(),
) -> io::Result<Supervised> {
    let start = Instant::now();
    let notice = child.exit_notice()?;
    let mut buffer = vec![0; 64 * 1024];
    let mut status = Vec::new();
    let (mut cut, mut slow) = (None, false);
    let mut ender = Ender { kill_at: None, killed: false };
    loop {
        let elapsed = start.elapsed();
        if !slow && elapsed >= limits.slow && cut.is_none() {
            slow = true;
            on_slow();
        }
        if cut.is_none() {
            cut = if interrupts.first().is_some() {
                Some(Cut::Interrupted)
            } else if elapsed >= limits.timeout {
                Some(Cut::Timeout)
            } else if pipes.over() {
                Some(Cut::OutputLimit)
            } else {
                None
            };
            if cut.is_some() {
                ender.terminate(&child, limits.grace);
            }
        }
        let impatient = interrupts.count() > 1;
        if !ender.killed && ender.kill_at.is_some_and(|at| impatient || Instant::now() >= at) {
            ender.kill(&child);
        }

        let wait = match cut {
            Some(_) => STEP,
            None if slow => limits.timeout.saturating_sub(elapsed),
            None => limits.timeout.min(limits.slow).saturating_sub(elapsed),
        };
        let [stdout, stderr, said] = pipes.files();
        // The interrupt's pipe stays readable for ever: once seen it must not be waited on.
        let interrupt = if cut.is_none() { Some(interrupts.readable()) } else { None };
        let ready = wait_readable([stdout, stderr, said, Some(&notice), interrupt], wait)?;
        if let Err(error) = pipes.pump([ready[0], ready[1], ready[2]], &mut buffer, &mut status) {
            cut = Some(Cut::Failed(error));
            ender.kill(&child);
            break;
        }
        if ready[3] {
            break;
        }
    }
    let group = child.id();
    let exit = child.collect()?;
    let duration = start.elapsed();
    let strays = descendants::kill_strays(Of { group, root });
    if !matches!(cut, Some(Cut::Failed(_)))
        && let Err(error) = pipes.drain(&mut buffer, &mut status)
    {
        cut = Some(Cut::Failed(error));
    }
    if cut.is_none() && pipes.over() {
        cut = Some(Cut::OutputLimit);
    }
    Ok(Supervised { exit, cut, duration, slow, strays, status })
}
