//! Data processing, immediate.

use super::block::Lower;
use super::condition::FlagsAt;
use crate::cpu::{SP, ZERO};
use crate::interp::{bit_masks, destination, field5, source};
use crate::isa::rows::dp_imm::Op;
use crate::isa::{bits, sbits};
use crate::jit::x86_64::asm::{Alu, Rm, Shift};
use crate::jit::x86_64::regs::Reg;

/// Emits `word`, which is encoded as `op`; false when the interpreter must do it.
pub(super) fn lower(l: &mut Lower<'_>, op: Op, word: u32) -> bool {
    let wide = word >> 31 != 0;
    match op {
        Op::Adr => {
            let offset = sbits(word, 23, 5) << 2 | i64::from(bits(word, 30, 29));
            l.set(destination(word, 0), l.pc().wrapping_add(offset as u64));
        }
        Op::Adrp => {
            let offset = (sbits(word, 23, 5) << 2 | i64::from(bits(word, 30, 29))) << 12;
            l.set(destination(word, 0), (l.pc() & !0xfff).wrapping_add(offset as u64));
        }
        Op::AddSubImm => add(l, word, wide),
        Op::AddsSubsImm => add_flags(l, word, wide),
        Op::LogicalImm => return logical(l, word, wide),
        Op::MoveWide => return move_wide(l, word, wide),
        Op::Bitfield => return bitfield(l, word, wide),
        Op::Extr => return extract(l, word, wide),
        Op::Addg | Op::Subg => return false,
    }
    true
}

fn immediate(word: u32) -> i32 {
    (bits(word, 21, 10) << (12 * bits(word, 22, 22))) as i32
}

fn add(l: &mut Lower<'_>, word: u32, wide: bool) {
    let (rd, rn) = (field5(word, 0), field5(word, 5));
    let imm = if bits(word, 30, 30) != 0 { -immediate(word) } else { immediate(word) };
    let (checked, aligned, known) = (l.checked[rn as usize], l.sp_aligned, l.known[rn as usize]);
    if let Some(known) = known.filter(|_| wide) {
        return l.set(rd, known.wrapping_add(imm as u64));
    }
    let from = l.value(rn, Reg::Rax);
    let to = l.target(rd, Reg::Rax);
    if imm == 0 {
        l.asm.mov(wide, to, from);
    } else {
        l.asm.lea(wide, to, Rm::Base(from, imm));
    }
    l.commit(rd, to);
    if wide {
        l.moved(rd, checked, imm);
        l.sp_aligned |= rd == SP && rn == SP && aligned && imm % 16 == 0;
    }
}

fn add_flags(l: &mut Lower<'_>, word: u32, wide: bool) {
    let (rd, rn) = (destination(word, 0), field5(word, 5));
    let subtract = bits(word, 30, 30) != 0;
    let imm = immediate(word);
    if subtract && rd == crate::cpu::ZERO_SINK {
        let from = l.rm(rn);
        l.asm.alu_imm(Alu::Cmp, wide, from, imm);
    } else {
        let to = l.target(rd, Reg::Rax);
        l.copy(rn, to);
        l.asm.alu_imm(if subtract { Alu::Sub } else { Alu::Add }, wide, to, imm);
        l.commit(rd, to);
    }
    l.set_flags(if subtract { FlagsAt::Borrow } else { FlagsAt::Carry });
}

fn logical(l: &mut Lower<'_>, word: u32, wide: bool) -> bool {
    let Some((mask, _)) = bit_masks(bits(word, 22, 22), bits(word, 15, 10), bits(word, 21, 16), true) else {
        return false;
    };
    if !wide && bits(word, 22, 22) != 0 {
        return false;
    }
    let mask = if wide { mask } else { mask & 0xffff_ffff };
    let opc = bits(word, 30, 29);
    let rn = source(word, 5);
    let rd = if opc == 3 { destination(word, 0) } else { field5(word, 0) };
    match (opc, mask) {
        (1, _) if rn == ZERO => {
            l.set(rd, mask);
            return true;
        }
        (0, 0xff | 0xffff) => {
            let (to, from) = (l.target(rd, Reg::Rax), l.rm(rn));
            l.asm.load_zero(if mask == 0xff { 0 } else { 1 }, to, from);
            l.commit(rd, to);
            return true;
        }
        _ => {}
    }
    l.clobber();
    let small = if wide { i32::try_from(mask as i64).ok() } else { Some(mask as i32) };
    if opc == 3 && rd == crate::cpu::ZERO_SINK {
        let from = l.rm(rn);
        match small {
            Some(small) => l.asm.test_imm(wide, from, small),
            None => {
                l.asm.mov_imm(Reg::Rdx, mask);
                l.asm.test(wide, from, Reg::Rdx);
            }
        }
    } else {
        let op = [Alu::And, Alu::Or, Alu::Xor, Alu::And][opc as usize];
        let to = l.target(rd, Reg::Rax);
        l.copy(rn, to);
        match small {
            Some(small) => l.asm.alu_imm(op, wide, to, small),
            None => {
                l.asm.mov_imm(Reg::Rdx, mask);
                l.asm.alu(op, wide, to, Reg::Rdx);
            }
        }
        l.commit(rd, to);
    }
    if opc == 3 {
        l.set_flags(FlagsAt::Carry);
    }
    true
}

fn move_wide(l: &mut Lower<'_>, word: u32, wide: bool) -> bool {
    let shift = 16 * bits(word, 22, 21);
    if !wide && shift > 16 {
        return false;
    }
    let rd = destination(word, 0);
    let value = u64::from(bits(word, 20, 5)) << shift;
    let width = if wide { u64::MAX } else { 0xffff_ffff };
    match bits(word, 30, 29) {
        0 => l.set(rd, !value & width),
        2 => l.set(rd, value),
        3 => {
            let hole = !(0xffff_u64 << shift) & width;
            if let Some(known) = l.known.get(rd as usize).copied().flatten() {
                l.set(rd, known & hole | value);
                return true;
            }
            if rd == crate::cpu::ZERO_SINK {
                return true;
            }
            l.clobber();
            let to = l.target(rd, Reg::Rax);
            l.copy(rd, to);
            l.asm.mov_imm(Reg::Rdx, hole);
            l.asm.alu(Alu::And, true, to, Reg::Rdx);
            l.asm.mov_imm(Reg::Rdx, value);
            l.asm.alu(Alu::Or, true, to, Reg::Rdx);
            l.commit(rd, to);
        }
        _ => return false,
    }
    true
}

fn bitfield(l: &mut Lower<'_>, word: u32, wide: bool) -> bool {
    let (immr, imms) = (bits(word, 21, 16) as u8, bits(word, 15, 10) as u8);
    let size = if wide { 64 } else { 32 };
    if bits(word, 22, 22) != u32::from(wide) || immr >= size || imms >= size {
        return false;
    }
    let (rd, rn) = (destination(word, 0), source(word, 5));
    let top = size - 1;
    // The field goes to the top of the register, and from there down to its place: logically or arithmetically.
    let up = top - imms;
    let down = if imms >= immr { up + immr } else { immr - imms - 1 };
    match bits(word, 30, 29) {
        1 => return insert(l, word, wide),
        opc @ (0 | 2) => {
            let signed = opc == 0;
            let from = l.rm(rn);
            let to = l.target(rd, Reg::Rax);
            match (immr, imms) {
                (0, 7 | 15 | 31) if imms != top => {
                    let scale = (imms + 1).trailing_zeros() as u8 - 3;
                    if signed {
                        l.asm.load_sign(scale, wide, to, from);
                    } else {
                        l.asm.load_zero(scale, to, from);
                    }
                }
                _ => {
                    let (to, op) = (to, if signed { Shift::Sar } else { Shift::Shr });
                    if l.flags == FlagsAt::Memory {
                        l.copy(rn, to);
                        if up != 0 {
                            l.asm.shift(Shift::Shl, wide, to, up);
                        }
                        if down != 0 {
                            l.asm.shift(op, wide, to, down);
                        }
                        if up == 0 && down == 0 && !wide {
                            l.asm.mov(false, to, to);
                        }
                    } else {
                        l.asm.mov_imm(Reg::Rdx, u64::from(up));
                        l.asm.shift_x(Shift::Shl, wide, to, from, Reg::Rdx);
                        l.asm.mov_imm(Reg::Rdx, u64::from(down));
                        l.asm.shift_x(op, wide, to, to, Reg::Rdx);
                    }
                }
            }
            l.commit(rd, to);
        }
        _ => return false,
    }
    true
}

/// BFM: the field replaces bits of the destination.
fn insert(l: &mut Lower<'_>, word: u32, wide: bool) -> bool {
    let (immr, imms) = (bits(word, 21, 16) as u8, bits(word, 15, 10) as u8);
    let (rd, rn) = (destination(word, 0), source(word, 5));
    if rd == crate::cpu::ZERO_SINK {
        return true;
    }
    let size = if wide { 64 } else { 32 };
    let (width, from, to) =
        if imms >= immr { (imms - immr + 1, immr, 0) } else { (imms + 1, 0, size - immr) };
    let ones = (u64::MAX >> (64 - width)) << to;
    let keep = !ones & if wide { u64::MAX } else { 0xffff_ffff };
    l.clobber();
    l.copy(rn, Reg::Rax);
    if from != 0 {
        l.asm.shift(Shift::Shr, wide, Reg::Rax, from);
    }
    if to != 0 {
        l.asm.shift(Shift::Shl, wide, Reg::Rax, to);
    }
    l.asm.mov_imm(Reg::Rdx, ones);
    l.asm.alu(Alu::And, true, Reg::Rax, Reg::Rdx);
    match i32::try_from(keep as i64) {
        Ok(small) => {
            l.copy(rd, Reg::Rdx);
            l.asm.alu_imm(Alu::And, true, Reg::Rdx, small);
        }
        Err(_) => {
            l.asm.mov_imm(Reg::Rdx, keep);
            let old = l.rm(rd);
            l.asm.alu(Alu::And, true, Reg::Rdx, old);
        }
    }
    l.asm.alu(Alu::Or, true, Reg::Rax, Reg::Rdx);
    l.commit(rd, Reg::Rax);
    true
}

fn extract(l: &mut Lower<'_>, word: u32, wide: bool) -> bool {
    let amount = bits(word, 15, 10) as u8;
    if bits(word, 22, 22) != u32::from(wide) || (!wide && amount >= 32) {
        return false;
    }
    let (rd, rn, rm) = (destination(word, 0), source(word, 5), source(word, 16));
    let from = l.rm(rm);
    if rn == rm || amount == 0 {
        let to = l.target(rd, Reg::Rax);
        l.asm.rorx(wide, to, from, amount);
        l.commit(rd, to);
        return true;
    }
    l.clobber();
    l.copy(rm, Reg::Rax);
    let high = l.value(rn, Reg::Rdx);
    l.asm.shrd(wide, Reg::Rax, high, amount);
    l.commit(rd, Reg::Rax);
    true
}
