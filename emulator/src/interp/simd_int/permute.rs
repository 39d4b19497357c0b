//! Permutations, extraction and table lookup.

use super::common::{is_full, size, sized, with_bytes};
use super::three_same::end_to_end;
use crate::cpu::{Cpu, Vector};
use crate::interp::lane::{Int, Lane};
use crate::interp::{Exec, Flow, Insn};
use crate::isa::bits;
use crate::isa::rows::simd_int::Op;

fn unzip_even<T: Int>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let (low, high) = end_to_end(cpu, insn);
    cpu.put(insn, T::pairs(low, high, |even, _| even))
}

fn unzip_odd<T: Int>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let (low, high) = end_to_end(cpu, insn);
    cpu.put(insn, T::pairs(low, high, |_, odd| odd))
}

#[inline(always)]
fn interleave<T: Int>(n: Vector, m: Vector) -> Vector {
    T::generate(|i| T::get(if i % 2 == 0 { &n } else { &m }, i / 2))
}

fn zip_low<T: Int>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let value = interleave::<T>(cpu.vector(insn.rn), cpu.vector(insn.rm));
    cpu.put(insn, value)
}

fn zip_high<T: Int>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let (n, m) = (cpu.vector(insn.rn), cpu.vector(insn.rm));
    let upper = |v: Vector| match insn.ra {
        16 => v.high(),
        _ => u64::map(v, |half| half >> 32),
    };
    cpu.put(insn, interleave::<T>(upper(n), upper(m)))
}

fn transpose_even<T: Int>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let (n, m) = (cpu.vector(insn.rn), cpu.vector(insn.rm));
    cpu.put(insn, T::generate(|i| T::get(if i % 2 == 0 { &n } else { &m }, i & !1)))
}

fn transpose_odd<T: Int>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let (n, m) = (cpu.vector(insn.rn), cpu.vector(insn.rm));
    cpu.put(insn, T::generate(|i| T::get(if i % 2 == 0 { &n } else { &m }, i | 1)))
}

/// The bytes from `imm` on of the two sources laid end to end.
fn extract(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let (low, high) = end_to_end(cpu, insn);
    let shift = 8 * insn.imm as u32;
    let (low, high) = match insn.ra {
        16 => (u128::from(low), u128::from(high)),
        // Both sources are in `low`.
        _ => (u128::from(low), 0),
    };
    let value = if shift == 0 { low } else { low >> shift | high << (128 - shift) };
    cpu.put(insn, Vector::from(value))
}

/// Each byte of the table of `REGS` registers that the index names, `outside` where it names none.
#[inline(always)]
fn lookup<const REGS: usize>(cpu: &Cpu, insn: &Insn, outside: Vector) -> Vector {
    let mut table = [Vector::default(); REGS];
    for (i, vector) in (0..).zip(&mut table) {
        *vector = cpu.vector(insn.rn + i);
    }
    let index = cpu.vector(insn.rm);
    u8::generate(|i| {
        let at = usize::from(index.0[i]);
        if at < 16 * REGS { table[at / 16].0[at % 16] } else { outside.0[i] }
    })
}

fn table_or_zero<const REGS: usize>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let value = lookup::<REGS>(cpu, insn, Vector::default());
    cpu.put(insn, value)
}

fn table_or_keep<const REGS: usize>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let value = lookup::<REGS>(cpu, insn, cpu.vector(insn.rd));
    cpu.put(insn, value)
}

/// Specialises `word` if `op` is in this class.
pub(super) fn select(op: Op, word: u32) -> Option<Insn> {
    let size = size(word);
    let full = is_full(word);
    let bytes = if full { 16 } else { 8 };
    let exec: Exec = match op {
        Op::Ext => {
            let imm = bits(word, 14, 11);
            let reserved = !full && imm > 7;
            return (!reserved).then(|| Insn { imm: imm.into(), ..with_bytes(extract, word, bytes) });
        }
        Op::Tbl => {
            let by_length: [Exec; 4] =
                [table_or_zero::<1>, table_or_zero::<2>, table_or_zero::<3>, table_or_zero::<4>];
            return Some(with_bytes(by_length[bits(word, 14, 13) as usize], word, bytes));
        }
        Op::Tbx => {
            let by_length: [Exec; 4] =
                [table_or_keep::<1>, table_or_keep::<2>, table_or_keep::<3>, table_or_keep::<4>];
            return Some(with_bytes(by_length[bits(word, 14, 13) as usize], word, bytes));
        }
        Op::Uzp1 => sized!(size, unzip_even, [u8 u16 u32 u64]),
        Op::Uzp2 => sized!(size, unzip_odd, [u8 u16 u32 u64]),
        Op::Zip1 => sized!(size, zip_low, [u8 u16 u32 u64]),
        Op::Zip2 => sized!(size, zip_high, [u8 u16 u32 u64]),
        Op::Trn1 => sized!(size, transpose_even, [u8 u16 u32 u64]),
        Op::Trn2 => sized!(size, transpose_odd, [u8 u16 u32 u64]),
        _ => None,
    }?;
    let reserved = size == 3 && !full;
    (!reserved).then(|| with_bytes(exec, word, bytes))
}
