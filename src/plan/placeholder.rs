//! `$T` and `$BIN` in a case's strings.
//!
//! `$` before a letter or `_` begins a placeholder's name; `$$` stands for one `$`; any other `$` stands for itself,
//! so `$1` and `$(` need no escape.

use std::ffi::OsString;
use std::path::Path;

/// The placeholders that exist.
pub const NAMES: [&str; 2] = ["T", "BIN"];

/// A part of a string with placeholders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Stands for itself.
    Text(&'a str),
    /// A placeholder's name, without the `$`.
    Name(&'a str),
}

/// Splits `text` into its pieces.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        if at > 0 {
            pieces.push(Piece::Text(&rest[..at]));
        }
        let after = &rest[at + 1..];
        if let Some(after_both) = after.strip_prefix('$') {
            pieces.push(Piece::Text(&rest[at..=at]));
            rest = after_both;
        } else if after.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
            pieces.push(Piece::Name(&after[..end]));
            rest = &after[end..];
        } else {
            pieces.push(Piece::Text(&rest[at..=at]));
            rest = after;
        }
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// Replaces the placeholders in `text`: `$T` by `files`, `$BIN` by `bin`.
pub fn substitute(text: &str, files: &Path, bin: &Path) -> OsString {
    let mut out = OsString::new();
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => out.push(text),
            Piece::Name("T") => out.push(files),
            Piece::Name("BIN") => out.push(bin),
            Piece::Name(other) => {
                out.push("$");
                out.push(other);
            }
        }
    }
    out
}

/// Replaces the placeholders in the regular expression `pattern`; what they stand for is matched literally.
///
/// A path that is not UTF-8 matches with its invalid bytes replaced.
pub fn substitute_pattern(pattern: &str, files: &Path, bin: &Path) -> String {
    let quoted = |path: &Path| regex::escape(&path.to_string_lossy());
    pieces(pattern)
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.to_owned(),
            Piece::Name("T") => quoted(files),
            Piece::Name("BIN") => quoted(bin),
            Piece::Name(other) => format!("${other}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_dollar_before_a_name_is_a_placeholder() {
        assert_eq!(
            pieces("a$T/b$$c $1 $(x) $BIN $"),
            [
                Piece::Text("a"),
                Piece::Name("T"),
                Piece::Text("/b"),
                Piece::Text("$"),
                Piece::Text("c "),
                Piece::Text("$"),
                Piece::Text("1 "),
                Piece::Text("$"),
                Piece::Text("(x) "),
                Piece::Name("BIN"),
                Piece::Text(" "),
                Piece::Text("$"),
            ]
        );
    }

    #[test]
    fn placeholders_become_paths() {
        let text = substitute("$T/x:$BIN/true:$$T:$1", Path::new("/s/t"), Path::new("/f/bin"));
        assert_eq!(text, "/s/t/x:/f/bin/true:$T:$1");
    }

    #[test]
    fn paths_are_quoted_in_patterns() {
        let pattern = substitute_pattern("^$T/a+$", Path::new("/s.1/(t)"), Path::new("/f"));
        assert_eq!(pattern, r"^/s\.1/\(t\)/a+$");
        assert!(regex::Regex::new(&pattern).unwrap().is_match("/s.1/(t)/aa"));
    }
}
