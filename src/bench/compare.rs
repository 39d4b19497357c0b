//! Whether two outputs are the same, and where they part.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Bytes that are looked at in one piece.
const PIECE: usize = 256 * 1024;
/// Bytes of each side that a description shows.
const SHOWN: usize = 24;

/// Where the files `a` and `b` part, in words; `None` when they are the same.
///
/// # Errors
/// Whatever reading one answers.
pub fn difference(a: &Path, b: &Path) -> io::Result<Option<String>> {
    let (mut first, mut second) = (File::open(a)?, File::open(b)?);
    let (mut left, mut right) = (vec![0; PIECE], vec![0; PIECE]);
    let mut before = 0;
    loop {
        let (count, other) = (fill(&mut first, &mut left)?, fill(&mut second, &mut right)?);
        let (ours, theirs) = (&left[..count], &right[..other]);
        if ours == theirs {
            if count == 0 {
                return Ok(None);
            }
            before += count;
            continue;
        }
        let same = ours.iter().zip(theirs).take_while(|(a, b)| a == b).count();
        let show = |bytes: &[u8]| match bytes.get(same..) {
            None | Some([]) => "the end".to_owned(),
            Some(rest) => format!("\"{}\"", rest[..rest.len().min(SHOWN)].escape_ascii()),
        };
        let at = before + same;
        return Ok(Some(format!("at byte {at}: {} instead of {}", show(theirs), show(ours))));
    }
}

/// Reads until `buffer` is full or the file ends.
fn fill(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut count = 0;
    while count < buffer.len() {
        match file.read(&mut buffer[count..])? {
            0 => break,
            more => count += more,
        }
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn differ(a: &[u8], b: &[u8]) -> Option<String> {
        let dir = tempfile::tempdir().expect("temporary directory");
        let (first, second) = (dir.path().join("a"), dir.path().join("b"));
        fs::write(&first, a).expect("write");
        fs::write(&second, b).expect("write");
        difference(&first, &second).expect("read")
    }

    #[test]
    fn the_place_and_both_sides_are_told() {
        assert_eq!(differ(b"", b""), None);
        assert_eq!(differ(b"abc", b"abc"), None);
        assert_eq!(differ(b"abc\n", b"abd\n").unwrap(), r#"at byte 2: "d\n" instead of "c\n""#);
        assert_eq!(differ(b"abc", b"ab").unwrap(), r#"at byte 2: the end instead of "c""#);
    }

    #[test]
    fn a_difference_after_the_first_piece_is_found() {
        let mut long = vec![b'x'; PIECE + 10];
        let same = long.clone();
        assert_eq!(differ(&long, &same), None);
        long[PIECE + 3] = b'y';
        let text = differ(&same, &long).unwrap();
        assert!(text.starts_with(&format!("at byte {}: \"yxxxxxx\" instead of", PIECE + 3)), "{text}");
    }
}
