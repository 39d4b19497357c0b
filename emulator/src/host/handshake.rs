//! A parent that waits for its child: a pipe that closes when the child lets go of it, or ends.
//!
//! On the way the child may tell of bytes that it stored in what the parent takes for shared memory.

use std::io;

use super::{close, private_fd, retry, write_all};

/// The parent's end of the pipe.
#[derive(Debug)]
pub struct Waiting(i32);

/// The child's end of the pipe.
#[derive(Debug)]
pub struct Handshake(i32);

impl Drop for Waiting {
    fn drop(&mut self) {
        close(self.0);
    }
}

impl Drop for Handshake {
    fn drop(&mut self) {
        close(self.0);
    }
}

impl Handshake {
    /// Tells the parent of `bytes` at `addr`.
    pub fn tell(&self, addr: u64, bytes: &[u8]) {
        let len = bytes.len() as u64;
        write_all(self.0, &[&addr.to_le_bytes(), &len.to_le_bytes(), bytes].concat());
    }
}

impl Waiting {
    /// Waits until nobody holds the other end any more; gives what was told: addresses and bytes.
    pub fn wait(self) -> Vec<(u64, Vec<u8>)> {
        let mut told = Vec::new();
        while let Some(record) = self.record() {
            told.push(record);
        }
        told
    }

    fn record(&self) -> Option<(u64, Vec<u8>)> {
        let addr = u64::from_le_bytes(self.exactly(8)?.try_into().ok()?);
        let len = u64::from_le_bytes(self.exactly(8)?.try_into().ok()?);
        Some((addr, self.exactly(usize::try_from(len).ok()?)?))
    }

    fn exactly(&self, len: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0_u8; len];
        let mut got = 0;
        while got < len {
            let rest = &mut bytes[got..];
            // SAFETY: the bytes are ours.
            let read = retry(|| unsafe { libc::read(self.0, rest.as_mut_ptr().cast(), rest.len()) }).ok()?;
            if read == 0 {
                return None;
            }
            got += read;
        }
        Some(bytes)
    }
}

/// The parent's and the child's end.
///
/// # Errors
/// The host's.
pub fn handshake() -> io::Result<(Waiting, Handshake)> {
    let mut ends = [0; 2];
    // SAFETY: room for both descriptors.
    if unsafe { libc::pipe(ends.as_mut_ptr()) } != 0 {
        return Err(io::Error::last_os_error());
    }
    let (read, write) = (Waiting(ends[0]), Handshake(ends[1]));
    Ok((Waiting(private_fd(read.0)?), Handshake(private_fd(write.0)?)))
}
