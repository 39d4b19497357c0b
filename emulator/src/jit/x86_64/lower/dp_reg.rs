//! Data processing, register.

use super::block::Lower;
use super::compare_if;
use super::condition::FlagsAt;
use crate::cpu::{SP, ZERO, ZERO_SINK};
use crate::interp::{destination, field5, source};
use crate::isa::bits;
use crate::isa::rows::dp_reg::Op;
use crate::jit::x86_64::asm::{Alu, Cc, Rm, Shift};
use crate::jit::x86_64::regs::Reg;

/// Emits `word`, which is encoded as `op`; false when the interpreter must do it.
pub(super) fn lower(l: &mut Lower<'_>, op: Op, word: u32) -> bool {
    let wide = word >> 31 != 0;
    match op {
        Op::AddSubReg => return add_shifted(l, word, wide),
        Op::AddSubExt | Op::AddsSubsExt => return add_extended(l, op == Op::AddsSubsExt, word, wide),
        Op::AddSubCarry => add_with_carry(l, word, wide),
        Op::LogicalReg => return logical(l, word, wide),
        Op::CondCompareReg | Op::CondCompareImm => compare_if::lower(l, op == Op::CondCompareImm, word),
        Op::CondSelect => select(l, word, wide),
        Op::Udiv => divide(l, word, wide, false),
        Op::Sdiv => divide(l, word, wide, true),
        Op::ShiftVar => shift(l, word, wide),
        Op::Rev16 => reverse_halves(l, word, wide),
        Op::Rev32 if wide => reverse_words(l, word),
        Op::Rev32 | Op::Rev64 => {
            unary(l, word, |l, to, rn| {
                l.copy(rn, to);
                l.asm.bswap(wide, to);
            });
        }
        Op::Rbit => reverse_bits(l, word, wide),
        Op::Clz => {
            l.clobber();
            unary(l, word, |l, to, rn| {
                let from = l.rm(rn);
                l.asm.lzcnt(wide, to, from);
            });
        }
        Op::Cls => {
            l.clobber();
            // The bits that differ from the next higher one, below a one that ends the count.
            l.copy(source(word, 5), Reg::Rax);
            l.asm.lea(wide, Reg::Rdx, Rm::Index(Reg::Rax, Reg::Rax, 0, 0));
            l.asm.alu(Alu::Xor, wide, Reg::Rax, Reg::Rdx);
            l.asm.alu_imm(Alu::Or, wide, Reg::Rax, 1);
            l.asm.lzcnt(wide, Reg::Rax, Reg::Rax);
            l.commit(destination(word, 0), Reg::Rax);
        }
        Op::MultiplyAdd => multiply_add(l, word, wide),
        Op::MultiplyAddLong => multiply_long(l, word),
        Op::MultiplyHigh => multiply_high(l, word),
        _ => return false,
    }
    true
}

fn unary(l: &mut Lower<'_>, word: u32, emit: impl FnOnce(&mut Lower<'_>, Reg, u8)) {
    let rd = destination(word, 0);
    let to = l.target(rd, Reg::Rax);
    emit(l, to, source(word, 5));
    l.commit(rd, to);
}

fn add_shifted(l: &mut Lower<'_>, word: u32, wide: bool) -> bool {
    let (kind, amount) = (bits(word, 23, 22), bits(word, 15, 10) as u8);
    if kind == 3 || (!wide && amount >= 32) {
        return false;
    }
    let (rd, rn, rm) = (destination(word, 0), source(word, 5), source(word, 16));
    let (subtract, sets) = (bits(word, 30, 30) != 0, bits(word, 29, 29) != 0);
    if !subtract && !sets && kind == 0 && amount < 4 {
        // One address computation, which leaves the flags alone.
        let first = l.value(rn, Reg::Rax);
        let second = l.value(rm, Reg::Rdx);
        let to = l.target(rd, Reg::Rax);
        l.asm.lea(wide, to, Rm::Index(first, second, amount, 0));
        l.commit(rd, to);
        return true;
    }
    if !sets || amount != 0 {
        l.clobber();
    }
    let second = l.shifted(rm, kind, amount, wide, Reg::Rdx);
    combine(l, rd, rn, second, subtract, sets, wide);
    true
}

/// `rd = rn ± second`. Call [`Lower::clobber`] before, unless the flags are `sets`.
fn combine(l: &mut Lower<'_>, rd: u8, rn: u8, second: Rm, subtract: bool, sets: bool, wide: bool) {
    let op = if subtract { Alu::Sub } else { Alu::Add };
    if subtract && rd == ZERO_SINK {
        let first = l.value(rn, Reg::Rax);
        l.asm.alu(Alu::Cmp, wide, first, second);
    } else if subtract && rn == ZERO && !sets {
        let to = l.target(rd, Reg::Rax);
        l.asm.mov(wide, to, second);
        l.asm.unary(3, wide, to);
        l.commit(rd, to);
    } else {
        let to = target_beside(l, rd, rn, second);
        l.copy(rn, to);
        l.asm.alu(op, wide, to, second);
        l.commit(rd, to);
    }
    if sets {
        l.set_flags(if subtract { FlagsAt::Borrow } else { FlagsAt::Carry });
    }
}

/// Where to compute `rd` when `rn` is copied there first and `second` is read afterwards.
fn target_beside(l: &Lower<'_>, rd: u8, rn: u8, second: Rm) -> Reg {
    match l.pinned(rd) {
        Some(own) if Rm::from(own) != second || l.pinned(rn) == Some(own) => own,
        _ => Reg::Rax,
    }
}

fn add_extended(l: &mut Lower<'_>, sets: bool, word: u32, wide: bool) -> bool {
    let (option, amount) = (bits(word, 15, 13), bits(word, 12, 10) as u8);
    if amount > 4 {
        return false;
    }
    let rd = if sets { destination(word, 0) } else { field5(word, 0) };
    let (rn, rm) = (field5(word, 5), source(word, 16));
    l.clobber();
    l.extended(rm, option, Reg::Rdx);
    if amount != 0 {
        l.asm.shift(Shift::Shl, true, Reg::Rdx, amount);
    }
    combine(l, rd, rn, Reg::Rdx.into(), bits(word, 30, 30) != 0, sets, wide);
    if rd == SP {
        l.sp_aligned = false;
    }
    true
}

fn add_with_carry(l: &mut Lower<'_>, word: u32, wide: bool) {
    let (rd, rn, rm) = (destination(word, 0), source(word, 5), source(word, 16));
    let (subtract, sets) = (bits(word, 30, 30) != 0, bits(word, 29, 29) != 0);
    l.load_flags();
    // What is kept of the flags goes to memory first, for the sum destroys them.
    if !sets && l.live_after() {
        let at = l.flags;
        l.save_flags();
        l.flags = at;
    }
    let wanted = if subtract { FlagsAt::Borrow } else { FlagsAt::Carry };
    if l.flags != wanted {
        l.asm.cmc();
    }
    l.copy(rn, Reg::Rax);
    let second = l.rm(rm);
    l.asm.alu(if subtract { Alu::Sbb } else { Alu::Adc }, wide, Reg::Rax, second);
    l.commit(rd, Reg::Rax);
    l.flags = FlagsAt::Memory;
    if sets {
        l.set_flags(wanted);
    }
}

fn logical(l: &mut Lower<'_>, word: u32, wide: bool) -> bool {
    let (kind, amount) = (bits(word, 23, 22), bits(word, 15, 10) as u8);
    if !wide && amount >= 32 {
        return false;
    }
    let (rd, rn, rm) = (destination(word, 0), source(word, 5), source(word, 16));
    let (opc, inverted) = (bits(word, 30, 29), bits(word, 21, 21) != 0);
    if opc == 1 && rn == ZERO && amount == 0 {
        let to = l.target(rd, Reg::Rax);
        let from = l.rm(rm);
        if rm == ZERO && !inverted {
            l.set(rd, 0);
            return true;
        }
        l.asm.mov(wide, to, from);
        if inverted {
            l.asm.unary(2, wide, to);
        }
        let checked = l.checked.get(rm as usize).copied().flatten();
        l.commit(rd, to);
        if wide && !inverted {
            l.moved(rd, checked, 0);
        }
        return true;
    }
    l.clobber();
    let mut second = l.shifted(rm, kind, amount, wide, Reg::Rdx);
    if inverted {
        if second != Reg::Rdx.into() {
            l.copy(rm, Reg::Rdx);
        }
        l.asm.unary(2, wide, Reg::Rdx);
        second = Reg::Rdx.into();
    }
    if opc == 3 && rd == ZERO_SINK {
        let first = l.value(rn, Reg::Rax);
        l.asm.test(wide, second, first);
    } else {
        let op = [Alu::And, Alu::Or, Alu::Xor, Alu::And][opc as usize];
        let to = target_beside(l, rd, rn, second);
        l.copy(rn, to);
        l.asm.alu(op, wide, to, second);
        l.commit(rd, to);
    }
    if opc == 3 {
        l.set_flags(FlagsAt::Carry);
    }
    true
}

fn select(l: &mut Lower<'_>, word: u32, wide: bool) {
    let (rd, rn, rm) = (destination(word, 0), source(word, 5), source(word, 16));
    let (cond, inverts, increments) = (bits(word, 15, 12), bits(word, 30, 30) != 0, bits(word, 10, 10) != 0);
    let cc = (cond < 14).then(|| l.condition(cond));
    if let Some(cc) = cc.filter(|_| rn == ZERO && rm == ZERO && inverts != increments) {
        // CSET, CSETM.
        l.asm.mov_imm(Reg::Rax, 0);
        l.asm.setcc(cc.not(), Reg::Rax);
        if inverts {
            l.asm.lea(wide, Reg::Rax, Rm::Base(Reg::Rax, -1));
            l.asm.unary(2, wide, Reg::Rax);
        }
        return l.commit(rd, Reg::Rax);
    }
    let Some(cc) = cc else {
        let (to, from) = (l.target(rd, Reg::Rax), l.rm(rn));
        l.asm.mov(wide, to, from);
        return l.commit(rd, to);
    };
    let to = match l.pinned(rd) {
        Some(own) if l.pinned(rn) != Some(own) => own,
        _ => Reg::Rax,
    };
    l.copy(rm, to);
    if inverts {
        l.asm.unary(2, wide, to);
    }
    if increments {
        l.asm.lea(wide, to, Rm::Base(to, 1));
    }
    let first = l.rm(rn);
    l.asm.cmov(cc, wide, to, first);
    l.commit(rd, to);
}

fn divide(l: &mut Lower<'_>, word: u32, wide: bool, signed: bool) {
    let (rd, rn, rm) = (destination(word, 0), source(word, 5), source(word, 16));
    l.clobber();
    let divisor = l.rm(rm);
    l.copy(rn, Reg::Rax);
    l.asm.alu_imm(Alu::Cmp, wide, divisor, 0);
    let by_zero = l.asm.jcc_short(Cc::E);
    let mut negated = None;
    if signed {
        // The one quotient that does not fit would trap.
        l.asm.alu_imm(Alu::Cmp, wide, divisor, -1);
        let by_one = l.asm.jcc_short(Cc::Ne);
        l.asm.unary(3, wide, Reg::Rax);
        negated = Some(l.asm.jmp_short());
        l.asm.bind_short(by_one);
        l.asm.sign_into_rdx(wide);
        l.asm.unary(7, wide, divisor);
    } else {
        l.asm.mov_imm(Reg::Rdx, 0);
        l.asm.unary(6, wide, divisor);
    }
    let done = l.asm.jmp_short();
    l.asm.bind_short(by_zero);
    l.asm.mov_imm(Reg::Rax, 0);
    l.asm.bind_short(done);
    if let Some(negated) = negated {
        l.asm.bind_short(negated);
    }
    l.commit(rd, Reg::Rax);
}

fn shift(l: &mut Lower<'_>, word: u32, wide: bool) {
    let (rd, rn, rm) = (destination(word, 0), source(word, 5), source(word, 16));
    let from = l.rm(rn);
    let amount;
    match bits(word, 11, 10) {
        3 => {
            l.clobber();
            amount = l.value(rm, Reg::Rdx);
            l.asm.shift_x(Shift::Shr, wide, Reg::Rax, from, amount);
            if amount != Reg::Rdx {
                l.asm.mov(true, Reg::Rdx, amount);
            }
            l.asm.unary(3, wide, Reg::Rdx);
            l.asm.shift_x(Shift::Shl, wide, Reg::Rdx, from, Reg::Rdx);
            l.asm.alu(Alu::Or, wide, Reg::Rax, Reg::Rdx);
            l.commit(rd, Reg::Rax);
        }
        kind => {
            let op = [Shift::Shl, Shift::Shr, Shift::Sar][kind as usize];
            amount = l.value(rm, Reg::Rdx);
            let to = l.target(rd, Reg::Rax);
            l.asm.shift_x(op, wide, to, from, amount);
            l.commit(rd, to);
        }
    }
}

fn reverse_halves(l: &mut Lower<'_>, word: u32, wide: bool) {
    l.clobber();
    l.copy(source(word, 5), Reg::Rax);
    swap_fields(l, wide, 8, 0x00ff_00ff_00ff_00ff);
    l.commit(destination(word, 0), Reg::Rax);
}

/// Exchanges neighbouring fields of `width` bits of rax; `low` has the lower ones set. Destroys rdx.
fn swap_fields(l: &mut Lower<'_>, wide: bool, width: u8, low: u64) {
    let low = if wide { low } else { low & 0xffff_ffff };
    l.asm.mov_imm(Reg::Rdx, low);
    l.asm.alu(Alu::And, wide, Reg::Rdx, Reg::Rax);
    l.asm.shift(Shift::Shr, wide, Reg::Rax, width);
    l.asm.shift(Shift::Shl, wide, Reg::Rdx, width);
    l.asm.push(Reg::Rdx);
    l.asm.mov_imm(Reg::Rdx, low);
    l.asm.alu(Alu::And, wide, Reg::Rax, Reg::Rdx);
    l.asm.pop(Reg::Rdx);
    l.asm.alu(Alu::Or, wide, Reg::Rax, Reg::Rdx);
}

fn reverse_words(l: &mut Lower<'_>, word: u32) {
    let from = l.rm(source(word, 5));
    l.asm.rorx(true, Reg::Rax, from, 32);
    l.asm.bswap(true, Reg::Rax);
    l.commit(destination(word, 0), Reg::Rax);
}

fn reverse_bits(l: &mut Lower<'_>, word: u32, wide: bool) {
    l.clobber();
    l.copy(source(word, 5), Reg::Rax);
    l.asm.bswap(wide, Reg::Rax);
    swap_fields(l, wide, 4, 0x0f0f_0f0f_0f0f_0f0f);
    swap_fields(l, wide, 2, 0x3333_3333_3333_3333);
    swap_fields(l, wide, 1, 0x5555_5555_5555_5555);
    l.commit(destination(word, 0), Reg::Rax);
}

fn multiply_add(l: &mut Lower<'_>, word: u32, wide: bool) {
    let (rd, rn, rm, ra) = (destination(word, 0), source(word, 5), source(word, 16), source(word, 10));
    l.clobber();
    let second = l.rm(rm);
    l.copy(rn, Reg::Rax);
    l.asm.imul(wide, Reg::Rax, second);
    accumulate(l, rd, ra, bits(word, 15, 15) != 0, wide);
}

/// `rd = ra ± rax`. The flags must be saved.
fn accumulate(l: &mut Lower<'_>, rd: u8, ra: u8, subtract: bool, wide: bool) {
    if subtract {
        l.asm.unary(3, wide, Reg::Rax);
    }
    if ra != ZERO {
        let third = l.rm(ra);
        l.asm.alu(Alu::Add, wide, Reg::Rax, third);
    }
    l.commit(rd, Reg::Rax);
}

fn multiply_long(l: &mut Lower<'_>, word: u32) {
    let (rd, rn, rm, ra) = (destination(word, 0), source(word, 5), source(word, 16), source(word, 10));
    let option = if bits(word, 23, 23) != 0 { 2 } else { 6 };
    l.clobber();
    l.extended(rn, option, Reg::Rax);
    l.extended(rm, option, Reg::Rdx);
    l.asm.imul(true, Reg::Rax, Reg::Rdx);
    accumulate(l, rd, ra, bits(word, 15, 15) != 0, true);
}

fn multiply_high(l: &mut Lower<'_>, word: u32) {
    let (rd, rn, rm) = (destination(word, 0), source(word, 5), source(word, 16));
    let second = l.rm(rm);
    if bits(word, 23, 23) != 0 {
        l.copy(rn, Reg::Rdx);
        l.asm.mulx(Reg::Rax, Reg::Rdx, second);
        return l.commit(rd, Reg::Rax);
    }
    l.clobber();
    l.copy(rn, Reg::Rax);
    l.asm.unary(5, true, second);
    l.commit(rd, Reg::Rdx);
}
