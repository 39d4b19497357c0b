//! What a run needs to know, complete and checked.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Case, Injection};
use crate::volume::Provider;

/// How a target starts a case's program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Launcher {
    /// The running binary itself, as a child in emulator mode.
    Elfuse {
        /// Options put before `--`, such as `--no-isolate`.
        options: Vec<String>,
    },
    /// Another emulator, taken from a fixture.
    Command {
        /// The fixture that holds it, by its name in `fixtures/lock.yaml`.
        fixture: String,
        /// The emulator's path inside the fixture's tree, then its first arguments.
        command: Vec<String>,
        /// Arguments added for a dynamic program; `$SYSROOT` is the fixture tree that holds it.
        sysroot: Vec<String>,
    },
    /// The program itself: a case's `program` is a host path, absolute or beneath the project; no fixture is used.
    Native,
}

/// What runs the programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Its name in `matrix.yaml`.
    pub name: String,
    /// How a program is started on it.
    pub launcher: Launcher,
    /// Why a case that executes children cannot run on it, if so.
    pub no_children: Option<String>,
}

/// Which JUnit projection to write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum JunitDialect {
    /// Everything: case properties, file and line.
    #[default]
    Rich,
    /// Only what the Jenkins schema allows.
    Strict,
}

/// Everything the runner is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRequest {
    /// The directory of `matrix.yaml`.
    pub project: PathBuf,
    /// The cache directory; scratch directories and output files lie beneath it.
    pub cache: PathBuf,
    /// What runs the programs.
    pub target: Target,
    /// What to run, in this order; timeouts are already those the user asked for.
    pub cases: Vec<Case>,
    /// Workers, at least 1.
    pub jobs: usize,
    /// How often a case that did not pass is tried again.
    pub retries: u32,
    /// From TERM to KILL.
    pub grace: Duration,
    /// Bytes that each of a case's output streams may have.
    pub output_limit: u64,
    /// Where to write JUnit, if asked for.
    pub junit: Option<PathBuf>,
    /// Its projection.
    pub junit_dialect: JunitDialect,
    /// Where to append events as they happen, beside the run's own file, if asked for.
    pub jsonl: Option<PathBuf>,
    /// Who makes the volumes; absent means the best that works.
    pub volume_provider: Option<Provider>,
    /// A known defect for the emulator to have.
    pub inject: Option<Injection>,
    /// Keep scratch directories, also those of passing cases.
    pub keep: bool,
}
