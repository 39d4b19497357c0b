//! SHA-1: four rounds at a time (Arm ARM, `SHAchoose`, `SHAmajority`, `SHAparity`).

use crate::cpu::Cpu;
use crate::interp::lane::Lane;
use crate::interp::{Flow, Insn};

/// Four rounds with `mix` of b, c and d: the destination holds a–d, the source e, the second source the schedule.
#[inline(always)]
fn rounds(cpu: &mut Cpu, insn: &Insn, mix: impl Fn(u32, u32, u32) -> u32) -> Flow {
    let (mut x, schedule) = (cpu.vector(insn.rd), cpu.vector(insn.rm));
    let mut y = u32::get(&cpu.vector(insn.rn), 0);
    for round in 0..4 {
        let [a, b, c, d] = std::array::from_fn(|i| u32::get(&x, i));
        let sum = y
            .wrapping_add(a.rotate_left(5))
            .wrapping_add(mix(b, c, d))
            .wrapping_add(u32::get(&schedule, round));
        let next = [sum, a, b.rotate_left(30), c];
        x = u32::generate(|i| next[i]);
        y = d;
    }
    cpu.set_vector(insn.rd, x);
    Flow::Next
}

/// SHA1C.
pub(super) fn choose(cpu: &mut Cpu, insn: &Insn) -> Flow {
    rounds(cpu, insn, |b, c, d| ((c ^ d) & b) ^ d)
}

/// SHA1P.
pub(super) fn parity(cpu: &mut Cpu, insn: &Insn) -> Flow {
    rounds(cpu, insn, |b, c, d| b ^ c ^ d)
}

/// SHA1M.
pub(super) fn majority(cpu: &mut Cpu, insn: &Insn) -> Flow {
    rounds(cpu, insn, |b, c, d| (b & c) | ((b | c) & d))
}

/// SHA1H.
pub(super) fn fixed_rotate(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let value = u32::get(&cpu.vector(insn.rn), 0).rotate_left(30);
    cpu.set_vec(insn.rd, value.into());
    Flow::Next
}

/// SHA1SU0.
pub(super) fn schedule_0(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let (d, n, m) = (cpu.vec(insn.rd), cpu.vec(insn.rn), cpu.vec(insn.rm));
    cpu.set_vec(insn.rd, (n << 64 | d >> 64) ^ d ^ m);
    Flow::Next
}

/// SHA1SU1.
pub(super) fn schedule_1(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let mixed = (cpu.vec(insn.rd) ^ cpu.vec(insn.rn) >> 32).into();
    let first = u32::get(&mixed, 0).rotate_left(2);
    let value = u32::generate(|i| u32::get(&mixed, i).rotate_left(1) ^ if i == 3 { first } else { 0 });
    cpu.set_vector(insn.rd, value);
    Flow::Next
}
