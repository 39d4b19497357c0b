//! What happened, as facts, and what was made of it.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How one attempt ended. Facts only: no judgement, nothing read from an exit status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Ending {
    /// The guest exited with this status.
    GuestExit {
        /// 0–255.
        status: u8,
    },
    /// The guest was ended by this signal.
    GuestSignal {
        /// The Linux signal number.
        signal: u8,
    },
    /// The target met an instruction or a call that it does not support.
    Unsupported {
        /// Which one.
        what: String,
    },
    /// The target failed by its own fault.
    EmulatorCrash {
        /// One line.
        detail: String,
    },
    /// The host refused something the target needs (no memory, no such program, no permission).
    HostError {
        /// One line.
        detail: String,
    },
    /// The harness could not start the attempt.
    Spawn {
        /// One line.
        detail: String,
    },
    /// The fixture is not what the axis says it is.
    Fixture {
        /// One line.
        detail: String,
    },
    /// The harness ended it at the hard limit.
    TimedOut {
        /// The limit.
        limit: Duration,
    },
    /// The harness ended it because a stream outgrew the limit.
    OutputLimit {
        /// Bytes a stream may have.
        limit: u64,
    },
}

/// One attempt at a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// How it ended.
    pub ending: Ending,
    /// Wall time.
    pub duration: Duration,
    /// Where its standard output was kept.
    pub stdout: PathBuf,
    /// Where its standard error was kept.
    pub stderr: PathBuf,
    /// Peak resident memory, KiB.
    pub max_rss_kb: u64,
    /// User CPU time.
    pub utime: Duration,
    /// Ran longer than the slow mark.
    pub slow: bool,
    /// Processes of its group that were still there after it ended, and were killed.
    pub strays: u32,
}

/// The judge's word on one attempt; `kind` names are the JUnit types.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "kebab-case")]
pub enum Verdict {
    /// As expected.
    Pass,
    /// The program's behaviour was not as expected.
    Failure(Finding),
    /// Something other than the program went wrong.
    Error(Finding),
    /// It did not run, for a counted reason.
    Skipped(Finding),
}

/// One reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// A type of the table in the JUnit dialect, such as `exit-code`.
    pub kind: FindingKind,
    /// One line, at most 200 characters.
    pub message: String,
    /// What a person reads next, such as a diff; may be empty.
    pub detail: String,
}

/// Every type that a report may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names are the documented words of the JUnit dialect")]
pub enum FindingKind {
    ExitCode,
    StdoutMismatch,
    StderrMismatch,
    Postcondition,
    OracleDivergence,
    Timeout,
    OutputLimit,
    Xpass,
    EmulatorCrash,
    Spawn,
    Fixture,
    OracleUnavailable,
    Leak,
    Xfail,
    Quarantine,
    Skip,
    Unsupported,
    NotRun,
}
