//! `matrix.yaml` and `suites/*.yaml` to checked types.
//!
//! Text → [`tree`] (every key and value knows its place) → [`raw`] (shapes, through [`reader`]) → [`check`] (names and
//! patterns) → [`model`]; `raw_trees` and `check_trees` are the parts about the host's trees. Complaints are collected as [`diagnostic`]s and reported all at once; [`suggest`] finds the
//! name that was meant. [`load`] is the only part that reads files.

mod check;
mod check_trees;
mod diagnostic;
mod load;
mod model;
mod raw;
mod raw_trees;
pub(crate) mod reader;
pub mod suggest;
pub(crate) mod tree;

pub(crate) use check::{case_name, known_name};
pub use diagnostic::{Diagnostic, Diagnostics, SourceText};
pub use load::{ConfigError, ROOT_FILE, find_project, load};
pub use model::{CaseSpec, Config, Profile, Programs, Suite};
pub use tree::Span;
