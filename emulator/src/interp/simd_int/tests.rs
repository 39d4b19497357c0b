//! Known results.

use super::common::QC;
use proptest::prelude::*;

use crate::cpu::ZERO_SINK;
use crate::interp::testing::processor;
use crate::interp::{Trap, step};
use crate::isa::rows::simd_int::Op;
use crate::isa::{self, Opcode, bits};

/// v0 after `word` on v0 = `d`, v1 = `n`, v2 = `m`, and whether it saturated.
fn run(word: u32, [d, n, m]: [u128; 3]) -> (u128, bool) {
    let mut cpu = processor();
    cpu.set_vec(0, d);
    cpu.set_vec(1, n);
    cpu.set_vec(2, m);
    assert_eq!(step(&mut cpu, word), Ok(()), "{word:08x}");
    (cpu.vec(0), cpu.fpsr & QC != 0)
}

const BYTES: u128 = 0x0f0e_0d0c_0b0a_0908_0706_0504_0302_0100;

#[test]
fn string_functions_find_a_zero_byte() {
    // cmeq v0.16b, v1.16b, #0
    let (found, _) = run(0x4e20_9820, [0, BYTES, 0]);
    assert_eq!(found, 0xff);
    // shrn v0.8b, v1.8h, #4
    assert_eq!(run(0x0f0c_8420, [!0, 0xff00_ff00 << 64 | 0xff, 0]).0, 0xf0f0_0000_000f);
    // umaxp v0.16b, v1.16b, v2.16b
    assert_eq!(run(0x6e22_a420, [0, BYTES, 0x8000]).0, 0x80 << 64 | 0x0f0d_0b09_0705_0301);
    // addp v0.16b, v1.16b, v2.16b
    assert_eq!(run(0x4e22_bc20, [0, BYTES, 0x0102]).0, 3 << 64 | 0x1d19_1511_0d09_0501);
    // uminv b0, v1.16b
    assert_eq!(run(0x6e31_a820, [!0, BYTES | 0x0101, 0]).0, 1);
}

#[test]
fn a_64_bit_vector_clears_the_upper_half() {
    // add v0.8b, v1.8b, v2.8b
    assert_eq!(run(0x0e22_8420, [!0, BYTES, BYTES]).0, 0x0e0c_0a08_0604_0200);
    // xtn2 v0.16b, v1.8h keeps the lower one
    assert_eq!(run(0x4e21_2820, [7, BYTES, 0]).0, 0x0e0c_0a08_0604_0200 << 64 | 7);
}

#[test]
fn only_lanes_of_the_result_saturate() {
    let high_overflow = [0, 0x7f << 64, 0x7f << 64];
    // sqadd v0.8b / v0.16b / b0
    assert_eq!(run(0x0e22_0c20, high_overflow), (0, false));
    assert_eq!(run(0x4e22_0c20, high_overflow), (0x7f << 64, true));
    assert_eq!(run(0x5e22_0c20, [0, 0x7f7f, 0x7f00]), (0x7f, false));
    // sqdmull v0.4s, v1.4h, v2.4h of the least values
    assert_eq!(run(0x0e62_d020, [0, 0x8000, 0x8000]), (0x7fff_ffff, true));
}

#[test]
fn immediates_expand() {
    // movi v0.16b, #0x80; movi v0.2d, #0xff00ff0000ff00ff; fmov v0.2d, #1.0; fmov v0.4s, #-0.125
    assert_eq!(run(0x4f04_e400, [0; 3]).0, 0x8080_8080_8080_8080_8080_8080_8080_8080);
    assert_eq!(run(0x6f05_e4a0, [0; 3]).0 as u64, 0xff00_ff00_00ff_00ff);
    assert_eq!(run(0x6f03_f600, [0; 3]).0 as u64, 1.0_f64.to_bits());
    assert_eq!(run(0x4f06_f400, [0; 3]).0 as u32, (-0.125_f32).to_bits());
}

#[test]
fn tables_and_permutations() {
    // tbl v0.16b, {v1.16b}, v2.16b; ext v0.16b, v1.16b, v2.16b, #3; rev64 v0.16b, v1.16b
    assert_eq!(run(0x4e02_0020, [!0, BYTES, 0x1003]).0 & 0xffff, 3);
    assert_eq!(run(0x6e02_1820, [0, BYTES, 0x0033_2211]).0, 0x3322_110f_0e0d_0c0b_0a09_0807_0605_0403);
    assert_eq!(run(0x4e20_0820, [0, BYTES, 0]).0, 0x0809_0a0b_0c0d_0e0f_0001_0203_0405_0607);
    // zip2 v0.8b, v1.8b, v2.8b
    assert_eq!(run(0x0e02_7820, [0, BYTES, 0x1716_1514_1312_1110]).0, 0x1707_1606_1505_1404);
}

proptest! {
    #[test]
    fn a_word_changes_its_destination_alone(row in 0..400_usize, fill: u32, values: [u128; 32]) {
        let rows: Vec<_> = isa::rows().filter(|(_, op)| matches!(op, Opcode::SimdInt(_))).collect();
        let (row, op) = rows[row % rows.len()];
        let word = row.value | fill & !row.mask;
        let mut cpu = processor();
        for (i, value) in (0..).zip(values) {
            cpu.set_vec(i, value);
        }
        let (mut v, mut x) = (cpu.v, cpu.x);
        let rd = bits(word, 4, 0) as u8;
        match step(&mut cpu, word) {
            Ok(()) if matches!(op, Opcode::SimdInt(Op::Smov | Op::Umov)) => {
                let rd = if rd == 31 { ZERO_SINK } else { rd };
                x[usize::from(rd)] = cpu.reg(rd);
            }
            Ok(()) => {
                v[usize::from(rd)] = cpu.vector(rd);
                let text = isa::disassemble(word, 0);
                let destination = text.split(',').next().unwrap_or_default();
                let half = [".8b", ".4h", ".2s", ".1d"].iter().any(|shape| destination.ends_with(shape));
                prop_assert!(!half || cpu.vec(rd) >> 64 == 0, "{text}");
            }
            Err(trap) => prop_assert_eq!(trap, Trap::Illegal(word)),
        }
        prop_assert_eq!((cpu.v, cpu.x), (v, x), "{} {:08x}", row.id, word);
    }
}
