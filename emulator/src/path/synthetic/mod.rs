//! The guest's own `/proc`, `/sys` and `/dev`: never the host's.
//!
//! `table` has a row for each path; `find` looks one up; `open` makes its content; the other files hold the
//! generators.

mod find;
mod mounts;
mod numbers;
mod open;
mod proc_self;
mod system;
mod table;

pub use find::{Entry, Node, find};
pub use open::{open, readlink, stat, statfs};
pub use system::{BUILD, RELEASE};
