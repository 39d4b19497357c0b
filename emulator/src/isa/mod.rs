//! The A64 table: one row an encoding, feeding decoder, disassembler, coverage list and fuzzer.
//!
//! `rows/` holds the rows, one file per group of the Arm manual's top-level encoding table (Arm ARM C4.1); `row`
//! says what a row is, `decode` finds the row of a word, `disasm` prints one (its docs define the rows' syntax
//! language, `names` has its vocabulary), `listing` prints all.

mod decode;
mod disasm;
mod listing;
mod names;
mod row;
pub mod rows;
mod vectors;

pub use decode::{decode, row_count, rows};
pub use disasm::disassemble;
pub use listing::{implemented, listing};
pub use row::{Row, bits, sbits};
pub use rows::Opcode;
