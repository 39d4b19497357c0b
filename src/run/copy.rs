//! Copying a tree onto a volume: modes, symbolic links, hard links and times are kept, owners are not.

use std::collections::BTreeMap;
use std::fs::{self, File, FileTimes, Metadata, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use walkdir::WalkDir;

use crate::host::set_times;

/// A tree could not be copied.
#[derive(Debug)]
pub(super) struct CopyError {
    /// What could not be copied.
    pub path: PathBuf,
    /// The system's answer.
    pub source: io::Error,
}

impl CopyError {
    fn at(path: &Path) -> impl FnOnce(io::Error) -> CopyError + use<> {
        let path = path.to_owned();
        move |source| CopyError { path, source }
    }
}

/// What a tree holds, relative to its root.
#[derive(Debug, Default)]
struct Listing {
    /// Parents before what is in them; the root is the first, with an empty path.
    directories: Vec<(PathBuf, Metadata)>,
    files: Vec<(PathBuf, Metadata)>,
    links: Vec<(PathBuf, Metadata)>,
    /// Further names of a file: the name, and the one that is copied.
    names: Vec<(PathBuf, PathBuf)>,
}

/// Copies the tree `from` to `to`, which must not exist. When `stop` answers with true, files are left out and the
/// copy is of no use.
///
/// # Errors
/// [`CopyError`] for the first thing that cannot be copied.
pub(super) fn copy_tree(from: &Path, to: &Path, stop: &(dyn Fn() -> bool + Sync)) -> Result<(), CopyError> {
    let listing = list(from)?;
    for (path, _) in &listing.directories {
        fs::create_dir(to.join(path)).map_err(CopyError::at(&to.join(path)))?;
    }
    listing.files.par_iter().try_for_each(|(path, facts)| {
        if stop() {
            return Ok(());
        }
        copy_file(&from.join(path), &to.join(path), facts).map_err(CopyError::at(&to.join(path)))
    })?;
    if stop() {
        return Ok(());
    }
    for (path, first) in &listing.names {
        fs::hard_link(to.join(first), to.join(path)).map_err(CopyError::at(&to.join(path)))?;
    }
    for (path, facts) in &listing.links {
        copy_link(&from.join(path), &to.join(path), facts).map_err(CopyError::at(&to.join(path)))?;
    }
    // Last and from the inside out: filling a directory changes its time, and its mode may forbid to fill it.
    for (path, facts) in listing.directories.iter().rev() {
        let set = |to: &Path| {
            File::open(to)?.set_times(times(facts)?)?;
            fs::set_permissions(to, Permissions::from_mode(facts.mode() & 0o7777))
        };
        set(&to.join(path)).map_err(CopyError::at(&to.join(path)))?;
    }
    Ok(())
}

fn list(from: &Path) -> Result<Listing, CopyError> {
    let mut listing = Listing::default();
    let mut first: BTreeMap<(u64, u64), PathBuf> = BTreeMap::new();
    for entry in WalkDir::new(from).sort_by_file_name() {
        let entry = entry.map_err(|error| CopyError { path: from.to_owned(), source: error.into() })?;
        let failed = CopyError::at(entry.path());
        let facts = match entry.metadata() {
            Ok(facts) => facts,
            Err(error) => return Err(failed(error.into())),
        };
        let path = entry.path().strip_prefix(from).unwrap_or(entry.path()).to_owned();
        let kind = facts.file_type();
        if kind.is_dir() {
            listing.directories.push((path, facts));
        } else if kind.is_symlink() {
            listing.links.push((path, facts));
        } else if kind.is_file() {
            match first.get(&(facts.dev(), facts.ino())) {
                Some(first) => listing.names.push((path, first.clone())),
                None => {
                    first.insert((facts.dev(), facts.ino()), path.clone());
                    listing.files.push((path, facts));
                }
            }
        } else {
            return Err(failed(io::Error::other("it is neither a file nor a directory nor a link")));
        }
    }
    Ok(listing)
}

fn copy_file(from: &Path, to: &Path, facts: &Metadata) -> io::Result<()> {
    // Writing clears the set-user-ID bits and changes the time, so both come after it.
    fs::copy(from, to)?;
    fs::set_permissions(to, Permissions::from_mode(facts.mode() & 0o7777))?;
    set_times(to, facts.accessed()?, facts.modified()?)
}

fn copy_link(from: &Path, to: &Path, facts: &Metadata) -> io::Result<()> {
    symlink(fs::read_link(from)?, to)?;
    set_times(to, facts.accessed()?, facts.modified()?)
}

fn times(facts: &Metadata) -> io::Result<FileTimes> {
    Ok(FileTimes::new().set_accessed(facts.accessed()?).set_modified(facts.modified()?))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    fn place() -> tempfile::TempDir {
        tempfile::tempdir_in(concat!(env!("CARGO_MANIFEST_DIR"), "/target")).expect("temporary directory")
    }

    fn mode(path: &Path) -> u32 {
        fs::symlink_metadata(path).expect("facts").mode() & 0o7777
    }

    #[test]
    fn everything_but_the_owner_is_kept() {
        let place = place();
        let (from, to) = (place.path().join("from"), place.path().join("to"));
        fs::create_dir_all(from.join("usr/bin")).expect("mkdir");
        fs::create_dir(from.join("empty")).expect("mkdir");
        fs::write(from.join("usr/bin/sort"), "a program").expect("write");
        fs::set_permissions(from.join("usr/bin/sort"), Permissions::from_mode(0o4755)).expect("chmod");
        fs::hard_link(from.join("usr/bin/sort"), from.join("usr/bin/tsort")).expect("link");
        fs::write(from.join("read-only"), "text").expect("write");
        fs::set_permissions(from.join("read-only"), Permissions::from_mode(0o444)).expect("chmod");
        symlink("usr/bin", from.join("bin")).expect("symlink");
        symlink("/absent", from.join("dangling")).expect("symlink");
        let old = SystemTime::UNIX_EPOCH + Duration::new(1_000_000_000, 123_456_789);
        for name in ["usr/bin/sort", "bin", "read-only"] {
            set_times(&from.join(name), old, old).expect("times");
        }
        fs::set_permissions(from.join("usr/bin"), Permissions::from_mode(0o555)).expect("chmod");
        set_times(&from.join("usr/bin"), old, old).expect("times");

        copy_tree(&from, &to, &|| false).expect("copy");
        assert_eq!(fs::read(to.join("bin/sort")).expect("read"), b"a program");
        assert_eq!((mode(&to.join("usr/bin/sort")), mode(&to.join("usr/bin"))), (0o4755, 0o555));
        assert_eq!(
            (mode(&to.join("read-only")), mode(&to.join("empty"))),
            (0o444, mode(&from.join("empty")))
        );
        assert_eq!(fs::read_link(to.join("bin")).expect("link"), Path::new("usr/bin"));
        assert_eq!(fs::read_link(to.join("dangling")).expect("link"), Path::new("/absent"));
        let facts = |path: &Path| fs::symlink_metadata(path).expect("facts");
        let (one, other) = (facts(&to.join("usr/bin/sort")), facts(&to.join("usr/bin/tsort")));
        assert_eq!((one.ino(), one.nlink()), (other.ino(), 2));
        assert_ne!(one.ino(), facts(&from.join("usr/bin/sort")).ino());
        for name in ["usr/bin/sort", "bin", "read-only", "usr/bin"] {
            assert_eq!(facts(&to.join(name)).modified().expect("time"), old, "{name}");
        }
        for root in [&from, &to] {
            fs::set_permissions(root.join("usr/bin"), Permissions::from_mode(0o755)).expect("chmod");
        }
    }

    #[test]
    fn an_interrupt_stops_it() {
        let place = place();
        let (from, to) = (place.path().join("from"), place.path().join("to"));
        fs::create_dir(&from).expect("mkdir");
        fs::write(from.join("file"), "x").expect("write");
        copy_tree(&from, &to, &|| true).expect("stopped");
        assert!(!to.join("file").exists());
    }

    #[test]
    fn what_cannot_be_copied_is_named() {
        let place = place();
        let (from, to) = (place.path().join("from"), place.path().join("to"));
        fs::create_dir(&from).expect("mkdir");
        let _socket = std::os::unix::net::UnixListener::bind(from.join("socket")).expect("socket");
        let error = copy_tree(&from, &to, &|| false).expect_err("a socket");
        assert_eq!(error.path, from.join("socket"));
        let error = copy_tree(&place.path().join("absent"), &to, &|| false).expect_err("nothing there");
        assert_eq!(error.source.kind(), io::ErrorKind::NotFound);
    }
}
