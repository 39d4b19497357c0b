//! Dispatcher, executor, events.
//!
//! [`run()`] takes a request to a summary: `directory` and `second` make the run's own places, which `marker` tells from
//! those of dead runs, `sysroot` makes the volumes and puts fixtures on them with `copy`, `dispatch` hands cases to
//! workers, `attempt` runs one attempt, `lay` lays out what it begins with, `supervise` is its clock, `status` reads what
//! the emulator says of its ending, `snapshot` looks at the trees.
//! Everything that happens is an [`Event`], given to [`Sink`]s by one thread.

mod attempt;
mod case;
mod clock;
mod copy;
mod directory;
mod dispatch;
mod error;
mod event;
mod lay;
mod marker;
mod second;
mod session;
mod snapshot;
mod status;
mod supervise;
mod sysroot;

pub use clock::utc_minute;
pub use directory::check_place;
pub use error::RunError;
pub use event::{Event, EventKind, RunInfo, Sink, VolumeInfo};
pub use session::{Inputs, run};
