//! The rows, one file per group of encodings.

pub mod branch;
pub mod crypto;
pub mod dp_imm;
pub mod dp_reg;
pub mod fp;
pub mod load_store;
pub mod simd_fp;
pub mod simd_int;
pub mod simd_mem;

use super::Row;

macro_rules! opcodes {
    ($($variant:ident = $module:ident;)*) => {
        /// An opcode: the group, and the row within it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "each variant is the module of its rows")]
        pub enum Opcode { $($variant($module::Op),)* }

        /// The groups, in the order in which they are tried.
        pub(super) const GROUPS: &[&[Row]] = &[$($module::ROWS,)*];

        const CONSTRUCTORS: &[fn(usize) -> Opcode] = &[$(|row| Opcode::$variant($module::OPS[row]),)*];
    };
}

opcodes! {
    DpImm = dp_imm;
    Branch = branch;
    LoadStore = load_store;
    DpReg = dp_reg;
    Fp = fp;
    SimdMem = simd_mem;
    Crypto = crypto;
    SimdInt = simd_int;
    SimdFp = simd_fp;
}

impl Opcode {
    pub(super) fn at(group: usize, row: usize) -> Opcode {
        CONSTRUCTORS[group](row)
    }
}
