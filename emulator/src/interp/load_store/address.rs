//! Where an access goes.

use crate::cpu::{Cpu, SP};
use crate::interp::operand::extend;
use crate::interp::{Flow, Insn, Trap};
use crate::mem::{Fault, FaultKind, GuestAddr};

/// `imm` from a base that is not the stack pointer; literals have the zero register as their base.
pub(super) const OFFSET: u8 = 0;
/// `imm` from the stack pointer.
pub(super) const OFFSET_SP: u8 = 1;
/// `imm` from the base, which becomes the address.
pub(super) const PRE: u8 = 2;
/// The base, which `imm` is then added to.
pub(super) const POST: u8 = 3;
/// `rm` zero-extended from 32 bits and shifted by `ra`.
pub(super) const UXTW: u8 = 4;
/// `rm` shifted by `ra`.
pub(super) const LSL: u8 = 5;
/// `rm` sign-extended from 32 bits and shifted by `ra`.
pub(super) const SXTW: u8 = 6;

/// The mode of an immediate offset from register `rn`.
pub(super) fn offset_mode(rn: u8) -> u8 {
    if rn == SP { OFFSET_SP } else { OFFSET }
}

/// The base register's value; a stack pointer that is not a multiple of 16 traps.
#[inline(always)]
pub(super) fn base(cpu: &mut Cpu, rn: u8) -> Result<u64, Flow> {
    let base = cpu.reg(rn);
    if rn == SP && !base.is_multiple_of(16) {
        return Err(cpu.raise(Trap::Misaligned(GuestAddr(base))));
    }
    Ok(base)
}

/// The address of an access in `MODE`.
#[inline(always)]
pub(super) fn address<const MODE: u8>(cpu: &mut Cpu, insn: &Insn) -> Result<u64, Flow> {
    let base = if MODE == OFFSET { cpu.reg(insn.rn) } else { base(cpu, insn.rn)? };
    Ok(match MODE {
        POST => base,
        UXTW => base.wrapping_add(extend::<2>(cpu.reg(insn.rm)) << (insn.ra & 7)),
        LSL => base.wrapping_add(cpu.reg(insn.rm) << (insn.ra & 7)),
        SXTW => base.wrapping_add(extend::<6>(cpu.reg(insn.rm)) << (insn.ra & 7)),
        _ => base.wrapping_add(insn.imm),
    })
}

/// Writes the base back if `MODE` says so; `addr` is what `address` gave.
#[inline(always)]
pub(super) fn write_back<const MODE: u8>(cpu: &mut Cpu, insn: &Insn, addr: u64) {
    match MODE {
        PRE => cpu.set_reg(insn.rn, addr),
        POST => cpu.set_reg(insn.rn, addr.wrapping_add(insn.imm)),
        _ => {}
    }
}

/// The base register's value as the address of an access that must be aligned to `bytes`.
#[inline(always)]
pub(super) fn aligned(cpu: &mut Cpu, rn: u8, bytes: u64, write: bool) -> Result<GuestAddr, Flow> {
    let addr = GuestAddr(base(cpu, rn)?);
    if !addr.0.is_multiple_of(bytes) {
        return Err(cpu.fault(Fault { addr: GuestAddr(addr.untagged()), kind: FaultKind::Alignment, write }));
    }
    Ok(addr)
}
