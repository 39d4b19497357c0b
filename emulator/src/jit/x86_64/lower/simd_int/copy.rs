//! Copies between lanes, and between lanes and general registers.

use super::common::{T0, is_full, result, whole};
use super::permute::everywhere;
use crate::cpu::ZERO_SINK;
use crate::interp::Insn;
use crate::isa::bits;
use crate::isa::rows::simd_int::Op;
use crate::jit::x86_64::asm::Rm;
use crate::jit::x86_64::lower::block::Lower;
use crate::jit::x86_64::regs::{Reg, Xmm, slot, vector_byte};
use crate::jit::x86_64::simd::{BROADCAST, EXTRACT, INSERT, INSERT_32, MOVE_64, SELECT_64, SHUFFLE};

/// Emits `insn` if `op` is in this class.
pub(super) fn lower(l: &mut Lower<'_>, op: Op, insn: &Insn) -> bool {
    let size = bits(insn.word, 20, 16).trailing_zeros() as u8;
    let lane = insn.imm as u8;
    match op {
        Op::DupElem | Op::DupElemScalar => duplicate(l, size, lane, insn),
        Op::DupGen => {
            let from = match l.pinned(insn.rn) {
                Some(reg) if size == 3 => {
                    l.asm.simd_unary(MOVE_64, T0, reg);
                    T0.into()
                }
                Some(reg) => {
                    l.asm.load_vector(2, T0, reg.into());
                    T0.into()
                }
                None => slot(insn.rn),
            };
            result(l, insn, |l, to| l.asm.simd_unary(BROADCAST[usize::from(size)], to, from));
        }
        Op::InsGen => {
            let from = l.rm(insn.rn);
            insert(l, size, lane, insn, from);
        }
        Op::InsElem => insert_lane(l, size, lane, insn),
        Op::Umov | Op::Smov => to_general(l, op == Op::Smov, size, lane, insn),
        _ => return false,
    }
    true
}

fn duplicate(l: &mut Lower<'_>, size: u8, lane: u8, insn: &Insn) {
    match l.vector_held(insn.rn) {
        None if insn.ra >= 8 => {
            let from = vector_byte(insn.rn, lane << size);
            result(l, insn, |l, to| l.asm.simd_unary(BROADCAST[usize::from(size)], to, from));
        }
        None => {
            let from = l.vector(insn.rn);
            shuffle(l, size, lane, insn, from);
        }
        Some(from) => match (is_full(insn), size) {
            (true, 2) => whole(l, insn, |l, to| l.asm.permute_32(to, from, lane * 0x55)),
            (true, 3) => {
                let order = if lane == 0 { 0x44 } else { 0xee };
                whole(l, insn, |l, to| l.asm.permute_32(to, from, order));
            }
            (true, _) if lane == 0 => {
                whole(l, insn, |l, to| l.asm.simd_unary(BROADCAST[usize::from(size)], to, from));
            }
            _ => shuffle(l, size, lane, insn, from),
        },
    }
}

fn shuffle(l: &mut Lower<'_>, size: u8, lane: u8, insn: &Insn, from: Xmm) {
    let order = l.asm.constant(everywhere(size, lane, insn.ra & 31));
    whole(l, insn, |l, to| l.asm.simd(SHUFFLE, to, from, order));
}

/// Replaces lane `lane` by what `from` holds, a general register or memory.
fn insert(l: &mut Lower<'_>, size: u8, lane: u8, insn: &Insn, from: Rm) {
    let before = l.vector(insn.rd);
    whole(l, insn, |l, to| l.asm.simd_imm(INSERT[usize::from(size)], to, before, from, lane));
}

fn insert_lane(l: &mut Lower<'_>, size: u8, lane: u8, insn: &Insn) {
    let source = insn.rm;
    let Some(from) = l.vector_held(insn.rn) else {
        return insert(l, size, lane, insn, vector_byte(insn.rn, source << size));
    };
    if size < 2 {
        l.asm.simd_imm(EXTRACT[usize::from(size)], from, Xmm(0), Reg::Rax, source);
        return insert(l, size, lane, insn, Reg::Rax.into());
    }
    let before = l.vector(insn.rd);
    whole(l, insn, |l, to| match (size, lane) {
        (2, _) => l.asm.simd_imm(INSERT_32, to, before, from, source << 6 | lane << 4),
        (_, 0) => l.asm.simd_imm(SELECT_64, to, from, before, source | 2),
        (_, _) => l.asm.simd_imm(SELECT_64, to, before, from, source << 1),
    });
}

fn to_general(l: &mut Lower<'_>, signed: bool, size: u8, lane: u8, insn: &Insn) {
    if insn.rd == ZERO_SINK {
        return;
    }
    let to_64 = is_full(insn);
    let to = l.target(insn.rd, Reg::Rax);
    let from = match l.vector_held(insn.rn) {
        None => vector_byte(insn.rn, lane << size),
        Some(from) => {
            match (size, lane) {
                (2, 0) => l.asm.store_vector(2, to.into(), from),
                _ => l.asm.simd_imm(EXTRACT[usize::from(size)], from, Xmm(0), to, lane),
            }
            to.into()
        }
    };
    match (signed, from) {
        (true, _) => l.asm.load_sign(size, to_64, to, from),
        (false, Rm::Reg(_)) => {}
        (false, _) => l.asm.load_zero(size, to, from),
    }
    l.commit(insn.rd, to);
}
