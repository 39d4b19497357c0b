//! Conditional comparison of general registers.
//!
//! Without the comparison the flags are a constant. If all that reads them is a branch, or comparisons that end in one,
//! what becomes of it is known as well, and the way without the comparison goes there at once. Else a comparison of two
//! constants sets them: chosen instead of the operands, or on a way of its own.

use super::block::Lower;
use super::condition::FlagsAt;
use crate::interp::{holds, source};
use crate::isa::rows::{branch, dp_reg};
use crate::isa::{self, Opcode, bits};
use crate::jit::x86_64::asm::{Alu, Cc, Offset};
use crate::jit::x86_64::regs::Reg;

/// A jump by which the guest's flags are known and in no register.
#[derive(Clone, Copy, Debug)]
pub(super) struct Assumed {
    /// The displacement of the jump, which may lead out of the block.
    from: Offset,
    /// The flags, as PSTATE has them.
    nzcv: u32,
}

/// The second operand.
#[derive(Clone, Copy, Debug)]
enum Second {
    Register(u8),
    Immediate(i32),
}

/// Emits the conditional comparison `word`.
pub(super) fn lower(l: &mut Lower<'_>, immediate: bool, word: u32) {
    let (cond, nzcv) = (bits(word, 15, 12), bits(word, 3, 0) << 28);
    let (wide, subtract) = (word >> 31 != 0, bits(word, 30, 30) != 0);
    let (first, rm) = (source(word, 5), source(word, 16));
    let second = if immediate { Second::Immediate(bits(word, 20, 16) as i32) } else { Second::Register(rm) };
    let kind = if subtract { FlagsAt::Borrow } else { FlagsAt::Carry };
    let constants = constants(nzcv, kind, wide);
    if cond >= 14 {
        let (compared, _) = l.assumed_by(cond);
        compared.into_iter().for_each(|from| l.asm.bind(from));
        compare(l, subtract, wide, first, second);
    } else if ends_in_branch(l) {
        let cc = l.condition(cond);
        let from = l.jump_if(cc.not());
        let (compared, others) = l.assumed_by(cond);
        l.assumed = others.into_iter().chain([from]).map(|from| Assumed { from, nzcv }).collect();
        compared.into_iter().for_each(|from| l.asm.bind(from));
        compare(l, subtract, wide, first, second);
    } else if let Some((Alu::Cmp, a, b)) = constants.filter(|_| subtract) {
        let cc = l.condition(cond);
        select(l, cc, wide, first, second, [a, b]);
    } else {
        let cc = l.condition(cond);
        let skip = l.asm.jcc(cc.not());
        compare(l, subtract, wide, first, second);
        let done = l.asm.jmp_short();
        l.asm.bind(skip);
        set_known(l, nzcv, kind);
        l.asm.bind_short(done);
    }
    l.set_flags(kind);
}

/// Do the flags reach nothing but a conditional branch, perhaps by more conditional comparisons?
fn ends_in_branch(l: &Lower<'_>) -> bool {
    for ahead in 1.. {
        let Some((word, live)) = l.following(ahead) else { return false };
        match isa::decode(word) {
            Some((_, Opcode::Branch(branch::Op::BranchCond))) => return !live && bits(word, 3, 0) < 14,
            Some((_, Opcode::DpReg(dp_reg::Op::CondCompareReg | dp_reg::Op::CondCompareImm))) => {}
            _ => return false,
        }
    }
    false
}

/// Sets the host's flags by the comparison. Leaves the registers alone but for rax.
fn compare(l: &mut Lower<'_>, subtract: bool, wide: bool, first: u8, second: Second) {
    let op = if subtract { Alu::Cmp } else { Alu::Add };
    let to = if subtract {
        l.value(first, Reg::Rax)
    } else {
        l.copy(first, Reg::Rax);
        Reg::Rax
    };
    match second {
        Second::Immediate(value) => l.asm.alu_imm(op, wide, to, value),
        Second::Register(rm) => {
            let rm = l.rm(rm);
            l.asm.alu(op, wide, to, rm);
        }
    }
}

/// Sets the host's flags by the comparison if `cc`, else by that of two constants. Destroys rax and rdx.
fn select(l: &mut Lower<'_>, cc: Cc, wide: bool, first: u8, second: Second, [a, b]: [u64; 2]) {
    let first = l.rm(first);
    l.asm.mov_imm(Reg::Rax, a);
    l.asm.cmov(cc, wide, Reg::Rax, first);
    match second {
        Second::Immediate(value) if value as u64 == b => l.asm.alu_imm(Alu::Cmp, wide, Reg::Rax, value),
        Second::Immediate(value) => {
            let constant = l.asm.constant(b.into());
            l.asm.mov_imm(Reg::Rdx, value as u64);
            l.asm.cmov(cc.not(), wide, Reg::Rdx, constant);
            l.asm.alu(Alu::Cmp, wide, Reg::Rax, Reg::Rdx);
        }
        Second::Register(rm) => {
            let second = l.rm(rm);
            l.asm.mov_imm(Reg::Rdx, b);
            l.asm.cmov(cc, wide, Reg::Rdx, second);
            l.asm.alu(Alu::Cmp, wide, Reg::Rax, Reg::Rdx);
        }
    }
}

/// Sets the host's flags to what `kind` says they are for `nzcv`. Destroys rax.
fn set_known(l: &mut Lower<'_>, nzcv: u32, kind: FlagsAt) {
    if let Some((op, a, b)) = constants(nzcv, kind, false) {
        l.asm.mov_imm(Reg::Rax, a);
        l.asm.alu_imm(op, false, Reg::Rax, b as i32);
        return;
    }
    let mut flags = super::condition::from_nzcv(nzcv);
    if kind == FlagsAt::Carry {
        flags ^= 0x100;
    }
    l.asm.mov_imm(Reg::Rax, u64::from(flags));
    l.flags_from_ax();
}

/// A comparison or an addition of two numbers, of 64 bits if `wide`, else of 32, by which the host's flags are what `kind`
/// says they are for `nzcv`.
fn constants(nzcv: u32, kind: FlagsAt, wide: bool) -> Option<(Alu, u64, u64)> {
    let [n, z, c, v] = [31, 30, 29, 28].map(|bit| nzcv >> bit & 1 != 0);
    let carry = c != (kind == FlagsAt::Borrow);
    let (ones, low) = if wide { (u64::MAX, i64::MIN as u64) } else { (0xffff_ffff, 0x8000_0000) };
    let high = low - 1;
    let found = match (n, z, carry, v) {
        (false, false, false, false) => (Alu::Cmp, 1, 0),
        (false, false, true, false) => (Alu::Cmp, 1, ones),
        (false, true, false, false) => (Alu::Cmp, 0, 0),
        (true, false, false, false) => (Alu::Cmp, ones, 0),
        (true, false, true, false) => (Alu::Cmp, 0, 1),
        (false, false, false, true) => (Alu::Cmp, low, 1),
        (true, false, true, true) => (Alu::Cmp, high, ones),
        (false, true, true, false) => (Alu::Add, ones, 1),
        (true, false, false, true) => (Alu::Add, high, 1),
        (false, false, true, true) => (Alu::Add, low, low + 1),
        (false, true, true, true) => (Alu::Add, low, low),
        // Zero is not negative, and overflow to zero carries.
        (true, true, ..) | (false, true, false, true) => return None,
    };
    Some(found)
}

impl Lower<'_> {
    /// The jumps that assumed flags on which `cond` holds, and those on which it does not.
    pub(super) fn assumed_by(&mut self, cond: u32) -> (Vec<Offset>, Vec<Offset>) {
        let assumed = std::mem::take(&mut self.assumed);
        let (yes, no): (Vec<Assumed>, _) =
            assumed.into_iter().partition(|assumed| holds(cond as u8, assumed.nzcv));
        let places = |assumed: Vec<Assumed>| assumed.into_iter().map(|assumed| assumed.from).collect();
        (places(yes), places(no))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_give_the_flags() {
        for nzcv in (0..16_u32).map(|flags| flags << 28) {
            for (kind, wide) in [(FlagsAt::Borrow, false), (FlagsAt::Carry, false), (FlagsAt::Borrow, true)] {
                let Some((op, a, b)) = constants(nzcv, kind, wide) else {
                    assert!(nzcv >> 30 & 1 != 0, "nothing for {nzcv:#x}");
                    continue;
                };
                let shift = if wide { 0 } else { 32 };
                let (a, b) = (a << shift, b << shift);
                let (result, carry, overflow) = if op == Alu::Cmp {
                    let overflow = (a as i64).overflowing_sub(b as i64).1;
                    (a.wrapping_sub(b), a < b, overflow)
                } else {
                    let (sum, carry) = a.overflowing_add(b);
                    (sum, carry, (a as i64).overflowing_add(b as i64).1)
                };
                let c = carry != (kind == FlagsAt::Borrow);
                let [n, z, c, v] = [(result as i64) < 0, result == 0, c, overflow].map(u32::from);
                assert_eq!(n << 31 | z << 30 | c << 29 | v << 28, nzcv, "{op:?} {a:#x} {b:#x} {wide}");
            }
        }
    }
}
