//! Processes that serve this one until it ends.

use std::io::{self, Read};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::descendants;

/// How long a daemon may take to say that it is ready, and to end when it is told to.
const PATIENCE: Duration = Duration::from_secs(10);
const STEP: Duration = Duration::from_millis(2);
/// The word of a daemon that is ready.
const READY: &[u8] = b"ready\n";

/// A running daemon. Its standard output is one end of a socket; when the other end is gone, because this value was
/// dropped or this process was killed, it has to end.
#[derive(Debug)]
pub struct Daemon {
    child: Child,
    line: UnixStream,
}

impl Daemon {
    /// Starts `command` in a group of its own and waits until it says that it is ready.
    ///
    /// # Errors
    /// When it cannot be started, or ends or says nothing for ten seconds instead.
    pub fn start(command: &mut Command) -> io::Result<Daemon> {
        let (line, theirs) = UnixStream::pair()?;
        let mut known = descendants::known();
        let child = command.process_group(0).stdout(Stdio::from(OwnedFd::from(theirs))).spawn()?;
        known.insert(child.id() as libc::pid_t);
        drop(known);
        // The command keeps its end of the socket open until it is told otherwise.
        command.stdout(Stdio::null());
        let daemon = Daemon { child, line };
        daemon.line.set_read_timeout(Some(PATIENCE))?;
        let mut word = [0; READY.len()];
        (&daemon.line).read_exact(&mut word)?;
        match word == READY {
            true => Ok(daemon),
            false => Err(io::Error::other("it said something else than that it is ready")),
        }
    }

    /// What a daemon does: says that it is ready, then waits until it is to end.
    ///
    /// # Errors
    /// When standard output is not the socket of the process that started it.
    pub fn serve() -> io::Result<()> {
        let line = std::os::fd::AsFd::as_fd(&io::stdout()).try_clone_to_owned()?;
        let mut line = UnixStream::from(line);
        io::Write::write_all(&mut line, READY)?;
        // Nothing is ever sent: this returns at the end of the other side.
        let mut rest = Vec::new();
        line.read_to_end(&mut rest).map(drop)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.line.shutdown(Shutdown::Both);
        let started = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) {
            if started.elapsed() > PATIENCE {
                let _ = self.child.kill();
                let _ = self.child.wait();
                break;
            }
            thread::sleep(STEP);
        }
        descendants::known().remove(&(self.child.id() as libc::pid_t));
    }
}

/// Kills the process `pid`, which the caller knows to be one of ours.
pub fn kill(pid: u32) {
    if let Ok(pid) = libc::pid_t::try_from(pid) {
        // SAFETY: the call sends a signal and touches no memory.
        unsafe { libc::kill(pid, libc::SIGKILL) };
    }
}
