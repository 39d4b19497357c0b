//! Pipes, and waiting on several of them.

use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::time::Duration;

/// Both ends of a pipe; neither survives an `exec`.
#[derive(Debug)]
pub struct Pipe {
    /// Where the bytes come out.
    pub read: File,
    /// Where they go in.
    pub write: File,
}

/// Makes a pipe.
///
/// # Errors
/// `EMFILE` or `ENFILE` when there are too many descriptors.
pub fn pipe() -> io::Result<Pipe> {
    let (read, write) = descriptors()?;
    Ok(Pipe { read: read.into(), write: write.into() })
}

#[cfg(target_os = "linux")]
fn descriptors() -> io::Result<(OwnedFd, OwnedFd)> {
    let mut ends = [0; 2];
    // SAFETY: `ends` has room for the two descriptors that the call writes.
    check(unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) })?;
    Ok(owned(ends))
}

#[cfg(not(target_os = "linux"))]
fn descriptors() -> io::Result<(OwnedFd, OwnedFd)> {
    let mut ends = [0; 2];
    // SAFETY: `ends` has room for the two descriptors that the call writes.
    check(unsafe { libc::pipe(ends.as_mut_ptr()) })?;
    let owned = owned(ends);
    for end in ends {
        // SAFETY: the descriptor was just made and is owned here.
        check(unsafe { libc::fcntl(end, libc::F_SETFD, libc::FD_CLOEXEC) })?;
    }
    Ok(owned)
}

fn owned(ends: [RawFd; 2]) -> (OwnedFd, OwnedFd) {
    // SAFETY: the call that filled `ends` succeeded, so both are open and nobody else owns them.
    unsafe { (OwnedFd::from_raw_fd(ends[0]), OwnedFd::from_raw_fd(ends[1])) }
}

/// Turns `-1` into the error of the calling thread.
pub(super) fn check(result: libc::c_int) -> io::Result<libc::c_int> {
    if result == -1 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

/// Waits until one of `files` has bytes or has ended, at most for `limit`, and says which ones.
///
/// An interrupted wait is an early end with nothing readable. `None` among `files` is never readable.
///
/// # Errors
/// `EINVAL` when there are more files than descriptors are allowed.
pub fn wait_readable<const N: usize>(files: [Option<&File>; N], limit: Duration) -> io::Result<[bool; N]> {
    let mut polled = files.map(|file| libc::pollfd {
        fd: file.map_or(-1, AsRawFd::as_raw_fd),
        events: libc::POLLIN,
        revents: 0,
    });
    // Rounded up, so that a wait never ends before its time.
    let milliseconds = limit.as_nanos().div_ceil(1_000_000).min(i32::MAX as u128) as libc::c_int;
    // SAFETY: `polled` is an array of N entries that lives through the call.
    let result = unsafe { libc::poll(polled.as_mut_ptr(), N as libc::nfds_t, milliseconds) };
    match check(result) {
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok([false; N]),
        Err(error) => Err(error),
        Ok(_) => Ok(polled.map(|entry| entry.revents != 0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};

    #[test]
    fn says_which_pipe_has_bytes_or_ended() {
        let (mut a, b) = (pipe().expect("pipe"), pipe().expect("pipe"));
        let limit = Duration::ZERO;
        assert_eq!(wait_readable([Some(&a.read), Some(&b.read), None], limit).expect("poll"), [false; 3]);
        a.write.write_all(b"x").expect("write");
        assert_eq!(wait_readable([Some(&a.read), Some(&b.read)], limit).expect("poll"), [true, false]);
        drop(b.write);
        let mut byte = [0];
        assert_eq!(a.read.read(&mut byte).expect("read"), 1);
        assert_eq!(wait_readable([Some(&a.read), Some(&b.read)], limit).expect("poll"), [false, true]);
    }
}
