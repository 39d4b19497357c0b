//! `matrix bench`: how fast the emulator is, beside a peer and beside this machine itself.
//!
//! `bench.yaml` → [`read`] → [`Table`] (workloads, data, goals) → [`select()`] → [`provide`] (data in the cache) and
//! [`contender`] (who runs) → [`measure`] (A B A B, outputs compared) → [`Report`] → [`terminal`], [`markdown`], JSON.
//! [`statistics`] and [`goals`] are pure.

pub mod contender;
pub mod goals;
pub mod markdown;
pub mod measure;
pub mod statistics;
pub mod terminal;

mod compare;
mod error;
mod generate;
mod machine;
mod provide;
mod read;
mod report;
mod select;
mod table;

pub use error::BenchError;
pub use provide::provide;
pub use read::{FILE, load};
pub use report::{Geomean, Machine, Outcome, Party, Report, Role, Row, geomeans};
pub use select::select;
pub use table::{Against, Datum, Goal, Group, Measure, Native, Recipe, Table, Workload};
