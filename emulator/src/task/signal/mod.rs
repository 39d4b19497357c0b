//! Guest signals: dispositions, delivery, frames.
//!
//! The host keeps what is pending and blocked: a thread's guest mask is its host mask, except for the five signals
//! that the host also uses to report faults ([`host::SYNCHRONOUS`](crate::host::SYNCHRONOUS)), which are never
//! blocked in the host and are kept here while the guest blocks them.

mod action;
mod deliver;
mod frame;
mod info;
mod state;

pub use action::{Action, Actions, Flags};
pub use frame::FaultContext;
pub use info::SigInfo;
pub use state::{AltStack, SignalState};

/// The signals that cannot be blocked, caught or ignored, as a mask.
pub const UNBLOCKABLE: u64 = bit(9) | bit(19);

/// The mask bit of `signal` (1–64).
pub const fn bit(signal: i32) -> u64 {
    1 << ((signal - 1) & 63)
}
