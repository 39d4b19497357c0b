//! The `elfuse` command: parse, call, exit.

use std::process::ExitCode;

fn main() -> ExitCode {
    elfuse::cli::main(std::env::args_os().collect())
}
