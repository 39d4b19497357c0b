//! Which file answers for which row.

use super::{atomic, exclusive, ordered, pair, single};
use crate::interp::Insn;
use crate::isa::rows::load_store::Op;

/// Specialises `word`, which is encoded as `op`, at `pc`.
pub(crate) fn select(op: Op, word: u32, pc: u64) -> Option<Insn> {
    use Op::*;
    match op {
        StrImm | LdrImm | PrfmImm | LdrsImm | StrFpImm | LdrFpImm | Stur | Ldur | Prfum | Ldurs | SturFp
        | LdurFp | StrPost | LdrPost | LdrsPost | StrFpPost | LdrFpPost | StrPre | LdrPre | LdrsPre
        | StrFpPre | LdrFpPre | Sttr | Ldtr | Ldtrs | StrReg | LdrReg | PrfmReg | LdrsReg | StrFpReg
        | LdrFpReg | LdrLit | LdrswLit | PrfmLit | LdrFpLit => single::select(op, word, pc),
        Stnp | Ldnp | StnpFp | LdnpFp | Stp | Ldp | Ldpsw | StpFp | LdpFp | StpPost | LdpPost | LdpswPost
        | StpFpPost | LdpFpPost | StpPre | LdpPre | LdpswPre | StpFpPre | LdpFpPre => pair::select(op, word),
        Stxr | Ldxr | Stxp | Ldxp => Some(exclusive::select(op, word)),
        Stlr | Ldar | Stllr | Ldlar | Ldapr => Some(ordered::select(op, word)),
        Swp | LdAtomic | Cas | Casp => atomic::select(op, word),
        LdrAuth | Ld64b | St64b | St64bv | Stgp | StgpPost | StgpPre | Stlur | Ldapur | Ldapurs | Ldg
        | Stgm | Stg => None,
    }
}
