//! Judges an outcome against an expectation; pure.

mod outcome;
mod signal;

pub use outcome::{Attempt, Ending, Finding, FindingKind, Verdict};
pub use signal::signal_name;
