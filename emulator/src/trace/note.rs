//! Lines on the emulator's own standard error, which a guest's redirection does not move.

use std::sync::atomic::{AtomicI32, Ordering};

use crate::host;

static STDERR: AtomicI32 = AtomicI32::new(2);

/// Keeps the present standard error for ourselves.
///
/// # Errors
/// The host's.
pub fn keep_stderr() -> std::io::Result<()> {
    STDERR.store(host::private_fd(2)?, Ordering::Relaxed);
    Ok(())
}

/// Prints `elfuse: text` and a line end.
pub fn note(text: &str) {
    print(&format!("elfuse: {text}\n"));
}

/// Prints `text` as it stands, in one write.
pub fn print(text: &str) {
    host::write_all(STDERR.load(Ordering::Relaxed), text.as_bytes());
}
