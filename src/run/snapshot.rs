//! Looks at the directories of an attempt for the judge.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::verdict::{Content, Entry, Kind, Snapshot};

/// A larger file is noted by its size.
const FILE_LIMIT: u64 = 1 << 20;
/// What is kept of all files together; after that, sizes.
const TOTAL_LIMIT: u64 = 64 << 20;
/// More paths than this are a fault of the case.
const ENTRY_LIMIT: usize = 50_000;

/// Everything at and beneath `roots`. Links are not followed.
///
/// # Errors
/// When a directory cannot be listed, or there is too much.
pub(super) fn take(roots: &[PathBuf]) -> io::Result<Snapshot> {
    let mut taking = Taking { entries: BTreeMap::new(), left: TOTAL_LIMIT };
    for root in roots {
        taking.tree(root)?;
    }
    Ok(Snapshot { entries: taking.entries })
}

struct Taking {
    entries: BTreeMap<PathBuf, Entry>,
    left: u64,
}

impl Taking {
    fn tree(&mut self, root: &Path) -> io::Result<()> {
        for entry in walkdir::WalkDir::new(root).follow_links(false) {
            match entry {
                Ok(entry) => {
                    let metadata = entry.metadata()?;
                    self.note(entry.path(), &metadata)?;
                }
                // A guest may have taken away the permission to list, or the directory itself.
                Err(error) => match error.io_error().map(io::Error::kind) {
                    Some(io::ErrorKind::PermissionDenied | io::ErrorKind::NotFound) => {}
                    _ => return Err(error.into()),
                },
            }
        }
        Ok(())
    }

    fn note(&mut self, path: &Path, metadata: &fs::Metadata) -> io::Result<()> {
        if self.entries.len() >= ENTRY_LIMIT {
            return Err(io::Error::other(format!("more than {ENTRY_LIMIT} paths")));
        }
        let kind = metadata.file_type();
        let kind = if kind.is_dir() {
            Kind::Directory
        } else if kind.is_symlink() {
            Kind::Symlink(fs::read_link(path)?.into())
        } else if kind.is_file() {
            Kind::File(self.content(path, metadata.len())?)
        } else {
            Kind::Other
        };
        let entry = Entry { kind, mode: metadata.mode() & 0o7777, device: metadata.dev() };
        self.entries.insert(path.to_path_buf(), entry);
        Ok(())
    }

    fn content(&mut self, path: &Path, size: u64) -> io::Result<Content> {
        if size > FILE_LIMIT.min(self.left) {
            return Ok(Content::Size(size));
        }
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Ok(Content::Unreadable),
            Err(error) => return Err(error),
        };
        let mut bytes = Vec::new();
        file.take(FILE_LIMIT).read_to_end(&mut bytes)?;
        self.left = self.left.saturating_sub(bytes.len() as u64);
        Ok(Content::Whole(bytes))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn everything_is_noted_under_its_own_spelling_and_links_are_not_followed() {
        let directory = tempfile::tempdir().expect("temporary directory");
        let root = directory.path().join("r");
        fs::create_dir_all(root.join("Sub")).expect("mkdir");
        fs::write(root.join("Sub/File"), "x").expect("write");
        fs::write(directory.path().join("outside"), "x").expect("write");
        symlink("..", root.join("up")).expect("symlink");
        let snapshot = take(std::slice::from_ref(&root)).expect("snapshot");
        let names: Vec<_> =
            snapshot.entries.keys().map(|path| path.strip_prefix(&root).expect("below")).collect();
        assert_eq!(names, [Path::new(""), Path::new("Sub"), Path::new("Sub/File"), Path::new("up")]);
        assert_eq!(snapshot.entries[&root.join("Sub/File")].kind, Kind::File(Content::Whole(b"x".to_vec())));
        assert_eq!(snapshot.entries[&root.join("up")].kind, Kind::Symlink("..".into()));
    }

    #[test]
    fn a_large_file_is_noted_by_its_size() {
        let directory = tempfile::tempdir().expect("temporary directory");
        let path = directory.path().join("large");
        File::create(&path).and_then(|file| file.set_len(FILE_LIMIT + 1)).expect("write");
        let snapshot = take(&[directory.path().to_path_buf()]).expect("snapshot");
        assert_eq!(snapshot.entries[&path].kind, Kind::File(Content::Size(FILE_LIMIT + 1)));
    }
}
