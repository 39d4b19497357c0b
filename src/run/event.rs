//! What happens during a run, as it happens. Every report is made from these alone.

use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::plan::{Case, Engine, Injection, VolumeKind};
use crate::verdict::{Attempt, Explanation, Verdict};
use crate::volume::{Probed, Provider};

/// One line of the JSONL file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Milliseconds since the Unix epoch, UTC.
    pub time_ms: u64,
    /// What happened.
    #[serde(flatten)]
    pub what: EventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum EventKind {
    /// The first event of every run.
    RunStarted {
        /// The run's own facts.
        run: RunInfo,
        /// Every selected case, in order, so that a report of an interrupted run knows what did not run.
        cases: Vec<Case>,
    },
    /// A worker took a case.
    CaseStarted {
        /// Index into `cases`.
        case: usize,
        /// The worker's number, from 0.
        worker: usize,
    },
    /// A running case passed its slow mark.
    CaseSlow {
        /// Index into `cases`.
        case: usize,
    },
    /// An attempt did not pass and the case is tried again.
    AttemptFailed {
        /// Index into `cases`.
        case: usize,
        /// The facts.
        attempt: Attempt,
        /// The judge's word.
        verdict: Verdict,
    },
    /// A case has its verdict.
    CaseFinished {
        /// Index into `cases`.
        case: usize,
        /// The facts of the last attempt; absent for a case that was skipped without an attempt.
        attempt: Option<Attempt>,
        /// The judge's word.
        verdict: Verdict,
        /// A command that runs this case alone.
        reproduce: String,
    },
    /// SIGINT, SIGTERM or SIGHUP arrived.
    Interrupted {
        /// The signal number.
        signal: u8,
    },
    /// Failures have something in common.
    FailuresExplained {
        /// What it is; indices are into `cases`.
        explanation: Explanation,
        /// The same, in sentences.
        summary: Vec<String>,
    },
    /// The last event of a run that ended by itself or gently.
    RunFinished {
        /// Wall time of the run in milliseconds.
        duration_ms: u64,
    },
}

/// Facts about a run that reports repeat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunInfo {
    /// Unique, sortable by time.
    pub run_id: String,
    /// The version of `matrix`.
    pub matrix_version: String,
    /// The target's name.
    pub target: String,
    /// The emulator's version.
    pub emulator_version: String,
    /// The digest of the emulator's binary, lower-case hex.
    pub emulator_sha256: String,
    /// The digest of the fixture lock, lower-case hex.
    pub fixture_sha256: String,
    /// The machine's name.
    pub hostname: String,
    /// Such as `linux` or `macos`.
    pub host_os: String,
    /// Such as `x86_64` or `aarch64`.
    pub host_arch: String,
    /// What the order of cases was drawn from, if it was.
    pub seed: Option<u64>,
    /// Which part of the matrix this run is, such as `1/4`.
    pub shard: Option<String>,
    /// The volumes that sysroots were put on.
    #[serde(default)]
    pub volumes: Vec<VolumeInfo>,
    /// The engines that cases run on, in their order; empty where the emulator chooses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub engines: Vec<Engine>,
    /// A known defect that the emulator was told to have; such a run never counts as expected.
    #[serde(default)]
    pub injected: Option<Injection>,
    /// What judged beside the expectations, if anything did.
    pub oracle: Option<String>,
    /// The directory that holds this run's output files.
    pub directory: PathBuf,
}

/// What reports say of a volume.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VolumeInfo {
    /// From what was measured, never from a label.
    pub kind: VolumeKind,
    /// Who made it.
    pub provider: Provider,
    /// Whether the emulator, not the volume, folds the names.
    pub simulated: bool,
    /// What was measured.
    pub probed: Probed,
}

/// Something that consumes events, in order and from one thread.
pub trait Sink {
    /// Takes one event.
    ///
    /// # Errors
    /// When it cannot be kept; the run then starts no more cases.
    fn take(&mut self, event: &Event) -> io::Result<()>;
}
