//! Why there is no volume.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::cli::Exit;
use crate::plan::VolumeKind;

use super::Provider;

/// A provider that was not used, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedOver {
    /// The provider.
    pub provider: Provider,
    /// Completes "it was passed over because".
    pub reason: String,
}

impl fmt::Display for PassedOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.provider, self.reason)
    }
}

/// A volume could not be made, listed or cleared.
#[derive(Debug, thiserror::Error)]
pub enum VolumeError {
    /// No provider works.
    #[error("no {kind} volume can be made on this machine{}", lines(.passed_over))]
    NoProvider {
        /// The kind that was asked for.
        kind: VolumeKind,
        /// What was tried.
        passed_over: Vec<PassedOver>,
    },
    /// The provider that was asked for does not work.
    #[error(
        "provider {provider} cannot make a {kind} volume here: {reason}; \
         leave out --volume-provider to have one chosen, or see `matrix volume probe`"
    )]
    Forced {
        /// The provider.
        provider: Provider,
        /// The kind that was asked for.
        kind: VolumeKind,
        /// Why it does not work.
        reason: String,
    },
    /// A call to the operating system failed.
    #[error("cannot {action} {}: {source}", .path.display())]
    Io {
        /// Completes "cannot".
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
}

impl VolumeError {
    /// Wraps an I/O error; `action` completes "cannot".
    pub(super) fn io(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> VolumeError {
        let path = path.into();
        move |source| VolumeError::Io { action, path, source }
    }

    /// The exit code for it.
    pub fn exit(&self) -> Exit {
        Exit::Infrastructure
    }
}

fn lines(passed_over: &[PassedOver]) -> String {
    passed_over.iter().map(|it| format!("\n  {it}")).collect()
}
