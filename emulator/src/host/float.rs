//! The host's floating-point control and status, which translated code uses for the guest.
//!
//! Changing which exceptions trap costs tens of nanoseconds, so it is done as rarely as can be: the host's own code
//! goes on as translated code left it, and only what reads the guest's status or computes for it settles first.

#[cfg(target_arch = "x86_64")]
mod arch {
    use std::arch::asm;

    /// No exception traps, none was seen: how the host starts.
    const QUIET: u32 = 0x1f80;
    /// As [`QUIET`], but invalid operations trap.
    pub const TRAPPING: u32 = 0x1f00;

    fn read() -> u32 {
        let mut value = 0_u32;
        // SAFETY: it stores four bytes to a place of our own.
        unsafe { asm!("stmxcsr [{}]", in(reg) &raw mut value, options(nostack, preserves_flags)) };
        value
    }

    fn write(value: u32) {
        // SAFETY: both values that are ever written are valid; code that this compiler made does no operation that is
        // invalid and looks at no status.
        unsafe {
            asm!("ldmxcsr [{}]", in(reg) &raw const value, options(nostack, preserves_flags, readonly));
        };
    }

    /// Lets invalid operations trap, and forgets what was seen.
    pub fn arm() {
        write(TRAPPING);
    }

    /// Lets nothing trap, and forgets what was seen.
    pub fn settle() {
        write(QUIET);
    }

    /// What was seen since [`arm`], as bits of the guest's FPSR. Not invalid operations: those trapped, and whoever does
    /// them again knows what they are worth to the guest.
    pub fn seen() -> u32 {
        // Bits 2 to 5 are division by zero, overflow, underflow, inexact; the guest has the same from bit 1.
        read() >> 1 & 0x1e
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod arch {
    /// Nothing is translated here.
    pub fn settle() {}

    /// Nothing is translated here.
    pub fn seen() -> u32 {
        0
    }
}

#[cfg(target_arch = "x86_64")]
pub use arch::{TRAPPING, arm};
pub use arch::{seen, settle};
