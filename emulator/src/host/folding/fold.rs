//! Which spellings are one name.

use unicode_normalization::UnicodeNormalization;

/// A name in the form that all its spellings share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folded(String);

impl Folded {
    /// The common form of `name`; `None` when it is not UTF-8.
    pub fn new(name: &[u8]) -> Option<Folded> {
        let name = std::str::from_utf8(name).ok()?;
        if name.is_ascii() {
            return Some(Folded(name.to_ascii_lowercase()));
        }
        // Folding may compose or reorder anew, so the outcome is decomposed once more.
        Some(Folded(name.nfd().flat_map(fold).nfd().collect()))
    }

    /// Is `name` another spelling of this?
    pub fn is_spelled(&self, name: &[u8]) -> bool {
        if name.is_ascii() {
            return self.0.as_bytes().eq_ignore_ascii_case(name);
        }
        Folded::new(name).as_ref() == Some(self)
    }
}

/// Folds the case of one character, as the Unicode standard's default case folding does in full.
fn fold(c: char) -> impl Iterator<Item = char> {
    // The dotless i has a capital that is another letter's too, but does not fold to that letter.
    let upper = if c == 'ı' { None } else { Some(c.to_uppercase()) };
    let kept = if upper.is_none() { Some(c) } else { None };
    upper.into_iter().flatten().flat_map(char::to_lowercase).chain(kept)
}
