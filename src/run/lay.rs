//! Lays out what a case begins with.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use crate::plan::placeholder::Places;
use crate::plan::{Case, Node};

/// Lays the case's files into `$T`, its tree and its program, which lies at `program`, wherever it says.
///
/// # Errors
/// When something cannot be made; also when a name is taken, because the volume takes two spellings for one.
pub(super) fn lay(case: &Case, program: &Path, places: &Places) -> io::Result<()> {
    for (name, content) in &case.files {
        file(&places.files.join(name), content)?;
    }
    if let Some(at) = &case.program_at {
        let path = places.path(at);
        let copied = parents(&path).and_then(|()| fs::copy(program, &path));
        copied
            .and_then(|_| fs::set_permissions(&path, Permissions::from_mode(0o755)))
            .map_err(|error| io::Error::new(error.kind(), format!("{at}: {error}")))?;
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
                directory(&path)
            }
            Node::Symlink { target } => {
                parents(&path).and_then(|()| symlink(places.substitute(target), &path))
            }
            Node::Hardlink { to } => parents(&path).and_then(|()| fs::hard_link(places.path(to), &path)),
        };
        made.map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", laid.path)))?;
    }
    modes.iter().rev().try_for_each(|(path, mode)| {
        fs::set_permissions(path, Permissions::from_mode(*mode))
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
    })
}

fn file(path: &Path, content: &[u8]) -> io::Result<()> {
    parents(path)?;
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(content)
}

/// Makes the missing directories above `path`.
fn parents(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), directory)
}

/// Makes a directory and the missing ones above it, with mode 0755 whatever the umask of the user is.
fn directory(path: &Path) -> io::Result<()> {
    let missing: Vec<&Path> = path.ancestors().take_while(|directory| !directory.exists()).collect();
    for directory in missing.into_iter().rev() {
        fs::create_dir(directory)?;
        fs::set_permissions(directory, Permissions::from_mode(0o755))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;
    use crate::plan::{Laid, expand, testing};

    /// What is laid out for a case with `tree`, in a fresh directory.
    fn laid(tree: Vec<(&str, Node)>) -> (tempfile::TempDir, io::Result<()>) {
        let directory = tempfile::tempdir().expect("temporary directory");
        let config = testing::config();
        let mut case = expand(&config, &config.targets[0], &config.profiles[0], &[]).remove(0);
        case.tree = tree.into_iter().map(|(path, node)| Laid { path: path.to_owned(), node }).collect();
        let files = directory.path().to_path_buf();
        let result = lay(&case, Path::new("/"), &Places { files, ..Places::default() });
        (directory, result)
    }

    fn file(content: &str, mode: u32) -> Node {
        Node::File { content: content.into(), mode }
    }

    #[test]
    fn a_closed_directory_can_be_filled() {
        let (root, result) = laid(vec![
            ("$T/a/closed", Node::Directory { mode: 0o555 }),
            ("$T/a/closed/file", file("x", 0o400)),
            ("$T/b/twin", Node::Hardlink { to: "$T/a/closed/file".to_owned() }),
            ("$T/b/link", Node::Symlink { target: "$T/absent".to_owned() }),
        ]);
        result.expect("laid out");
        let found = |path: &str| root.path().join(path).symlink_metadata().expect("there");
        assert_eq!(found("a/closed").mode() & 0o7777, 0o555);
        assert_eq!(
            (found("b/twin").ino(), found("b/twin").mode() & 0o7777),
            (found("a/closed/file").ino(), 0o400)
        );
        assert_eq!(fs::read_link(root.path().join("b/link")).expect("link"), root.path().join("absent"));
    }

    #[test]
    fn a_taken_name_is_an_error_that_says_where() {
        let (_root, result) = laid(vec![("$T/x", file("", 0o644)), ("$T/x", file("", 0o644))]);
        assert!(result.expect_err("taken").to_string().starts_with("$T/x: "));
    }
}
