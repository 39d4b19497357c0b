//! A stand-in for a volume that folds names (`--simulate-folding`), on a directory that does not.
//!
//! Inside a simulated volume names behave as on default APFS: case is preserved but not distinguished, composed and
//! decomposed spellings are one name, and what is not UTF-8 is no name. `fold` says which spellings are one name,
//! `volume` knows the simulated volumes and finds the stored spelling, `calls` puts that into each kind of call.
//!
//! Differences from the real thing: directories that may be searched but not read do not fold, and a rename over
//! another spelling of an existing name keeps the stored spelling.

mod address;
mod calls;
mod fold;
#[cfg(test)]
mod tests;
mod volume;

pub(super) use address::{making_socket, reaching_socket};
pub(super) use calls::{changing, existing, linking, opening, renaming};
pub use volume::simulate;
pub(super) use volume::{across_fork, covers};
