//! Processes and threads of the host.

use std::io;

/// Ends this process at once with `code`, running nothing on the way.
pub fn exit_now(code: i32) -> ! {
    // SAFETY: ends the process.
    unsafe { libc::_exit(code) }
}

/// Duplicates this process with its calling thread only; 0 in the child.
///
/// # Errors
/// The host's.
///
/// # Source
/// fork(2).
pub fn fork() -> io::Result<i32> {
    #[cfg(target_os = "linux")]
    super::os::prepare_fork();
    let fork = || {
        // SAFETY: the C library makes its own locks usable in the child; the caller holds the emulator's.
        match unsafe { libc::fork() } {
            -1 => Err(io::Error::last_os_error()),
            pid => Ok(pid),
        }
    };
    super::folding::across_fork(fork, |forked| matches!(forked, Ok(0)))
}

/// This process's id.
pub fn pid() -> i32 {
    // SAFETY: no pointers.
    unsafe { libc::getpid() }
}

/// Fills `into` with random bytes.
///
/// # Errors
/// The host's.
pub fn random(into: &mut [u8]) -> io::Result<()> {
    // SAFETY: the bytes are ours; at most 256 are asked for, which is never cut short.
    if unsafe { libc::getentropy(into.as_mut_ptr().cast(), into.len()) } == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// Real and effective user, real and effective group.
pub fn ids() -> [u32; 4] {
    // SAFETY: no pointers.
    unsafe { [libc::getuid(), libc::geteuid(), libc::getgid(), libc::getegid()] }
}

/// The name of this machine.
pub fn node_name() -> Vec<u8> {
    let mut name = [0_u8; 65];
    // SAFETY: the buffer is ours; its last byte stays zero.
    unsafe { libc::gethostname(name.as_mut_ptr().cast(), name.len() - 1) };
    name.split(|&byte| byte == 0).next().unwrap_or_default().to_vec()
}

/// The soft and the hard limit of `resource` (the host's number); the largest value is "none".
///
/// # Errors
/// The host's.
///
/// # Source
/// getrlimit(2).
pub fn limit(resource: i32) -> io::Result<(u64, u64)> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the structure is ours.
    if unsafe { libc::getrlimit(resource as _, &raw mut limit) } == 0 {
        Ok((limit.rlim_cur, limit.rlim_max))
    } else {
        Err(io::Error::last_os_error())
    }
}

/// Sets the soft and the hard limit of `resource` (the host's number).
///
/// # Errors
/// The host's.
///
/// # Source
/// setrlimit(2).
pub fn set_limit(resource: i32, soft: u64, hard: u64) -> io::Result<()> {
    let limit = libc::rlimit { rlim_cur: soft, rlim_max: hard };
    // SAFETY: the structure is ours.
    if unsafe { libc::setrlimit(resource as _, &raw const limit) } == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// Opens a regular file for reading, by its host path.
///
/// # Errors
/// The host's.
pub fn open_for_reading(path: &std::path::Path) -> io::Result<std::fs::File> {
    std::fs::File::open(path)
}

/// The canonical form of a host path that leads to a directory whose entries can be reached.
///
/// # Errors
/// The host's: `ENOENT`, `ENOTDIR`, `EACCES`, `ELOOP`.
pub fn canonical_directory(path: &std::path::Path) -> io::Result<std::path::PathBuf> {
    let canonical = path.canonicalize()?;
    // Only a name beneath it asks for the permission to search it.
    std::fs::metadata(canonical.join("."))?;
    Ok(canonical)
}

/// Closes one of our own descriptors.
pub fn close(fd: i32) {
    // SAFETY: the caller owns it.
    unsafe { libc::close(fd) };
}

/// Repeats a call while a signal interrupts it.
pub(super) fn retry(mut call: impl FnMut() -> isize) -> io::Result<usize> {
    loop {
        match usize::try_from(call()) {
            Ok(value) => return Ok(value),
            Err(_) => {
                let error = io::Error::last_os_error();
                if error.kind() != io::ErrorKind::Interrupted {
                    return Err(error);
                }
            }
        }
    }
}

/// Starts a host thread that runs `body`.
///
/// # Errors
/// The host's.
pub fn start_thread(body: impl FnOnce() + Send + 'static) -> io::Result<()> {
    std::thread::Builder::new().stack_size(THREAD_STACK).spawn(body).map(drop)
}

/// The host stack of a guest thread, in bytes: the interpreter does not recurse.
const THREAD_STACK: usize = 512 << 10;

/// The fourth argument of a futex call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FutexFourth {
    /// No timeout.
    Forever,
    /// A timeout: seconds, nanoseconds.
    Until(i64, i64),
    /// A number.
    Value(u32),
}

fn resource(linux: i32) -> io::Result<i32> {
    super::os::process::resource(linux).ok_or_else(|| io::Error::from_raw_os_error(libc::EINVAL))
}

/// As [`limit`], by Linux's number.
///
/// # Errors
/// The host's; `EINVAL` for a limit that the host does not have.
pub fn limit_of(linux: i32) -> io::Result<(u64, u64)> {
    limit(resource(linux)?)
}

/// As [`set_limit`], by Linux's number.
///
/// # Errors
/// The host's; `EINVAL` for a limit that the host does not have.
pub fn set_limit_of(linux: i32, soft: u64, hard: u64) -> io::Result<()> {
    set_limit(resource(linux)?, soft, hard)
}

/// Closes the guest's descriptors that are marked close-on-exec.
pub fn close_on_exec() {
    let end = super::guest_limit();
    for fd in super::os::process::open_descriptors().into_iter().filter(|&fd| (fd as u64) < end) {
        // SAFETY: asks and closes; touches no memory.
        unsafe {
            if libc::fcntl(fd, libc::F_GETFD) & libc::FD_CLOEXEC != 0 {
                libc::close(fd);
            }
        }
    }
}
