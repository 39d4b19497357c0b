//! A checked range of guest memory that the host may fill or read itself.

use super::access::Mem;
use super::addr::GuestAddr;
use crate::host::extable;

/// A range inside the guest's reservation, laid out as the host's `struct iovec`.
///
/// Parts of it may be unmapped: the host's own answer is then `EFAULT`, or a shorter count.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Span {
    start: *mut u8,
    len: usize,
}

impl Span {
    /// The host address of the first byte.
    pub(crate) fn start(self) -> *mut u8 {
        self.start
    }

    /// The length in bytes.
    pub fn len(self) -> usize {
        self.len
    }

    /// Is the range empty?
    pub fn is_empty(self) -> bool {
        self.len == 0
    }

    /// Copies `from` to the start of the range; what is longer than the range is left out.
    ///
    /// # Errors
    /// When part of the range is not there for the guest; what was copied before it stays copied.
    pub(crate) fn fill(self, from: &[u8]) -> Result<(), ()> {
        // SAFETY: the range lies in the reservation; `from` is ours.
        unsafe { extable::copy(self.start, from.as_ptr(), from.len().min(self.len)) }
    }

    /// The first `len` bytes, or all when there are fewer.
    #[must_use]
    pub fn first(self, len: usize) -> Span {
        Span { start: self.start, len: self.len.min(len) }
    }
}

impl Mem {
    /// The `len` bytes at `addr` for the host to work on, if they lie in the guest's space.
    pub fn span(self, addr: GuestAddr, len: usize) -> Option<Span> {
        self.range(addr, len).map(|start| Span { start, len })
    }
}
