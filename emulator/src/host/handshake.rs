//! A parent that waits for its child: a pipe that closes when the child lets go of it, or ends.

use std::io;

use super::{close, private_fd, retry};

/// One end of the pipe.
#[derive(Debug)]
pub struct Handshake(i32);

impl Drop for Handshake {
    fn drop(&mut self) {
        close(self.0);
    }
}

impl Handshake {
    /// Waits until nobody holds the other end any more.
    pub fn wait(self) {
        let mut byte = 0_u8;
        // SAFETY: one byte of ours.
        let _ = retry(|| unsafe { libc::read(self.0, (&raw mut byte).cast(), 1) });
    }
}

/// The parent's and the child's end.
///
/// # Errors
/// The host's.
pub fn handshake() -> io::Result<(Option<Handshake>, Option<Handshake>)> {
    let mut ends = [0; 2];
    // SAFETY: room for both descriptors.
    if unsafe { libc::pipe(ends.as_mut_ptr()) } != 0 {
        return Err(io::Error::last_os_error());
    }
    let (read, write) = (Handshake(ends[0]), Handshake(ends[1]));
    let moved = Handshake(private_fd(read.0)?);
    Ok((Some(moved), Some(Handshake(private_fd(write.0)?))))
}
