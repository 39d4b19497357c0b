//! Why a run could not be made.

use std::io;
use std::path::PathBuf;

use crate::cli::Exit;
use crate::plan::VolumeKind;
use crate::volume::VolumeError;

/// A run failed as a whole; what single cases did is in the reports.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There is no case to run.
    #[error("no case is selected")]
    NothingSelected,
    /// Scratch directories must not lie where a guest expects its own files.
    #[error(
        "the scratch directories would lie in {}, beneath {}: \
         set MATRIX_CACHE to a directory that is not under /tmp or /var/tmp", .directory.display(), .forbidden.display()
    )]
    Forbidden {
        /// Where they would lie.
        directory: PathBuf,
        /// The directory they must not be under.
        forbidden: PathBuf,
    },
    /// A fixture that a case needs was not provided.
    #[error("fixture {fixture} is not there: run `matrix fixtures build {fixture}`")]
    NoFixture {
        /// Its name.
        fixture: String,
    },
    /// A volume cannot be made.
    #[error(transparent)]
    Volume(#[from] VolumeError),
    /// A fixture does not fit onto a volume.
    #[error(
        "cannot put {fixture} on the {kind} volume: {}: {source}{}", .path.display(), remedy(.source)
    )]
    Copy {
        /// The fixture.
        fixture: String,
        /// The volume.
        kind: VolumeKind,
        /// What could not be copied.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// A call to the operating system failed.
    #[error("cannot {action} {}: {source}{}", .path.display(), remedy(.source))]
    Io {
        /// Completes "cannot".
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// The machine refused something that has no path.
    #[error("cannot {action}: {source}")]
    Machine {
        /// Completes "cannot".
        action: &'static str,
        /// The system's answer.
        source: io::Error,
    },
}

impl RunError {
    /// Wraps an I/O error; `action` completes "cannot".
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> RunError {
        let path = path.into();
        move |source| RunError::Io { action, path, source }
    }

    /// Wraps an I/O error without a path.
    pub(crate) fn machine(action: &'static str) -> impl FnOnce(io::Error) -> RunError {
        move |source| RunError::Machine { action, source }
    }

    /// The exit code for it.
    pub fn exit(&self) -> Exit {
        match self {
            RunError::NothingSelected => Exit::NothingSelected,
            RunError::Volume(error) => error.exit(),
            _ => Exit::Infrastructure,
        }
    }
}

fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; free some space or write it to another disk"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "; choose a place you may write to"
        }
        _ => "",
    }
}
