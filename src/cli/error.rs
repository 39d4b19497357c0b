//! Why a subcommand could not do its work, and the exit code that says so.

use std::io;
use std::path::PathBuf;

use crate::bench::BenchError;
use crate::config::ConfigError;
use crate::fixture::FixtureError;
use crate::plan::NothingSelected;
use crate::run::RunError;
use crate::volume::VolumeError;

use super::Exit;

/// A subcommand's failure; its `Display` form is what the user reads.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// No usable configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A fixture is missing or wrong.
    #[error(transparent)]
    Fixture(#[from] FixtureError),
    /// The run as a whole failed.
    #[error(transparent)]
    Run(#[from] RunError),
    /// There is no volume.
    #[error(transparent)]
    Volume(#[from] VolumeError),
    /// The selection matched no case.
    #[error(transparent)]
    Nothing(#[from] NothingSelected),
    /// Nothing was measured.
    #[error(transparent)]
    Bench(#[from] BenchError),
    /// A word on the command line names nothing, or too much.
    #[error("{0}")]
    Usage(String),
    /// The machine refused something.
    #[error("cannot {action} {path}: {error}", path = .path.display())]
    Machine {
        /// A verb, such as `write`.
        action: &'static str,
        /// What it was about.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Standard output cannot be written; a reader that went away is no failure.
    #[error("cannot write to standard output: {0}")]
    Output(#[from] io::Error),
}

impl CliError {
    /// The exit code for it.
    pub fn exit(&self) -> Exit {
        match self {
            CliError::Config(ConfigError::Read { .. }) => Exit::Infrastructure,
            CliError::Config(_) => Exit::Configuration,
            CliError::Fixture(error) => error.exit(),
            CliError::Run(error) => error.exit(),
            CliError::Volume(error) => error.exit(),
            CliError::Bench(error) => error.exit(),
            CliError::Nothing(_) => Exit::NothingSelected,
            CliError::Usage(_) => Exit::Usage,
            CliError::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Expected,
            CliError::Output(_) | CliError::Machine { .. } => Exit::Infrastructure,
        }
    }

    /// Whether there is anything to tell the user.
    pub fn is_quiet(&self) -> bool {
        matches!(self, CliError::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}
