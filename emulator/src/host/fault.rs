//! The host's handler for the signals that report faults.

use std::io;

use super::signal::{Disposition, SYNCHRONOUS};

/// Installs the handler that turns faults of table accesses into errors. Call once per process.
///
/// # Errors
/// The host's `sigaction` error.
///
/// # Source
/// sigaction(2).
pub fn install_fault_handler() -> io::Result<()> {
    (1..=64)
        .filter(|signal| 1_u64 << (signal - 1) & SYNCHRONOUS != 0)
        .try_for_each(|signal| super::set_disposition(signal, Disposition::Catch, false, false))
}
