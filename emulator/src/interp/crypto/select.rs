//! From an opcode to its function.

use super::{aes, sha1, sha256};
use crate::interp::{Exec, Insn};
use crate::isa::bits;
use crate::isa::rows::crypto::Op;

/// Specialises `word`, which is encoded as `op`.
pub(in crate::interp) fn select(op: Op, word: u32) -> Option<Insn> {
    let exec: Exec = match op {
        Op::Aese => aes::encrypt,
        Op::Aesd => aes::decrypt,
        Op::Aesmc => aes::mix_columns,
        Op::Aesimc => aes::unmix_columns,
        Op::Sha1c => sha1::choose,
        Op::Sha1p => sha1::parity,
        Op::Sha1m => sha1::majority,
        Op::Sha1su0 => sha1::schedule_0,
        Op::Sha1h => sha1::fixed_rotate,
        Op::Sha1su1 => sha1::schedule_1,
        Op::Sha256h => sha256::hash_1,
        Op::Sha256h2 => sha256::hash_2,
        Op::Sha256su0 => sha256::schedule_0,
        Op::Sha256su1 => sha256::schedule_1,
        Op::Sha512h
        | Op::Sha512h2
        | Op::Sha512su0
        | Op::Sha512su1
        | Op::Rax1
        | Op::Xar
        | Op::Eor3
        | Op::Bcax
        | Op::Sm3partw1
        | Op::Sm3partw2
        | Op::Sm3tt
        | Op::Sm3ss1
        | Op::Sm4ekey
        | Op::Sm4e => return None,
    };
    Some(Insn {
        rd: bits(word, 4, 0) as u8,
        rn: bits(word, 9, 5) as u8,
        rm: bits(word, 20, 16) as u8,
        ..Insn::new(exec, word)
    })
}
