//! Judges an outcome against an expectation; pure.
//!
//! `outcome` and `snapshot` hold the facts and the words for what was made of them, [`judge()`] goes from one to the
//! other, `after` is its part about the host's trees, `diff` and `visible` make the difference readable. `axis` finds
//! what the places of failures have in common.

mod after;
mod axis;
mod diff;
mod judge;
mod outcome;
mod signal;
mod snapshot;
mod visible;

pub use axis::{Explanation, Instance, Pattern, Seen, Term, explain};
pub use judge::{Evidence, judge, not_run, unsupported};
pub use outcome::{Attempt, Ending, Finding, FindingKind, Verdict};
pub use signal::signal_name;
pub use snapshot::{Content, Entry, Kind, Snapshot, Trees};
pub use visible::{MESSAGE_CHARS, one_line};
