//! The sidecar layer: byte-exact names in a sysroot whose volume preserves case but does not distinguish it.
//!
//! `probe` finds out whether it is needed. A name that the volume cannot store beside the others is stored under a
//! token (`name`), which a row of the directory's index tells (`index`). `layer` says what a name leads to, from what
//! `state` knows of a directory. `make`, `remove` and `rename` change names: under the `lock` of the directory they
//! hold the rows (`held`) and publish them before or after the object is touched, so that a killed process leaves the
//! old state or the new one (`failpoint` lets a test see that; `shadow` is the one case that needs cleaning up). `listing`
//! shows a directory to the guest.

pub mod failpoint;
mod held;
mod index;
mod layer;
mod listing;
mod lock;
mod make;
mod name;
mod probe;
mod remove;
mod rename;
mod shadow;
mod state;
#[cfg(test)]
mod tests;

pub use failpoint::Operation;
pub use index::Index;
pub use layer::{Sidecar, Verdict};
pub use name::{DiskName, GuestName};
pub use probe::folds_case;
pub use rename::Side;
