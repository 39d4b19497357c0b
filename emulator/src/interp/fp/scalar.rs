//! Operations on scalar registers: the rest of the destination becomes zero.

use super::op::{Binary, Ternary, Unary};
use crate::cpu::Cpu;
use crate::fpu::{Env, Format};
use crate::interp::{Exec, Flow, Insn};

/// The low element of the register at `index`.
#[inline(always)]
pub(in crate::interp) fn read<F: Format>(cpu: &Cpu, index: u8) -> u64 {
    cpu.vec(index) as u64 & F::MASK
}

/// Runs `operation` with the thread's FPCR and FPSR; `host` says that it may use the host's arithmetic.
#[inline(always)]
pub(in crate::interp) fn with_env<T>(cpu: &mut Cpu, host: bool, operation: impl FnOnce(&mut Env) -> T) -> T {
    if host {
        cpu.settle_float();
    }
    let mut env = Env::new(cpu.fpcr, cpu.fpsr);
    let result = operation(&mut env);
    cpu.fpsr = env.fpsr();
    result
}

/// `rd = op(rn)`, with `imm` fraction bits.
pub(in crate::interp) fn unary<F: Format, O: Unary>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let a = read::<F>(cpu, insn.rn);
    let result = with_env(cpu, F::HOST && !O::SOFT, |env| O::apply::<F>(a, insn.imm as u32, env));
    cpu.set_vec(insn.rd, result.into());
    Flow::Next
}

/// `rd = op(rn, rm)`.
pub(in crate::interp) fn binary<F: Format, O: Binary>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let (a, b) = (read::<F>(cpu, insn.rn), read::<F>(cpu, insn.rm));
    let result = with_env(cpu, F::HOST && !O::SOFT, |env| O::apply::<F>(a, b, env));
    cpu.set_vec(insn.rd, result.into());
    Flow::Next
}

/// `rd = op(ra, rn, rm)`.
pub(super) fn ternary<F: Format, O: Ternary>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let (addend, a, b) = (read::<F>(cpu, insn.ra), read::<F>(cpu, insn.rn), read::<F>(cpu, insn.rm));
    let result = with_env(cpu, F::HOST, |env| O::apply::<F>(addend, a, b, env));
    cpu.set_vec(insn.rd, result.into());
    Flow::Next
}

/// A precision, from an encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::interp) enum Width {
    Half,
    Single,
    Double,
}

impl Width {
    /// From the `ftype` field of scalar instructions.
    pub(in crate::interp) fn from_ftype(ftype: u32) -> Option<Width> {
        match ftype {
            0 => Some(Width::Single),
            1 => Some(Width::Double),
            3 => Some(Width::Half),
            _ => None,
        }
    }
}

/// The instance of a function for a [`Width`] and further parameters: `for_width!(width, function, [Op, true])`.
macro_rules! for_width {
    ($width:expr, $function:ident, [$($parameters:tt)*]) => {{
        use $crate::{fpu, interp::fp::scalar::Width};
        let exec: $crate::interp::Exec = match $width {
            Width::Half => $function::<fpu::Half, $($parameters)*>,
            Width::Single => $function::<fpu::Single, $($parameters)*>,
            Width::Double => $function::<fpu::Double, $($parameters)*>,
        };
        exec
    }};
}
pub(in crate::interp) use for_width;

/// [`unary`] for a width.
pub(in crate::interp) fn unary_of<O: Unary>(width: Width) -> Exec {
    for_width!(width, unary, [O])
}

/// [`binary`] for a width.
pub(in crate::interp) fn binary_of<O: Binary>(width: Width) -> Exec {
    for_width!(width, binary, [O])
}

/// [`ternary`] for a width.
pub(super) fn ternary_of<O: Ternary>(width: Width) -> Exec {
    for_width!(width, ternary, [O])
}
