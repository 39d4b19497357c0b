//! The directory that belongs to one volume, and clearing it.
//!
//! `<state>/<name>/` holds `owner` (locked while the owner lives), `volume.json` (what it is, for people), `v` (the
//! volume itself: a directory or a mount point) and what a provider adds: an image, a backing directory, `daemon`.
//! Only a directory whose `owner` carries our mark is ever touched, and only when nobody holds its lock.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use serde::{Deserialize, Serialize};

use super::{Probed, Provider, VolumeError, remains};
use crate::host;
use crate::plan::VolumeKind;

const OWNER: &str = "owner";
const MARK: &str = "a volume of matrix\n";
const FACTS: &str = "volume.json";

/// What a home says about its volume.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Measured, not asked for.
    pub kind: VolumeKind,
    /// Who made it.
    pub provider: Provider,
    /// Where it is.
    pub root: PathBuf,
    /// What was measured.
    pub probed: Probed,
    /// The process that owns it.
    pub process: u32,
}

/// A volume found on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its directory.
    pub home: PathBuf,
    /// What it says about itself; absent when it was never finished.
    pub facts: Option<Facts>,
    /// Whether its owner lives.
    pub alive: bool,
}

/// What was found of a dead owner's volume, and cleared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cleaned {
    /// Its directory.
    pub home: PathBuf,
    /// What was released, such as `mount /…`.
    pub released: Vec<String>,
    /// What could not be released, with the reason; the directory then stays.
    pub left: Vec<String>,
}

/// A living volume's directory; everything in it ends with the value.
#[derive(Debug)]
pub(super) struct Home {
    directory: PathBuf,
    /// Locked as long as the volume lives.
    _owner: File,
}

impl Home {
    /// Makes a directory in `state` whose name begins with `initial`.
    pub(super) fn create(state: &Path, initial: char) -> Result<Home, VolumeError> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        fs::create_dir_all(state).map_err(VolumeError::io("create", state))?;
        let state = state.canonicalize().map_err(VolumeError::io("resolve", state))?;
        // Short: a guest may put a socket into the volume, whose path has 107 bytes at most.
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let directory = state.join(format!("{initial}{:x}-{count:x}", std::process::id()));
        fs::create_dir(&directory).map_err(VolumeError::io("create", &directory))?;
        let path = directory.join(OWNER);
        // Locked before it is a marker: nobody can take it for a dead owner's.
        let owner = File::create(&path).map_err(VolumeError::io("create", &path))?;
        owner.lock().map_err(VolumeError::io("lock", &path))?;
        fs::write(&path, MARK).map_err(VolumeError::io("write", &path))?;
        let home = Home { directory, _owner: owner };
        fs::create_dir(home.root()).map_err(VolumeError::io("create", home.root()))?;
        Ok(home)
    }

    /// The volume itself: a mount point or a plain directory.
    pub(super) fn root(&self) -> PathBuf {
        self.directory.join("v")
    }

    /// A path beside the volume, for a provider's own files.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Notes what the volume is, for `matrix volume list`.
    pub(super) fn describe(&self, facts: &Facts) -> Result<(), VolumeError> {
        let path = self.path(FACTS);
        let text = serde_json::to_vec_pretty(facts).map_err(io::Error::other);
        text.and_then(|text| host::write_durably(&path, &text)).map_err(VolumeError::io("write", path))
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // What stays is found again by its marker.
        let _ = clear(&self.directory);
    }
}

/// Every volume in `state`, the dead ones too.
///
/// # Errors
/// [`VolumeError::Io`] when `state` cannot be read; one that does not exist holds none.
pub fn list(state: &Path) -> Result<Vec<Listed>, VolumeError> {
    let homes = homes(state)?.into_iter().map(|home| {
        let facts = fs::read(home.join(FACTS)).ok().and_then(|text| serde_json::from_slice(&text).ok());
        Listed { alive: claim(&home).is_none(), facts, home }
    });
    Ok(homes.collect())
}

/// Clears every volume in `state` whose owner is dead: daemon, mounts, loop device, image, directory.
///
/// # Errors
/// [`VolumeError::Io`] when `state` cannot be read. What cannot be cleared is in [`Cleaned::left`].
pub fn clean_stale(state: &Path) -> Result<Vec<Cleaned>, VolumeError> {
    let mut cleaned = Vec::new();
    for home in homes(state)? {
        // Held while it is cleared: two runs do not clear one home.
        if let Some(_claim) = claim(&home) {
            cleaned.push(clear(&home));
        }
    }
    Ok(cleaned)
}

/// The directories that carry our mark, sorted.
fn homes(state: &Path) -> Result<Vec<PathBuf>, VolumeError> {
    let resolved = match state.canonicalize() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        resolved => resolved.map_err(VolumeError::io("resolve", state))?,
    };
    let entries = fs::read_dir(&resolved).map_err(VolumeError::io("read", &resolved))?;
    let marked = |home: &PathBuf| fs::read(home.join(OWNER)).is_ok_and(|mark| mark == MARK.as_bytes());
    let mut homes: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(marked).collect();
    homes.sort();
    Ok(homes)
}

/// The lock of a home that nobody holds.
fn claim(home: &Path) -> Option<File> {
    File::open(home.join(OWNER)).ok().filter(|owner| owner.try_lock().is_ok())
}

/// Releases everything that lies in `home`, then removes it.
fn clear(home: &Path) -> Cleaned {
    let mut cleaned = Cleaned { home: home.to_owned(), released: Vec::new(), left: Vec::new() };
    remains::release(home, &mut cleaned);
    // A tree with something mounted in it is not ours to empty.
    if cleaned.left.is_empty() {
        match remove(home) {
            Ok(()) => cleaned.released.push(format!("directory {}", home.display())),
            Err(error) => cleaned.left.push(format!("directory {}: {error}", home.display())),
        }
    }
    cleaned
}

/// Removes the tree, the marker last: what a kill leaves in between is still known to be ours.
fn remove(home: &Path) -> io::Result<()> {
    for entry in fs::read_dir(home)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            host::remove_tree(&entry.path())?;
        } else if entry.file_name() != OWNER {
            fs::remove_file(entry.path())?;
        }
    }
    fs::remove_file(home.join(OWNER))?;
    fs::remove_dir(home)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> tempfile::TempDir {
        tempfile::tempdir_in(concat!(env!("CARGO_MANIFEST_DIR"), "/target")).expect("directory")
    }

    #[test]
    fn a_home_ends_with_its_value() {
        let state = place();
        let home = Home::create(state.path(), 'b').expect("home");
        fs::write(home.root().join("file"), "x").expect("write");
        let listed = list(state.path()).expect("list");
        assert_eq!(listed.len(), 1);
        assert!(listed[0].alive && listed[0].facts.is_none());
        assert_eq!(clean_stale(state.path()).expect("clean"), []);
        drop(home);
        assert_eq!(fs::read_dir(state.path()).expect("list").count(), 0);
    }

    #[test]
    fn only_dead_homes_of_ours_are_cleared() {
        let state = place();
        let dead = state.path().join("b1-0");
        fs::create_dir_all(dead.join("v/inner")).expect("mkdir");
        fs::write(dead.join(OWNER), MARK).expect("mark");
        let foreign = state.path().join("b1-1");
        fs::create_dir_all(foreign.join("v")).expect("mkdir");
        fs::write(foreign.join(OWNER), "something else\n").expect("mark");
        let alive = Home::create(state.path(), 'f').expect("home");
        let cleaned = clean_stale(state.path()).expect("clean");
        assert_eq!(cleaned.len(), 1);
        assert!(cleaned[0].left.is_empty(), "{cleaned:?}");
        assert!(!dead.exists() && foreign.join("v").exists() && alive.root().exists());
    }

    #[test]
    fn a_state_that_does_not_exist_holds_nothing() {
        let absent = Path::new("/nonexistent/state");
        assert_eq!(list(absent).expect("list"), []);
        assert_eq!(clean_stale(absent).expect("clean"), []);
    }
}
