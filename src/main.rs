//! The `matrix` command: parse, call, exit.

use std::process::ExitCode;

fn main() -> ExitCode {
    matrix::cli::main(std::env::args_os().collect())
}
