//! The run's own directory, and the scratch directories in it.
//!
//! `<cache>/runs/<run id>/` holds `owner` (locked while the run lives), `events.jsonl`, `output/` (what cases wrote)
//! and `s/` (scratch, gone when the run ends). A run that was killed leaves its directory behind; the next run
//! recognises it by the marker that nobody locks any more.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::RunError;
use super::marker::{claim, is_dead, remove_tree};
use crate::plan::command::{CaseDirs, PrivateDirs};

/// Finished runs whose output files are kept.
const KEPT_RUNS: usize = 5;

/// The directory of a living run. Scratch directories end with the value unless they are to be kept.
#[derive(Debug)]
pub(super) struct RunDirectory {
    root: PathBuf,
    keep: bool,
    /// Locked as long as the run lives.
    _owner: File,
}

/// One attempt's directories, removed with the value unless they are to be kept.
#[derive(Debug)]
pub(super) struct Scratch {
    dirs: CaseDirs,
    keep: bool,
}

impl RunDirectory {
    /// Makes the directory of the run `id` in `cache`, after removing what dead runs left there.
    pub(super) fn create(cache: &Path, id: &str, keep: bool) -> Result<RunDirectory, RunError> {
        let runs = check_place(cache)?;
        sweep(&runs);
        let root = runs.join(id);
        fs::create_dir(&root).map_err(RunError::io("create", &root))?;
        let owner = claim(&root).map_err(RunError::io("mark as ours", &root))?;
        for directory in [root.join("s"), root.join("output")] {
            fs::create_dir(&directory).map_err(RunError::io("create", &directory))?;
        }
        Ok(RunDirectory { root, keep, _owner: owner })
    }

    /// The directory itself.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Where events go as they happen.
    pub(super) fn events(&self) -> PathBuf {
        self.root.join("events.jsonl")
    }

    /// Where the streams of attempt `number` (from 1) at case `index` are kept.
    pub(super) fn outputs(&self, index: usize, number: u32) -> [PathBuf; 2] {
        let file = |stream| self.root.join("output").join(format!("{index}-{number}.{stream}"));
        [file("stdout"), file("stderr")]
    }

    /// Fresh directories for attempt `number` (from 1) at case `index`.
    pub(super) fn scratch(&self, index: usize, number: u32) -> io::Result<Scratch> {
        // Short names: a guest may put a socket there, whose path has 107 bytes at most.
        let scratch = Scratch {
            dirs: CaseDirs::new(self.root.join("s").join(format!("{index}-{number}"))),
            keep: self.keep,
        };
        fs::create_dir(&scratch.dirs.root)?;
        for directory in scratch.dirs.all() {
            fs::create_dir(&directory)?;
            // Whatever the umask of the user is.
            fs::set_permissions(&directory, fs::Permissions::from_mode(0o755))?;
        }
        Ok(scratch)
    }
}

impl Drop for RunDirectory {
    fn drop(&mut self) {
        if !self.keep {
            remove_tree(&self.root.join("s"));
        }
    }
}

impl Scratch {
    /// Adds what a case with a private sysroot has beside: `sysroot`, beneath `volume` if there is one, and `host2`,
    /// which exists. They end with the value.
    pub(super) fn add_private(&mut self, volume: Option<&Path>, host2: PathBuf) -> io::Result<()> {
        let sysroot = match (volume, self.dirs.root.file_name()) {
            (Some(volume), Some(name)) => volume.join(format!("case-{}", name.to_string_lossy())),
            _ => self.dirs.root.join("sr"),
        };
        for directory in [&self.dirs.host1(), &sysroot, &host2] {
            fs::create_dir_all(directory)?;
            fs::set_permissions(directory, fs::Permissions::from_mode(0o755))?;
        }
        self.dirs.private = Some(PrivateDirs { sysroot, host2 });
        Ok(())
    }

    /// The paths.
    pub(super) fn dirs(&self) -> &CaseDirs {
        &self.dirs
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !self.keep {
            remove_tree(&self.dirs.root);
            if let Some(private) = &self.dirs.private {
                remove_tree(&private.host2);
                remove_tree(&private.sysroot);
            }
        }
    }
}

/// The directory of all runs in `cache`, made if there is none.
///
/// # Errors
/// [`RunError::Forbidden`] beneath a directory for temporary files; [`RunError::Io`].
pub fn check_place(cache: &Path) -> Result<PathBuf, RunError> {
    let runs = cache.join("runs");
    fs::create_dir_all(&runs).map_err(RunError::io("create", &runs))?;
    let runs = runs.canonicalize().map_err(RunError::io("resolve", &runs))?;
    refuse_temporary(&runs)?;
    Ok(runs)
}

fn refuse_temporary(runs: &Path) -> Result<(), RunError> {
    for forbidden in ["/tmp", "/var/tmp"] {
        // On macOS both are links.
        let real = Path::new(forbidden).canonicalize().unwrap_or_else(|_| forbidden.into());
        if runs.starts_with(real) {
            return Err(RunError::Forbidden { directory: runs.to_owned(), forbidden: forbidden.into() });
        }
    }
    Ok(())
}

/// Removes the scratch of dead runs, and all of them but the last few. Whatever cannot be removed stays.
fn sweep(runs: &Path) {
    let mut dead: Vec<PathBuf> = fs::read_dir(runs)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|directory| is_dead(directory))
        .collect();
    // Names sort by time.
    dead.sort();
    let old = dead.len().saturating_sub(KEPT_RUNS);
    for (index, directory) in dead.iter().enumerate() {
        remove_tree(&directory.join("s"));
        if index < old {
            remove_tree(directory);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory that is not under /tmp.
    fn place() -> tempfile::TempDir {
        tempfile::tempdir_in(env!("CARGO_MANIFEST_DIR").to_owned() + "/target").expect("temporary directory")
    }

    #[test]
    fn scratch_is_private_and_ends_with_its_value() {
        let cache = place();
        let run = RunDirectory::create(cache.path(), "r1", false).expect("run");
        let scratch = run.scratch(3, 1).expect("scratch");
        let root = scratch.dirs().root.clone();
        assert!(scratch.dirs().all().iter().all(|directory| directory.is_dir()));
        let locked = scratch.dirs().files().join("locked");
        fs::create_dir_all(locked.join("inner")).expect("mkdir");
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).expect("chmod");
        drop(scratch);
        assert!(!root.exists());
        let kept = run.root().to_owned();
        drop(run);
        assert!(!kept.join("s").exists());
        assert!(kept.join("output").exists());
    }

    #[test]
    fn only_dead_directories_of_ours_are_swept() {
        let cache = place();
        let runs = cache.path().join("runs");
        let stale = RunDirectory::create(cache.path(), "r1", true).expect("run");
        let live = RunDirectory::create(cache.path(), "r2", false).expect("run");
        fs::create_dir_all(runs.join("foreign/s")).expect("mkdir");
        assert!(runs.join("r1/s").exists());
        drop(stale);
        let _next = RunDirectory::create(cache.path(), "r3", false).expect("run");
        assert!(!runs.join("r1/s").exists());
        assert!(live.root().join("s").exists());
        assert!(runs.join("foreign/s").exists());
    }

    #[test]
    fn only_the_last_few_runs_are_kept() {
        let cache = place();
        for number in 0..KEPT_RUNS + 3 {
            drop(RunDirectory::create(cache.path(), &format!("r{number:02}"), false).expect("run"));
        }
        let left = fs::read_dir(cache.path().join("runs")).expect("list").count();
        assert_eq!(left, KEPT_RUNS + 1);
    }

    #[test]
    fn temporary_directories_are_refused() {
        let cache = tempfile::tempdir_in("/tmp").expect("temporary directory");
        let error = RunDirectory::create(cache.path(), "r1", false).expect_err("refused");
        assert!(matches!(error, RunError::Forbidden { .. }), "{error}");
        assert!(error.to_string().contains("MATRIX_CACHE"));
    }
}
