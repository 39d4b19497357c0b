//! Linux calls: the table, then one file per family.
//!
//! `table` has a row for each; `dispatch` finds it and calls it; the family files hold the functions.

pub mod abi;
mod args;
pub mod counts;
mod dir;
mod dispatch;
mod errno;
mod event;
mod exec;
mod fcntl;
mod futex;
mod io;
mod ioctl;
mod memory;
mod open;
mod pass;
mod poll;
mod process;
mod row;
mod shm;
mod signal;
mod socket;
mod stat;
mod system;
mod table;
mod time;
mod transfer;
mod unix_address;
mod xattr;

pub use dispatch::{dispatch, find};
pub use errno::Errno;
pub use row::{Arg, Call, Row, Support, SysResult};
pub use table::ROWS;
