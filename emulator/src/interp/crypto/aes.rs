//! AES rounds (FIPS 197); the state's byte of row r and column c is byte 4·c + r of the register.

use crate::cpu::{Cpu, Vector};
use crate::interp::{Flow, Insn};

/// Multiplies by x in GF(2⁸) modulo x⁸ + x⁴ + x³ + x + 1.
const fn double(a: u8) -> u8 {
    a << 1 ^ (0x1b * (a >> 7))
}

const fn multiply(mut a: u8, mut b: u8) -> u8 {
    let mut product = 0;
    while b != 0 {
        product ^= a * (b & 1);
        a = double(a);
        b >>= 1;
    }
    product
}

/// The inverse in GF(2⁸), a²⁵⁴; of 0, 0.
const fn invert(a: u8) -> u8 {
    let (mut power, mut inverse, mut i) = (a, 1, 1);
    while i < 8 {
        power = multiply(power, power);
        inverse = multiply(inverse, power);
        i += 1;
    }
    inverse
}

/// FIPS 197, 5.1.1: the inverse, then an affine transformation.
const S_BOX: [u8; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let b = invert(i as u8);
        table[i] = b ^ b.rotate_left(1) ^ b.rotate_left(2) ^ b.rotate_left(3) ^ b.rotate_left(4) ^ 0x63;
        i += 1;
    }
    table
};

const INVERSE_S_BOX: [u8; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        table[S_BOX[i] as usize] = i as u8;
        i += 1;
    }
    table
};

/// Multiples by the coefficients of the inverse mix: 9, 11, 13, 14.
const UNMIX: [[u8; 256]; 4] = {
    let factors = [9, 11, 13, 14];
    let mut tables = [[0; 256]; 4];
    let mut f = 0;
    while f < 4 {
        let mut i = 0;
        while i < 256 {
            tables[f][i] = multiply(i as u8, factors[f]);
            i += 1;
        }
        f += 1;
    }
    tables
};

/// Destination XOR source: the state with its round key.
#[inline(always)]
fn keyed(cpu: &Cpu, insn: &Insn) -> [u8; 16] {
    let (d, n) = (cpu.vector(insn.rd).0, cpu.vector(insn.rn).0);
    std::array::from_fn(|i| d[i] ^ n[i])
}

/// AESE: add the round key, shift rows to the left, substitute.
pub(super) fn encrypt(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let state = keyed(cpu, insn);
    let result = std::array::from_fn(|i| S_BOX[usize::from(state[(i + 4 * (i % 4)) % 16])]);
    cpu.set_vector(insn.rd, Vector(result));
    Flow::Next
}

/// AESD: add the round key, shift rows to the right, substitute back.
pub(super) fn decrypt(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let state = keyed(cpu, insn);
    let result = std::array::from_fn(|i| INVERSE_S_BOX[usize::from(state[(i + 12 * (i % 4)) % 16])]);
    cpu.set_vector(insn.rd, Vector(result));
    Flow::Next
}

/// Byte `i` of the state's column that holds it, and the three below, cyclically.
#[inline(always)]
fn column(state: &[u8; 16], i: usize) -> [u8; 4] {
    std::array::from_fn(|row| state[i & !3 | (i + row) & 3])
}

/// AESMC: FIPS 197, 5.1.3.
pub(super) fn mix_columns(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let state = cpu.vector(insn.rn).0;
    let result = std::array::from_fn(|i| {
        let [a, b, c, d] = column(&state, i);
        double(a) ^ double(b) ^ b ^ c ^ d
    });
    cpu.set_vector(insn.rd, Vector(result));
    Flow::Next
}

/// AESIMC: FIPS 197, 5.3.3.
pub(super) fn unmix_columns(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let state = cpu.vector(insn.rn).0;
    let [by_9, by_11, by_13, by_14] = &UNMIX;
    let result = std::array::from_fn(|i| {
        let [a, b, c, d] = column(&state, i).map(usize::from);
        by_14[a] ^ by_11[b] ^ by_13[c] ^ by_9[d]
    });
    cpu.set_vector(insn.rd, Vector(result));
    Flow::Next
}
