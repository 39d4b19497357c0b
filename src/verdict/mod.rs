//! Judges an outcome against an expectation; pure.

mod outcome;

pub use outcome::{Attempt, Ending, Finding, FindingKind, Verdict};
