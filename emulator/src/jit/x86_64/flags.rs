//! Which instructions need the condition flags, and whether code further on does.
//!
//! Flags stay in the host's flags and are saved only where somebody may read them. Within a block that is known from
//! what follows; beyond it [`needed_at`] looks a few instructions ahead.

use crate::isa::{bits, sbits};
use crate::mem::{AddressSpace, GuestAddr};

/// How far [`needed_at`] looks.
const LOOK_AHEAD: usize = 16;

/// What an instruction does to the condition flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing.
    None,
    /// It reads them, or what it does is not known.
    Reads,
    /// It sets all of them without reading them.
    Writes,
    /// Nothing, but goes on at an address.
    Jumps(u64),
    /// Nothing, but may go on at an address.
    Forks(u64),
}

/// (mask, value, effect) of the encodings that matter, the first match counts.
const PATTERNS: &[(u32, u32, Effect)] = &[
    // Reserved and SVE.
    (0x1800_0000, 0x0000_0000, Effect::Reads),
    // ADDS, SUBS: immediate, shifted register, extended register.
    (0x3f80_0000, 0x3100_0000, Effect::Writes),
    (0x3f20_0000, 0x2b00_0000, Effect::Writes),
    (0x3fe0_0000, 0x2b20_0000, Effect::Writes),
    // ANDS, BICS: immediate, shifted register.
    (0x7f80_0000, 0x7200_0000, Effect::Writes),
    (0x7f00_0000, 0x6a00_0000, Effect::Writes),
    // ADC, SBC, RMIF, SETF, CCMN, CCMP, CSEL and their kin.
    (0x1fe0_0000, 0x1a00_0000, Effect::Reads),
    (0x1fe0_0000, 0x1a40_0000, Effect::Reads),
    (0x1fe0_0000, 0x1a80_0000, Effect::Reads),
    // FCMP, FCMPE; FCCMP, FCSEL.
    (0xff20_fc07, 0x1e20_2000, Effect::Writes),
    (0xff20_0400, 0x1e20_0400, Effect::Reads),
    // Conditional branches.
    (0xff00_0000, 0x5400_0000, Effect::Reads),
    // Exceptions and indirect branches: what comes then is not known.
    (0xff00_0000, 0xd400_0000, Effect::Reads),
    (0xfe00_0000, 0xd600_0000, Effect::Reads),
    // Hints and barriers; MRS and MSR of TPIDR_EL0.
    (0xffff_f000, 0xd503_2000, Effect::None),
    (0xffff_f000, 0xd503_3000, Effect::None),
    (0xffdf_ffe0, 0xd51b_d040, Effect::None),
    (0xff00_0000, 0xd500_0000, Effect::Reads),
];

/// What `word` at `pc` does to the condition flags. Unallocated encodings may pass for instructions that do nothing
/// to them: the flags that a SIGILL handler sees are then not exact.
pub(super) fn effect(word: u32, pc: u64) -> Effect {
    let target = |high, low| pc.wrapping_add((sbits(word, high, low) << 2) as u64);
    match bits(word, 30, 25) {
        // B, BL.
        0b001010 | 0b001011 => return Effect::Jumps(target(25, 0)),
        // CBZ, CBNZ; TBZ, TBNZ.
        0b011010 => return Effect::Forks(target(23, 5)),
        0b011011 => return Effect::Forks(target(18, 5)),
        _ => {}
    }
    PATTERNS.iter().find(|(mask, value, _)| word & mask == *value).map_or(Effect::None, |found| found.2)
}

/// May code at `pc` read the condition flags before it sets them?
pub(super) fn needed_at(space: &AddressSpace, pc: u64) -> bool {
    let mut left = LOOK_AHEAD;
    look(space, pc, &mut left)
}

fn look(space: &AddressSpace, mut pc: u64, left: &mut usize) -> bool {
    while *left > 0 {
        *left -= 1;
        let Ok(word) = space.mem().load::<u32>(GuestAddr(pc)) else { return true };
        match effect(u32::from_le(word), pc) {
            Effect::Forks(target) if look(space, target, left) => return true,
            Effect::None | Effect::Forks(_) => pc = pc.wrapping_add(4),
            Effect::Jumps(target) => pc = target,
            Effect::Writes => return false,
            Effect::Reads => return true,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effects_of_known_words() {
        let of = |word| effect(word, 0x1000);
        assert_eq!(of(0xf100_041f), Effect::Writes); // cmp x0, #1
        assert_eq!(of(0xeb01_001f), Effect::Writes); // cmp x0, x1
        assert_eq!(of(0xeb21_401f), Effect::Writes); // cmp x0, w1, uxtw
        assert_eq!(of(0xf240_001f), Effect::Writes); // tst x0, #1
        assert_eq!(of(0x6a01_001f), Effect::Writes); // tst w0, w1
        assert_eq!(of(0x9100_0421), Effect::None); // add x1, x1, #1
        assert_eq!(of(0x8a01_0000), Effect::None); // and x0, x0, x1
        assert_eq!(of(0x9a81_0000), Effect::Reads); // csel x0, x0, x1, eq
        assert_eq!(of(0xfa41_0000), Effect::Reads); // ccmp x0, x1, #0, eq
        assert_eq!(of(0xba01_0000), Effect::Reads); // adcs x0, x0, x1
        assert_eq!(of(0x9ac1_0800), Effect::None); // udiv x0, x0, x1
        assert_eq!(of(0x1e61_2000), Effect::Writes); // fcmp d0, d1
        assert_eq!(of(0x1e61_0c00), Effect::Reads); // fcsel d0, d0, d1, eq
        assert_eq!(of(0x1e61_2800), Effect::None); // fadd d0, d0, d1
        assert_eq!(of(0xf940_0020), Effect::None); // ldr x0, [x1]
        assert_eq!(of(0xa9bf_7bfd), Effect::None); // stp x29, x30, [sp, #-16]!
        assert_eq!(of(0x4ea1_8420), Effect::None); // add v0.4s, v1.4s, v1.4s
        assert_eq!(of(0x5400_0040), Effect::Reads); // b.eq
        assert_eq!(of(0xd53b_d040), Effect::None); // mrs x0, tpidr_el0
        assert_eq!(of(0xd53b_4200), Effect::Reads); // mrs x0, nzcv
        assert_eq!(of(0xd503_201f), Effect::None); // nop
        assert_eq!(of(0xd400_0001), Effect::Reads); // svc #0
        assert_eq!(of(0xd65f_03c0), Effect::Reads); // ret
        assert_eq!(of(0x1400_0002), Effect::Jumps(0x1008));
        assert_eq!(of(0x97ff_ffff), Effect::Jumps(0xffc));
        assert_eq!(of(0xb400_0040), Effect::Forks(0x1008));
        assert_eq!(of(0x3700_0040), Effect::Forks(0x1008));
    }
}
