//! Which host register holds what.
//!
//! | host | holds |
//! |---|---|
//! | rbp | [`Cpu`], 128 bytes in, so that all general registers are within one byte of displacement |
//! | r15 | the host address of guest address 0; within an atomic instruction perhaps that of its access |
//! | rax, rdx | nothing between two guest instructions |
//! | the rest but rsp | a guest register each: [`PINNED`], or within a region others ([`super::map`]) |
//! | xmm0–xmm7 | a vector register each: v0–v7 or what the program names more, or within a region others |
//! | xmm8–xmm12 | copies of other vector registers, within a block |
//! | xmm13–xmm15 | nothing between two guest instructions |

use std::mem::offset_of;

use super::asm::Rm;
use crate::cpu::{Cpu, SP};

/// A general register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Reg {
    Rax,
    Rcx,
    Rdx,
    Rbx,
    Rsp,
    Rbp,
    Rsi,
    Rdi,
    R8,
    R9,
    R10,
    R11,
    R12,
    R13,
    R14,
    R15,
}

/// A vector register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Xmm(pub u8);

/// Where [`Cpu`] is.
pub(super) const STATE: Reg = Reg::Rbp;
/// Where guest memory is.
pub(super) const MEMORY: Reg = Reg::R15;
/// How far into [`Cpu`] the state pointer points.
pub(super) const BIAS: i32 = 128;

/// Guest registers with a host register of their own, unless the program names others more often ([`super::survey`]).
pub(super) const PINNED: [(u8, Reg); 11] = [
    (0, Reg::Rbx),
    (1, Reg::Rcx),
    (2, Reg::Rsi),
    (3, Reg::Rdi),
    (4, Reg::R8),
    (5, Reg::R9),
    (19, Reg::R10),
    (20, Reg::R11),
    (21, Reg::R12),
    (SP, Reg::R13),
    (29, Reg::R14),
];

/// How many vector registers have a host register of their own, v0 first.
pub(super) const PINNED_VECTORS: u8 = 8;
/// Host registers that hold copies of other vector registers.
pub(super) const VECTOR_COPIES: std::ops::Range<u8> = 8..13;

/// What an exchange of 16 bytes needs and takes from the guest meanwhile: it is in [`crate::cpu::Engine::spilled`].
pub(super) const SPILLED: [Reg; 2] = [Reg::Rbx, Reg::Rcx];

/// The field of [`Cpu`] at `offset`.
pub(super) const fn state(offset: usize) -> Rm {
    Rm::Base(STATE, offset as i32 - BIAS)
}

/// The place of the general register at `index` in [`Cpu`].
pub(super) const fn slot(index: u8) -> Rm {
    state(offset_of!(Cpu, x) + index as usize * 8)
}

/// The place of a vector register in [`Cpu`].
pub(super) const fn vector_slot(index: u8) -> Rm {
    state(offset_of!(Cpu, v) + index as usize * 16)
}

/// The place of the byte `at` of a vector register in [`Cpu`].
pub(super) const fn vector_byte(index: u8, at: u8) -> Rm {
    state(offset_of!(Cpu, v) + index as usize * 16 + at as usize)
}
