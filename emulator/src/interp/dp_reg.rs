//! Data processing, register.

use super::operand::{
    add_sub, add_with_carry, bit, destination, extend, field5, holds, nz, shift, sized, source, specialise,
};
use super::{Flow, Insn};
use crate::cpu::Cpu;
use crate::isa::bits;
use crate::isa::rows::dp_reg::Op;

/// Specialises `word`, which is encoded as `op`.
pub(super) fn select(op: Op, word: u32) -> Option<Insn> {
    let x = bit(word, 31);
    let mut insn = Insn::new(reverse_bits::<true>, word);
    insn.rd = destination(word, 0);
    insn.rn = source(word, 5);
    insn.rm = source(word, 16);
    insn.ra = bits(word, 15, 10) as u8;
    insn.exec = match op {
        Op::Udiv => specialise!(divide, []; bool x; bool false),
        Op::Sdiv => specialise!(divide, []; bool x; bool true),
        Op::ShiftVar => specialise!(shift_var, []; bool x; 4 bits(word, 11, 10)),
        Op::Crc32 => {
            let size = bits(word, 11, 10);
            if x != (size == 3) {
                return None;
            }
            specialise!(crc32, []; bool bit(word, 12); 4 size)
        }
        Op::Rbit => specialise!(reverse_bits, []; bool x),
        Op::Rev16 => specialise!(reverse_halves, []; bool x),
        Op::Rev32 => specialise!(reverse_words, []; bool x),
        Op::Rev64 => reverse_double,
        Op::Clz => specialise!(leading_zeros, []; bool x),
        Op::Cls => specialise!(leading_signs, []; bool x),
        Op::LogicalReg | Op::AddSubReg => {
            let (kind, amount) = (bits(word, 23, 22), u32::from(insn.ra));
            if (!x && amount > 31) || (op == Op::AddSubReg && kind == 3) {
                return None;
            }
            // By nothing is the commonest shift: kind 4 knows that there is none.
            let kind = if amount == 0 { 4 } else { kind };
            match op {
                Op::AddSubReg => {
                    let (sub, s) = (bit(word, 30), bit(word, 29));
                    specialise!(add_sub_reg, []; bool x; bool sub; bool s; 8 kind)
                }
                _ => {
                    let negate = bit(word, 21);
                    specialise!(logical_reg, []; bool x; 4 bits(word, 30, 29); bool negate; 8 kind)
                }
            }
        }
        Op::AddSubExt | Op::AddsSubsExt => {
            let (amount, sub, s) = (bits(word, 12, 10), bit(word, 30), op == Op::AddsSubsExt);
            if amount > 4 {
                return None;
            }
            insn.ra = amount as u8;
            insn.rn = field5(word, 5);
            if !s {
                insn.rd = field5(word, 0);
            }
            specialise!(add_sub_ext, []; bool x; bool sub; bool s; 8 bits(word, 15, 13))
        }
        Op::AddSubCarry => specialise!(add_sub_carry, []; bool x; bool bit(word, 30); bool bit(word, 29)),
        Op::CondCompareReg | Op::CondCompareImm => {
            let sub = bit(word, 30);
            insn.rd = bits(word, 15, 12) as u8;
            insn.ra = bits(word, 3, 0) as u8;
            if op == Op::CondCompareReg {
                specialise!(cond_compare, []; bool x; bool sub; bool false)
            } else {
                insn.imm = u64::from(bits(word, 20, 16));
                specialise!(cond_compare, []; bool x; bool sub; bool true)
            }
        }
        Op::CondSelect => {
            insn.ra = bits(word, 15, 12) as u8;
            specialise!(cond_select, []; bool x; bool bit(word, 30); bool bit(word, 10))
        }
        Op::MultiplyAdd => {
            insn.ra = source(word, 10);
            specialise!(multiply_add, []; bool x; bool bit(word, 15))
        }
        Op::MultiplyAddLong => {
            insn.ra = source(word, 10);
            specialise!(multiply_add_long, []; bool bit(word, 23); bool bit(word, 15))
        }
        Op::MultiplyHigh => specialise!(multiply_high, []; bool bit(word, 23)),
        Op::MinMaxReg
        | Op::Subp
        | Op::Irg
        | Op::Gmi
        | Op::Pacga
        | Op::Ctz
        | Op::Cnt
        | Op::Abs
        | Op::Pac
        | Op::Aut
        | Op::Xpac
        | Op::Rmif
        | Op::Setf => return None,
    };
    Some(insn)
}

fn divide<const X: bool, const SIGNED: bool>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let (a, b) = (cpu.reg(insn.rn), cpu.reg(insn.rm));
    // By zero gives zero; the most negative number by -1 wraps.
    let result = match (X, SIGNED) {
        (true, false) => a.checked_div(b).unwrap_or(0),
        (false, false) => u64::from((a as u32).checked_div(b as u32).unwrap_or(0)),
        (true, true) if b == 0 => 0,
        (true, true) => (a as i64).wrapping_div(b as i64) as u64,
        (false, true) if b as u32 == 0 => 0,
        (false, true) => u64::from((a as i32).wrapping_div(b as i32) as u32),
    };
    cpu.set_reg(insn.rd, result);
    Flow::Next
}

fn shift_var<const X: bool, const KIND: u8>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let amount = cpu.reg(insn.rm) as u32;
    cpu.set_reg(insn.rd, shift::<X, KIND>(cpu.reg(insn.rn), amount));
    Flow::Next
}

const fn crc_table(polynomial: u32) -> [u32; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let (mut value, mut bit) = (index as u32, 0);
        while bit < 8 {
            value = value >> 1 ^ (polynomial & (value & 1).wrapping_neg());
            bit += 1;
        }
        table[index] = value;
        index += 1;
    }
    table
}

/// The bit-reversed polynomials 0x04C11DB7 and 0x1EDC6F41.
static CRC: [[u32; 256]; 2] = [crc_table(0xedb8_8320), crc_table(0x82f6_3b78)];

fn crc32<const C: bool, const SIZE: u8>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let (mut sum, value) = (cpu.reg(insn.rn) as u32, cpu.reg(insn.rm).to_le_bytes());
    for &byte in &value[..1 << SIZE] {
        sum = sum >> 8 ^ CRC[usize::from(C)][usize::from(sum as u8 ^ byte)];
    }
    cpu.set_reg(insn.rd, u64::from(sum));
    Flow::Next
}

fn reverse_bits<const X: bool>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let value = cpu.reg(insn.rn).reverse_bits();
    cpu.set_reg(insn.rd, if X { value } else { value >> 32 });
    Flow::Next
}

fn reverse_halves<const X: bool>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let value = cpu.reg(insn.rn);
    let odd = 0xff00_ff00_ff00_ff00;
    cpu.set_reg(insn.rd, sized::<X>((value & odd) >> 8 | (value & !odd) << 8));
    Flow::Next
}

fn reverse_words<const X: bool>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let value = cpu.reg(insn.rn).swap_bytes();
    cpu.set_reg(insn.rd, if X { value.rotate_left(32) } else { value >> 32 });
    Flow::Next
}

fn reverse_double(cpu: &mut Cpu, insn: &Insn) -> Flow {
    cpu.set_reg(insn.rd, cpu.reg(insn.rn).swap_bytes());
    Flow::Next
}

fn leading_zeros<const X: bool>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let value = cpu.reg(insn.rn);
    let count = if X { value.leading_zeros() } else { (value as u32).leading_zeros() };
    cpu.set_reg(insn.rd, u64::from(count));
    Flow::Next
}

fn leading_signs<const X: bool>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let value = cpu.reg(insn.rn);
    // A bit set where two neighbours differ; the sign itself has none above it.
    let count = if X {
        (value ^ (value as i64 >> 1) as u64).leading_zeros() - 1
    } else {
        let value = value as u32;
        (value ^ (value as i32 >> 1) as u32).leading_zeros() - 1
    };
    cpu.set_reg(insn.rd, u64::from(count));
    Flow::Next
}

#[inline(always)]
fn shifted<const X: bool, const KIND: u8>(cpu: &Cpu, insn: &Insn) -> u64 {
    let value = cpu.reg(insn.rm);
    if KIND < 4 { shift::<X, KIND>(value, u32::from(insn.ra)) } else { value }
}

fn logical_reg<const X: bool, const OPC: u8, const NEGATE: bool, const KIND: u8>(
    cpu: &mut Cpu,
    insn: &Insn,
) -> Flow {
    let (a, b) = (cpu.reg(insn.rn), shifted::<X, KIND>(cpu, insn));
    let b = if NEGATE { !b } else { b };
    let result = sized::<X>(match OPC {
        0 | 3 => a & b,
        1 => a | b,
        _ => a ^ b,
    });
    cpu.set_reg(insn.rd, result);
    if OPC == 3 {
        cpu.nzcv = nz::<X>(result);
    }
    Flow::Next
}

fn add_sub_reg<const X: bool, const SUB: bool, const S: bool, const KIND: u8>(
    cpu: &mut Cpu,
    insn: &Insn,
) -> Flow {
    let (a, b) = (cpu.reg(insn.rn), shifted::<X, KIND>(cpu, insn));
    let result = add_sub::<X, SUB, S>(cpu, a, b);
    cpu.set_reg(insn.rd, result);
    Flow::Next
}

fn add_sub_ext<const X: bool, const SUB: bool, const S: bool, const OPTION: u8>(
    cpu: &mut Cpu,
    insn: &Insn,
) -> Flow {
    let (a, b) = (cpu.reg(insn.rn), extend::<OPTION>(cpu.reg(insn.rm)) << (insn.ra & 7));
    let result = add_sub::<X, SUB, S>(cpu, a, b);
    cpu.set_reg(insn.rd, result);
    Flow::Next
}

fn add_sub_carry<const X: bool, const SUB: bool, const S: bool>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let (a, b) = (cpu.reg(insn.rn), cpu.reg(insn.rm));
    let carry = cpu.nzcv & 1 << 29 != 0;
    let (result, nzcv) = add_with_carry::<X>(a, if SUB { !b } else { b }, carry);
    cpu.set_reg(insn.rd, result);
    if S {
        cpu.nzcv = nzcv;
    }
    Flow::Next
}

fn cond_compare<const X: bool, const SUB: bool, const IMM: bool>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    if holds(insn.rd, cpu.nzcv) {
        let b = if IMM { insn.imm } else { cpu.reg(insn.rm) };
        let (_, nzcv) = add_with_carry::<X>(cpu.reg(insn.rn), if SUB { !b } else { b }, SUB);
        cpu.nzcv = nzcv;
    } else {
        cpu.nzcv = u32::from(insn.ra) << 28;
    }
    Flow::Next
}

fn cond_select<const X: bool, const INVERT: bool, const INCREMENT: bool>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let other = cpu.reg(insn.rm);
    let other = if INVERT { !other } else { other };
    let other = other.wrapping_add(u64::from(INCREMENT));
    let result = if holds(insn.ra, cpu.nzcv) { cpu.reg(insn.rn) } else { other };
    cpu.set_reg(insn.rd, sized::<X>(result));
    Flow::Next
}

fn multiply_add<const X: bool, const SUB: bool>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let product = cpu.reg(insn.rn).wrapping_mul(cpu.reg(insn.rm));
    let addend = cpu.reg(insn.ra);
    let result = if SUB { addend.wrapping_sub(product) } else { addend.wrapping_add(product) };
    cpu.set_reg(insn.rd, sized::<X>(result));
    Flow::Next
}

fn multiply_add_long<const UNSIGNED: bool, const SUB: bool>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let (a, b) = (cpu.reg(insn.rn), cpu.reg(insn.rm));
    let product = if UNSIGNED {
        u64::from(a as u32) * u64::from(b as u32)
    } else {
        (i64::from(a as i32) * i64::from(b as i32)) as u64
    };
    let addend = cpu.reg(insn.ra);
    let result = if SUB { addend.wrapping_sub(product) } else { addend.wrapping_add(product) };
    cpu.set_reg(insn.rd, result);
    Flow::Next
}

fn multiply_high<const UNSIGNED: bool>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let (a, b) = (cpu.reg(insn.rn), cpu.reg(insn.rm));
    let high = if UNSIGNED {
        (u128::from(a) * u128::from(b)) >> 64
    } else {
        ((i128::from(a as i64) * i128::from(b as i64)) >> 64) as u128
    };
    cpu.set_reg(insn.rd, high as u64);
    Flow::Next
}

#[cfg(test)]
mod tests {
    use crate::interp::step;
    use crate::interp::testing::{processor, x0_of};

    #[test]
    fn known_encodings() {
        // udiv x0, x1, x2; sdiv w0, w1, w2; lsr w0, w1, w2
        assert_eq!(x0_of(0x9ac2_0820, 7, 2), 3);
        assert_eq!(x0_of(0x9ac2_0820, 7, 0), 0);
        assert_eq!(x0_of(0x1ac2_0c20, 0x8000_0000, 0xffff_ffff), 0x8000_0000);
        assert_eq!(x0_of(0x1ac2_2420, 0x10, 33), 8);
        // crc32b w0, w1, w2; crc32cx w0, w1, x2
        assert_eq!(x0_of(0x1ac2_4020, 0xffff_ffff, u64::from(b'1')), !0x83dc_efb7 & 0xffff_ffff);
        assert_eq!(x0_of(0x9ac2_5c20, 0, 0), 0);
        // rbit x0, x1; rev16 w0, w1; rev w0, w1; rev32 x0, x1; rev x0, x1; clz w0, w1; cls x0, x1
        assert_eq!(x0_of(0xdac0_0020, 1, 0), 1 << 63);
        assert_eq!(x0_of(0x5ac0_0420, 0x1122_3344, 0), 0x2211_4433);
        assert_eq!(x0_of(0x5ac0_0820, 0x1122_3344, 0), 0x4433_2211);
        assert_eq!(x0_of(0xdac0_0820, 0x1122_3344_5566_7788, 0), 0x4433_2211_8877_6655);
        assert_eq!(x0_of(0xdac0_0c20, 0x1122_3344_5566_7788, 0), 0x8877_6655_4433_2211);
        assert_eq!(x0_of(0x5ac0_1020, 1, 0), 31);
        assert_eq!(x0_of(0xdac0_1420, u64::MAX, 0), 63);
        // add x0, x1, x2, lsl #4; bic w0, w1, w2; add x0, x1, w2, sxtb #2
        assert_eq!(x0_of(0x8b02_1020, 1, 2), 0x21);
        assert_eq!(x0_of(0x0a22_0020, 0xff, 0xf), 0xf0);
        assert_eq!(x0_of(0x8b22_8820, 0, 0xff), (-4_i64) as u64);
        // madd x0, x1, x2, xzr; smulh x0, x1, x2; umaddl x0, w1, w2, xzr
        assert_eq!(x0_of(0x9b02_7c20, 6, 7), 42);
        assert_eq!(x0_of(0x9b42_7c20, u64::MAX, 2), u64::MAX);
        assert_eq!(x0_of(0x9ba2_7c20, 0xffff_ffff, 2), 0x1_ffff_fffe);
        // csinc x0, x1, x2, ne (Z is clear); csneg w0, w1, w2, eq
        assert_eq!(x0_of(0x9a82_1420, 3, 4), 3);
        assert_eq!(x0_of(0x5a82_0420, 3, 1), 0xffff_ffff);
    }

    #[test]
    fn conditional_compare_takes_either_way() {
        let mut cpu = processor();
        cpu.x[1] = 5;
        // ccmp x1, #5, #8, ne; then with Z set the immediate flags.
        assert_eq!(step(&mut cpu, 0xfa45_1828), Ok(()));
        assert_eq!(cpu.nzcv, 0x6000_0000);
        assert_eq!(step(&mut cpu, 0xfa45_1828), Ok(()));
        assert_eq!(cpu.nzcv, 0x8000_0000);
    }
}
