//! Linux calls: the table, then one file per family.
//!
//! `table` has a row for each; `dispatch` finds it and calls it; the family files hold the functions.

pub mod abi;
mod args;
mod dir;
mod dispatch;
mod errno;
mod fcntl;
mod io;
mod open;
mod row;
mod stat;
mod table;

pub use dispatch::{dispatch, find};
pub use errno::Errno;
pub use row::{Arg, Call, Row, Support, SysResult};
pub use table::ROWS;
