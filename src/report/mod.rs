//! Sinks that only consume events.
//!
//! [`EventLog`] keeps events as JSON lines while they happen; [`Record`] is what they say in all, read back by
//! [`from_jsonl`]; [`junit`] and [`terminal`] make it readable. `sanitise` makes guest bytes harmless, `excerpt` takes
//! the head and the tail of a stream.

pub mod junit;
pub mod terminal;

mod excerpt;
mod jsonl;
mod record;
mod sanitise;

pub use jsonl::{EventLog, RecordError, from_file, from_jsonl};
pub use record::{CaseResult, Counts, Record, Tried};
pub use sanitise::sanitise;
