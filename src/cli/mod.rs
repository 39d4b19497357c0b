//! The command line: one file per subcommand.
//!
//! [`root`] parses and dispatches, [`selection`] holds the options that subcommands share, [`project`] reads the
//! configuration, [`error`] maps every failure to an exit code.

mod bench;
mod doctor;
mod error;
mod exit;
mod explain;
mod fixtures;
mod list;
mod project;
mod quote;
mod repro;
mod root;
mod run;
mod selection;
mod volume;

pub use error::CliError;
pub use exit::Exit;
pub use project::load;
pub use quote::quote;
pub use root::main;
