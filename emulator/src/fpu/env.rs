//! The control and status registers as the operations see them.

use super::Format;

/// Bits of FPCR. The trap enables are absent: they read as zero.
///
/// # Source
/// Arm ARM, FPCR.
pub mod fpcr {
    /// Flush half-precision subnormals to zero.
    pub const FZ16: u32 = 1 << 19;
    /// The rounding mode's low bit; the field is two bits wide.
    pub const RMODE_SHIFT: u32 = 22;
    /// The rounding mode.
    pub const RMODE: u32 = 3 << RMODE_SHIFT;
    /// Flush single- and double-precision subnormals to zero.
    pub const FZ: u32 = 1 << 24;
    /// Every NaN result is the default NaN.
    pub const DN: u32 = 1 << 25;
    /// Alternative half precision.
    pub const AHP: u32 = 1 << 26;
}

/// The cumulative bits of FPSR.
///
/// # Source
/// Arm ARM, FPSR.
pub mod fpsr {
    /// Invalid operation.
    pub const IOC: u32 = 1 << 0;
    /// Division by zero.
    pub const DZC: u32 = 1 << 1;
    /// Overflow.
    pub const OFC: u32 = 1 << 2;
    /// Underflow.
    pub const UFC: u32 = 1 << 3;
    /// Inexact.
    pub const IXC: u32 = 1 << 4;
    /// A subnormal input was flushed to zero.
    pub const IDC: u32 = 1 << 7;
}

/// A rounding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// To nearest, ties to even.
    Even,
    /// Towards plus infinity.
    Plus,
    /// Towards minus infinity.
    Minus,
    /// Towards zero.
    Zero,
    /// To nearest, ties away from zero.
    Away,
    /// Towards zero, and an inexact result gets its last bit set (FCVTXN).
    Odd,
}

/// FPCR, and FPSR as it accumulates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Env {
    control: u32,
    status: u32,
}

impl Env {
    /// An environment from the two registers.
    #[inline(always)]
    pub const fn new(fpcr: u32, fpsr: u32) -> Env {
        Env { control: fpcr, status: fpsr }
    }

    /// FPSR with all that was raised.
    #[inline(always)]
    pub const fn fpsr(&self) -> u32 {
        self.status
    }

    /// FPCR's rounding mode.
    #[inline(always)]
    pub fn rounding(&self) -> Rounding {
        match (self.control & fpcr::RMODE) >> fpcr::RMODE_SHIFT {
            0 => Rounding::Even,
            1 => Rounding::Plus,
            2 => Rounding::Minus,
            _ => Rounding::Zero,
        }
    }

    /// Are results that would be zero of either sign negative?
    #[inline(always)]
    pub(super) fn negative_zero(&self) -> bool {
        self.rounding() == Rounding::Minus
    }

    /// Are subnormals of `F` flushed?
    #[inline(always)]
    pub(super) fn flushes<F: Format>(&self) -> bool {
        self.control & if F::BITS == 16 { fpcr::FZ16 } else { fpcr::FZ } != 0
    }

    /// Is every NaN result the default NaN?
    #[inline(always)]
    pub(super) fn default_nan(&self) -> bool {
        self.control & fpcr::DN != 0
    }

    /// Is half precision the alternative one, where conversions are concerned?
    #[inline(always)]
    pub(super) fn alternative_half(&self) -> bool {
        self.control & fpcr::AHP != 0
    }

    /// Rounds to nearest and flushes nothing: does the host's arithmetic have the same rules?
    #[inline(always)]
    pub(super) fn as_host(&self) -> bool {
        self.control & (fpcr::RMODE | fpcr::FZ) == 0
    }

    /// Was an inexact result seen already?
    #[inline(always)]
    pub(super) fn inexact(&self) -> bool {
        self.status & fpsr::IXC != 0
    }

    /// Sets bits of FPSR.
    #[inline(always)]
    pub(super) fn raise(&mut self, flags: u32) {
        self.status |= flags;
    }

    /// As conversions between formats see it: half-precision subnormals are never flushed.
    #[inline(always)]
    pub(super) fn for_conversion(self) -> Env {
        Env { control: self.control & !fpcr::FZ16, ..self }
    }
}
