//! How wide the lanes of an encoding are, and how many.

use super::lanes::{across, binary, binary_by_element, pair, pairwise, ternary, ternary_by_element, unary};
use crate::interp::Exec;
use crate::interp::fp::op::{Binary, Ternary, Unary};
use crate::interp::fp::scalar::{self, Width, for_width};
use crate::isa::bits;

/// The shape of an operation's operands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    width: Width,
    /// How many lanes; one for the scalar forms.
    pub lanes: u8,
}

impl Shape {
    /// From any class of encodings; `None` is a single double-precision lane of a vector form, which is reserved.
    pub fn of(word: u32) -> Option<Shape> {
        let width = width(word)?;
        if bits(word, 28, 28) != 0 {
            return Some(Shape { width, lanes: 1 });
        }
        let full = match width {
            Width::Half => 8,
            Width::Single => 4,
            Width::Double => 2,
        };
        match bits(word, 30, 30) {
            0 if width == Width::Double => None,
            0 => Some(Shape { width, lanes: full / 2 }),
            _ => Some(Shape { width, lanes: full }),
        }
    }

    /// The width of a lane in bits.
    pub fn bits(self) -> u32 {
        match self.width {
            Width::Half => 16,
            Width::Single => 32,
            Width::Double => 64,
        }
    }

    /// The fraction bits of a conversion's fixed-point side, which only shifts by immediate have.
    pub fn fraction(self, word: u32) -> u64 {
        let shift = bits(word, 24, 24) & bits(word, 10, 10) != 0;
        u64::from(if shift { 2 * self.bits() - bits(word, 22, 16) } else { 0 })
    }

    pub fn unary<O: Unary>(self) -> Exec {
        if self.lanes == 1 { scalar::unary_of::<O>(self.width) } else { for_width!(self.width, unary, [O]) }
    }

    pub fn binary<O: Binary>(self) -> Exec {
        if self.lanes == 1 { scalar::binary_of::<O>(self.width) } else { for_width!(self.width, binary, [O]) }
    }

    pub fn ternary<O: Ternary>(self) -> Exec {
        for_width!(self.width, ternary, [O])
    }

    /// Adjacent lanes: of the scalar forms the only two.
    pub fn pairwise<O: Binary>(self) -> Exec {
        if self.lanes == 1 {
            for_width!(self.width, pair, [O])
        } else {
            for_width!(self.width, pairwise, [O])
        }
    }

    pub fn across<O: Binary>(self) -> Exec {
        for_width!(self.width, across, [O])
    }

    pub fn binary_by_element<O: Binary>(self) -> Exec {
        for_width!(self.width, binary_by_element, [O])
    }

    pub fn ternary_by_element<O: Ternary>(self) -> Exec {
        for_width!(self.width, ternary_by_element, [O])
    }
}

/// The width that the class's fields name.
///
/// # Source
/// Arm ARM C4.1.90, the classes of Advanced SIMD.
fn width(word: u32) -> Option<Width> {
    let full = if bits(word, 22, 22) == 0 { Width::Single } else { Width::Double };
    let half = match (bits(word, 24, 24), bits(word, 10, 10)) {
        // Three registers: FP16 has a class of its own.
        (0, 1) => bits(word, 21, 21) == 0,
        (0, _) => match bits(word, 21, 17) {
            // Two-register miscellaneous, FP16.
            0b11100 => true,
            // Across lanes and pairwise: U tells.
            0b11000 => bits(word, 29, 29) == 0,
            _ => false,
        },
        // By element: the size field tells.
        (_, 0) => bits(word, 23, 22) == 0,
        // Shift by immediate: the highest bit set in immh tells.
        _ => {
            return match bits(word, 22, 19) {
                0b0010..=0b0011 => Some(Width::Half),
                0b0100..=0b0111 => Some(Width::Single),
                0b1000..=0b1111 => Some(Width::Double),
                _ => None,
            };
        }
    };
    Some(if half { Width::Half } else { full })
}
