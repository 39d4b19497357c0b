//! `$HOST2`: directories outside the run's own, so that two host paths part early.
//!
//! They lie in one directory per run beneath a directory for temporary files, which other users share: only what is
//! ours by owner and marker is ever removed.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::marker::{claim, is_dead, remove_tree};

/// Where the directory may lie beside the user's own choice.
const CANDIDATES: [&str; 4] = ["/tmp", "/var/tmp", "/dev/shm", "/private/tmp"];
/// How its name begins.
const PREFIX: &str = "matrix-host-";

/// The second directory of a living run; removed with the value unless it is to be kept.
#[derive(Debug)]
pub(super) struct SecondDirectory {
    root: PathBuf,
    keep: bool,
    /// Locked as long as the run lives.
    _owner: File,
}

impl SecondDirectory {
    /// Makes the directory of the run `id`, whose path parts from that of `first` in its first or second component.
    ///
    /// # Errors
    /// When there is no directory for temporary files that parts early enough and can be written.
    pub(super) fn create(first: &Path, id: &str, keep: bool) -> io::Result<SecondDirectory> {
        let mut last = io::Error::other("every directory for temporary files lies beside the cache");
        for candidate in candidates() {
            let root = candidate.join(format!("{PREFIX}{id}"));
            if !parts_early(&root, first) {
                continue;
            }
            match DirBuilder::new().mode(0o700).create(&root).and_then(|()| claim(&root)) {
                Ok(owner) => return Ok(SecondDirectory { root, keep, _owner: owner }),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// A fresh directory called `name`.
    pub(super) fn directory(&self, name: &str) -> io::Result<PathBuf> {
        let path = self.root.join(name);
        DirBuilder::new().mode(0o755).create(&path)?;
        Ok(path)
    }
}

impl Drop for SecondDirectory {
    fn drop(&mut self) {
        if !self.keep {
            remove_tree(&self.root);
        }
    }
}

/// The directories for temporary files, without links, each once.
fn candidates() -> Vec<PathBuf> {
    let mut seen = BTreeSet::new();
    let all = std::iter::once(std::env::temp_dir()).chain(CANDIDATES.map(PathBuf::from));
    all.filter_map(|path| path.canonicalize().ok()).filter(|path| seen.insert(path.clone())).collect()
}

/// Whether the two paths differ in their first component or in their second.
fn parts_early(a: &Path, b: &Path) -> bool {
    let mut pairs = a.components().zip(b.components()).skip(1).take(2);
    pairs.any(|(a, b)| a != b)
}

/// Removes what dead runs of this user left wherever the second directory may lie.
pub(super) fn sweep_second_directories() {
    candidates().iter().for_each(|candidate| sweep(candidate));
}

fn sweep(candidate: &Path) {
    let Ok(entries) = fs::read_dir(candidate) else { return };
    let user = crate::host::user_id();
    for entry in entries.flatten() {
        let ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        let real = entry.metadata().is_ok_and(|found| found.is_dir() && found.uid() == user);
        if ours && real && is_dead(&entry.path()) {
            remove_tree(&entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_part_in_their_first_or_second_component() {
        let parts = |a: &str, b: &str| parts_early(Path::new(a), Path::new(b));
        assert!(parts("/tmp/m", "/home/user/cache"));
        assert!(parts("/home/m", "/home/user/cache"));
        assert!(!parts("/home/user/tmp/m", "/home/user/cache"));
    }

    #[test]
    fn it_ends_with_its_value_and_what_a_dead_run_left_is_swept() {
        let id = format!("test-{}", std::process::id());
        let live = SecondDirectory::create(Path::new("/cache/x"), &id, false).expect("made");
        let inner = live.directory("1-1").expect("inner");
        assert!(inner.is_dir());
        // As a killed harness leaves it: with a marker that nobody locks.
        let stale =
            SecondDirectory::create(Path::new("/cache/x"), &format!("{id}-dead"), true).expect("made");
        let left = stale.root.clone();
        drop(stale);
        assert!(left.is_dir());
        sweep_second_directories();
        assert!(!left.exists());
        assert!(inner.is_dir());
        drop(live);
        assert!(!inner.exists());
    }
}
