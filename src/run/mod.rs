//! Dispatcher, executor, events.

mod event;

pub use event::{Event, EventKind, RunInfo};
