//! Judges an outcome against an expectation; pure.
//!
//! `outcome` holds the facts and the words for what was made of them, [`judge()`] goes from one to the other, `diff`
//! and `visible` make the difference readable.

mod diff;
mod judge;
mod outcome;
mod signal;
mod visible;

pub use judge::{Places, Streams, judge, not_run, unsupported};
pub use outcome::{Attempt, Ending, Finding, FindingKind, Verdict};
pub use signal::signal_name;
pub use visible::{MESSAGE_CHARS, one_line};
