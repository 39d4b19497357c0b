//! JUnit XML: one document, two projections.
//!
//! `model` turns a record into the document's elements, `skeleton` writes what the crate `junit-report` can express,
//! `decorate` completes that to the dialect: counts, properties, file and line, flaky and rerun elements, bodies as
//! escaped text. `write` keeps the size and replaces the file as a whole.

mod decorate;
mod model;
mod skeleton;
mod write;

pub use write::{render, write};
