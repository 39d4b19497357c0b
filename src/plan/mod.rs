//! Axes × cases to a list of cases; pure.
//!
//! [`expand`] makes every case, [`select`] keeps those that were asked for, [`command`] builds the exact command line
//! and environment of one, [`script`] puts them into a shell script, [`placeholder`] knows `$T` and the others.

mod case;
pub mod command;
mod engine;
mod expand;
mod injection;
pub mod placeholder;
mod request;
mod script;
mod select;
#[cfg(test)]
pub mod testing;
mod trees;
mod volume;

pub use case::{Case, Coordinates, Expect, ExpectedEnding, Link, Source, TextRule};
pub use engine::{Engine, NoSuchEngine};
pub use expand::{expand, override_timeout};
pub use injection::Injection;
pub use request::{JunitDialect, Launcher, RunRequest, Target};
pub use script::{script, script_volume};
pub use select::{Filter, NothingSelected, select};
pub use trees::{Claim, Condition, HostFallback, Laid, NameRule, Node, SysrootKind};
pub use volume::VolumeKind;
