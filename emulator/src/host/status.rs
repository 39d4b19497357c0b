//! The descriptor that the ending is reported on.

use std::sync::atomic::{AtomicI32, Ordering};

static STATUS: AtomicI32 = AtomicI32::new(-1);

/// Sets the descriptor, or -1 for none.
pub fn set_status_fd(fd: i32) {
    STATUS.store(fd, Ordering::Release);
}

/// Is there a descriptor that is yet to be written to?
pub fn wants_status() -> bool {
    STATUS.load(Ordering::Acquire) >= 0
}

/// Writes `line` to the descriptor, once: later calls do nothing. Async-signal-safe.
pub fn write_line(line: &str) {
    let fd = STATUS.swap(-1, Ordering::AcqRel);
    if fd >= 0 {
        write_all(fd, line.as_bytes());
    }
}

/// Writes all of `bytes` to `fd`; errors end it. Async-signal-safe.
pub fn write_all(fd: i32, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        // SAFETY: the bytes are ours.
        let written = unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) };
        match usize::try_from(written) {
            Ok(0) => return,
            Ok(written) => bytes = &bytes[written.min(bytes.len())..],
            Err(_) if std::io::Error::last_os_error().kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}
