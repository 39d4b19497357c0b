//! Cryptographic instructions, where the host has the like.

use super::block::Lower;
use crate::interp::Insn;
use crate::isa::rows::crypto::Op;
use crate::jit::x86_64::asm::Map;
use crate::jit::x86_64::lower::simd_int::splat;
use crate::jit::x86_64::regs::Xmm;
use crate::jit::x86_64::simd::{
    ADD, AES_DECRYPT, AES_DECRYPT_LAST, AES_ENCRYPT, AES_ENCRYPT_LAST, AES_UNMIX, ALIGN, INSERT_32, OR,
    SELECT_32, SUB, Way, XOR,
};

const T0: Xmm = Xmm(13);
const T1: Xmm = Xmm(14);
const T2: Xmm = Xmm(15);
/// Four 32-bit lanes in reverse.
const REVERSE: u8 = 0x1b;

/// Emits `insn`, which is encoded as `op`; false when the interpreter must do it.
pub(super) fn lower(l: &mut Lower<'_>, op: Op, insn: &Insn) -> bool {
    match op {
        Op::Aese | Op::Aesd | Op::Aesmc | Op::Aesimc => {
            let host = is_x86_feature_detected!("aes");
            if host {
                aes(l, op, insn);
            }
            host
        }
        Op::Sha1h => {
            let n = l.vector(insn.rn);
            rotate_left(l, T0, n, 30);
            put(l, insn, |l, to| l.asm.simd_imm(INSERT_32, to, T0, T0, 0b1110));
            true
        }
        Op::Sha1su0 => {
            let (d, n) = (l.vector(insn.rd), l.vector(insn.rn));
            let m = l.vector_operand(insn.rm);
            l.asm.simd_imm(ALIGN, T0, n, d, 8);
            l.asm.simd(XOR, T0, T0, d);
            put(l, insn, |l, to| l.asm.simd(XOR, to, T0, m));
            true
        }
        Op::Sha1su1 => {
            let (d, n) = (l.vector(insn.rd), l.vector(insn.rn));
            l.asm.shift_bytes_right(T0, n, 4);
            l.asm.simd(XOR, T0, T0, d);
            rotate_left(l, T0, T0, 1);
            // The last word gets the first one, turned once more.
            l.asm.shift_bytes_left(T2, T0, 12);
            l.asm.shift_lanes(Way::Left, 2, T1, T2, 1);
            l.asm.shift_lanes(Way::Right, 2, T2, T2, 31);
            l.asm.simd(OR, T1, T1, T2);
            put(l, insn, |l, to| l.asm.simd(XOR, to, T0, T1));
            true
        }
        _ if !is_x86_feature_detected!("sha") => false,
        // The host adds the constant of its rounds, which the guest has added already.
        Op::Sha1c => sha1_rounds(l, 0, 0x5a82_7999, insn),
        Op::Sha1p => sha1_rounds(l, 1, 0x6ed9_eba1, insn),
        Op::Sha1m => sha1_rounds(l, 2, 0x8f1b_bcdc, insn),
        Op::Sha256h | Op::Sha256h2 => sha256_rounds(l, op == Op::Sha256h, insn),
        Op::Sha256su0 => {
            let d = l.vector(insn.rd);
            let n = l.vector_operand(insn.rn);
            l.asm.load_vector(4, T0, d.into());
            l.asm.sse(Map::M38, 0xcc, T0, n);
            put(l, insn, |l, to| l.asm.load_vector(4, to, T0.into()));
            true
        }
        Op::Sha256su1 => {
            let (d, n, m) = (l.vector(insn.rd), l.vector(insn.rn), l.vector(insn.rm));
            l.asm.simd_imm(ALIGN, T0, m, n, 4);
            l.asm.simd(ADD[2], T0, T0, d);
            l.asm.sse(Map::M38, 0xcd, T0, m);
            put(l, insn, |l, to| l.asm.load_vector(4, to, T0.into()));
            true
        }
        _ => false,
    }
}

fn put(l: &mut Lower<'_>, insn: &Insn, emit: impl FnOnce(&mut Lower<'_>, Xmm)) {
    let to = l.vector_target(insn.rd);
    emit(l, to);
    l.commit_vector(insn.rd);
}

/// `to` = 32-bit lanes of `a`, rotated. Destroys T1.
fn rotate_left(l: &mut Lower<'_>, to: Xmm, a: Xmm, amount: u8) {
    l.asm.shift_lanes(Way::Right, 2, T1, a, 32 - amount);
    l.asm.shift_lanes(Way::Left, 2, to, a, amount);
    l.asm.simd(OR, to, to, T1);
}

/// The guest adds the key first, the host last: each step of the host gets a key of zeros. The mixing that follows a
/// round is done by the host's whole round, on what the round began with, which is still in T0.
fn aes(l: &mut Lower<'_>, op: Op, insn: &Insn) {
    let pc = l.pc();
    match op {
        Op::Aese | Op::Aesd => {
            let d = l.vector(insn.rd);
            let n = l.vector_operand(insn.rn);
            let last = if op == Op::Aese { AES_ENCRYPT_LAST } else { AES_DECRYPT_LAST };
            l.asm.simd(XOR, T0, d, n);
            l.asm.vector_zero(T1);
            put(l, insn, |l, to| l.asm.simd(last, to, T0, T1));
            l.unmixed = Some((op, pc, insn.rd));
        }
        Op::Aesmc => {
            if l.unmixed != Some((Op::Aese, pc.wrapping_sub(4), insn.rn)) {
                // A round without its mixing, undone, and the round.
                let n = l.vector(insn.rn);
                l.asm.vector_zero(T1);
                l.asm.simd(AES_DECRYPT_LAST, T0, n, T1);
            }
            put(l, insn, |l, to| l.asm.simd(AES_ENCRYPT, to, T0, T1));
        }
        _ if l.unmixed == Some((Op::Aesd, pc.wrapping_sub(4), insn.rn)) => {
            put(l, insn, |l, to| l.asm.simd(AES_DECRYPT, to, T0, T1));
        }
        _ => {
            let n = l.vector_operand(insn.rn);
            put(l, insn, |l, to| l.asm.simd_unary(AES_UNMIX, to, n));
        }
    }
}

/// Four rounds; the host has the words in the opposite order, and the first one of the schedule with e.
fn sha1_rounds(l: &mut Lower<'_>, kind: u8, constant: u64, insn: &Insn) -> bool {
    let (d, n) = (l.vector(insn.rd), l.vector(insn.rn));
    let m = l.vector_operand(insn.rm);
    l.asm.permute_32(T0, m, REVERSE);
    let constant = l.asm.constant(splat(2, constant));
    l.asm.simd(SUB[2], T0, T0, constant);
    l.asm.shift_bytes_left(T1, n, 12);
    l.asm.simd(ADD[2], T0, T0, T1);
    l.asm.permute_32(T1, d, REVERSE);
    l.asm.sse_imm(Map::M3A, 0xcc, T1, T0, kind);
    put(l, insn, |l, to| l.asm.permute_32(to, T1, REVERSE));
    true
}

/// Four rounds, of which the first half of the state is wanted or the second. The host does two at a time, on the
/// words abef and cdgh, with the schedule in xmm0.
fn sha256_rounds(l: &mut Lower<'_>, first: bool, insn: &Insn) -> bool {
    const HIGH: u8 = 0xbb;
    const LOW: u8 = 0x11;
    let schedule = Xmm(0);
    let (d, n) = (l.vector(insn.rd), l.vector(insn.rn));
    let m = l.vector_operand(insn.rm);
    let (x, y) = if first { (d, n) } else { (n, d) };
    l.asm.simd_imm(SELECT_32, T0, y, x, HIGH);
    l.asm.simd_imm(SELECT_32, T1, y, x, LOW);
    l.asm.load_vector(4, T2, schedule.into());
    l.asm.load_vector(4, schedule, m);
    l.asm.sse(Map::M38, 0xcb, T0, T1);
    l.asm.permute_32(schedule, schedule, 0x0e);
    l.asm.sse(Map::M38, 0xcb, T1, T0);
    l.asm.load_vector(4, schedule, T2.into());
    put(l, insn, |l, to| l.asm.simd_imm(SELECT_32, to, T1, T0, if first { HIGH } else { LOW }));
    true
}
