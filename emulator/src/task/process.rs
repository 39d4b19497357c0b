//! What the threads of one guest process share.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::ending::Ending;
use super::limits::Limits;
use super::signal::Actions;
use super::threads::Threads;
use crate::fd::FdTable;
use crate::jit::{Jit, Switches};
use crate::mem::AddressSpace;
use crate::path::FsContext;
use crate::syscall::{Errno, counts};
use crate::{host, trace};

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
    /// Names in the sysroot fold, in the host layer.
    pub simulate_folding: bool,
    /// Addresses outside the guest's space reach the emulator's own memory.
    pub no_isolate: bool,
    /// What the engine does.
    pub engine: Switches,
    /// Print each call.
    pub strace: bool,
    /// Where the ending is reported, as one line of JSON.
    pub status_fd: Option<i32>,
}

/// The program that a process runs.
#[derive(Clone, Debug, Default)]
pub struct ProgramImage {
    /// Start and end of the argument strings in memory.
    pub args: (u64, u64),
    /// Start and end of the environment strings in memory.
    pub env: (u64, u64),
    /// The initial stack pointer.
    pub stack: u64,
    /// Where a handler returns to when it names no place itself.
    pub trampoline: u64,
}

/// What the threads of one guest process share.
#[derive(Debug)]
pub struct Process {
    /// The command line's settings.
    pub config: Arc<Config>,
    /// Translations.
    pub jit: Arc<Jit>,
    /// Memory.
    pub space: AddressSpace,
    /// Open files.
    pub files: FdTable,
    /// Working directory, umask, sysroot.
    pub fs: FsContext,
    /// What to do with each signal.
    pub actions: Actions,
    /// The threads.
    pub threads: Threads,
    /// The stack limit that exec goes by, and others that the host does not keep for the guest.
    pub limits: Limits,
    image: RwLock<ProgramImage>,
    forked: AtomicBool,
}

impl Process {
    /// The process that the command line starts, with a soft limit of descriptors.
    ///
    /// # Errors
    /// The host's.
    pub fn new(config: Config, files_limit: u64) -> Result<Process, Errno> {
        let fs = FsContext::new(&config)?;
        let files = FdTable::inherit(&fs)?;
        files.set_limit(files_limit);
        let space = AddressSpace::reserve()?;
        let space = if config.no_isolate { space.without_isolation() } else { space };
        let jit = Arc::new(Jit::new(Switches { isolate: !config.no_isolate, ..config.engine }));
        Ok(Process {
            config: Arc::new(config),
            jit,
            space,
            files,
            fs,
            actions: Actions::inherit()?,
            threads: Threads::default(),
            limits: Limits::default(),
            image: RwLock::default(),
            forked: AtomicBool::new(false),
        })
    }

    /// The program.
    pub fn image(&self) -> RwLockReadGuard<'_, ProgramImage> {
        self.image.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The program, for exec and `PR_SET_NAME`.
    pub(crate) fn image_mut(&self) -> RwLockWriteGuard<'_, ProgramImage> {
        self.image.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Is this a forked child, which reports no ending?
    pub fn is_forked(&self) -> bool {
        self.forked.load(Ordering::Relaxed)
    }

    /// Makes this a forked child.
    pub(crate) fn set_forked(&self) {
        self.forked.store(true, Ordering::Relaxed);
        host::set_status_fd(-1);
    }

    /// Ends the host process as `ending` has it, after reporting it.
    pub fn finish(&self, ending: &Ending) -> ! {
        let children =
            Ending::EmulatorBug("the engines differ in a child process; its report is above".into());
        let own = matches!(ending, Ending::EmulatorBug(_));
        let ending = if !own && !self.is_forked() && self.jit.has_differed() { &children } else { ending };
        if self.config.engine.stats {
            self.jit.stats().lines().for_each(trace::note);
        }
        if host::wants_status() {
            host::write_line(&ending.to_json(&counts::refused()));
        }
        match ending {
            Ending::Exit(status) => host::exit_now(*status),
            Ending::Signal(signal, _) => {
                if self.config.strace {
                    trace::note(&ending.to_string());
                }
                host::die_by(*signal)
            }
            _ => {
                trace::note(&ending.to_string());
                host::exit_now(ending.code())
            }
        }
    }
}
