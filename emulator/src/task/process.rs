//! What the threads of one guest process share.

use std::path::PathBuf;
use std::sync::Arc;

use crate::fd::FdTable;
use crate::mem::AddressSpace;
use crate::path::FsContext;

/// Which absent paths reach the host (`--host-fallback`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Fallback {
    /// All.
    #[default]
    All,
    /// All but the system's own directories.
    Guarded,
    /// None.
    Off,
}

/// What the command line fixed for the whole run.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The canonical sysroot directory.
    pub sysroot: Option<PathBuf>,
    /// Which absent paths reach the host.
    pub fallback: Fallback,
    /// Print each call.
    pub strace: bool,
    /// Where the ending is reported, as one line of JSON.
    pub status_fd: Option<i32>,
}

/// What the threads of one guest process share.
#[derive(Debug)]
pub struct Process {
    /// The command line's settings.
    pub config: Arc<Config>,
    /// Memory.
    pub space: AddressSpace,
    /// Open files.
    pub files: FdTable,
    /// Working directory, umask, sysroot.
    pub fs: FsContext,
}
