//! From a row to its function.

use super::shape::Shape;
use super::widen::{lengthen, narrow, narrow_odd};
use crate::fpu::{Double, Half, Single};
use crate::interp::fp::op::*;
use crate::interp::fp::scalar;
use crate::interp::{Exec, Insn};
use crate::isa::bits;
use crate::isa::rows::simd_fp::Op;

/// Specialises `word`, which is encoded as `op`.
pub(in crate::interp) fn select(op: Op, word: u32) -> Option<Insn> {
    let field = |low| bits(word, low + 4, low) as u8;
    let mut insn = Insn::new(scalar::unary::<Single, Copy>, word);
    (insn.rd, insn.rn, insn.rm) = (field(0), field(5), field(16));
    if let Some(exec) = width_change(op, word) {
        insn.exec = exec;
        insn.ra = bits(word, 30, 30) as u8;
        return Some(insn);
    }
    let shape = Shape::of(word)?;
    (insn.ra, insn.imm) = (shape.lanes, shape.fraction(word));
    insn.exec = three_same(op, shape)
        .or_else(|| pairwise(op, shape))
        .or_else(|| two_misc(op, shape))
        .or_else(|| integer(op, shape))
        .or_else(|| by_element(op, shape, &mut insn))?;
    Some(insn)
}

/// Conversions between precisions.
fn width_change(op: Op, word: u32) -> Option<Exec> {
    let double = bits(word, 22, 22) != 0;
    let exec: Exec = match op {
        Op::FcvtlVec if double => lengthen::<Single, Double>,
        Op::FcvtlVec => lengthen::<Half, Single>,
        Op::FcvtnVec if double => narrow::<Double, Single>,
        Op::FcvtnVec => narrow::<Single, Half>,
        Op::FcvtxnVec => narrow_odd::<Double, Single>,
        Op::FcvtxnScalar => scalar::unary::<Double, ToSingleOdd>,
        _ => return None,
    };
    Some(exec)
}

/// Three registers, lane by lane.
fn three_same(op: Op, shape: Shape) -> Option<Exec> {
    Some(match op {
        Op::FaddVec | Op::FaddVecHalf => shape.binary::<Add>(),
        Op::FsubVec | Op::FsubVecHalf => shape.binary::<Sub>(),
        Op::FmulVec | Op::FmulVecHalf => shape.binary::<Mul>(),
        Op::FmulxVec | Op::FmulxVecHalf | Op::FmulxScalar | Op::FmulxScalarHalf => shape.binary::<MulX>(),
        Op::FdivVec | Op::FdivVecHalf => shape.binary::<Div>(),
        Op::FmaxVec | Op::FmaxVecHalf => shape.binary::<Max>(),
        Op::FminVec | Op::FminVecHalf => shape.binary::<Min>(),
        Op::FmaxnmVec | Op::FmaxnmVecHalf => shape.binary::<MaxNum>(),
        Op::FminnmVec | Op::FminnmVecHalf => shape.binary::<MinNum>(),
        Op::FabdVec | Op::FabdVecHalf | Op::FabdScalar | Op::FabdScalarHalf => shape.binary::<Distance>(),
        Op::FrecpsVec | Op::FrecpsVecHalf | Op::FrecpsScalar | Op::FrecpsScalarHalf => {
            shape.binary::<RecipStep>()
        }
        Op::FrsqrtsVec | Op::FrsqrtsVecHalf | Op::FrsqrtsScalar | Op::FrsqrtsScalarHalf => {
            shape.binary::<RsqrtStep>()
        }
        Op::FcmeqVec | Op::FcmeqVecHalf | Op::FcmeqScalar | Op::FcmeqScalarHalf => shape.binary::<Equal>(),
        Op::FcmgeVec | Op::FcmgeVecHalf | Op::FcmgeScalar | Op::FcmgeScalarHalf => {
            shape.binary::<GreaterEqual>()
        }
        Op::FcmgtVec | Op::FcmgtVecHalf | Op::FcmgtScalar | Op::FcmgtScalarHalf => shape.binary::<Greater>(),
        Op::FacgeVec | Op::FacgeVecHalf | Op::FacgeScalar | Op::FacgeScalarHalf => {
            shape.binary::<GreaterEqualAbs>()
        }
        Op::FacgtVec | Op::FacgtVecHalf | Op::FacgtScalar | Op::FacgtScalarHalf => {
            shape.binary::<GreaterAbs>()
        }
        Op::FmlaVec | Op::FmlaVecHalf => shape.ternary::<MulAdd<false, false>>(),
        Op::FmlsVec | Op::FmlsVecHalf => shape.ternary::<MulAdd<false, true>>(),
        _ => return None,
    })
}

/// Adjacent lanes, and all lanes of one register.
fn pairwise(op: Op, shape: Shape) -> Option<Exec> {
    Some(match op {
        Op::FaddpVec | Op::FaddpVecHalf | Op::FaddpScalar | Op::FaddpScalarHalf => shape.pairwise::<Add>(),
        Op::FmaxpVec | Op::FmaxpVecHalf | Op::FmaxpScalar | Op::FmaxpScalarHalf => shape.pairwise::<Max>(),
        Op::FminpVec | Op::FminpVecHalf | Op::FminpScalar | Op::FminpScalarHalf => shape.pairwise::<Min>(),
        Op::FmaxnmpVec | Op::FmaxnmpVecHalf | Op::FmaxnmpScalar | Op::FmaxnmpScalarHalf => {
            shape.pairwise::<MaxNum>()
        }
        Op::FminnmpVec | Op::FminnmpVecHalf | Op::FminnmpScalar | Op::FminnmpScalarHalf => {
            shape.pairwise::<MinNum>()
        }
        Op::FmaxvVec | Op::FmaxvVecHalf => shape.across::<Max>(),
        Op::FminvVec | Op::FminvVecHalf => shape.across::<Min>(),
        Op::FmaxnmvVec | Op::FmaxnmvVecHalf => shape.across::<MaxNum>(),
        Op::FminnmvVec | Op::FminnmvVecHalf => shape.across::<MinNum>(),
        _ => return None,
    })
}

/// Two registers, lane by lane.
fn two_misc(op: Op, shape: Shape) -> Option<Exec> {
    Some(match op {
        Op::FabsVec | Op::FabsVecHalf => shape.unary::<Abs>(),
        Op::FnegVec | Op::FnegVecHalf => shape.unary::<Neg>(),
        Op::FsqrtVec | Op::FsqrtVecHalf => shape.unary::<Sqrt>(),
        Op::FrintnVec | Op::FrintnVecHalf => shape.unary::<Integral<ToEven, false>>(),
        Op::FrintpVec | Op::FrintpVecHalf => shape.unary::<Integral<ToPlus, false>>(),
        Op::FrintmVec | Op::FrintmVecHalf => shape.unary::<Integral<ToMinus, false>>(),
        Op::FrintzVec | Op::FrintzVecHalf => shape.unary::<Integral<ToZero, false>>(),
        Op::FrintaVec | Op::FrintaVecHalf => shape.unary::<Integral<ToAway, false>>(),
        Op::FrintxVec | Op::FrintxVecHalf => shape.unary::<Integral<Current, true>>(),
        Op::FrintiVec | Op::FrintiVecHalf => shape.unary::<Integral<Current, false>>(),
        Op::UrecpeVec => shape.unary::<UnsignedRecip>(),
        Op::UrsqrteVec => shape.unary::<UnsignedRsqrt>(),
        Op::FrecpxScalar | Op::FrecpxScalarHalf => shape.unary::<RecipExponent>(),
        Op::FrecpeVec | Op::FrecpeVecHalf | Op::FrecpeScalar | Op::FrecpeScalarHalf => {
            shape.unary::<RecipEstimate>()
        }
        Op::FrsqrteVec | Op::FrsqrteVecHalf | Op::FrsqrteScalar | Op::FrsqrteScalarHalf => {
            shape.unary::<RsqrtEstimate>()
        }
        Op::FcmeqZeroVec | Op::FcmeqZeroVecHalf | Op::FcmeqZeroScalar | Op::FcmeqZeroScalarHalf => {
            shape.unary::<EqualZero>()
        }
        Op::FcmgtZeroVec | Op::FcmgtZeroVecHalf | Op::FcmgtZeroScalar | Op::FcmgtZeroScalarHalf => {
            shape.unary::<GreaterZero>()
        }
        Op::FcmgeZeroVec | Op::FcmgeZeroVecHalf | Op::FcmgeZeroScalar | Op::FcmgeZeroScalarHalf => {
            shape.unary::<GreaterEqualZero>()
        }
        Op::FcmltZeroVec | Op::FcmltZeroVecHalf | Op::FcmltZeroScalar | Op::FcmltZeroScalarHalf => {
            shape.unary::<LessZero>()
        }
        Op::FcmleZeroVec | Op::FcmleZeroVecHalf | Op::FcmleZeroScalar | Op::FcmleZeroScalarHalf => {
            shape.unary::<LessEqualZero>()
        }
        _ => return None,
    })
}

/// To and from integer and fixed-point lanes.
fn integer(op: Op, shape: Shape) -> Option<Exec> {
    Some(match op {
        Op::FcvtnsVec | Op::FcvtnsVecHalf | Op::FcvtnsScalar | Op::FcvtnsScalarHalf => {
            shape.unary::<ToInteger<ToEven, true>>()
        }
        Op::FcvtnuVec | Op::FcvtnuVecHalf | Op::FcvtnuScalar | Op::FcvtnuScalarHalf => {
            shape.unary::<ToInteger<ToEven, false>>()
        }
        Op::FcvtpsVec | Op::FcvtpsVecHalf | Op::FcvtpsScalar | Op::FcvtpsScalarHalf => {
            shape.unary::<ToInteger<ToPlus, true>>()
        }
        Op::FcvtpuVec | Op::FcvtpuVecHalf | Op::FcvtpuScalar | Op::FcvtpuScalarHalf => {
            shape.unary::<ToInteger<ToPlus, false>>()
        }
        Op::FcvtmsVec | Op::FcvtmsVecHalf | Op::FcvtmsScalar | Op::FcvtmsScalarHalf => {
            shape.unary::<ToInteger<ToMinus, true>>()
        }
        Op::FcvtmuVec | Op::FcvtmuVecHalf | Op::FcvtmuScalar | Op::FcvtmuScalarHalf => {
            shape.unary::<ToInteger<ToMinus, false>>()
        }
        Op::FcvtasVec | Op::FcvtasVecHalf | Op::FcvtasScalar | Op::FcvtasScalarHalf => {
            shape.unary::<ToInteger<ToAway, true>>()
        }
        Op::FcvtauVec | Op::FcvtauVecHalf | Op::FcvtauScalar | Op::FcvtauScalarHalf => {
            shape.unary::<ToInteger<ToAway, false>>()
        }
        Op::FcvtzsVec
        | Op::FcvtzsVecHalf
        | Op::FcvtzsScalar
        | Op::FcvtzsScalarHalf
        | Op::FcvtzsFixedVecHalf
        | Op::FcvtzsFixedVecSingle
        | Op::FcvtzsFixedVecDouble
        | Op::FcvtzsFixedScalarHalf
        | Op::FcvtzsFixedScalarSingle
        | Op::FcvtzsFixedScalarDouble => shape.unary::<ToInteger<ToZero, true>>(),
        Op::FcvtzuVec
        | Op::FcvtzuVecHalf
        | Op::FcvtzuScalar
        | Op::FcvtzuScalarHalf
        | Op::FcvtzuFixedVecHalf
        | Op::FcvtzuFixedVecSingle
        | Op::FcvtzuFixedVecDouble
        | Op::FcvtzuFixedScalarHalf
        | Op::FcvtzuFixedScalarSingle
        | Op::FcvtzuFixedScalarDouble => shape.unary::<ToInteger<ToZero, false>>(),
        Op::ScvtfVec
        | Op::ScvtfVecHalf
        | Op::ScvtfScalar
        | Op::ScvtfScalarHalf
        | Op::ScvtfFixedVecHalf
        | Op::ScvtfFixedVecSingle
        | Op::ScvtfFixedVecDouble
        | Op::ScvtfFixedScalarHalf
        | Op::ScvtfFixedScalarSingle
        | Op::ScvtfFixedScalarDouble => shape.unary::<FromInteger<true>>(),
        Op::UcvtfVec
        | Op::UcvtfVecHalf
        | Op::UcvtfScalar
        | Op::UcvtfScalarHalf
        | Op::UcvtfFixedVecHalf
        | Op::UcvtfFixedVecSingle
        | Op::UcvtfFixedVecDouble
        | Op::UcvtfFixedScalarHalf
        | Op::UcvtfFixedScalarSingle
        | Op::UcvtfFixedScalarDouble => shape.unary::<FromInteger<false>>(),
        _ => return None,
    })
}

/// One element of the last register with all lanes of the others.
fn by_element(op: Op, shape: Shape, insn: &mut Insn) -> Option<Exec> {
    let bit = |at| u64::from(bits(insn.word, at, at));
    let (h, l, m) = (bit(11), bit(21), bit(20));
    match shape.bits() {
        16 => (insn.imm, insn.rm) = (h << 2 | l << 1 | m, insn.rm & 15),
        32 => insn.imm = h << 1 | l,
        _ => insn.imm = h,
    }
    Some(match op {
        Op::FmlaElemHalf
        | Op::FmlaElemSingle
        | Op::FmlaElemDouble
        | Op::FmlaElemScalarHalf
        | Op::FmlaElemScalarSingle
        | Op::FmlaElemScalarDouble => shape.ternary_by_element::<MulAdd<false, false>>(),
        Op::FmlsElemHalf
        | Op::FmlsElemSingle
        | Op::FmlsElemDouble
        | Op::FmlsElemScalarHalf
        | Op::FmlsElemScalarSingle
        | Op::FmlsElemScalarDouble => shape.ternary_by_element::<MulAdd<false, true>>(),
        Op::FmulElemHalf
        | Op::FmulElemSingle
        | Op::FmulElemDouble
        | Op::FmulElemScalarHalf
        | Op::FmulElemScalarSingle
        | Op::FmulElemScalarDouble => shape.binary_by_element::<Mul>(),
        Op::FmulxElemHalf
        | Op::FmulxElemSingle
        | Op::FmulxElemDouble
        | Op::FmulxElemScalarHalf
        | Op::FmulxElemScalarSingle
        | Op::FmulxElemScalarDouble => shape.binary_by_element::<MulX>(),
        _ => return None,
    })
}
