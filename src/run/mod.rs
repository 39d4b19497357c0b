//! Dispatcher, executor, events.
//!
//! [`run()`] takes a request to a summary: `directory` makes the run's own place, `dispatch` hands cases to workers,
//! `attempt` runs one attempt, `supervise` is its clock, `status` reads what the emulator says of its ending.
//! Everything that happens is an [`Event`], given to [`Sink`]s by one thread.

mod attempt;
mod case;
mod clock;
mod directory;
mod dispatch;
mod error;
mod event;
mod session;
mod status;
mod supervise;

pub use error::RunError;
pub use event::{Event, EventKind, RunInfo, Sink};
pub use session::{Inputs, run};
