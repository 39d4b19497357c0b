//! Which names are one.

use std::ffi::OsStr;

use icu_casemap::CaseMapper;
use icu_normalizer::DecomposingNormalizer;

use crate::host::at::Errno;

/// The longest name, in bytes as stored.
pub(super) const LONGEST: usize = 255;

/// A name without its case and its normalisation: two names are one exactly when their keys are equal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key(String);

impl Key {
    /// The key of `name`: canonical caseless matching.
    ///
    /// # Errors
    /// `ENAMETOOLONG` over 255 bytes, `EILSEQ` for bytes that are not UTF-8.
    ///
    /// # Source
    /// Unicode 16, section 3.13, D145; Apple File System Reference, "Directory Records" (normalised and case-folded).
    pub(super) fn of(name: &OsStr) -> Result<Key, Errno> {
        if name.len() > LONGEST {
            return Err(Errno::NAMETOOLONG);
        }
        let name = name.to_str().ok_or(Errno::ILSEQ)?;
        if name.is_ascii() {
            return Ok(Key(name.to_ascii_lowercase()));
        }
        let decompose = DecomposingNormalizer::new_nfd();
        let folded = CaseMapper::new().fold_string(&decompose.normalize(name)).into_owned();
        Ok(Key(decompose.normalize(&folded).into_owned()))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    fn same(one: &str, other: &str) -> bool {
        Key::of(OsStr::new(one)).expect("name") == Key::of(OsStr::new(other)).expect("name")
    }

    #[test]
    fn case_and_normalisation_do_not_count() {
        for (one, other) in [
            ("Foo", "fOO"),
            ("caf\u{e9}", "CAFE\u{301}"),
            ("\u{1e9b}\u{323}", "\u{17f}\u{323}\u{307}"),
            ("Straße", "STRASSE"),
            ("ΌΣΟΣ", "όσος"),
            ("\u{212b}ngström", "Ångstro\u{308}m"),
            ("\u{345}", "\u{3b9}"),
        ] {
            assert!(same(one, other), "{one} and {other}");
        }
    }

    #[test]
    fn everything_else_counts() {
        for (one, other) in [("foo", "foo "), ("e", "é"), ("ı", "i"), ("ﬁ", "fj"), ("²", "2"), ("a", "а")]
        {
            assert!(!same(one, other), "{one} and {other}");
        }
    }

    #[test]
    fn names_that_cannot_be_stored_are_refused() {
        assert_eq!(Key::of(OsStr::from_bytes(b"a\xff")), Err(Errno::ILSEQ));
        assert_eq!(Key::of(OsStr::new(&"x".repeat(256))), Err(Errno::NAMETOOLONG));
        assert!(Key::of(OsStr::new(&"x".repeat(255))).is_ok());
    }
}
