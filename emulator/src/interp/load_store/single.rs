//! Loads and stores of one register.

use super::address::{LSL, OFFSET, POST, PRE, SXTW, UXTW, address, offset_mode, write_back};
use super::transfer::*;
use crate::cpu::{Cpu, ZERO};
use crate::interp::operand::{bit, destination, field5, source, specialise};
use crate::interp::{Exec, Flow, Insn};
use crate::isa::rows::load_store::Op;
use crate::isa::{bits, sbits};
use crate::mem::GuestAddr;

/// Which way, and with what register.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Store,
    Load,
    LoadSigned,
    Prefetch,
    StoreFp,
    LoadFp,
}

/// Specialises `word`, which is encoded as `op`, at `pc`.
pub(super) fn select(op: Op, word: u32, pc: u64) -> Option<Insn> {
    use Op::*;
    let kind = match op {
        StrImm | Stur | StrPost | StrPre | Sttr | StrReg => Kind::Store,
        LdrImm | Ldur | LdrPost | LdrPre | Ldtr | LdrReg | LdrLit => Kind::Load,
        LdrsImm | Ldurs | LdrsPost | LdrsPre | Ldtrs | LdrsReg | LdrswLit => Kind::LoadSigned,
        PrfmImm | Prfum | PrfmReg | PrfmLit => Kind::Prefetch,
        StrFpImm | SturFp | StrFpPost | StrFpPre | StrFpReg => Kind::StoreFp,
        LdrFpImm | LdurFp | LdrFpPost | LdrFpPre | LdrFpReg | LdrFpLit => Kind::LoadFp,
        _ => return None,
    };
    let literal = matches!(op, LdrLit | LdrswLit | PrfmLit | LdrFpLit);
    // The size in bytes is 2 to this.
    let scale = match op {
        LdrLit => 2 + bits(word, 30, 30),
        LdrswLit => 2,
        LdrFpLit => 2 + bits(word, 31, 30),
        _ if matches!(kind, Kind::StoreFp | Kind::LoadFp) && bit(word, 23) => {
            // Only size 00 makes a Q register.
            if bits(word, 31, 30) != 0 {
                return None;
            }
            4
        }
        _ => bits(word, 31, 30),
    };

    let mut insn = Insn::new(prefetch, word);
    insn.rn = field5(word, 5);
    let mode = match op {
        _ if literal => {
            insn.rn = ZERO;
            insn.imm = pc.wrapping_add((sbits(word, 23, 5) << 2) as u64);
            OFFSET
        }
        StrImm | LdrImm | LdrsImm | PrfmImm | StrFpImm | LdrFpImm => {
            insn.imm = u64::from(bits(word, 21, 10)) << scale;
            offset_mode(insn.rn)
        }
        StrReg | LdrReg | LdrsReg | PrfmReg | StrFpReg | LdrFpReg => {
            insn.rm = source(word, 16);
            insn.ra = if bit(word, 12) { scale as u8 } else { 0 };
            match bits(word, 15, 13) {
                2 => UXTW,
                3 | 7 => LSL,
                6 => SXTW,
                _ => return None,
            }
        }
        _ => {
            insn.imm = sbits(word, 20, 12) as u64;
            match op {
                StrPost | LdrPost | LdrsPost | StrFpPost | LdrFpPost => POST,
                StrPre | LdrPre | LdrsPre | StrFpPre | LdrFpPre => PRE,
                _ => offset_mode(insn.rn),
            }
        }
    };
    insn.rd = match kind {
        Kind::Store => source(word, 0),
        Kind::Load | Kind::LoadSigned => destination(word, 0),
        Kind::Prefetch | Kind::StoreFp | Kind::LoadFp => field5(word, 0),
    };
    // Of the signed loads' two destinations the bit set means 32 bits.
    let to_w = !literal && bit(word, 22);
    insn.exec = match (kind, scale) {
        (Kind::Prefetch, _) => prefetch,
        (Kind::Store, 0) => stores::<Byte>(mode),
        (Kind::Store, 1) => stores::<Half>(mode),
        (Kind::Store, 2) => stores::<Word>(mode),
        (Kind::Store, _) => stores::<Double>(mode),
        (Kind::Load, 0) => loads::<Byte>(mode),
        (Kind::Load, 1) => loads::<Half>(mode),
        (Kind::Load, 2) => loads::<Word>(mode),
        (Kind::Load, _) => loads::<Double>(mode),
        (Kind::LoadSigned, 0) if to_w => loads::<ByteToW>(mode),
        (Kind::LoadSigned, 1) if to_w => loads::<HalfToW>(mode),
        (Kind::LoadSigned, 0) => loads::<ByteToX>(mode),
        (Kind::LoadSigned, 1) => loads::<HalfToX>(mode),
        (Kind::LoadSigned, 2) if !to_w => loads::<WordToX>(mode),
        (Kind::LoadSigned, _) => return None,
        (Kind::StoreFp, 0) => stores::<VecB>(mode),
        (Kind::StoreFp, 1) => stores::<VecH>(mode),
        (Kind::StoreFp, 2) => stores::<VecS>(mode),
        (Kind::StoreFp, 3) => stores::<VecD>(mode),
        (Kind::StoreFp, _) => stores::<VecQ>(mode),
        (Kind::LoadFp, 0) => loads::<VecB>(mode),
        (Kind::LoadFp, 1) => loads::<VecH>(mode),
        (Kind::LoadFp, 2) => loads::<VecS>(mode),
        (Kind::LoadFp, 3) => loads::<VecD>(mode),
        (Kind::LoadFp, 4) => loads::<VecQ>(mode),
        (Kind::LoadFp, _) => return None,
    };
    Some(insn)
}

fn loads<T: Transfer>(mode: u8) -> Exec {
    specialise!(load, [T,]; 8 mode)
}

fn stores<T: Transfer>(mode: u8) -> Exec {
    specialise!(store, [T,]; 8 mode)
}

fn load<T: Transfer, const MODE: u8>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let addr = match address::<MODE>(cpu, insn) {
        Ok(addr) => addr,
        Err(trap) => return trap,
    };
    match cpu.mem.load::<T::Raw>(GuestAddr(addr)) {
        Ok(raw) => {
            T::put(cpu, insn.rd, raw);
            write_back::<MODE>(cpu, insn, addr);
            Flow::Next
        }
        Err(fault) => cpu.fault(fault),
    }
}

fn store<T: Transfer, const MODE: u8>(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let addr = match address::<MODE>(cpu, insn) {
        Ok(addr) => addr,
        Err(trap) => return trap,
    };
    match cpu.mem.store(GuestAddr(addr), T::get(cpu, insn.rd)) {
        Ok(()) => {
            write_back::<MODE>(cpu, insn, addr);
            Flow::Next
        }
        Err(fault) => cpu.fault(fault),
    }
}

/// A prefetch never faults, so it does nothing.
fn prefetch(_cpu: &mut Cpu, _insn: &Insn) -> Flow {
    Flow::Next
}
