//! What a person reads: lines and a progress bar while a run goes on, a summary at its end.
//!
//! [`Look`] decides on colours and the bar, [`Terminal`] is the one thread that writes, `lines` says what an event
//! looks like, [`summary()`] is the last word.

mod lines;
mod look;
mod screen;
mod summary;

pub(crate) use look::Ink;
pub use look::Look;
pub use screen::Terminal;
pub use summary::summary;
