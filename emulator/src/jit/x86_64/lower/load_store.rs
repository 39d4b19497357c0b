//! Loads and stores but for the atomic ones.

use super::address::behind;
use super::block::Lower;
use super::{atomic, exclusive};
use crate::cpu::ZERO_SINK;
use crate::interp::{destination, field5, source};
use crate::isa::rows::load_store::Op;
use crate::isa::{bits, sbits};
use crate::jit::x86_64::asm::Rm;
use crate::jit::x86_64::regs::{MEMORY, Reg, Xmm};
use crate::mem::SIZE;

/// What a register moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Store,
    Load,
    /// Sign-extended, to 64 bits or not.
    LoadSigned(bool),
    StoreVector,
    LoadVector,
}

/// How the base register moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Offset,
    Pre,
    Post,
}

/// A vector register between two guest instructions free for use.
const TEMP: Xmm = Xmm(13);

/// Emits `word`, which is encoded as `op`; false when the interpreter must do it.
pub(super) fn lower(l: &mut Lower<'_>, op: Op, word: u32) -> bool {
    use Op::*;
    let size = bits(word, 31, 30) as u8;
    let to_x = bits(word, 22, 22) == 0;
    let vector_scale = size | (bits(word, 23, 23) as u8) << 2;
    let (kind, scale) = match op {
        StrImm | Stur | StrPost | StrPre | Sttr | StrReg => (Kind::Store, size),
        LdrImm | Ldur | LdrPost | LdrPre | Ldtr | LdrReg => (Kind::Load, size),
        LdrsImm | Ldurs | LdrsPost | LdrsPre | Ldtrs | LdrsReg => (Kind::LoadSigned(to_x), size),
        StrFpImm | SturFp | StrFpPost | StrFpPre | StrFpReg => (Kind::StoreVector, vector_scale),
        LdrFpImm | LdurFp | LdrFpPost | LdrFpPre | LdrFpReg => (Kind::LoadVector, vector_scale),
        PrfmImm | Prfum | PrfmLit => return true,
        // A prefetch does nothing, but half of the options are reserved.
        PrfmReg => return matches!(bits(word, 15, 13), 2 | 3 | 6 | 7),
        LdrLit | LdrswLit | LdrFpLit => return literal(l, op, word),
        Stp | Ldp | Ldpsw | StpFp | LdpFp | Stnp | Ldnp | StnpFp | LdnpFp => {
            return pair(l, word, Mode::Offset);
        }
        StpPost | LdpPost | LdpswPost | StpFpPost | LdpFpPost => return pair(l, word, Mode::Post),
        StpPre | LdpPre | LdpswPre | StpFpPre | LdpFpPre => return pair(l, word, Mode::Pre),
        Stlr | Ldar | Stllr | Ldlar | Ldapr => return ordered(l, matches!(op, Stlr | Stllr), word, size),
        LdAtomic | Swp | Cas | Casp => return atomic::lower(l, op, word),
        Ldxr | Ldxp | Stxr | Stxp => return exclusive::lower(l, op, word),
        _ => return false,
    };
    if scale > 4
        || (kind == Kind::LoadSigned(false) && scale > 1)
        || (kind == Kind::LoadSigned(true) && scale > 2)
    {
        return false;
    }
    let rn = field5(word, 5);
    match op {
        StrImm | LdrImm | LdrsImm | StrFpImm | LdrFpImm => {
            single(l, kind, scale, word, (bits(word, 21, 10) << scale) as i32, Mode::Offset);
        }
        StrReg | LdrReg | LdrsReg | StrFpReg | LdrFpReg => {
            let option = bits(word, 15, 13);
            if !matches!(option, 2 | 3 | 6 | 7) {
                return false;
            }
            let shift = if bits(word, 12, 12) != 0 { scale } else { 0 };
            let at = l.at_index(rn, source(word, 16), option, shift);
            transfer(l, kind, scale, word, at, true);
        }
        _ => {
            let mode = match op {
                StrPost | LdrPost | LdrsPost | StrFpPost | LdrFpPost => Mode::Post,
                StrPre | LdrPre | LdrsPre | StrFpPre | LdrFpPre => Mode::Pre,
                _ => Mode::Offset,
            };
            single(l, kind, scale, word, sbits(word, 20, 12) as i32, mode);
        }
    }
    true
}

fn single(l: &mut Lower<'_>, kind: Kind, scale: u8, word: u32, disp: i32, mode: Mode) {
    let rn = field5(word, 5);
    let at = l.at_offset(rn, if mode == Mode::Post { 0 } else { disp }, Reg::Rdx);
    // A base that is also loaded ends with the address.
    let vector = matches!(kind, Kind::StoreVector | Kind::LoadVector);
    let keeps = mode == Mode::Offset || vector || field5(word, 0) != rn;
    transfer(l, kind, scale, word, at, keeps);
    if mode != Mode::Offset {
        l.write_back(rn, disp, Reg::Rdx);
    }
}

/// Moves the register at the word's low end; what is loaded is dropped unless it `keeps`.
fn transfer(l: &mut Lower<'_>, kind: Kind, scale: u8, word: u32, at: Rm, keeps: bool) {
    let rt = field5(word, 0);
    match kind {
        Kind::Store => {
            let from = l.value(source(word, 0), Reg::Rax);
            l.asm.store(scale, at, from);
        }
        Kind::Load | Kind::LoadSigned(_) => {
            let rd = if keeps { destination(word, 0) } else { ZERO_SINK };
            let to = l.target(rd, Reg::Rax);
            match kind {
                Kind::LoadSigned(to_x) => l.asm.load_sign(scale, to_x, to, at),
                _ => l.asm.load_zero(scale, to, at),
            }
            l.commit(rd, to);
        }
        Kind::StoreVector => {
            let from = l.vector(rt);
            store_vector(l, scale, at, from);
        }
        Kind::LoadVector => {
            let to = l.vector_target(rt);
            load_vector(l, scale, to, at);
            l.commit_low(rt, 1 << scale);
        }
    }
}

/// Stores the low 2 to the `scale` bytes. Destroys rax.
fn store_vector(l: &mut Lower<'_>, scale: u8, at: Rm, from: Xmm) {
    if scale < 2 {
        l.asm.store_vector(2, Reg::Rax.into(), from);
        l.asm.store(scale, at, Reg::Rax);
    } else {
        l.asm.store_vector(scale, at, from);
    }
}

/// Loads the low 2 to the `scale` bytes, the others become zero. Destroys rax.
fn load_vector(l: &mut Lower<'_>, scale: u8, to: Xmm, at: Rm) {
    if scale < 2 {
        l.asm.load_zero(scale, Reg::Rax, at);
        l.asm.load_vector(2, to, Reg::Rax.into());
    } else {
        l.asm.load_vector(scale, to, at);
    }
}

fn literal(l: &mut Lower<'_>, op: Op, word: u32) -> bool {
    let target = l.pc().wrapping_add((sbits(word, 23, 5) << 2) as u64);
    let (kind, scale) = match op {
        Op::LdrLit => (Kind::Load, 2 + bits(word, 30, 30) as u8),
        Op::LdrswLit => (Kind::LoadSigned(true), 2),
        _ => (Kind::LoadVector, 2 + bits(word, 31, 30) as u8),
    };
    if scale > 4 || target >= SIZE {
        return false;
    }
    l.asm.mov_imm(Reg::Rdx, target);
    l.mark_access();
    transfer(l, kind, scale, word, Rm::Index(MEMORY, Reg::Rdx, 0, 0), true);
    true
}

fn pair(l: &mut Lower<'_>, word: u32, mode: Mode) -> bool {
    let (opc, vector, load) = (bits(word, 31, 30), bits(word, 26, 26) != 0, bits(word, 22, 22) != 0);
    let scale = match (vector, opc) {
        (_, 3) => return false,
        (true, _) => 2 + opc as u8,
        (false, 2) => 3,
        (false, _) => 2,
    };
    let signed = !vector && opc == 1;
    let rn = field5(word, 5);
    let (first, second) = (field5(word, 0), field5(word, 10));
    let disp = (sbits(word, 21, 15) << scale) as i32;
    let start = if mode == Mode::Post { 0 } else { disp };
    let next = 1 << scale;
    let at = l.at_offset(rn, start, Reg::Rdx);
    let then = behind(at, next);
    match (vector, load) {
        (false, false) => {
            let from = l.value(source(word, 0), Reg::Rax);
            l.asm.store(scale, at, from);
            let from = l.value(source(word, 10), Reg::Rax);
            l.asm.store(scale, then, from);
        }
        (false, true) => {
            let get = |l: &mut Lower<'_>, to, at| {
                if signed { l.asm.load_sign(2, true, to, at) } else { l.asm.load_zero(scale, to, at) }
            };
            get(l, Reg::Rax, at);
            // The base may be in rdx, which the second load replaces.
            get(l, Reg::Rdx, then);
            let written = |register: u8| mode != Mode::Offset && register == rn;
            if !written(first) {
                l.commit(destination(word, 0), Reg::Rax);
            }
            if !written(second) {
                l.commit(destination(word, 10), Reg::Rdx);
            }
        }
        (true, false) => {
            let from = l.vector(first);
            l.asm.store_vector(scale, at, from);
            let from = l.vector(second);
            l.asm.store_vector(scale, then, from);
        }
        (true, true) => {
            l.asm.load_vector(scale, TEMP, at);
            let to = l.vector_target(second);
            l.asm.load_vector(scale, to, then);
            if first != second {
                let to = l.vector_target(first);
                l.asm.load_vector(4, to, TEMP.into());
                l.commit_low(first, 1 << scale);
            }
            l.commit_low(second, 1 << scale);
        }
    }
    if mode != Mode::Offset {
        l.write_back(rn, disp, Reg::Rdx);
    }
    true
}

/// Load-acquire and store-release; on this host every load is the one, and an exchange the other.
fn ordered(l: &mut Lower<'_>, store: bool, word: u32, scale: u8) -> bool {
    let address = l.at_aligned(field5(word, 5), scale, Reg::Rdx);
    let at = Rm::Index(MEMORY, address, 0, 0);
    if store {
        l.copy(source(word, 0), Reg::Rax);
        l.asm.xchg(scale, at, Reg::Rax);
    } else {
        let rd = destination(word, 0);
        let to = l.target(rd, Reg::Rax);
        l.asm.load_zero(scale, to, at);
        l.commit(rd, to);
    }
    true
}
