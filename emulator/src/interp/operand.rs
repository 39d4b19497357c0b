//! What the groups share: operand fields, specialisation over constants, conditions, addition with flags.

use crate::cpu::{Cpu, Nzcv, ZERO, ZERO_SINK};

/// The register field at bit `low`, as a source: 31 is the zero register.
pub(crate) fn source(word: u32, low: u32) -> u8 {
    match field5(word, low) {
        31 => ZERO,
        index => index,
    }
}

/// The register field at bit `low`, as a destination: 31 is the zero register.
pub(crate) fn destination(word: u32, low: u32) -> u8 {
    match field5(word, low) {
        31 => ZERO_SINK,
        index => index,
    }
}

/// The register field at bit `low`; 31 is the stack pointer.
pub(crate) fn field5(word: u32, low: u32) -> u8 {
    (word >> low & 31) as u8
}

/// Is the one bit set?
pub(super) fn bit(word: u32, at: u32) -> bool {
    word >> at & 1 != 0
}

/// The function specialised over constants known only now: `specialise!(f, []; bool a; 4 b; 8 c)` is
/// `f::<A, B, C> as Exec`, with `A: bool` and numbers `B` in 0–3, `C` in 0–7.
macro_rules! specialise {
    ($f:ident, [$($done:tt)*]) => { $f::<$($done)*> as $crate::interp::Exec };
    ($f:ident, [$($done:tt)*]; bool $e:expr $(; $k:tt $v:expr)*) => {
        if $e {
            $crate::interp::operand::specialise!($f, [$($done)* true,] $(; $k $v)*)
        } else {
            $crate::interp::operand::specialise!($f, [$($done)* false,] $(; $k $v)*)
        }
    };
    ($f:ident, [$($done:tt)*]; 4 $e:expr $(; $k:tt $v:expr)*) => {
        match $e {
            0 => $crate::interp::operand::specialise!($f, [$($done)* 0,] $(; $k $v)*),
            1 => $crate::interp::operand::specialise!($f, [$($done)* 1,] $(; $k $v)*),
            2 => $crate::interp::operand::specialise!($f, [$($done)* 2,] $(; $k $v)*),
            _ => $crate::interp::operand::specialise!($f, [$($done)* 3,] $(; $k $v)*),
        }
    };
    ($f:ident, [$($done:tt)*]; 8 $e:expr $(; $k:tt $v:expr)*) => {
        match $e {
            0 => $crate::interp::operand::specialise!($f, [$($done)* 0,] $(; $k $v)*),
            1 => $crate::interp::operand::specialise!($f, [$($done)* 1,] $(; $k $v)*),
            2 => $crate::interp::operand::specialise!($f, [$($done)* 2,] $(; $k $v)*),
            3 => $crate::interp::operand::specialise!($f, [$($done)* 3,] $(; $k $v)*),
            4 => $crate::interp::operand::specialise!($f, [$($done)* 4,] $(; $k $v)*),
            5 => $crate::interp::operand::specialise!($f, [$($done)* 5,] $(; $k $v)*),
            6 => $crate::interp::operand::specialise!($f, [$($done)* 6,] $(; $k $v)*),
            _ => $crate::interp::operand::specialise!($f, [$($done)* 7,] $(; $k $v)*),
        }
    };
    ($f:ident, [$($done:tt)*]; 16 $e:expr $(; $k:tt $v:expr)*) => {
        match $e {
            8 => $crate::interp::operand::specialise!($f, [$($done)* 8,] $(; $k $v)*),
            9 => $crate::interp::operand::specialise!($f, [$($done)* 9,] $(; $k $v)*),
            10 => $crate::interp::operand::specialise!($f, [$($done)* 10,] $(; $k $v)*),
            11 => $crate::interp::operand::specialise!($f, [$($done)* 11,] $(; $k $v)*),
            12 => $crate::interp::operand::specialise!($f, [$($done)* 12,] $(; $k $v)*),
            13 => $crate::interp::operand::specialise!($f, [$($done)* 13,] $(; $k $v)*),
            14 => $crate::interp::operand::specialise!($f, [$($done)* 14,] $(; $k $v)*),
            15 => $crate::interp::operand::specialise!($f, [$($done)* 15,] $(; $k $v)*),
            small => $crate::interp::operand::specialise!($f, [$($done)*]; 8 small $(; $k $v)*),
        }
    };
}
pub(super) use specialise;

/// `value` in a register of 64 bits, or its low half in one of 32.
#[inline(always)]
pub(super) const fn sized<const X: bool>(value: u64) -> u64 {
    if X { value } else { value as u32 as u64 }
}

/// For each condition the set of NZCV values (as bits of a word) that satisfies it.
const HOLDS: [u16; 16] = {
    let mut table = [0_u16; 16];
    let mut flags = 0_u32;
    while flags < 16 {
        let (n, z, c, v) = (flags & 8 != 0, flags & 4 != 0, flags & 2 != 0, flags & 1 != 0);
        let base = [z, c, n, v, c && !z, n == v, n == v && !z, true];
        let mut cond = 0;
        while cond < 16 {
            // The odd one of each pair is the opposite, but for 15, which means "always" as 14 does.
            let holds = base[cond / 2] != (cond % 2 == 1 && cond != 15);
            table[cond] |= (holds as u16) << flags;
            cond += 1;
        }
        flags += 1;
    }
    table
};

/// Does the condition `cond` (0–15) hold?
///
/// # Source
/// Arm ARM C1.2.4, "Condition code".
#[inline(always)]
pub(crate) const fn holds(cond: u8, nzcv: Nzcv) -> bool {
    HOLDS[(cond & 15) as usize] >> (nzcv >> 28) & 1 != 0
}

/// The N and Z flags of a result, C and V clear.
#[inline(always)]
pub(super) const fn nz<const X: bool>(result: u64) -> Nzcv {
    let negative = if X { (result >> 63) as u32 } else { (result as u32) >> 31 };
    negative << 31 | ((sized::<X>(result) == 0) as u32) << 30
}

/// `a + b + carry` and the flags it sets; subtraction is addition of the complement with carry set.
///
/// # Source
/// Arm ARM J1.3, `AddWithCarry`.
#[inline(always)]
pub(super) const fn add_with_carry<const X: bool>(a: u64, b: u64, carry: bool) -> (u64, Nzcv) {
    if X {
        let (partial, c1) = a.overflowing_add(b);
        let (sum, c2) = partial.overflowing_add(carry as u64);
        let overflow = ((a ^ sum) & (b ^ sum)) >> 63;
        (sum, nz::<true>(sum) | ((c1 | c2) as u32) << 29 | (overflow as u32) << 28)
    } else {
        let (a, b) = (a as u32, b as u32);
        let (partial, c1) = a.overflowing_add(b);
        let (sum, c2) = partial.overflowing_add(carry as u32);
        let overflow = ((a ^ sum) & (b ^ sum)) >> 31;
        (sum as u64, nz::<false>(sum as u64) | ((c1 | c2) as u32) << 29 | overflow << 28)
    }
}

/// `a + b` or `a - b`, with its flags when `S`.
#[inline(always)]
pub(super) fn add_sub<const X: bool, const SUB: bool, const S: bool>(cpu: &mut Cpu, a: u64, b: u64) -> u64 {
    if S {
        let (sum, nzcv) = add_with_carry::<X>(a, if SUB { !b } else { b }, SUB);
        cpu.nzcv = nzcv;
        sum
    } else {
        sized::<X>(if SUB { a.wrapping_sub(b) } else { a.wrapping_add(b) })
    }
}

/// `value` shifted by `amount` (below its width): 0 LSL, 1 LSR, 2 ASR, 3 ROR.
#[inline(always)]
pub(super) const fn shift<const X: bool, const KIND: u8>(value: u64, amount: u32) -> u64 {
    if X {
        match KIND {
            0 => value << (amount & 63),
            1 => value >> (amount & 63),
            2 => (value as i64 >> (amount & 63)) as u64,
            _ => value.rotate_right(amount & 63),
        }
    } else {
        let value = value as u32;
        (match KIND {
            0 => value << (amount & 31),
            1 => value >> (amount & 31),
            2 => (value as i32 >> (amount & 31)) as u32,
            _ => value.rotate_right(amount & 31),
        }) as u64
    }
}

/// `value` extended as `option` says (UXTB, UXTH, UXTW, UXTX, SXTB, SXTH, SXTW, SXTX).
#[inline(always)]
pub(super) const fn extend<const OPTION: u8>(value: u64) -> u64 {
    match OPTION {
        0 => value as u8 as u64,
        1 => value as u16 as u64,
        2 => value as u32 as u64,
        4 => value as i8 as u64,
        5 => value as i16 as u64,
        6 => value as i32 as u64,
        _ => value,
    }
}

/// The masks of a logical immediate or bitfield instruction, `(wmask, tmask)`; `None` when reserved.
///
/// # Source
/// Arm ARM J1.3, `DecodeBitMasks`.
pub(crate) fn bit_masks(n: u32, imms: u32, immr: u32, immediate: bool) -> Option<(u64, u64)> {
    let length = (n << 6 | (!imms & 63)).checked_ilog2()?;
    if length < 1 {
        return None;
    }
    let levels = (1 << length) - 1;
    if immediate && imms & levels == levels {
        return None;
    }
    let (s, r) = (imms & levels, immr & levels);
    let size = 1_u32 << length;
    let ones = |count: u32| u64::MAX >> (64 - count);
    let element = ones(size);
    let welem = ones(s + 1);
    let rotated = if r == 0 { welem } else { (welem >> r | welem << (size - r)) & element };
    let telem = ones((s.wrapping_sub(r) & levels) + 1);
    let replicate = |mut value: u64| {
        let mut width = size;
        while width < 64 {
            value |= value << width;
            width *= 2;
        }
        value
    };
    Some((replicate(rotated), replicate(telem)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_follow_the_manual() {
        let z = 1 << 30;
        assert!(holds(0, z) && !holds(1, z));
        assert!(holds(14, 0) && holds(15, 0));
        // GT wants Z clear and N equal to V.
        assert!(holds(12, 0) && !holds(12, z) && holds(12, 0x9000_0000) && !holds(12, 0x8000_0000));
    }

    #[test]
    fn addition_sets_carry_and_overflow() {
        assert_eq!(add_with_carry::<true>(u64::MAX, 1, false), (0, 0x6000_0000));
        assert_eq!(add_with_carry::<false>(0x7fff_ffff, 1, false), (0x8000_0000, 0x9000_0000));
        assert_eq!(add_with_carry::<true>(5, !5, true), (0, 0x6000_0000));
    }

    #[test]
    fn bit_masks_of_known_immediates() {
        assert_eq!(bit_masks(1, 0b000111, 0, true), Some((0xff, 0xff)));
        assert_eq!(bit_masks(0, 0b111100, 0, true).map(|m| m.0), Some(0x5555_5555_5555_5555));
        assert_eq!(bit_masks(0, 0b000000, 1, true).map(|m| m.0), Some(0x8000_0000_8000_0000));
        assert_eq!(bit_masks(0, 0b111111, 0, true), None);
        assert_eq!(bit_masks(1, 0b111111, 0, true), None);
    }
}
