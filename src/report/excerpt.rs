//! The head and the tail of a stream that was kept in a file.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use super::sanitise;

/// How much of a stream is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cap {
    /// Bytes from its start.
    pub head: u64,
    /// Bytes from its end.
    pub tail: u64,
}

/// What the file at `path` holds, as harmless text: all of it if it fits into `cap`, else head and tail with a line
/// between that says how much is left out and where the rest is. A file that is gone is said to be gone.
pub(super) fn excerpt(path: &Path, cap: Cap) -> String {
    match pieces(path, cap) {
        Ok((head, None)) => sanitise(&head),
        Ok((head, Some((left_out, tail)))) => {
            let mut text = sanitise(&head);
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            let place = sanitise(path.to_string_lossy().as_bytes());
            text.push_str(&format!("[… {left_out} bytes left out; the whole stream is in {place}]\n"));
            text.push_str(&sanitise(&tail));
            text
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound && path.as_os_str().is_empty() => String::new(),
        Err(error) => {
            format!("[{} cannot be read: {error}]\n", sanitise(path.to_string_lossy().as_bytes()))
        }
    }
}

type Pieces = (Vec<u8>, Option<(u64, Vec<u8>)>);

fn pieces(path: &Path, cap: Cap) -> io::Result<Pieces> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let mut head = Vec::new();
    if size <= cap.head + cap.tail {
        file.read_to_end(&mut head)?;
        return Ok((head, None));
    }
    (&mut file).take(cap.head).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(size - cap.tail))?;
    let mut tail = Vec::new();
    file.take(cap.tail).read_to_end(&mut tail)?;
    Ok((head, Some((size - cap.head - cap.tail, tail))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_stream_keeps_its_ends() {
        let dir = tempfile::tempdir().expect("temporary directory");
        let path = dir.path().join("out");
        std::fs::write(&path, "0123456789").expect("write");
        let cap = Cap { head: 2, tail: 3 };
        let place = path.display();
        assert_eq!(
            excerpt(&path, cap),
            format!("01\n[… 5 bytes left out; the whole stream is in {place}]\n789")
        );
        assert_eq!(excerpt(&path, Cap { head: 4, tail: 6 }), "0123456789");
        assert!(excerpt(&dir.path().join("gone"), cap).contains("cannot be read"));
        assert_eq!(excerpt(Path::new(""), cap), "");
    }
}
