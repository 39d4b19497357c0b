//! The process that serves a folding volume.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::path::Path;

use fuser::{Config, Session, SessionACL};

use super::filesystem::Folding;
use super::tree::Tree;
use crate::host::{self, Daemon};
use crate::plan::VolumeKind;

/// Requests answered at a time.
const THREADS: usize = 4;

/// Serves the FUSE device on standard input over the directory `backing`, mounted at `mounted`, with names as on a
/// volume of `kind`, until the process
/// that started this one ends. `note` is locked as long as that lasts and holds this process's number.
///
/// # Errors
/// When standard input is no FUSE device or a file cannot be opened.
pub fn serve(kind: VolumeKind, backing: &Path, mounted: &Path, note: &Path) -> io::Result<()> {
    host::clear_umask();
    host::raise_descriptor_limit();
    let mut note = File::create(note)?;
    note.lock()?;
    note.write_all(std::process::id().to_string().as_bytes())?;
    let tree = Tree::new(kind, backing, host::is_root())?;
    let device = io::stdin().as_fd().try_clone_to_owned()?;
    let mut config = Config::default();
    config.n_threads = Some(THREADS);
    // Who may come in is the kernel's decision, by the options of the mount.
    let session = Session::from_fd(Folding::new(tree), device, SessionACL::All, config)?;
    let _serving = session.spawn()?;
    Daemon::serve()?;
    // Where that is not allowed, it ends with its namespace or is cleared by the next run.
    let _ = host::unmount(mounted);
    Ok(())
}
