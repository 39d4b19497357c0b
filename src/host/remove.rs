//! Removing trees in which somebody took away permissions.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Removes the tree at `root`, also where a guest took away the permission to; one that is not there is no error.
///
/// # Errors
/// Whatever the system answers for what stays.
pub fn remove_tree(root: &Path) -> io::Result<()> {
    match fs::remove_dir_all(root) {
        Ok(()) => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(_) => {}
    }
    for entry in walkdir::WalkDir::new(root).into_iter() {
        let directory = match &entry {
            Ok(entry) if entry.file_type().is_dir() => Some(entry.path()),
            Ok(_) => None,
            Err(error) => error.path(),
        };
        if let Some(directory) = directory {
            let _ = fs::set_permissions(directory, fs::Permissions::from_mode(0o700));
        }
    }
    fs::remove_dir_all(root)
}
