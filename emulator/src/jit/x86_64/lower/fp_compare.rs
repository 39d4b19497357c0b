//! Scalar floating point: comparisons and selection.

use super::block::Lower;
use super::condition::{FlagsAt, from_nzcv};
use super::float::{Kind, THIRD};
use crate::interp::field5;
use crate::isa::bits;
use crate::isa::rows::fp::Op;
use crate::jit::x86_64::asm::{Map, Prefix};
use crate::jit::x86_64::flags::{Effect, effect};
use crate::jit::x86_64::regs::{Reg, Xmm};

/// Emits `word`, which is encoded as `op`; false when the interpreter must do it.
pub(super) fn lower(l: &mut Lower<'_>, op: Op, kind: Kind, word: u32) -> bool {
    match op {
        Op::FcmpReg => compare(l, kind, word, false, true),
        Op::FcmpeReg => compare(l, kind, word, true, true),
        Op::FcmpZero => compare(l, kind, word, false, false),
        Op::FcmpeZero => compare(l, kind, word, true, false),
        Op::Fccmp => compare_if(l, kind, word, false),
        Op::Fccmpe => compare_if(l, kind, word, true),
        Op::Fcsel => select(l, kind, word),
        _ => return false,
    }
    true
}

/// Sets the host's flags; if `signals`, a quiet NaN is invalid too.
fn set_flags(l: &mut Lower<'_>, kind: Kind, signals: bool, first: Xmm, second: Xmm) {
    let prefix = if kind.double { Prefix::P66 } else { Prefix::None };
    l.asm.vex(prefix, Map::M0F, if signals { 0x2f } else { 0x2e }, false, first.0, 0, second.into());
}

fn compare(l: &mut Lower<'_>, kind: Kind, word: u32, signals: bool, registers: bool) {
    let first = l.vector(field5(word, 5));
    let second = if registers {
        l.vector(field5(word, 16))
    } else {
        l.float_zero(THIRD);
        THIRD
    };
    if swapped_is_better(l) {
        set_flags(l, kind, signals, second, first);
        l.set_flags(FlagsAt::Swapped);
    } else {
        set_flags(l, kind, signals, first, second);
        l.set_flags(FlagsAt::Compared);
    }
}

/// Looks at the next condition on the flags that only one order of operands has a host condition for.
fn swapped_is_better(l: &Lower<'_>) -> bool {
    for insn in &l.all[l.index + 1..] {
        let word = insn.word;
        match effect(word, 0) {
            Effect::Reads => {
                let cond = if word >> 24 == 0x54 { word & 15 } else { bits(word, 15, 12) };
                match cond & !1 {
                    2 | 4 | 8 => return true,
                    10 | 12 => return false,
                    _ => {}
                }
            }
            Effect::Writes | Effect::Jumps(_) => return false,
            Effect::None | Effect::Forks(_) => {}
        }
    }
    false
}

fn compare_if(l: &mut Lower<'_>, kind: Kind, word: u32, signals: bool) {
    let cond = bits(word, 15, 12);
    // Before the jump, for copies in host registers must hold on both ways.
    let (first, second) = (l.vector(field5(word, 5)), l.vector(field5(word, 16)));
    let skip = (cond < 14).then(|| {
        // An invalid comparison needs the flags as they are now.
        if cond < 2 {
            l.load_flags();
        }
        let cc = l.condition(cond);
        l.asm.jcc(cc.not())
    });
    l.mark_access();
    set_flags(l, kind, signals, first, second);
    l.flags = FlagsAt::Compared;
    l.flags_to_ax();
    if let Some(skip) = skip {
        let done = l.asm.jmp_short();
        l.asm.bind(skip);
        l.asm.mov_imm(Reg::Rax, u64::from(from_nzcv(bits(word, 3, 0) << 28)));
        l.asm.bind_short(done);
    }
    l.flags_from_ax();
    l.set_flags(FlagsAt::Borrow);
}

fn select(l: &mut Lower<'_>, kind: Kind, word: u32) {
    let cond = bits(word, 15, 12);
    let cc = (cond < 14).then(|| l.condition(cond));
    let first = l.vector(field5(word, 5));
    let Some(cc) = cc else {
        return l.set_low(field5(word, 0), kind.bytes(), first, false);
    };
    let second = l.vector(field5(word, 16));
    l.vector_to(kind.double, Reg::Rax, second);
    l.vector_to(kind.double, Reg::Rdx, first);
    l.asm.cmov(cc, kind.double, Reg::Rax, Reg::Rdx);
    let to = l.vector_target(field5(word, 0));
    l.vector_from(kind.double, to, Reg::Rax.into());
    l.commit_low(field5(word, 0), kind.bytes());
}
