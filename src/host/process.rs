//! A case's process: started in a group of its own, ended as a group, collected with what it used.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use super::descendants;
use super::pipe::{check, pipe};
use super::{SIGKILL, command};

/// What to start. The environment is complete; apart from the three streams and `inherit`, no descriptor survives.
#[derive(Debug)]
pub struct Spawn {
    /// A host path.
    pub program: PathBuf,
    /// `argv[1..]`.
    pub args: Vec<OsString>,
    /// Everything the process sees.
    pub env: BTreeMap<String, OsString>,
    /// The working directory.
    pub cwd: PathBuf,
    /// Standard input.
    pub stdin: File,
    /// Standard output; the harness's copy is closed by the start.
    pub stdout: File,
    /// Standard error; likewise.
    pub stderr: File,
    /// A descriptor that the process keeps under its number; likewise.
    pub inherit: Option<File>,
    /// Processes and threads that the user may have in all, where the system limits that.
    pub process_limit: u64,
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitStatus {
    /// With this status.
    Exited(u8),
    /// By this signal of the host.
    Signaled(u8),
}

/// A process's end and what it used, its collected children included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit {
    /// How it ended.
    pub status: WaitStatus,
    /// Peak resident memory in KiB. The kernel counts the harness's own size at the moment of the start, too.
    pub max_rss_kb: u64,
    /// User CPU time.
    pub utime: Duration,
    /// CPU time of the system for it.
    pub stime: Duration,
}

/// A started process that leads a group of its own. Dropping it uncollected kills the group and collects it.
#[derive(Debug)]
pub struct Child {
    pid: libc::pid_t,
    collected: bool,
}

impl Spawn {
    /// Starts the process: umask 022, no core files, every signal at its default, a group of its own, ended by the
    /// kernel if the harness dies (Linux).
    ///
    /// # Errors
    /// Whatever `fork` and `exec` answer, such as `NotFound`, `PermissionDenied`, `ENOEXEC`, `EAGAIN`.
    pub fn start(self) -> io::Result<Child> {
        let inherited = self.inherit.as_ref().map(AsRawFd::as_raw_fd);
        let processes = self.process_limit as libc::rlim_t;
        let mut command = command(&self.program);
        command
            .args(&self.args)
            .env_clear()
            .envs(&self.env)
            .current_dir(&self.cwd)
            .stdin(Stdio::from(self.stdin))
            .stdout(Stdio::from(self.stdout))
            .stderr(Stdio::from(self.stderr))
            .process_group(0);
        // SAFETY: between fork and exec the closure makes only async-signal-safe calls and does not allocate.
        unsafe { command.pre_exec(move || prepare(inherited, processes)) };
        // Held until the child is known: a sweep by another worker must not take it for an orphan.
        let mut known = descendants::known();
        let child = command.spawn()?;
        let pid = child.id() as libc::pid_t;
        known.insert(pid);
        Ok(Child { pid, collected: false })
    }
}

/// Runs in the new process before `exec`.
fn prepare(inherited: Option<libc::c_int>, processes: libc::rlim_t) -> io::Result<()> {
    // SAFETY: plain calls on values; none touches memory beyond the two structures on this stack.
    unsafe {
        libc::umask(0o022);
        for signal in 1..32 {
            // KILL and STOP refuse, which is harmless.
            libc::signal(signal, libc::SIG_DFL);
        }
        let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        check(libc::setrlimit(libc::RLIMIT_CORE, &none))?;
        let mut limit = none;
        check(libc::getrlimit(libc::RLIMIT_NPROC, &mut limit))?;
        limit.rlim_cur = processes.min(limit.rlim_max);
        check(libc::setrlimit(libc::RLIMIT_NPROC, &limit))?;
        if let Some(descriptor) = inherited {
            check(libc::fcntl(descriptor, libc::F_SETFD, 0))?;
        }
        #[cfg(target_os = "linux")]
        check(libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL as libc::c_ulong))?;
    }
    Ok(())
}

impl Child {
    /// The process's number, which is also its group's.
    pub fn id(&self) -> u32 {
        self.pid.unsigned_abs()
    }

    /// A file that becomes readable (with an end of file) when the process has ended; it stays uncollected.
    ///
    /// # Errors
    /// When there is no descriptor or no thread to be had.
    pub fn exit_notice(&self) -> io::Result<File> {
        let ends = pipe()?;
        let (pid, write) = (self.pid, ends.write);
        // A thread per case works on every system; Linux's pidfd would not on macOS.
        thread::Builder::new().name(format!("wait-{pid}")).stack_size(64 * 1024).spawn(move || {
            wait_without_collecting(pid);
            drop(write);
        })?;
        Ok(ends.read)
    }

    /// Sends `signal` to every process of the group; a group that is gone is no error.
    pub fn signal_group(&self, signal: u8) {
        if !self.collected {
            // SAFETY: the leader is uncollected, so its number still means this group.
            unsafe { libc::kill(-self.pid, libc::c_int::from(signal)) };
        }
    }

    /// Lets a stopped group run again, so that it can take a signal.
    pub fn continue_group(&self) {
        self.signal_group(libc::SIGCONT as u8);
    }

    /// Waits for the process to end, then collects it.
    ///
    /// # Errors
    /// `ECHILD` if somebody else collected it.
    pub fn collect(mut self) -> io::Result<Exit> {
        self.wait4()
    }

    fn wait4(&mut self) -> io::Result<Exit> {
        self.collected = true;
        let exit = collect(self.pid);
        descendants::known().remove(&self.pid);
        exit
    }
}

/// Waits for the child `pid` to end and collects it.
pub(super) fn collect(pid: libc::pid_t) -> io::Result<Exit> {
    let mut status = 0;
    // SAFETY: an all-zero rusage is valid.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    loop {
        // SAFETY: both pointers are to writable values of the right type.
        match check(unsafe { libc::wait4(pid, &mut status, 0, &mut usage) }) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
            Ok(_) => {
                return Ok(Exit {
                    status: decode(status),
                    max_rss_kb: kilobytes(usage.ru_maxrss),
                    utime: duration(usage.ru_utime),
                    stime: duration(usage.ru_stime),
                });
            }
        }
    }
}

/// Kills the group of the uncollected child `leader`; one that is gone is no error.
pub(super) fn kill_group(leader: libc::pid_t) {
    // SAFETY: the leader is uncollected, so its number still means this group.
    unsafe { libc::kill(-leader, libc::SIGKILL) };
}

impl Drop for Child {
    fn drop(&mut self) {
        if !self.collected {
            self.signal_group(SIGKILL);
            let _ = self.wait4();
        }
    }
}

/// Waits for the child `pid` to end and leaves it to be collected.
pub(super) fn wait_without_collecting(pid: libc::pid_t) {
    // SAFETY: an all-zero siginfo is valid.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    let flags = libc::WEXITED | libc::WNOWAIT;
    // SAFETY: `info` is writable and of the right type.
    while unsafe { libc::waitid(libc::P_PID, pid as libc::id_t, &mut info, flags) } == -1
        && io::Error::last_os_error().kind() == io::ErrorKind::Interrupted
    {}
}

fn decode(status: libc::c_int) -> WaitStatus {
    if libc::WIFSIGNALED(status) {
        WaitStatus::Signaled(libc::WTERMSIG(status) as u8)
    } else {
        WaitStatus::Exited(libc::WEXITSTATUS(status) as u8)
    }
}

/// Linux counts KiB, macOS bytes (getrusage(2) of each).
fn kilobytes(max_rss: libc::c_long) -> u64 {
    let value = u64::try_from(max_rss).unwrap_or(0);
    if cfg!(target_os = "macos") { value / 1024 } else { value }
}

fn duration(time: libc::timeval) -> Duration {
    Duration::new(time.tv_sec.try_into().unwrap_or(0), u32::try_from(time.tv_usec).unwrap_or(0) * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::wait_readable;
    use std::io::Read;

    fn shell(script: &str) -> (Spawn, File) {
        let output = pipe().expect("pipe");
        let null = || File::options().read(true).write(true).open("/dev/null").expect("null");
        let spawn = Spawn {
            program: "/bin/sh".into(),
            args: vec!["-c".into(), script.into()],
            env: BTreeMap::new(),
            cwd: "/".into(),
            stdin: null(),
            stdout: output.write,
            stderr: null(),
            inherit: None,
            process_limit: u64::MAX,
        };
        (spawn, output.read)
    }

    #[test]
    fn a_process_is_hermetic_and_collected_with_its_status() {
        let (spawn, mut output) = shell("umask; ulimit -c; exit 7");
        let child = spawn.start().expect("start");
        let mut text = String::new();
        output.read_to_string(&mut text).expect("output");
        let exit = child.collect().expect("collect");
        assert_eq!(text, "0022\n0\n");
        assert_eq!(exit.status, WaitStatus::Exited(7));
        assert!(exit.max_rss_kb > 0);
    }

    #[test]
    fn the_notice_comes_when_the_group_is_killed() {
        let (spawn, _output) = shell("sleep 1000 & wait");
        let child = spawn.start().expect("start");
        let notice = child.exit_notice().expect("notice");
        assert_eq!(wait_readable([Some(&notice)], Duration::ZERO).expect("poll"), [false]);
        child.signal_group(SIGKILL);
        assert_eq!(wait_readable([Some(&notice)], Duration::from_secs(60)).expect("poll"), [true]);
        assert_eq!(child.collect().expect("collect").status, WaitStatus::Signaled(SIGKILL));
    }

    #[test]
    fn an_inherited_descriptor_keeps_its_number() {
        let status = pipe().expect("pipe");
        let number = status.write.as_raw_fd();
        let (mut spawn, _output) = shell(&format!("echo hello >&{number}"));
        spawn.inherit = Some(status.write);
        spawn.start().expect("start").collect().expect("collect");
        let mut text = String::new();
        (&status.read).read_to_string(&mut text).expect("read");
        assert_eq!(text, "hello\n");
    }

    #[test]
    fn a_missing_program_is_an_error_at_the_start() {
        let (mut spawn, _output) = shell("");
        spawn.program = "/nonexistent".into();
        assert_eq!(spawn.start().expect_err("absent").kind(), io::ErrorKind::NotFound);
    }
}
