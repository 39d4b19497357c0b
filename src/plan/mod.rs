//! Axes × cases to a list of cases; pure.

mod case;
pub mod command;
pub mod placeholder;
mod request;

pub use case::{Case, Coordinates, Expect, ExpectedEnding, Link, Source, TextRule};
pub use request::{JunitDialect, Launcher, RunRequest, Target};
