//! Lays out what a case begins with.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use crate::plan::placeholder::Places;
use crate::plan::{Case, Node};

/// Lays the case's files into `$T` and its tree wherever it says.
///
/// # Errors
/// When something cannot be made; also when a name is taken, because the volume takes two spellings for one.
pub(super) fn lay(case: &Case, places: &Places) -> io::Result<()> {
    for (name, content) in &case.files {
        file(&places.files.join(name), content)?;
    }
    // Permissions come last, or a directory that is closed could not be filled.
    let mut modes: Vec<(PathBuf, u32)> = Vec::new();
    for laid in &case.tree {
        let path = places.path(&laid.path);
        let made = match &laid.node {
            Node::File { content, mode } => {
                modes.push((path.clone(), *mode));
                file(&path, content)
            }
            Node::Directory { mode } => {
                modes.push((path.clone(), *mode));
                parents(&path.join("."))
            }
            Node::Symlink { target } => {
                parents(&path).and_then(|()| symlink(places.substitute(target), &path))
            }
            Node::Hardlink { to } => parents(&path).and_then(|()| fs::hard_link(places.path(to), &path)),
        };
        made.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", laid.path)))?;
    }
    modes.iter().rev().try_for_each(|(path, mode)| fs::set_permissions(path, Permissions::from_mode(*mode)))
}

fn file(path: &Path, content: &[u8]) -> io::Result<()> {
    parents(path)?;
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(content)
}

/// Makes the missing directories above `path`, with mode 0755 whatever the umask of the user is.
fn parents(path: &Path) -> io::Result<()> {
    let Some(parent) = path.parent() else { return Ok(()) };
    let missing: Vec<&Path> = parent.ancestors().take_while(|directory| !directory.exists()).collect();
    for directory in missing.into_iter().rev() {
        fs::create_dir(directory)?;
        fs::set_permissions(directory, Permissions::from_mode(0o755))?;
    }
    Ok(())
}
