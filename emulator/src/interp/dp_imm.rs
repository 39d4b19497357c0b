//! Data processing, immediate.

use super::operand::{add_sub, bit, bit_masks, destination, field5, nz, shift, sized, source, specialise};
use super::{Flow, Insn};
use crate::cpu::Cpu;
use crate::isa::rows::dp_imm::Op;
use crate::isa::{bits, sbits};

/// Specialises `word`, which is encoded as `op`, at `pc`.
pub(super) fn select(op: Op, word: u32, pc: u64) -> Option<Insn> {
    let x = bit(word, 31);
    let mut insn = Insn::new(set, word);
    insn.rd = destination(word, 0);
    insn.rn = source(word, 5);
    match op {
        Op::Adr => insn.imm = pc.wrapping_add(page_offset(word) as u64),
        Op::Adrp => insn.imm = (pc & !0xfff).wrapping_add((page_offset(word) << 12) as u64),
        Op::AddSubImm | Op::AddsSubsImm => {
            let flags = op == Op::AddsSubsImm;
            if !flags {
                insn.rd = field5(word, 0);
            }
            insn.rn = field5(word, 5);
            insn.imm = u64::from(bits(word, 21, 10)) << if bit(word, 22) { 12 } else { 0 };
            insn.exec = specialise!(add_sub_imm, []; bool x; bool bit(word, 30); bool flags);
        }
        Op::LogicalImm => {
            let (n, opc) = (bits(word, 22, 22), bits(word, 30, 29));
            if !x && n != 0 {
                return None;
            }
            let (mask, _) = bit_masks(n, bits(word, 15, 10), bits(word, 21, 16), true)?;
            insn.imm = if x { mask } else { mask & 0xffff_ffff };
            if opc != 3 {
                insn.rd = field5(word, 0);
            }
            insn.exec = specialise!(logical_imm, []; bool x; 4 opc);
        }
        Op::MoveWide => {
            let hw = bits(word, 22, 21);
            if !x && hw > 1 {
                return None;
            }
            let value = u64::from(bits(word, 20, 5)) << (16 * hw);
            match bits(word, 30, 29) {
                0 => insn.imm = if x { !value } else { !value & 0xffff_ffff },
                2 => insn.imm = value,
                3 => {
                    insn.imm = value;
                    insn.rn = source(word, 0);
                    insn.ra = 16 * hw as u8;
                    insn.exec = specialise!(move_keep, []; bool x);
                }
                _ => return None,
            }
        }
        Op::Bitfield => bitfield(&mut insn, x)?,
        Op::Extr => {
            let amount = bits(word, 15, 10);
            if bit(word, 22) != x || (!x && amount > 31) {
                return None;
            }
            insn.rm = source(word, 16);
            insn.ra = amount as u8;
            insn.exec = specialise!(extract, []; bool x);
        }
        Op::Addg | Op::Subg => return None,
    }
    Some(insn)
}

fn page_offset(word: u32) -> i64 {
    sbits(word, 23, 5) << 2 | i64::from(bits(word, 30, 29))
}

/// The common aliases get a function of their own: shifts and extensions of a whole register.
fn bitfield(insn: &mut Insn, x: bool) -> Option<()> {
    let word = insn.word;
    let (n, immr, imms) = (bits(word, 22, 22), bits(word, 21, 16), bits(word, 15, 10));
    if (n == 1) != x || (!x && (immr > 31 || imms > 31)) {
        return None;
    }
    let top = if x { 63 } else { 31 };
    let (opc, right) = (bits(word, 30, 29), imms >= immr);
    insn.rm = immr as u8;
    insn.ra = imms as u8;
    insn.exec = match opc {
        // LSR and ASR, LSL, extraction, then the rest.
        0 if imms == top => specialise!(shift_imm, []; bool x; 4 2),
        2 if imms == top => specialise!(shift_imm, []; bool x; 4 1),
        2 if imms + 1 == immr => {
            insn.rm = (top - imms) as u8;
            specialise!(shift_imm, []; bool x; 4 0)
        }
        2 if right => {
            insn.imm = u64::MAX >> (63 - (imms - immr));
            extract_unsigned
        }
        0 if right => {
            // Shift the field up to the top of 64 bits, then down with its sign.
            insn.rm = (63 - imms) as u8;
            insn.ra = (63 - (imms - immr)) as u8;
            specialise!(extract_signed, []; bool x)
        }
        0 | 2 => {
            insn.rm = (63 - imms) as u8;
            insn.ra = (63 - imms - (top + 1 - immr)) as u8;
            if opc == 0 { specialise!(extract_signed, []; bool x) } else { insert_unsigned }
        }
        1 => {
            let (wmask, tmask) = bit_masks(n, imms, immr, false)?;
            insn.imm = sized_mask(wmask & tmask, x);
            insn.rd = destination(word, 0);
            insn.ra = source(word, 0);
            specialise!(insert_keep, []; bool x)
        }
        _ => return None,
    };
    Some(())
}

fn sized_mask(mask: u64, x: bool) -> u64 {
    if x { mask } else { mask & 0xffff_ffff }
}

fn set(cpu: &mut Cpu, insn: &Insn) -> Flow {
    cpu.set_reg(insn.rd, insn.imm);
    Flow::Next
}

fn add_sub_imm<const X: bool, const SUB: bool, const S: bool>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let result = add_sub::<X, SUB, S>(cpu, cpu.reg(insn.rn), insn.imm);
    cpu.set_reg(insn.rd, result);
    Flow::Next
}

fn logical_imm<const X: bool, const OPC: u8>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let a = cpu.reg(insn.rn);
    let result = sized::<X>(match OPC {
        0 | 3 => a & insn.imm,
        1 => a | insn.imm,
        _ => a ^ insn.imm,
    });
    cpu.set_reg(insn.rd, result);
    if OPC == 3 {
        cpu.nzcv = nz::<X>(result);
    }
    Flow::Next
}

fn move_keep<const X: bool>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let kept = cpu.reg(insn.rn) & !(0xffff << (insn.ra & 63));
    cpu.set_reg(insn.rd, sized::<X>(kept | insn.imm));
    Flow::Next
}

fn shift_imm<const X: bool, const KIND: u8>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    cpu.set_reg(insn.rd, shift::<X, KIND>(cpu.reg(insn.rn), u32::from(insn.rm)));
    Flow::Next
}

fn extract_unsigned(cpu: &mut Cpu, insn: &Insn) -> Flow {
    cpu.set_reg(insn.rd, cpu.reg(insn.rn) >> (insn.rm & 63) & insn.imm);
    Flow::Next
}

fn extract_signed<const X: bool>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let up = cpu.reg(insn.rn) << (insn.rm & 63);
    cpu.set_reg(insn.rd, sized::<X>((up as i64 >> (insn.ra & 63)) as u64));
    Flow::Next
}

fn insert_unsigned(cpu: &mut Cpu, insn: &Insn) -> Flow {
    cpu.set_reg(insn.rd, cpu.reg(insn.rn) << (insn.rm & 63) >> (insn.ra & 63));
    Flow::Next
}

/// BFM: the field (rotated into place) under the mask, the destination's own bits elsewhere.
fn insert_keep<const X: bool>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let field = shift::<X, 3>(cpu.reg(insn.rn), u32::from(insn.rm));
    let kept = cpu.reg(insn.ra) & !insn.imm;
    cpu.set_reg(insn.rd, sized::<X>(kept | field & insn.imm));
    Flow::Next
}

fn extract<const X: bool>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let (high, low, amount) = (cpu.reg(insn.rn), cpu.reg(insn.rm), u32::from(insn.ra));
    let result = if X {
        ((u128::from(high) << 64 | u128::from(low)) >> (amount & 63)) as u64
    } else {
        sized::<false>((high << 32 | low & 0xffff_ffff) >> (amount & 31))
    };
    cpu.set_reg(insn.rd, result);
    Flow::Next
}

#[cfg(test)]
mod tests {
    use crate::interp::testing::{processor, x0_of};
    use crate::interp::{select, step};

    #[test]
    fn known_encodings() {
        // add x0, x1, #1, lsl #12; sub w0, w1, #2
        assert_eq!(x0_of(0x9140_0420, 5, 0), 0x1005);
        assert_eq!(x0_of(0x5100_0820, 1, 0), 0xffff_ffff);
        // and x0, x1, #0xff; orr w0, w1, #0x55555555; movk x0, #0x1234, lsl #16
        assert_eq!(x0_of(0x9240_1c20, 0x1234, 0), 0x34);
        assert_eq!(x0_of(0x3200_f020, 0, 0), 0x5555_5555);
        assert_eq!(x0_of(0xf2a2_4680, 0, 0), 0x5555_5555_1234_5555);
        // movn w0, #0; adr x0, .+8; adrp x0, .-4096
        assert_eq!(x0_of(0x1280_0000, 0, 0), 0xffff_ffff);
        assert_eq!(x0_of(0x1000_0040, 0, 0), 0x1008);
        assert_eq!(x0_of(0xf0ff_ffe0, 0, 0), 0);
        // lsl x0, x1, #4; lsr w0, w1, #4; asr x0, x1, #8; ubfx x0, x1, #8, #8; sbfx w0, w1, #8, #8
        assert_eq!(x0_of(0xd37c_ec20, 3, 0), 0x30);
        assert_eq!(x0_of(0x5304_7c20, 0xff_ffff_fff0, 0), 0x0fff_ffff);
        assert_eq!(x0_of(0x9348_fc20, 1 << 63, 0), 0xff80_0000_0000_0000);
        assert_eq!(x0_of(0xd348_3c20, 0xabcd, 0), 0xab);
        assert_eq!(x0_of(0x1308_3c20, 0xabcd, 0), 0xffff_ffab);
        // ubfiz x0, x1, #8, #4; sbfiz w0, w1, #8, #4; bfi x0, x1, #8, #8; sxtw x0, w1
        assert_eq!(x0_of(0xd378_0c20, 0xff, 0), 0xf00);
        assert_eq!(x0_of(0x1318_0c20, 0x8, 0), 0xffff_f800);
        assert_eq!(x0_of(0xb378_1c20, 0xab, 0), 0x5555_5555_5555_ab55);
        assert_eq!(x0_of(0x9340_7c20, 0x8000_0000, 0), 0xffff_ffff_8000_0000);
        // extr x0, x1, x2, #8
        assert_eq!(x0_of(0x93c2_2020, 0xab, 0xcd00), 0xab00_0000_0000_00cd);
    }

    #[test]
    fn flags_of_subs() {
        let mut cpu = processor();
        cpu.x[1] = 1;
        // cmp x1, #1
        assert_eq!(step(&mut cpu, 0xf100_043f), Ok(()));
        assert_eq!(cpu.nzcv, 0x6000_0000);
    }

    #[test]
    fn unallocated_operands() {
        // A 32-bit movz with hw 2, a logical immediate of all ones, extr with N unlike sf.
        for word in [0x52c0_0000, 0x9240_fc00, 0x9382_2020] {
            assert!(select(word, 0).is_none(), "{word:#x}");
        }
    }
}
