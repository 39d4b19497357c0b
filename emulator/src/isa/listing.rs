//! The support list that `elfuse --isa` prints.

use std::fmt::Write;

use super::row::Row;
use super::rows;
use crate::interp::select;

/// How many fillings of its free bits a row is tried with.
const TRIES: u32 = 4096;

/// Does the interpreter execute this row? True to the code: some word of the row gets a function.
pub fn implemented(row: &Row) -> bool {
    // Knuth's multiplicative hash spreads the tries over the free bits.
    row.feature.implemented()
        && (0..TRIES).any(|i| {
            let fill = i.wrapping_mul(0x9e37_79b1) ^ i.rotate_right(9);
            row.matches_first(row.value | fill & !row.mask)
        })
}

impl Row {
    /// Is `word` decoded as this row, and executed?
    fn matches_first(&self, word: u32) -> bool {
        super::decode(word).is_some_and(|(found, _)| found.id == self.id) && select(word, 0).is_some()
    }
}

/// One line a row (identifier, feature, whether it is implemented, syntax) under its subclass, and the counts.
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
        let _ = writeln!(text, "  {state:3}  {:20} {:14} {}", row.id, row.feature.arm_name(), row.syntax);
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
            text.lines().find(|line| line.split_whitespace().nth(1) == Some(id)).map(str::to_owned)
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
