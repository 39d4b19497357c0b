//! The command line: one file per subcommand.

mod exit;

pub use exit::Exit;

use std::ffi::OsString;
use std::process::ExitCode;

/// Runs `matrix` with `args` (`args[0]` is the program name) and returns the process's exit code.
pub fn main(args: Vec<OsString>) -> ExitCode {
    let _ = args;
    Exit::Usage.into()
}
