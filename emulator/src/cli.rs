//! The command line of `elfuse`.

use std::ffi::OsString;
use std::process::ExitCode;

/// Runs `elfuse` with `args` (`args[0]` is the program name) and returns the exit code.
pub fn main(args: Vec<OsString>) -> ExitCode {
    let _ = args;
    ExitCode::from(2)
}
