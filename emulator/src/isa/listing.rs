//! The support list that `elfuse --isa` prints.

use std::fmt::Write;

use super::row::Row;
use super::rows;
use crate::interp::select;
use crate::jit;

/// How many fillings of its free bits a row is tried with.
const TRIES: u32 = 4096;
/// How many executed words tell whether a row is translated.
const LOWERED_TRIES: usize = 64;
/// Where they are taken to stand.
const PC: u64 = 0x40_0000;

/// Does the interpreter execute this row? True to the code: some word of the row gets a function.
pub fn implemented(row: &Row) -> bool {
    row.feature.implemented() && words(row).next().is_some()
}

/// Words of this row that are executed.
fn words(row: &Row) -> impl Iterator<Item = u32> {
    // Knuth's multiplicative hash spreads the tries over the free bits.
    (0..TRIES)
        .map(|i| row.value | (i.wrapping_mul(0x9e37_79b1) ^ i.rotate_right(9)) & !row.mask)
        .filter(|&word| row.matches_first(word))
}

/// Is this row translated, or does translated code call the interpreter's function? True to the code.
fn lowered(row: &Row) -> &'static str {
    let (mut lowered, mut left) = (false, false);
    for word in words(row).take(LOWERED_TRIES) {
        if jit::lowers(word, PC) {
            lowered = true;
        } else {
            left = true;
        }
    }
    match (lowered, left) {
        (true, false) => "lowered",
        (true, true) => "partly",
        _ => "called",
    }
}

impl Row {
    /// Is `word` decoded as this row, and executed?
    fn matches_first(&self, word: u32) -> bool {
        super::decode(word).is_some_and(|(found, _)| found.id == self.id) && select(word, 0).is_some()
    }
}

/// One line a row (whether it is implemented, whether it is translated into host instructions, identifier, feature,
/// syntax) under its subclass, and the counts.
pub fn listing() -> String {
    let mut text = String::new();
    let (mut subclass, mut total, mut done) = ("", 0, 0);
    for (row, _) in rows() {
        if row.subclass != subclass {
            subclass = row.subclass;
            let _ = writeln!(text, "{subclass}");
        }
        let yes = implemented(row);
        total += 1;
        done += usize::from(yes);
        let state = if yes { "yes" } else { "no" };
        let how = if yes { lowered(row) } else { "" };
        let _ = writeln!(
            text,
            "  {state:3}  {how:7}  {:20} {:14} {}",
            row.id,
            row.feature.arm_name(),
            row.syntax
        );
    }
    let _ = writeln!(text, "{done} of {total} encodings implemented; the rest are SIGILL");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_true_to_the_code() {
        let line = |id: &str| {
            let text = listing();
            text.lines().find(|line| line.split_whitespace().any(|column| column == id)).map(str::to_owned)
        };
        assert!(line("AddSubImm").is_some_and(|line| line.starts_with("  yes")));
        assert!(line("RetAuth").is_some_and(|line| line.starts_with("  no ")));
        assert_eq!(line("NoSuchRow"), None);
    }

    #[test]
    fn every_row_of_an_implemented_feature_executes() {
        let missing: Vec<_> = rows()
            .filter(|(row, _)| row.feature.implemented() && !implemented(row))
            .map(|(row, _)| row.id)
            .collect();
        assert_eq!(missing, Vec::<&str>::new());
    }
}
