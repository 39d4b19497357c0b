//! Why nothing, or not everything, could be measured.

use std::io;
use std::path::PathBuf;

use crate::cli::Exit;
use crate::config::ConfigError;
use crate::fixture::FixtureError;

/// A failure of the measuring itself; what a workload does wrong stands in its results.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// `bench.yaml` is missing or wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A fixture cannot be provided.
    #[error(transparent)]
    Fixture(#[from] FixtureError),
    /// No workload has this name.
    #[error("no workload matches `{wanted}`{}", hint_line(.hint))]
    Nothing {
        /// The user's word.
        wanted: String,
        /// The nearest names, or nothing.
        hint: String,
    },
    /// The word after `--against` names nothing.
    #[error("{0}")]
    Against(String),
    /// A file cannot be made or read.
    #[error("cannot {action} {path}: {error}", path = .path.display())]
    Io {
        /// A verb, such as `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

fn hint_line(hint: &str) -> String {
    if hint.is_empty() {
        "\nrun `matrix bench --list` to see every workload".to_owned()
    } else {
        format!("\n{hint}")
    }
}

impl BenchError {
    /// Completes an [`io::Error`] with what was being done.
    pub(super) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> BenchError {
        let path = path.into();
        move |error| BenchError::Io { action, path, error }
    }

    /// The exit code for it.
    pub fn exit(&self) -> Exit {
        match self {
            BenchError::Config(ConfigError::Read { .. }) => Exit::Infrastructure,
            BenchError::Config(_) => Exit::Configuration,
            BenchError::Fixture(error) => error.exit(),
            BenchError::Nothing { .. } => Exit::NothingSelected,
            BenchError::Against(_) => Exit::Usage,
            BenchError::Io { .. } => Exit::Infrastructure,
        }
    }
}
