//! Known words, what is unallocated, and random words.

use crate::cpu::Cpu;
use crate::interp::testing::processor;
use crate::interp::{select, step};
use crate::isa::{Opcode, decode, rows};

const NAN: u64 = 0x7ff8_0000_0000_0000;

/// Runs `word` with v1 and v2 set, everything else of v0 to v2 ones.
fn run(word: u32, v1: u64, v2: u64) -> Cpu {
    let mut cpu = processor();
    let high = u128::from(u64::MAX) << 64;
    for (index, low) in [(0, u64::MAX), (1, v1), (2, v2)] {
        cpu.set_vec(index, high | u128::from(low));
    }
    step(&mut cpu, word).expect("it does not trap");
    cpu
}

#[test]
fn scalar_results_clear_the_rest_of_the_register() {
    let bits = |value: f64| value.to_bits();
    // fadd d0, d1, d2
    assert_eq!(run(0x1e62_2820, bits(1.5), bits(2.25)).vec(0), bits(3.75).into());
    // fmov s0, s1 moves the low 32 bits only.
    assert_eq!(run(0x1e20_4020, u64::MAX, 0).vec(0), u32::MAX.into());
    // fadd h0, h1, h2
    assert_eq!(run(0x1ee2_2820, 0x3c00, 0x3c00).vec(0), 0x4000);
    // fmov d0, #-0.5
    assert_eq!(run(0x1e7c_1000, 0, 0).vec(0), bits(-0.5).into());
    // fmov h0, #1.0
    assert_eq!(run(0x1eee_1000, 0, 0).vec(0), 0x3c00);
}

#[test]
fn the_high_half_moves_alone() {
    let mut cpu = processor();
    (cpu.x[1], cpu.v[0]) = (7, (u128::from(u64::MAX) << 64 | 5).into());
    // fmov x0, v0.d[1]; fmov v0.d[1], x1
    step(&mut cpu, 0x9eae_0000).expect("it does not trap");
    assert_eq!(cpu.x[0], u64::MAX);
    step(&mut cpu, 0x9eaf_0020).expect("it does not trap");
    assert_eq!(cpu.vec(0), 7 << 64 | 5);
}

#[test]
fn comparisons_set_all_flags() {
    let flags = |v1: f64, v2: f64| run(0x1e62_2020, v1.to_bits(), v2.to_bits()).nzcv >> 28;
    assert_eq!([flags(1.0, 2.0), flags(2.0, 2.0), flags(3.0, 2.0)], [8, 6, 2]);
    assert_eq!(flags(f64::from_bits(NAN), 2.0), 3);
    // fcmp leaves quiet NaNs alone, fcmpe does not.
    assert_eq!(run(0x1e62_2020, NAN, 0).fpsr, 0);
    assert_eq!(run(0x1e62_2030, NAN, 0).fpsr, 1);
    // fccmp d1, d2, #5, eq: Z is clear, so the flags are the immediate's.
    assert_eq!(run(0x1e62_0425, 0, 0).nzcv >> 28, 5);
    // fccmp d1, d2, #5, ne compares.
    assert_eq!(run(0x1e62_1425, 0, 0).nzcv >> 28, 6);
    // fcsel d0, d1, d2, ne / eq
    assert_eq!(run(0x1e62_1c20, 8, 9).vec(0), 8);
    assert_eq!(run(0x1e62_0c20, 8, 9).vec(0), 9);
}

#[test]
fn integers_of_32_bits_clear_the_high_half_of_a_general_register() {
    // fcvtzs w0, d1
    let cpu = run(0x1e78_0020, (-2.5_f64).to_bits(), 0);
    assert_eq!((cpu.x[0], cpu.fpsr), (0xffff_fffe, 0x10));
    // fcvtzs wzr, d1 raises the flag and writes nothing.
    let cpu = run(0x1e78_003f, (-2.5_f64).to_bits(), 0);
    assert_eq!((cpu.x[31], cpu.x[32], cpu.fpsr), (0, 0, 0x10));
    // scvtf d0, xzr
    assert_eq!(run(0x9e62_03e0, 0, 0).vec(0), 0);
    // scvtf d0, w1, #1: the low half is what is converted.
    let mut cpu = processor();
    cpu.x[1] = 0x1_ffff_fffd;
    step(&mut cpu, 0x1e42_fc20).expect("it does not trap");
    assert_eq!(cpu.vec(0), (-1.5_f64).to_bits().into());
}

#[test]
fn reserved_fields_are_unallocated() {
    for (word, why) in [
        (0x1ea2_2820, "ftype 2"),
        (0x1e22_4020, "fcvt from single to single"),
        (0x1e02_7c20, "32-bit fixed point with 33 fraction bits"),
        (0x9e26_0020, "fmov x0, s1"),
        (0x1e66_0020, "fmov w0, d1"),
        (0x1eae_0020, "fmov w0, v1.d[1]"),
        (0x1e7e_0020, "fjcvtzs, a feature that is absent"),
        (0x0e62_d420, "fadd v0.1d, v1.1d, v2.1d"),
        (0x0f0f_e420, "scvtf with a width of 8 bits"),
    ] {
        assert!(select(word, 0).is_none(), "{why}");
    }
}

/// Whatever the word and the operands: no panic, no register or status bit that the instruction does not have.
#[test]
fn random_words_do_not_panic() {
    let mut cpu = processor();
    let mut state = 0x0123_4567_89ab_cdef_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for (row, opcode) in rows() {
        if !matches!(opcode, Opcode::Fp(_) | Opcode::SimdFp(_)) {
            continue;
        }
        for _ in 0..300 {
            let word = row.value | random() as u32 & !row.mask;
            assert!(decode(word).is_some());
            for index in 0..32 {
                cpu.set_vec(index, u128::from(random()) << 64 | u128::from(random()));
            }
            (cpu.fpcr, cpu.fpsr) = (random() as u32 & 0x07c8_0000, 0);
            let _ = step(&mut cpu, word);
            assert_eq!(cpu.fpsr & !0x9f, 0, "{} {word:#x}", row.id);
            assert_eq!(cpu.x[32], 0, "{} {word:#x}", row.id);
        }
    }
}
