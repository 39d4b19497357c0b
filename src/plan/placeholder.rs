//! `$T`, `$BIN` and the others in a case's strings.
//!
//! `$` before a letter or `_` begins a placeholder's name; `$$` stands for one `$`; any other `$` stands for itself,
//! so `$1` and `$(` need no escape.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use super::VolumeKind;

/// The placeholders that every case has.
pub const NAMES: [&str; 2] = ["T", "BIN"];
/// Those of a case with a private sysroot.
pub const PRIVATE_NAMES: [&str; 4] = ["SR", "HOST1", "HOST1_TOP", "HOST2"];
/// Those of a case on a volume.
pub const VOLUME_NAMES: [&str; 1] = ["VOLUME"];

/// What the placeholders stand for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// `$T`: the attempt's own files.
    pub files: PathBuf,
    /// `$BIN`: the directory the program lies in.
    pub bin: PathBuf,
    /// `$SR`: the private sysroot.
    pub sysroot: PathBuf,
    /// `$HOST1`: a directory of the host; `$HOST1_TOP` is the first component of its path.
    pub host1: PathBuf,
    /// `$HOST2`: another, whose path differs in its first or second component.
    pub host2: PathBuf,
    /// `$VOLUME`: the kind of volume.
    pub volume: Option<VolumeKind>,
}

impl Places {
    /// What the placeholder `name` stands for; nothing for an unknown one.
    fn value(&self, name: &str) -> Option<OsString> {
        Some(match name {
            "T" => self.files.clone().into(),
            "BIN" => self.bin.clone().into(),
            "SR" => self.sysroot.clone().into(),
            "HOST1" => self.host1.clone().into(),
            "HOST1_TOP" => top(&self.host1).into(),
            "HOST2" => self.host2.clone().into(),
            "VOLUME" => self.volume.map_or("none", VolumeKind::name).into(),
            _ => return None,
        })
    }

    /// Replaces the placeholders in `text`.
    pub fn substitute(&self, text: &str) -> OsString {
        let mut out = OsString::new();
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) => out.push(text),
                Piece::Name(name) => match self.value(name) {
                    Some(value) => out.push(value),
                    None => {
                        out.push("$");
                        out.push(name);
                    }
                },
            }
        }
        out
    }

    /// Replaces the placeholders in the path `text`.
    pub fn path(&self, text: &str) -> PathBuf {
        PathBuf::from(self.substitute(text))
    }

    /// Replaces the placeholders in the regular expression `pattern`; what they stand for is matched literally.
    ///
    /// A path that is not UTF-8 matches with its invalid bytes replaced.
    pub fn substitute_pattern(&self, pattern: &str) -> String {
        pieces(pattern)
            .into_iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.to_owned(),
                Piece::Name(name) => match self.value(name) {
                    Some(value) => regex::escape(&value.to_string_lossy()),
                    None => format!("${name}"),
                },
            })
            .collect()
    }
}

/// The first component of an absolute path, with its slash.
fn top(path: &Path) -> PathBuf {
    path.components().take_while(|part| *part == Component::RootDir).chain(first_name(path)).collect()
}

fn first_name(path: &Path) -> Option<Component<'_>> {
    path.components().find(|part| matches!(part, Component::Normal(_)))
}

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
        let places = Places { files: "/s/t".into(), bin: "/f/bin".into(), ..Places::default() };
        assert_eq!(places.substitute("$T/x:$BIN/true:$$T:$1:$X"), "/s/t/x:/f/bin/true:$T:$1:$X");
    }

    #[test]
    fn the_trees_of_a_private_sysroot_can_be_put_together() {
        let places = Places {
            sysroot: "/v/sr".into(),
            host1: "/home/u/1".into(),
            host2: "/tmp/h".into(),
            volume: Some(VolumeKind::Folding),
            ..Places::default()
        };
        assert_eq!(places.path("$SR$HOST2/mirrored/both.txt"), Path::new("/v/sr/tmp/h/mirrored/both.txt"));
        assert_eq!(places.path("$SR$HOST1_TOP"), Path::new("/v/sr/home"));
        assert_eq!(places.substitute("$HOST1 $VOLUME"), "/home/u/1 folding");
    }

    #[test]
    fn paths_are_quoted_in_patterns() {
        let places = Places { files: "/s.1/(t)".into(), ..Places::default() };
        let pattern = places.substitute_pattern("^$T/a+$");
        assert_eq!(pattern, r"^/s\.1/\(t\)/a+$");
        assert!(regex::Regex::new(&pattern).unwrap().is_match("/s.1/(t)/aa"));
    }
}
