//! Files that are either whole or not there.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes `bytes` to `path` so that a reader sees the old file or the new one, never a part.
///
/// The bytes go to a temporary file beside `path`, which is flushed to the disk and then renamed; the directory is
/// flushed too. Missing parent directories are made. On failure the temporary file is removed.
///
/// # Errors
/// Whatever the system answers, such as `StorageFull`.
pub fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name =
        path.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not a file name"))?;
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    // A device such as /dev/full or a pipe is written to, not replaced.
    if fs::metadata(path).is_ok_and(|facts| !facts.is_file()) {
        return fs::OpenOptions::new().write(true).open(path)?.write_all(bytes);
    }
    fs::create_dir_all(parent)?;
    let temporary = Removed(parent.join(temporary_name(name)));
    let mut file = File::create(&temporary.0)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary.0, path)?;
    // Some file systems cannot flush a directory; the file itself is safe by then.
    let _ = File::open(parent).and_then(|directory| directory.sync_all());
    Ok(())
}

fn temporary_name(name: &std::ffi::OsStr) -> OsString {
    let mut temporary = OsString::from(".");
    temporary.push(name);
    temporary.push(format!(".{}.tmp", std::process::id()));
    temporary
}

/// A file that is gone when the value is.
struct Removed(PathBuf);

impl Drop for Removed {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_a_file_and_leaves_nothing_else() {
        let dir = tempfile::tempdir().expect("temporary directory");
        let path = dir.path().join("new/out.xml");
        write_durably(&path, b"one").expect("write");
        write_durably(&path, b"two").expect("replace");
        assert_eq!(fs::read(&path).expect("read"), b"two");
        assert_eq!(fs::read_dir(path.parent().expect("parent")).expect("list").count(), 1);
    }

    #[test]
    fn a_failed_write_leaves_the_old_file_and_no_other() {
        let dir = tempfile::tempdir().expect("temporary directory");
        let path = dir.path().join("out");
        fs::create_dir(&path).expect("a directory in the way");
        assert!(write_durably(&path, b"x").is_err());
        assert_eq!(fs::read_dir(dir.path()).expect("list").count(), 1);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_device_says_so() {
        let error = write_durably(Path::new("/dev/full"), b"x").expect_err("full");
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }
}
