//! Guest addresses and what a bad one gives.

use std::fmt;

/// The guest's address space has 42 bits, as Linux has it with 64 KiB pages (kernel: `CONFIG_ARM64_VA_BITS_42`).
pub const SIZE: u64 = 1 << 42;

/// So many bytes before and behind the space are reserved too and never mapped: translated code compares an address
/// once and then goes so far from it.
pub const GUARD: u64 = 1 << 20;

/// An address as the guest sees it, tag included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct GuestAddr(pub u64);

impl GuestAddr {
    /// The null pointer.
    pub const NULL: GuestAddr = GuestAddr(0);

    /// The address without its tag (bits 63–56), which Linux ignores for user space.
    #[inline(always)]
    pub const fn untagged(self) -> u64 {
        self.0 & 0x00ff_ffff_ffff_ffff
    }

    /// Is this the null pointer?
    #[inline(always)]
    pub const fn is_null(self) -> bool {
        self.0 == 0
    }

    /// The address `bytes` further on, wrapping.
    #[inline(always)]
    #[must_use]
    pub const fn offset(self, bytes: u64) -> GuestAddr {
        GuestAddr(self.0.wrapping_add(bytes))
    }
}

impl fmt::LowerHex for GuestAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::LowerHex::fmt(&self.0, f)
    }
}

/// Why an access failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// Nothing mapped there, or the mapping forbids it: SIGSEGV.
    Segv,
    /// Mapped beyond the end of its file: SIGBUS, `BUS_ADRERR`.
    Bus,
    /// Not aligned where alignment is required: SIGBUS, `BUS_ADRALN`.
    Alignment,
}

/// A failed guest access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The first byte that could not be accessed, as far as the host tells it.
    pub addr: GuestAddr,
    /// Which signal it becomes.
    pub kind: FaultKind,
    /// Was it a store?
    pub write: bool,
}
