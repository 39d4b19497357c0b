//! A thread's part of the signal state.

use super::{SigInfo, UNBLOCKABLE, bit};
use crate::host;
use crate::syscall::Errno;

/// `stack_t`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct AltStack {
    /// Its lowest address.
    pub base: u64,
    /// Bytes; 0 when there is none.
    pub size: u64,
    /// `SS_AUTODISARM`?
    pub autodisarm: bool,
}

impl AltStack {
    /// Does `sp` lie on it?
    pub fn holds(&self, sp: u64) -> bool {
        !self.autodisarm && self.size > 0 && sp > self.base && sp - self.base <= self.size
    }
}

/// A call that a signal ended, until it is known whether it is restarted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interrupted {
    /// The restart code.
    pub code: Errno,
    /// x0 as the call found it.
    pub argument: u64,
}

/// A thread's part of the signal state.
#[derive(Debug, Default)]
pub struct SignalState {
    /// What the guest blocks.
    mask: u64,
    /// The mask to return to after the next handler (sigsuspend, ppoll and their like).
    saved_mask: Option<u64>,
    /// The alternate stack.
    pub alternate: AltStack,
    /// The call that the signal being delivered ended.
    pub(super) interrupted: Option<Interrupted>,
    /// Synchronous signals sent by others while blocked.
    pub(super) kept: Vec<SigInfo>,
}

impl SignalState {
    /// A thread's state at the start: its mask, and nothing else.
    pub fn with_mask(mask: u64) -> SignalState {
        SignalState { mask: mask & !UNBLOCKABLE, ..SignalState::default() }
    }

    /// What the guest blocks.
    pub fn mask(&self) -> u64 {
        self.mask
    }

    /// Changes what the guest blocks, and the host's mask with it.
    pub fn set_mask(&mut self, mask: u64) {
        self.mask = mask & !UNBLOCKABLE;
        host::set_mask(self.mask);
    }

    /// Blocks `mask` for one call only; the delivery of a signal, or [`SignalState::restore_mask`], ends that.
    pub fn set_mask_for_call(&mut self, mask: u64) {
        self.saved_mask.get_or_insert(self.mask);
        self.set_mask(mask);
    }

    /// Ends [`SignalState::set_mask_for_call`].
    pub fn restore_mask(&mut self) {
        if let Some(mask) = self.saved_mask.take() {
            self.set_mask(mask);
        }
    }

    /// The mask that a handler's return goes back to.
    pub(super) fn take_return_mask(&mut self) -> u64 {
        self.saved_mask.take().unwrap_or(self.mask)
    }

    /// Sets the mask without telling the host; the end of delivery does that.
    pub(super) fn set_mask_quietly(&mut self, mask: u64) {
        self.mask = mask & !UNBLOCKABLE;
    }

    /// Is `signal` blocked?
    pub fn blocks(&self, signal: i32) -> bool {
        self.mask & bit(signal) != 0
    }

    /// Takes a kept signal of `mask`.
    pub(crate) fn take_kept(&mut self, mask: u64) -> Option<SigInfo> {
        let at = self.kept.iter().position(|info| mask & bit(info.signal()) != 0)?;
        Some(self.kept.remove(at))
    }

    /// Keeps what the host noted for the calling thread, which ends.
    pub(crate) fn keep_noted(&mut self) {
        self.kept.extend(std::iter::from_fn(host::take).map(SigInfo));
    }

    /// Forgets what is kept, in the child of a fork.
    pub(crate) fn kept_clear(&mut self) {
        self.kept.clear();
    }

    /// What is kept here because the host could not keep it.
    pub fn kept_mask(&self) -> u64 {
        self.kept.iter().fold(0, |mask, info| mask | bit(info.signal()))
    }
}
