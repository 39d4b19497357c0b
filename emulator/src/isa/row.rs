//! One row of the table: a bit pattern and what is known about it.

use crate::cpu::Feature;

/// One encoding.
#[derive(Debug)]
pub struct Row {
    /// Unique, the name of its opcode variant, such as `AddImm`.
    pub id: &'static str,
    /// Bits 31–0 in words divided by blanks: `0`, `1` and `x` (any) stand for themselves, `name` is a field of one
    /// bit and `name:5` of five.
    pub pattern: &'static str,
    /// The bits that the pattern fixes.
    pub mask: u32,
    /// Their values.
    pub value: u32,
    /// The Arm manual's subclass (C4.1), such as `Add/subtract (immediate)`.
    pub subclass: &'static str,
    /// The feature it belongs to.
    pub feature: Feature,
    /// The assembler syntax, with fields in braces as `disasm` understands them.
    pub syntax: &'static str,
}

impl Row {
    /// Builds a row; a pattern that is not 32 bits wide does not compile.
    pub const fn new(
        id: &'static str,
        pattern: &'static str,
        subclass: &'static str,
        feature: Feature,
        syntax: &'static str,
    ) -> Row {
        let (mask, value) = parse(pattern);
        Row { id, pattern, mask, value, subclass, feature, syntax }
    }

    /// Does `word` match the fixed bits?
    #[inline]
    pub const fn matches(&self, word: u32) -> bool {
        word & self.mask == self.value
    }

    /// The lowest bit and the width of the field `name`.
    pub fn field(&self, name: &str) -> Option<(u32, u32)> {
        let mut high = 32;
        for token in self.pattern.split_ascii_whitespace() {
            let (token_name, width) = match token.split_once(':') {
                Some((field, width)) => (field, width.parse().ok()?),
                None if token.bytes().all(|b| matches!(b, b'0' | b'1' | b'x')) => ("", token.len() as u32),
                None => (token, 1),
            };
            high -= width;
            if token_name == name {
                return Some((high, width));
            }
        }
        None
    }
}

/// Bits `high` down to `low` of `word`, both included.
#[inline(always)]
pub const fn bits(word: u32, high: u32, low: u32) -> u32 {
    (word >> low) & (u32::MAX >> (31 - (high - low)))
}

/// Bits `high` down to `low` of `word`, sign-extended.
#[inline(always)]
pub const fn sbits(word: u32, high: u32, low: u32) -> i64 {
    (((word << (31 - high)) as i32) >> (31 - (high - low))) as i64
}

const fn parse(pattern: &str) -> (u32, u32) {
    let text = pattern.as_bytes();
    let (mut mask, mut value, mut width, mut i) = (0_u32, 0_u32, 0_u32, 0);
    while i < text.len() {
        if text[i] == b' ' {
            i += 1;
            continue;
        }
        let start = i;
        let mut literal = true;
        let mut colon = 0;
        while i < text.len() && text[i] != b' ' {
            if text[i] == b':' {
                colon = i;
            }
            if !matches!(text[i], b'0' | b'1' | b'x') {
                literal = false;
            }
            i += 1;
        }
        if literal {
            let mut j = start;
            while j < i {
                mask = mask << 1 | (text[j] != b'x') as u32;
                value = value << 1 | (text[j] == b'1') as u32;
                width += 1;
                j += 1;
            }
        } else {
            let mut bits = if colon == 0 { 1 } else { 0 };
            let mut j = colon + 1;
            while colon != 0 && j < i {
                bits = bits * 10 + (text[j] - b'0') as u32;
                j += 1;
            }
            mask <<= bits;
            value <<= bits;
            width += bits;
        }
    }
    assert!(width == 32, "a pattern must be 32 bits wide");
    (mask, value)
}

/// Declares a group: its opcode enumeration and its rows, in the order in which they are tried.
macro_rules! group {
    ($(#[$doc:meta])* $(
        [$subclass:literal]
        $($id:ident = $pattern:literal, $feature:ident, $syntax:literal;)*
    )*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "the row's syntax says what each is")]
        pub enum Op { $($($id,)*)* }

        /// The opcodes, in the order of the rows.
        pub(crate) const OPS: &[Op] = &[$($(Op::$id,)*)*];

        /// The rows, in the order in which they are tried.
        pub(crate) const ROWS: &[$crate::isa::Row] = &[$($(
            $crate::isa::Row::new(stringify!($id), $pattern, $subclass, $crate::cpu::Feature::$feature, $syntax),
        )*)*];
    };
}
pub(super) use group;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_gives_mask_value_and_fields() {
        let row = Row::new("T", "sf 0 0 100010 sh imm12:12 Rn:5 Rd:5", "", Feature::Base, "");
        assert_eq!((row.mask, row.value), (0x7f80_0000, 0x1100_0000));
        assert_eq!(row.field("sf"), Some((31, 1)));
        assert_eq!(row.field("imm12"), Some((10, 12)));
        assert_eq!(row.field("Rd"), Some((0, 5)));
        assert_eq!(row.field("Rm"), None);
    }

    #[test]
    fn bits_and_sbits_take_both_ends() {
        assert_eq!(bits(0xf000_0000, 31, 28), 15);
        assert_eq!(bits(0x1234_5678, 31, 0), 0x1234_5678);
        assert_eq!(sbits(0x0000_0010, 4, 0), -16);
        assert_eq!(sbits(0x8000_0000, 31, 0), i64::from(i32::MIN));
    }
}
