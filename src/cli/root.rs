//! The command itself: parse, hand over, turn the result into an exit code.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use super::{CliError, Exit, bench, doctor, explain, fixtures, list, repro, run, volume};

/// Runs Linux AArch64 programs in a matrix of link kinds and volumes, and reports what they did
#[derive(Debug, Parser)]
#[command(name = "matrix", version, arg_required_else_help = true, after_help = EXIT_CODES)]
struct Root {
    /// The directory of matrix.yaml [default: the nearest one from here upwards]
    #[arg(long, global = true, value_name = "DIR")]
    project: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0    everything ended as expected
  1    unexpected results, or a run with --inject, whatever its results
  2    the command line could not be understood
  3    matrix.yaml, a suite or the lock file is wrong
  4    the selection matched no case
  5    the machine failed: no network, no space, a broken fixture, a missing tool
  130  interrupted
  143  terminated";

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::RunArgs),
    List(list::ListArgs),
    Explain(explain::ExplainArgs),
    Repro(repro::ReproArgs),
    Doctor(doctor::DoctorArgs),
    Fixtures(fixtures::FixturesArgs),
    Volume(volume::VolumeArgs),
    Bench(bench::BenchArgs),
}

/// Runs `matrix` with `args` (`args[0]` is the program name) and returns the process's exit code.
pub fn main(args: Vec<OsString>) -> ExitCode {
    // Every case starts through here: the emulator does not wait for the harness's command line to be built.
    if args.get(1).is_some_and(|word| word == "elfuse") {
        return elfuse::cli::main(args.into_iter().skip(1).collect());
    }
    let root = match Root::try_parse_from(args) {
        Ok(root) => root,
        Err(error) => {
            // A reader of the help text that went away is no failure.
            let _ = error.print();
            let usage = error.use_stderr();
            return if usage { Exit::Usage.into() } else { Exit::Expected.into() };
        }
    };
    // Not locked: while cases run another thread writes, too.
    let mut out = io::stdout();
    let result = dispatch(&root, &mut out).and_then(|exit| {
        out.flush()?;
        Ok(exit)
    });
    match result {
        Ok(exit) => exit.into(),
        Err(error) => {
            if !error.is_quiet() {
                // With standard error gone too there is nobody to tell; the exit code remains.
                let _ = writeln!(io::stderr(), "{}", message(&error));
            }
            error.exit().into()
        }
    }
}

fn dispatch(root: &Root, out: &mut dyn Write) -> Result<Exit, CliError> {
    let project = root.project.as_deref();
    match &root.command {
        Command::Run(args) => run::run(args, project, out),
        Command::List(args) => list::run(args, project, out),
        Command::Explain(args) => explain::run(args, project, out),
        Command::Repro(args) => repro::run(args, project, out),
        Command::Doctor(args) => doctor::run(args, project, out),
        Command::Fixtures(args) => fixtures::run(args, project, out),
        Command::Volume(args) => volume::run(args, out),
        Command::Bench(args) => bench::run(args, project, out),
    }
}

/// The configuration's complaints already begin with `error:`.
fn message(error: &CliError) -> String {
    let text = error.to_string();
    let text = text.trim_end();
    if text.starts_with("error:") { text.to_owned() } else { format!("error: {text}") }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Root;

    #[test]
    fn the_command_line_is_consistent() {
        Root::command().debug_assert();
    }
}
