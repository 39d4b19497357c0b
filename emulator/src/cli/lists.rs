//! The published lists.

use std::fmt::Write;

use crate::syscall::{ROWS, Support};

/// The call table: number, name, support, note.
pub(super) fn syscalls() -> String {
    let mut text = String::from("number name support note\n");
    for row in ROWS {
        let support = match row.support {
            Support::Full => "full",
            Support::Partial => "partial",
            Support::None => "none",
        };
        let line = format!("{:6} {:26} {support:8} {}", row.number, row.name, row.note);
        let _ = writeln!(text, "{}", line.trim_end());
    }
    let count = |support| ROWS.iter().filter(|row| row.support == support).count();
    let (full, partial, none) = (count(Support::Full), count(Support::Partial), count(Support::None));
    let _ = writeln!(text, "{} calls: {full} full, {partial} partial, {none} none", ROWS.len());
    text
}
