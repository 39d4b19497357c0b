//! The subcommand: every check, then the worst of them as exit code.

use std::io::{self, Write};
use std::path::Path;

use clap::Args;

use crate::fixture::{self, Cache};
use crate::volume;

use super::super::{CliError, Exit, project, selection};
use super::checks::{self, Check, Level};

/// Check whether this machine can run the matrix, and say what to do where it cannot
#[derive(Args, Debug)]
pub struct DoctorArgs {}

/// Checks everything, also after a failure.
pub fn run(_: &DoctorArgs, given: Option<&Path>, out: &mut dyn Write) -> Result<Exit, CliError> {
    // As a run does, and like there before the first thread.
    volume::enter_namespace_if_needed(None);
    let mut worst = Level::Ok;
    let mut report = |check: Check| {
        worst = worst.max(check.level);
        print(&check, &mut *out)
    };
    report(checks::machine())?;

    let directory = selection::project(given)?;
    // Without the lock file every fixture's name would be unknown: its error comes alone.
    let (lock, config) = match project::lock(&directory) {
        Ok(lock) => {
            let config = project::config(&directory, lock.as_ref());
            (lock, config)
        }
        Err(error) => (None, Err(error)),
    };
    match config {
        Ok(config) => report(checks::project(&config))?,
        Err(error) => report(Check::fail("project", error.to_string().trim_end(), ""))?,
    }
    match Cache::open() {
        Ok(cache) => {
            let there = |name: &str| {
                lock.as_ref().is_some_and(|lock| matches!(fixture::find(lock, &cache, name), Ok(Some(_))))
            };
            let complete = lock.as_ref().is_none_or(|lock| lock.names().all(there));
            report(checks::cache(&cache, complete))?;
            for check in checks::tools(complete) {
                report(check)?;
            }
            for check in lock.iter().flat_map(|lock| checks::fixtures(lock, &cache)) {
                report(check)?;
            }
            for check in checks::volumes(&cache) {
                report(check)?;
            }
            report(checks::emulator(&cache))?;
        }
        Err(error) => report(Check::fail("cache", error.to_string(), ""))?,
    }
    Ok(if worst == Level::Fail { Exit::Infrastructure } else { Exit::Expected })
}

fn print(check: &Check, out: &mut dyn Write) -> io::Result<()> {
    let level = match check.level {
        Level::Ok => "ok",
        Level::Warn => "warn",
        Level::Fail => "fail",
    };
    let mut lines = check.found.lines();
    writeln!(out, "{level:4}  {}: {}", check.what, lines.next().unwrap_or_default())?;
    for line in lines {
        writeln!(out, "      {line}")?;
    }
    if !check.remedy.is_empty() {
        writeln!(out, "      → {}", check.remedy)?;
    }
    Ok(())
}
