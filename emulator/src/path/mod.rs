//! Guest path to host object.
//!
//! `resolve` decides which tree answers and runs `walk` in it; the answer is a [`Place`], a directory handle and one
//! name, or a node of the `synthetic` layer (`/proc`, `/sys`, `/dev`). `open` turns either into an open file, `change`
//! makes, moves and removes names. On a volume that folds names the `sidecar` says what a name is stored under.

#[cfg(test)]
mod cases;
mod change;
mod context;
mod guest;
mod open;
mod place;
mod program;
mod resolve;
mod sidecar;
pub mod synthetic;
#[cfg(test)]
mod tests;
mod walk;

pub use context::{FsContext, Program};
pub use guest::GuestPath;
pub use open::open;
pub use place::{Dir, Place, Target};
pub use program::{Executable, open_program};
pub use resolve::{AT_FDCWD, Resolved, View, resolve};
pub use sidecar::{Index, Sidecar, failpoint};
pub use walk::Intent;
