//! Conversions that change the width of lanes. `ra` is not zero for the forms of the high half (FCVTL2, FCVTN2).

use super::lanes::{get, set};
use crate::cpu::{Cpu, Vector};
use crate::fpu::{Env, Format, Rounding, convert};
use crate::interp::fp::scalar::with_env;
use crate::interp::{Flow, Insn};

/// FCVTL: the low or high half of `rn`, each lane twice as wide.
pub(super) fn lengthen<From: Format, To: Format>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let n = cpu.vector(insn.rn);
    let count = (128 / To::BITS) as usize;
    let first = if insn.ra == 0 { 0 } else { count };
    let result = with_env(cpu, From::HOST && To::HOST, |env| {
        let mut result = Vector::default();
        for i in 0..count {
            let lane = convert::<From, To>(get::<From>(&n, first + i), env.rounding(), env);
            set::<To>(&mut result, i, lane);
        }
        result
    });
    cpu.set_vector(insn.rd, result);
    Flow::Next
}

/// FCVTN: each lane of `rn` half as wide, in the low half; or in the high one, the low one staying.
pub(super) fn narrow<From: Format, To: Format>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    narrow_with::<From, To>(cpu, insn, Env::rounding)
}

/// FCVTXN: [`narrow`], rounding to odd.
pub(super) fn narrow_odd<From: Format, To: Format>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    narrow_with::<From, To>(cpu, insn, |_| Rounding::Odd)
}

#[inline(always)]
fn narrow_with<From: Format, To: Format>(
    cpu: &mut Cpu,
    insn: &Insn,
    rounding: impl Fn(&Env) -> Rounding,
) -> Flow {
    let n = cpu.vector(insn.rn);
    let count = (128 / From::BITS) as usize;
    let (mut result, first) = match insn.ra {
        0 => (Vector::default(), 0),
        _ => (cpu.vector(insn.rd), count),
    };
    with_env(cpu, From::HOST && To::HOST, |env| {
        for i in 0..count {
            let lane = convert::<From, To>(get::<From>(&n, i), rounding(env), env);
            set::<To>(&mut result, first + i, lane);
        }
    });
    cpu.set_vector(insn.rd, result);
    Flow::Next
}
