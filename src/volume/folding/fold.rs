//! Which names are one.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use icu_casemap::CaseMapper;
use icu_normalizer::DecomposingNormalizer;

use crate::host::at::Errno;
use crate::plan::VolumeKind;

/// The longest name, in bytes as stored.
pub(super) const LONGEST: usize = 255;

/// What two names must share to be one: two names are one exactly when their keys are equal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key(Vec<u8>);

impl Key {
    /// The key of `name` on a volume of `kind`: all its bytes, or what canonical caseless matching leaves of them.
    ///
    /// # Errors
    /// `ENAMETOOLONG` over 255 bytes, `EILSEQ` for bytes that are not UTF-8 on a folding volume.
    ///
    /// # Source
    /// Unicode 16, section 3.13, D145; Apple File System Reference, "Directory Records" (normalised and case-folded).
    pub(super) fn of(kind: VolumeKind, name: &OsStr) -> Result<Key, Errno> {
        if name.len() > LONGEST {
            return Err(Errno::NAMETOOLONG);
        }
        if kind == VolumeKind::ByteExact {
            return Ok(Key(name.as_bytes().to_vec()));
        }
        let name = name.to_str().ok_or(Errno::ILSEQ)?;
        if name.is_ascii() {
            return Ok(Key(name.to_ascii_lowercase().into_bytes()));
        }
        let decompose = DecomposingNormalizer::new_nfd();
        let folded = CaseMapper::new().fold_string(&decompose.normalize(name)).into_owned();
        Ok(Key(decompose.normalize(&folded).into_owned().into_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        Key::of(VolumeKind::Folding, OsStr::new(one)).expect("name")
            == Key::of(VolumeKind::Folding, OsStr::new(other)).expect("name")
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
        let bytes = OsStr::from_bytes(b"a\xff");
        assert_eq!(Key::of(VolumeKind::Folding, bytes), Err(Errno::ILSEQ));
        assert!(Key::of(VolumeKind::ByteExact, bytes).is_ok());
        assert_eq!(Key::of(VolumeKind::Folding, OsStr::new(&"x".repeat(256))), Err(Errno::NAMETOOLONG));
        assert!(Key::of(VolumeKind::Folding, OsStr::new(&"x".repeat(255))).is_ok());
    }
}
