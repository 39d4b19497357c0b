//! Operations on the lanes of vectors. `ra` is the number of lanes of the result, from the lowest; the rest of the
//! destination becomes zero.

use crate::cpu::{Cpu, Vector};
use crate::fpu::{Env, Format, may_skip_flags};
use crate::interp::fp::op::{Binary, Ternary, Unary};
use crate::interp::fp::scalar::with_env;
use crate::interp::{Flow, Insn};

/// Lane `index`, counted modulo their number.
#[inline(always)]
pub(super) fn get<F: Format>(vector: &Vector, index: usize) -> u64 {
    let bytes = &vector.0;
    match F::BITS {
        16 => u16::from_le_bytes(bytes.as_chunks().0[index % 8]).into(),
        32 => u32::from_le_bytes(bytes.as_chunks().0[index % 4]).into(),
        _ => u64::from_le_bytes(bytes.as_chunks().0[index % 2]),
    }
}

/// Replaces lane `index`, counted modulo their number.
#[inline(always)]
pub(super) fn set<F: Format>(vector: &mut Vector, index: usize, value: u64) {
    let bytes = &mut vector.0;
    match F::BITS {
        16 => bytes.as_chunks_mut().0[index % 8] = (value as u16).to_le_bytes(),
        32 => bytes.as_chunks_mut().0[index % 4] = (value as u32).to_le_bytes(),
        _ => bytes.as_chunks_mut().0[index % 2] = value.to_le_bytes(),
    }
}

/// Writes lanes 0 to `ra` − 1 with what `lane` says; `host` as in [`with_env`].
#[inline(always)]
fn write<F: Format>(cpu: &mut Cpu, insn: &Insn, host: bool, lane: impl Fn(usize, &mut Env) -> u64) -> Flow {
    // Kept in registers: writing narrow lanes and reading the vector again would stall.
    let result = with_env(cpu, F::HOST && host, |env| {
        (0..u32::from(insn.ra))
            .fold(0, |result, index| result | u128::from(lane(index as usize, env)) << (index * F::BITS))
    });
    cpu.set_vec(insn.rd, result);
    Flow::Next
}

/// [`write`] without the flags, if the host's result is right for all lanes.
#[inline(always)]
fn write_host<F: Format>(cpu: &mut Cpu, insn: &Insn, lane: impl Fn(usize) -> (u64, bool)) -> Option<Flow> {
    cpu.settle_float();
    if !may_skip_flags::<F>(&Env::new(cpu.fpcr, cpu.fpsr)) {
        return None;
    }
    let mut result = Vector::default();
    let mut all_right = true;
    for index in 0..(128 / F::BITS) as usize {
        let (bits, right) = lane(index);
        set::<F>(&mut result, index, bits);
        all_right &= right | (index >= usize::from(insn.ra));
    }
    if !all_right {
        return None;
    }
    cpu.set_vector(insn.rd, result.keep(insn.ra * (F::BITS / 8) as u8));
    Some(Flow::Next)
}

/// `rd = op(rn)`, with `imm` fraction bits.
pub(super) fn unary<F: Format, O: Unary>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let n = cpu.vector(insn.rn);
    write::<F>(cpu, insn, !O::SOFT, |i, env| O::apply::<F>(get::<F>(&n, i), insn.imm as u32, env))
}

/// `rd = op(rn, rm)`.
pub(super) fn binary<F: Format, O: Binary>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let (n, m) = (cpu.vector(insn.rn), cpu.vector(insn.rm));
    if O::HOST
        && let Some(flow) = write_host::<F>(cpu, insn, |i| O::host::<F>(get::<F>(&n, i), get::<F>(&m, i)))
    {
        return flow;
    }
    write::<F>(cpu, insn, !O::SOFT, |i, env| O::apply::<F>(get::<F>(&n, i), get::<F>(&m, i), env))
}

/// `rd = op(rn, rm[imm])`.
pub(super) fn binary_by_element<F: Format, O: Binary>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let (n, m) = (cpu.vector(insn.rn), get::<F>(&cpu.vector(insn.rm), insn.imm as usize));
    if O::HOST
        && let Some(flow) = write_host::<F>(cpu, insn, |i| O::host::<F>(get::<F>(&n, i), m))
    {
        return flow;
    }
    write::<F>(cpu, insn, !O::SOFT, |i, env| O::apply::<F>(get::<F>(&n, i), m, env))
}

/// `rd = op(rd, rn, rm)`.
pub(super) fn ternary<F: Format, O: Ternary>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let m = cpu.vector(insn.rm);
    ternary_with::<F, O>(cpu, insn, |i| get::<F>(&m, i))
}

/// `rd = op(rd, rn, rm[imm])`.
pub(super) fn ternary_by_element<F: Format, O: Ternary>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let m = get::<F>(&cpu.vector(insn.rm), insn.imm as usize);
    ternary_with::<F, O>(cpu, insn, |_| m)
}

#[inline(always)]
fn ternary_with<F: Format, O: Ternary>(cpu: &mut Cpu, insn: &Insn, m: impl Fn(usize) -> u64) -> Flow {
    let (d, n) = (cpu.vector(insn.rd), cpu.vector(insn.rn));
    let host = |i| O::host::<F>(get::<F>(&d, i), get::<F>(&n, i), m(i));
    // The host may fuse double precision in a call, which is not for lanes that are thrown away.
    if F::BITS == 32
        && let Some(flow) = write_host::<F>(cpu, insn, host)
    {
        return flow;
    }
    write::<F>(cpu, insn, true, |i, env| O::apply::<F>(get::<F>(&d, i), get::<F>(&n, i), m(i), env))
}

/// `rd = op` of adjacent lanes, those of `rn` first, then those of `rm`.
pub(super) fn pairwise<F: Format, O: Binary>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let (n, m) = (cpu.vector(insn.rn), cpu.vector(insn.rm));
    let half = usize::from(insn.ra / 2);
    write::<F>(cpu, insn, !O::SOFT, |i, env| {
        let (from, at) = if i < half { (&n, 2 * i) } else { (&m, 2 * (i - half)) };
        O::apply::<F>(get::<F>(from, at), get::<F>(from, at + 1), env)
    })
}

/// `rd = op` of the two lowest lanes of `rn`.
pub(super) fn pair<F: Format, O: Binary>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let n = cpu.vector(insn.rn);
    let result =
        with_env(cpu, F::HOST && !O::SOFT, |env| O::apply::<F>(get::<F>(&n, 0), get::<F>(&n, 1), env));
    cpu.set_vec(insn.rd, result.into());
    Flow::Next
}

/// `rd = op` of `ra` lanes of `rn`, halves combined first.
///
/// # Source
/// Arm ARM, shared/functions/vector/reduce.
pub(super) fn across<F: Format, O: Binary>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    fn reduce<F: Format, O: Binary>(vector: &Vector, first: usize, count: usize, env: &mut Env) -> u64 {
        if count <= 1 {
            return get::<F>(vector, first);
        }
        let low = reduce::<F, O>(vector, first, count / 2, env);
        let high = reduce::<F, O>(vector, first + count / 2, count / 2, env);
        O::apply::<F>(low, high, env)
    }
    let n = cpu.vector(insn.rn);
    let result = with_env(cpu, F::HOST && !O::SOFT, |env| reduce::<F, O>(&n, 0, insn.ra.into(), env));
    cpu.set_vec(insn.rd, result.into());
    Flow::Next
}
