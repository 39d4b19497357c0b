//! Directories of a run that outlive a killed harness, and how the next run knows them.
//!
//! The marker in a directory is locked as long as its run lives. What has our marker and no lock is a dead run's;
//! what has no marker is never touched.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use crate::host;

const MARKER: &str = "owner";
const MARK: &str = "a directory of matrix run\n";

/// Marks `directory` as a living run's; it is one as long as the file is open.
pub(super) fn claim(directory: &Path) -> io::Result<File> {
    let path = directory.join(MARKER);
    // Locked before it is a marker: a sweep by another run cannot take it for a dead one's.
    let owner = File::create(&path)?;
    owner.lock()?;
    fs::write(&path, MARK)?;
    Ok(owner)
}

/// Whether the directory is one of ours and no run lives in it.
pub(super) fn is_dead(directory: &Path) -> bool {
    let marker = directory.join(MARKER);
    fs::read(&marker).is_ok_and(|mark| mark == MARK.as_bytes())
        && File::open(&marker).is_ok_and(|file| file.try_lock().is_ok())
}

/// Removes a tree. Nothing can be done about what stays.
pub(super) fn remove_tree(root: &Path) {
    let _ = host::remove_tree(root);
}
