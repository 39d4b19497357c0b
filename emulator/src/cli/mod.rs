//! The command line of `elfuse`.
//!
//! `args` turns words into settings, `start` runs a program with them, `lists` prints the tables.

mod args;
mod lists;
mod start;

use std::ffi::OsString;
use std::process::ExitCode;

use crate::task::EXIT_USAGE;
use crate::{host, isa};

const HELP: &str = "\
Runs an AArch64 Linux program.

Usage: elfuse [OPTIONS] [--] PROGRAM [ARG]...

  --sysroot DIR         the tree in which the guest's absolute paths are looked up first
  --host-fallback HOW   paths absent there: `all` reach the host (default), `guarded` not those of
                        the system's directories, `off` none
  --simulate-folding    names in the sysroot fold, as on a volume that preserves case but does not
                        distinguish it; for tests where no such volume can be had
  --inject sidecar-veto restore a recorded defect, for tests: on a volume that does not distinguish
                        case, what is absent in the sysroot never reaches the host
  --inject jit-madd     for tests too: translated MADD gives one too much
  --engine ENGINE       `interp` interprets every instruction, `jit` (default) translates what runs
                        often into the host's instructions, `check` does both, compares them block by
                        block and ends with 122 at the first difference, which it prints
  --jit-stats           print at the end what was translated, and how often each instruction was left to
                        the interpreter
  --no-chain, --no-pin, --no-lower, --no-look-ahead, --no-elide-checks, --no-regions
                        leave out one optimisation of the translator, to find a defect by halving
  --no-isolate          do not keep guest addresses apart from the emulator's memory: one outside the
                        guest's space reaches whatever the emulator has there
  --env NAME=VALUE      set a variable in the guest's environment
  --clear-env           start from an empty environment
  --workdir DIR         the guest's working directory (a guest path)
  --strace              print each call to standard error
  --status-fd N         write how the run ended to descriptor N, as one line of JSON
  --isa                 print which instructions are supported
  --syscalls            print which calls are supported
  --version             print the version
  --help                print this

Exit status: the guest's own; 128+N when it died of signal N and the host did not pass that on;
121 something is not supported, 122 a defect in the emulator, 123 the host failed, 2 wrong usage,
126 PROGRAM cannot be executed, 127 PROGRAM was not found.
";

/// Runs `elfuse` with `args` (`args[0]` is the program name) and returns the exit code.
pub fn main(args: Vec<OsString>) -> ExitCode {
    match args::parse(args) {
        Ok(args::Action::Run(options)) => start::run(*options),
        Ok(args::Action::Help) => print(HELP),
        Ok(args::Action::Version) => print(concat!("elfuse ", env!("CARGO_PKG_VERSION"), "\n")),
        Ok(args::Action::Isa) => print(&isa::listing()),
        Ok(args::Action::Syscalls) => print(&lists::syscalls()),
        Err(error) => {
            host::write_all(2, format!("elfuse: {error}; see elfuse --help\n").as_bytes());
            ExitCode::from(EXIT_USAGE as u8)
        }
    }
}

fn print(text: &str) -> ExitCode {
    host::write_all(1, text.as_bytes());
    ExitCode::SUCCESS
}
