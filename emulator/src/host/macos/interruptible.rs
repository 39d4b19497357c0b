//! Calls that a signal should not slip past: a plain look at the flag before the call.
//!
//! The window between the look and the kernel stays open here; a signal that falls into it is noticed when the call
//! returns.

/// Where an interrupted thread must go on: macOS hosts never divert.
pub(in crate::host) fn divert(_pc: usize) -> Option<usize> {
    None
}
