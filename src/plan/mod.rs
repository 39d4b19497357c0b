//! Axes × cases to a list of cases; pure.

mod case;

pub use case::{Case, Coordinates, Expect, ExpectedEnding, Link, Source, TextRule};
