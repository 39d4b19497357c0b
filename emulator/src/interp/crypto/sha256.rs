//! SHA-256: four rounds at a time (Arm ARM, `SHA256hash`).

use crate::cpu::{Cpu, Vector};
use crate::interp::lane::Lane;
use crate::interp::{Flow, Insn};

/// Four rounds on a–d in `x` and e–h in `y`.
#[inline(always)]
fn rounds(x: Vector, y: Vector, schedule: Vector) -> (Vector, Vector) {
    let words = |v: Vector| -> [u32; 4] { std::array::from_fn(|i| u32::get(&v, i)) };
    let ([mut a, mut b, mut c, mut d], [mut e, mut f, mut g, mut h]) = (words(x), words(y));
    for word in words(schedule) {
        let choice = ((f ^ g) & e) ^ g;
        let majority = (a & b) | ((a | b) & c);
        let sum_1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
        let sum_0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
        let t = h.wrapping_add(sum_1).wrapping_add(choice).wrapping_add(word);
        [a, b, c, d, e, f, g, h] =
            [t.wrapping_add(sum_0).wrapping_add(majority), a, b, c, d.wrapping_add(t), e, f, g];
    }
    (u32::generate(|i| [a, b, c, d][i]), u32::generate(|i| [e, f, g, h][i]))
}

/// SHA256H: the new a–d.
pub(super) fn hash_1(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let (x, _) = rounds(cpu.vector(insn.rd), cpu.vector(insn.rn), cpu.vector(insn.rm));
    cpu.set_vector(insn.rd, x);
    Flow::Next
}

/// SHA256H2: the new e–h.
pub(super) fn hash_2(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let (_, y) = rounds(cpu.vector(insn.rn), cpu.vector(insn.rd), cpu.vector(insn.rm));
    cpu.set_vector(insn.rd, y);
    Flow::Next
}

/// SHA256SU0.
pub(super) fn schedule_0(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let d = cpu.vector(insn.rd);
    let next = (cpu.vec(insn.rn) << 96 | cpu.vec(insn.rd) >> 32).into();
    let value = u32::zip(d, next, |old, w| old.wrapping_add(w.rotate_right(7) ^ w.rotate_right(18) ^ w >> 3));
    cpu.set_vector(insn.rd, value);
    Flow::Next
}

/// SHA256SU1.
pub(super) fn schedule_1(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let (d, m) = (cpu.vector(insn.rd), cpu.vector(insn.rm));
    let next = (cpu.vec(insn.rm) << 96 | cpu.vec(insn.rn) >> 32).into();
    let sum = u32::zip(d, next, u32::wrapping_add);
    let sigma = |w: u32| w.rotate_right(17) ^ w.rotate_right(19) ^ w >> 10;
    // The upper two words depend on the lower two results.
    let low: [u32; 2] = std::array::from_fn(|i| u32::get(&sum, i).wrapping_add(sigma(u32::get(&m, i + 2))));
    let high: [u32; 2] = std::array::from_fn(|i| u32::get(&sum, i + 2).wrapping_add(sigma(low[i])));
    cpu.set_vector(insn.rd, u32::generate(|i| if i < 2 { low[i] } else { high[i - 2] }));
    Flow::Next
}
