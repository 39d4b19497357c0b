//! The disassembler: fills the `syntax` of a word's row.
//!
//! # The syntax language
//!
//! Text outside braces stands for itself. `{kind:value}` prints a value, `{a|b|c:value}` the alternative whose
//! number the value is (alternatives may be empty and may hold items again), and a few items need no value.
//! Alternatives that cannot occur may be left out at the end or empty; one out of range prints `?`.
//!
//! A *value* is a field name, or several joined by dots, first the highest bits (`op.N`); or a number; then, from
//! left to right, any of `+`, `-`, `*`, `<<` with a further field or number: `imm7*4<<opc`, `64-immb`.
//!
//! | kind | prints | example |
//! |---|---|---|
//! | `W` `X` | a general register, 31 is zero | `{X:Rd}` x3, xzr |
//! | `Wsp` `Xsp` | the same, 31 is the stack pointer | `{Xsp:Rn}` sp |
//! | `R` `Rsp` | the same, `W` or `X` by the field `sf` | `{R:Rm}` w3 |
//! | `B` `H` `S` `D` `Q` `V` | a SIMD&FP register | `{V:Rd}.{T:size.Q}` v3.4s |
//! | `T` | the arrangement: size and Q as one value, 0–7 | 8b 16b 4h 8h 2s 4s 1d 2d |
//! | `d` | an unsigned decimal number | `#{d:imm6*16}` |
//! | `s` | a decimal number; the fields before the first operator are sign-extended | `#{s:imm9}` |
//! | `x` | a hexadecimal number | `#{x:imm16}` |
//! | `cond` | a condition | `b.{cond:cond}` |
//! | `target` | the address `pc` + value, sign-extended as for `s` | `{target:imm26*4}` |
//! | `page` | the address of `pc`'s page + value pages, sign-extended | `{page:immhi.immlo}` |
//! | `fp` | an 8-bit floating-point immediate | `#{fp:imm8}` |
//! | `bytes` | an 8-bit mask of bytes, as 64 bits | `#{bytes:a.b.c.d.e.f.g.h}` |
//! | `sysreg` | a system register, value `o0.op1.CRn.CRm.op2` | tpidr_el0, s3_0_c0_c0_0 |
//! | `hint` `barrier` `prefetch` `pstate` | a name or a number | bti c, ish, pldl1keep |
//! | `increment` | the field `Rm`, or the value if that is 31 | x2, #32 |
//! | `shape` `lane` | of a shift: the arrangement by `immh.Q`, the lane's letter by `immh` | 8h, h |
//! | `right` `left` | of a shift: the count by `immh.immb` | 7 |
//! | `copyshape` `copylane` `index` | of a copy: the arrangement by `imm5.Q`, letter and index by `imm5` | 4s, s, 3 |
//! | `fromindex` `general` | of a copy: the index by `imm4.imm5`, the register by `imm5.Rn` | 3, w2 |
//!
//! Without a value: `{shift}` (of the fields `shift` and `imm6`: `, lsl #3`, or nothing), `{extended}` (`Rm`, `option`
//! and `imm3` of an extended register), `{offset}` (`Rm`, `option` and `S` of a register offset), `{bitmask}` (`N`, `imms`,
//! `immr` and `sf` of a logical immediate), `{open}` and `{close}` (braces).

use std::fmt::Write;

use super::row::Row;
use super::{decode, names, vectors};
use crate::interp::bit_masks;

/// The assembler text of `word` at `pc`; `.inst` for an unallocated encoding.
pub fn disassemble(word: u32, pc: u64) -> String {
    match decode(word) {
        Some((row, _)) => Printer { row, word, pc }.text(row.syntax),
        None => format!(".inst {word:#010x}"),
    }
}

struct Printer {
    row: &'static Row,
    word: u32,
    pc: u64,
}

/// A field, or several, or a number: its value and its width in bits (0 for a number).
type Term = (u64, u32);

impl Printer {
    fn text(&self, syntax: &str) -> String {
        let mut out = String::new();
        let mut rest = syntax;
        while let Some(open) = rest.find('{') {
            out.push_str(&rest[..open]);
            let Some(close) = closing(&rest[open..]) else { return out + "<unbalanced?>" };
            self.item(&rest[open + 1..open + close], &mut out);
            rest = &rest[open + close + 1..];
        }
        out + rest
    }

    fn item(&self, item: &str, out: &mut String) {
        let parts = split(item, b'|');
        // A choice has a bar outside inner braces, and its value behind the last colon there.
        match (parts.len(), split_value(item)) {
            (1, None) => self.keyword(item, out),
            (1, Some((kind, value))) => match self.value(value, matches!(kind, "s" | "target" | "page")) {
                Some(value) => self.typed(kind, value, out),
                None => out.push_str(&format!("<{value}?>")),
            },
            (_, None) => out.push_str(&format!("<{item}?>")),
            (_, Some((alternatives, value))) => match self.value(value, false) {
                Some(index) => match split(alternatives, b'|').get(index as usize) {
                    Some(chosen) => out.push_str(&self.text(chosen)),
                    None => out.push('?'),
                },
                None => out.push_str(&format!("<{value}?>")),
            },
        }
    }

    fn typed(&self, kind: &str, value: u64, out: &mut String) {
        let sf = || self.field("sf").is_none_or(|(value, _)| value != 0);
        let register = value & 31;
        let _ = match kind {
            "W" | "X" | "Wsp" | "Xsp" | "R" | "Rsp" => {
                let x = kind.starts_with('X') || (kind.starts_with('R') && sf());
                out.push_str(&general(register, x, kind.ends_with("sp")));
                Ok(())
            }
            "B" | "H" | "S" | "D" | "Q" | "V" => write!(out, "{}{register}", kind.to_ascii_lowercase()),
            "T" => {
                let names = ["8b", "16b", "4h", "8h", "2s", "4s", "1d", "2d"];
                write!(out, "{}", names.get(value as usize).unwrap_or(&"?"))
            }
            "d" => write!(out, "{value}"),
            "s" => write!(out, "{}", value as i64),
            "x" => write!(out, "{value:#x}"),
            "cond" => write!(out, "{}", names::condition(value)),
            "target" => write!(out, "{:#x}", self.pc.wrapping_add(value)),
            "page" => write!(out, "{:#x}", (self.pc & !0xfff).wrapping_add(value << 12)),
            "fp" => write!(out, "{}", float(value)),
            "bytes" => {
                let mask =
                    (0..8).filter(|i| value >> i & 1 != 0).fold(0_u64, |mask, i| mask | 0xff << (8 * i));
                write!(out, "{mask:#018x}")
            }
            "sysreg" => write!(out, "{}", names::system_register(value)),
            "hint" => write!(out, "{}", names::hint(value)),
            "barrier" => write!(out, "{}", names::barrier(value)),
            "prefetch" => write!(out, "{}", names::prefetch(value)),
            "pstate" => write!(out, "{}", names::pstate(value)),
            "increment" => match self.field("Rm") {
                Some((register @ 0..31, _)) => write!(out, "x{register}"),
                _ => write!(out, "#{value}"),
            },
            _ => match vectors::text(kind, value) {
                Some(text) => write!(out, "{text}"),
                None => write!(out, "<{kind}?>"),
            },
        };
    }

    fn keyword(&self, keyword: &str, out: &mut String) {
        let text = match keyword {
            "shift" => self.shift(),
            "extended" => self.extended(),
            "offset" => self.offset(),
            "bitmask" => self.bitmask(),
            "open" => Some("{".into()),
            "close" => Some("}".into()),
            _ => None,
        };
        match text {
            Some(text) => out.push_str(&text),
            None => out.push_str(&format!("<{keyword}?>")),
        }
    }

    fn shift(&self) -> Option<String> {
        let (kind, amount) = (self.field("shift")?.0, self.field("imm6")?.0);
        let name = ["lsl", "lsr", "asr", "ror"][kind as usize & 3];
        Some(if kind == 0 && amount == 0 { String::new() } else { format!(", {name} #{amount}") })
    }

    fn extended(&self) -> Option<String> {
        let (register, option, amount) =
            (self.field("Rm")?.0, self.field("option")?.0, self.field("imm3")?.0);
        let name = EXTENSIONS[option as usize & 7];
        let mut text = format!("{}, {name}", general(register, option & 3 == 3, false));
        if amount != 0 {
            let _ = write!(text, " #{amount}");
        }
        Some(text)
    }

    fn offset(&self) -> Option<String> {
        let (register, option) = (self.field("Rm")?.0, self.field("option")?.0);
        let register = general(register, option & 1 != 0, false);
        Some(match option {
            3 if self.field("S")?.0 == 0 => register,
            3 => format!("{register}, lsl"),
            _ => format!("{register}, {}", EXTENSIONS[option as usize & 7]),
        })
    }

    fn bitmask(&self) -> Option<String> {
        let field = |name| self.field(name).map(|(value, _)| value as u32);
        let x = field("sf").is_none_or(|sf| sf != 0);
        Some(match bit_masks(field("N")?, field("imms")?, field("immr")?, true) {
            Some((mask, _)) => format!("{:#x}", if x { mask } else { mask & 0xffff_ffff }),
            None => "?".into(),
        })
    }

    fn field(&self, name: &str) -> Option<Term> {
        let (low, width) = self.row.field(name)?;
        Some((u64::from(self.word >> low) & (u64::MAX >> (64 - width)), width))
    }

    fn term(&self, text: &str) -> Option<Term> {
        if let Ok(number) = text.parse() {
            return Some((number, 0));
        }
        text.split('.').try_fold((0, 0), |(value, width), name| {
            let (field, bits) = self.field(name)?;
            Some((value << bits | field, width + bits))
        })
    }

    fn value(&self, text: &str, signed: bool) -> Option<u64> {
        let operator = |c| matches!(c, '+' | '-' | '*' | '<');
        let end = text.find(operator).unwrap_or(text.len());
        let (mut value, width) = self.term(&text[..end])?;
        if signed && width > 0 {
            let unused = 64 - width;
            value = ((value << unused) as i64 >> unused) as u64;
        }
        let mut rest = &text[end..];
        while !rest.is_empty() {
            let (symbol, behind) = rest.split_at(if rest.starts_with("<<") { 2 } else { 1 });
            let end = behind.find(operator).unwrap_or(behind.len());
            let (operand, _) = self.term(&behind[..end])?;
            value = match symbol {
                "+" => value.wrapping_add(operand),
                "-" => value.wrapping_sub(operand),
                "*" => value.wrapping_mul(operand),
                _ => value.wrapping_shl(operand as u32),
            };
            rest = &behind[end..];
        }
        Some(value)
    }
}

const EXTENSIONS: [&str; 8] = ["uxtb", "uxth", "uxtw", "uxtx", "sxtb", "sxth", "sxtw", "sxtx"];

fn general(register: u64, x: bool, stack_pointer: bool) -> String {
    match (register, x, stack_pointer) {
        (31, true, true) => "sp".into(),
        (31, false, true) => "wsp".into(),
        (31, true, false) => "xzr".into(),
        (31, false, false) => "wzr".into(),
        (_, true, _) => format!("x{register}"),
        (_, false, _) => format!("w{register}"),
    }
}

/// Arm ARM J1.3, `VFPExpandImm`, as a number: sign, three bits of exponent, four of fraction.
fn float(imm8: u64) -> f64 {
    let exponent = (imm8 >> 4 & 7) as i32;
    let power = if exponent < 4 { exponent + 1 } else { exponent - 7 };
    let magnitude = (1.0 + (imm8 & 15) as f64 / 16.0) * 2_f64.powi(power);
    if imm8 & 0x80 != 0 { -magnitude } else { magnitude }
}

/// Where the brace that opens `text` is closed.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    text.bytes().position(|byte| {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        depth == 0
    })
}

/// The positions of `wanted` outside inner braces.
fn outside(text: &str, wanted: u8) -> impl Iterator<Item = usize> + '_ {
    let mut depth = 0_usize;
    text.bytes().enumerate().filter_map(move |(at, byte)| {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        (depth == 0 && byte == wanted).then_some(at)
    })
}

fn split(text: &str, separator: u8) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for at in outside(text, separator) {
        parts.push(&text[start..at]);
        start = at + 1;
    }
    parts.push(&text[start..]);
    parts
}

fn split_value(item: &str) -> Option<(&str, &str)> {
    let at = outside(item, b':').last()?;
    Some((&item[..at], &item[at + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa::rows;

    #[test]
    fn every_syntax_names_only_what_exists() {
        for (row, _) in rows() {
            for fill in [0, u32::MAX, 0x5555_5555, 0xaaaa_aaaa] {
                let word = row.value | fill & !row.mask;
                let text = Printer { row, word, pc: 0 }.text(row.syntax);
                assert!(!text.contains("?>"), "{}: {text}", row.id);
            }
        }
    }

    #[test]
    fn known_words() {
        for (word, text) in [
            (0x9140_0420, "add x0, x1, #0x1, lsl #12"),
            (0x5100_0820, "sub w0, w1, #0x2"),
            (0x9100_03e0, "add x0, sp, #0x0"),
            (0xf100_043f, "subs xzr, x1, #0x1"),
            (0x9240_1c20, "and x0, x1, #0xff"),
            (0x8b02_1020, "add x0, x1, x2, lsl #4"),
            (0xaa01_03e0, "orr x0, xzr, x1"),
            (0x8b22_8820, "add x0, x1, w2, sxtb #2"),
            (0x9a82_1420, "csinc x0, x1, x2, ne"),
            (0xa9bf_7bfd, "stp x29, x30, [sp, #-16]!"),
            (0xf940_0420, "ldr x0, [x1, #0x8]"),
            (0x3dc0_0420, "ldr q0, [x1, #0x10]"),
            (0xb8a2_c820, "ldrsw x0, [x1, w2, sxtw]"),
            (0xf862_6820, "ldr x0, [x1, x2]"),
            (0xf862_7820, "ldr x0, [x1, x2, lsl #3]"),
            (0x5400_0040, "b.eq 0x1008"),
            (0x97ff_ffff, "bl 0xffc"),
            (0xd53b_d040, "mrs x0, tpidr_el0"),
            (0xd503_201f, "nop"),
            (0xd503_3bbf, "dmb ish"),
            (0xc85f_7c20, "ldxr x0, [x1]"),
            (0xf8e0_0041, "ldaddal x0, x1, [x2]"),
            (0x4e22_8420, "add v0.16b, v1.16b, v2.16b"),
            (0x0f0c_8420, "shrn v0.8b, v1.8h, #4"),
            (0x4f2f_5420, "shl v0.4s, v1.4s, #15"),
            (0x4e1c_2420, ".inst 0x4e1c2420"),
            (0x6e0c_4420, "ins v0.s[1], v1.s[2]"),
            (0x4e08_0c20, "dup v0.2d, x1"),
            (0x6f05_e4a0, "movi v0.2d, #0xff00ff0000ff00ff"),
            (0x4e02_6020, "tbl v0.16b, {v1.16b, v2.16b, v3.16b, v4.16b}, v2.16b"),
            (0x4cdf_2020, "ld1 {v0.16b, v1.16b, v2.16b, v3.16b}, [x1], #64"),
            (0x4f82_a820, "smull2 v0.2d, v1.4s, v2.s[2]"),
            (0x0000_0000, "udf #0"),
            (0xffff_ffff, ".inst 0xffffffff"),
        ] {
            assert_eq!(disassemble(word, 0x1000), text, "{word:#010x}");
        }
    }
}
