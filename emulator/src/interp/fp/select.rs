//! From a row to its function.

use super::compare;
use super::convert::{from_general_of, to_general_of};
use super::moves;
use super::op::*;
use super::scalar::{Width, binary_of, for_width, ternary_of, unary, unary_of};
use crate::cpu::{ZERO, ZERO_SINK};
use crate::fpu::{Double, Half, Single};
use crate::interp::{Exec, Insn};
use crate::isa::bits;
use crate::isa::rows::fp::Op;

/// Specialises `word`, which is encoded as `op`.
pub(in crate::interp) fn select(op: Op, word: u32) -> Option<Insn> {
    let field = |low| bits(word, low + 4, low) as u8;
    let mut insn = Insn::new(moves::immediate, word);
    (insn.rd, insn.rn, insn.rm, insn.ra) = (field(0), field(5), field(16), field(10));
    insn.exec = match Width::from_ftype(bits(word, 23, 22)) {
        Some(width) => arithmetic(op, word, width)
            .or_else(|| conditional(op, word, width, &mut insn))
            .or_else(|| general(op, word, width, &mut insn))?,
        None => top_half(op, &mut insn)?,
    };
    Some(insn)
}

/// Operations on one to three registers.
fn arithmetic(op: Op, word: u32, width: Width) -> Option<Exec> {
    Some(match op {
        Op::FmovReg => unary_of::<Copy>(width),
        Op::FabsScalar => unary_of::<Abs>(width),
        Op::FnegScalar => unary_of::<Neg>(width),
        Op::FsqrtScalar => unary_of::<Sqrt>(width),
        Op::FrintnScalar => unary_of::<Integral<ToEven, false>>(width),
        Op::FrintpScalar => unary_of::<Integral<ToPlus, false>>(width),
        Op::FrintmScalar => unary_of::<Integral<ToMinus, false>>(width),
        Op::FrintzScalar => unary_of::<Integral<ToZero, false>>(width),
        Op::FrintaScalar => unary_of::<Integral<ToAway, false>>(width),
        Op::FrintxScalar => unary_of::<Integral<Current, true>>(width),
        Op::FrintiScalar => unary_of::<Integral<Current, false>>(width),
        Op::FcvtSingle | Op::FcvtDouble | Op::FcvtHalf => {
            precision(width, Width::from_ftype(bits(word, 16, 15))?)?
        }
        Op::FmulScalar => binary_of::<Mul>(width),
        Op::FdivScalar => binary_of::<Div>(width),
        Op::FaddScalar => binary_of::<Add>(width),
        Op::FsubScalar => binary_of::<Sub>(width),
        Op::FmaxScalar => binary_of::<Max>(width),
        Op::FminScalar => binary_of::<Min>(width),
        Op::FmaxnmScalar => binary_of::<MaxNum>(width),
        Op::FminnmScalar => binary_of::<MinNum>(width),
        Op::FnmulScalar => binary_of::<NegMul>(width),
        Op::Fmadd => ternary_of::<MulAdd<false, false>>(width),
        Op::Fmsub => ternary_of::<MulAdd<false, true>>(width),
        Op::Fnmadd => ternary_of::<MulAdd<true, true>>(width),
        Op::Fnmsub => ternary_of::<MulAdd<true, false>>(width),
        _ => return None,
    })
}

/// FCVT between two precisions, which must differ.
fn precision(from: Width, to: Width) -> Option<Exec> {
    let exec: Exec = match (from, to) {
        (Width::Half, Width::Single) => unary::<Half, ToSingle>,
        (Width::Half, Width::Double) => unary::<Half, ToDouble>,
        (Width::Single, Width::Half) => unary::<Single, ToHalf>,
        (Width::Single, Width::Double) => unary::<Single, ToDouble>,
        (Width::Double, Width::Half) => unary::<Double, ToHalf>,
        (Width::Double, Width::Single) => unary::<Double, ToSingle>,
        _ => return None,
    };
    Some(exec)
}

/// Comparisons, selection and immediates.
fn conditional(op: Op, word: u32, width: Width, insn: &mut Insn) -> Option<Exec> {
    use compare::{conditional, registers, zero};
    use moves::conditional as choose;
    Some(match op {
        Op::FcmpReg => for_width!(width, registers, [false]),
        Op::FcmpeReg => for_width!(width, registers, [true]),
        Op::FcmpZero => for_width!(width, zero, [false]),
        Op::FcmpeZero => for_width!(width, zero, [true]),
        Op::Fccmp | Op::Fccmpe => {
            (insn.ra, insn.imm) = (bits(word, 15, 12) as u8, u64::from(bits(word, 3, 0)) << 28);
            if op == Op::Fccmp {
                for_width!(width, conditional, [false])
            } else {
                for_width!(width, conditional, [true])
            }
        }
        Op::Fcsel => {
            insn.ra = bits(word, 15, 12) as u8;
            for_width!(width, choose, [])
        }
        Op::FmovImm => {
            let imm8 = bits(word, 20, 13).into();
            insn.imm = match width {
                Width::Half => moves::expand_immediate::<Half>(imm8),
                Width::Single => moves::expand_immediate::<Single>(imm8),
                Width::Double => moves::expand_immediate::<Double>(imm8),
            };
            moves::immediate
        }
        _ => return None,
    })
}

/// To and from general registers.
fn general(op: Op, word: u32, width: Width, insn: &mut Insn) -> Option<Exec> {
    use moves::{from_general, to_general};
    let x = bits(word, 31, 31) != 0;
    let moves = matches!((width, x), (Width::Half, _) | (Width::Single, false) | (Width::Double, true));
    if matches!(op, Op::ScvtfFixed | Op::UcvtfFixed | Op::FcvtzsFixed | Op::FcvtzuFixed) {
        let scale = bits(word, 15, 10);
        if !x && scale < 32 {
            return None;
        }
        insn.imm = u64::from(64 - scale);
    }
    let exec = match op {
        Op::FmovToGeneral if moves => for_width!(width, to_general, []),
        Op::FmovFromGeneral if moves => for_width!(width, from_general, []),
        Op::FcvtnsInt => to_general_of::<ToEven, true>(width, x),
        Op::FcvtnuInt => to_general_of::<ToEven, false>(width, x),
        Op::FcvtpsInt => to_general_of::<ToPlus, true>(width, x),
        Op::FcvtpuInt => to_general_of::<ToPlus, false>(width, x),
        Op::FcvtmsInt => to_general_of::<ToMinus, true>(width, x),
        Op::FcvtmuInt => to_general_of::<ToMinus, false>(width, x),
        Op::FcvtzsInt | Op::FcvtzsFixed => to_general_of::<ToZero, true>(width, x),
        Op::FcvtzuInt | Op::FcvtzuFixed => to_general_of::<ToZero, false>(width, x),
        Op::FcvtasInt => to_general_of::<ToAway, true>(width, x),
        Op::FcvtauInt => to_general_of::<ToAway, false>(width, x),
        Op::ScvtfInt | Op::ScvtfFixed => from_general_of::<true>(width, x),
        Op::UcvtfInt | Op::UcvtfFixed => from_general_of::<false>(width, x),
        _ => return None,
    };
    match op {
        Op::FmovFromGeneral | Op::ScvtfInt | Op::ScvtfFixed | Op::UcvtfInt | Op::UcvtfFixed => source(insn),
        _ => destination(insn),
    }
    Some(exec)
}

/// The moves of a high half, whose `ftype` is that of no precision.
fn top_half(op: Op, insn: &mut Insn) -> Option<Exec> {
    match op {
        Op::FmovFromTop => {
            destination(insn);
            Some(moves::from_top)
        }
        Op::FmovToTop => {
            source(insn);
            Some(moves::to_top)
        }
        _ => None,
    }
}

/// Makes `rn` a general register.
fn source(insn: &mut Insn) {
    if insn.rn == 31 {
        insn.rn = ZERO;
    }
}

/// Makes `rd` a general register.
fn destination(insn: &mut Insn) {
    if insn.rd == 31 {
        insn.rd = ZERO_SINK;
    }
}
