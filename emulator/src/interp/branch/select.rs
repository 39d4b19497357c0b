//! Which file answers for which row.

use super::{exception, jump, system};
use crate::interp::Insn;
use crate::isa::rows::branch::Op;

/// Specialises `word`, which is encoded as `op`, at `pc`.
pub(crate) fn select(op: Op, word: u32, pc: u64) -> Option<Insn> {
    match op {
        Op::BranchCond | Op::Br | Op::Blr | Op::Ret | Op::BranchImm | Op::CompareBranch | Op::TestBranch => {
            jump::select(op, word, pc)
        }
        Op::Svc
        | Op::Hvc
        | Op::Smc
        | Op::Brk
        | Op::Hlt
        | Op::Dcps1
        | Op::Dcps2
        | Op::Dcps3
        | Op::Eret
        | Op::Drps
        | Op::MsrImm
        | Op::MsrReg
        | Op::MrsReg
        | Op::Sys
        | Op::Sysl
        | Op::Udf => Some(exception::select(op, word)),
        Op::Hint
        | Op::Clrex
        | Op::Dsb
        | Op::Dmb
        | Op::Isb
        | Op::DcZva
        | Op::IcIvau
        | Op::DcCvac
        | Op::DcCvau
        | Op::DcCivac
        | Op::MsrNzcv
        | Op::MsrFpcr
        | Op::MsrFpsr
        | Op::MsrTpidr
        | Op::MrsNzcv
        | Op::MrsFpcr
        | Op::MrsFpsr
        | Op::MrsTpidr
        | Op::MrsTpidrro
        | Op::MrsCtr
        | Op::MrsDczid
        | Op::MrsCntfrq
        | Op::MrsCntvct => system::select(op, word),
        Op::BranchConsistent
        | Op::WaitTimeout
        | Op::DsbXs
        | Op::Sb
        | Op::Cfinv
        | Op::Xaflag
        | Op::Axflag
        | Op::DcGva
        | Op::DcCvap
        | Op::BranchAuth
        | Op::BranchAuthZero
        | Op::BranchLinkAuth
        | Op::BranchLinkAuthZero
        | Op::RetAuth
        | Op::EretAuth => None,
    }
}

/// Does this instruction branch, or go on behind it?
pub(crate) fn is_conditional(op: Op) -> bool {
    matches!(op, Op::BranchCond | Op::CompareBranch | Op::TestBranch)
}

/// Does a block end behind this instruction? Not behind a conditional branch: falling through stays in the block.
pub(crate) fn ends_block(op: Op) -> bool {
    !matches!(
        op,
        Op::BranchCond
            | Op::CompareBranch
            | Op::TestBranch
            | Op::Hint
            | Op::Clrex
            | Op::Dsb
            | Op::Dmb
            | Op::DcZva
            | Op::DcCvac
            | Op::DcCvau
            | Op::DcCivac
            | Op::MsrNzcv
            | Op::MsrFpcr
            | Op::MsrFpsr
            | Op::MsrTpidr
            | Op::MrsNzcv
            | Op::MrsFpcr
            | Op::MrsFpsr
            | Op::MrsTpidr
            | Op::MrsTpidrro
            | Op::MrsCtr
            | Op::MrsDczid
            | Op::MrsCntfrq
            | Op::MrsCntvct
    )
}
