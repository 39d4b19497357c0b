//! `matrix run`.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use clap::Args;

use crate::fixture::{self, Cache, Lock};
use crate::plan::{self, Case, Injection, JunitDialect, Launcher, Link, RunRequest, Target};
use crate::report::terminal::{Look, Terminal, summary};
use crate::run::{self, Inputs};
use crate::volume::{self, Provider};

use super::selection::{self, EngineArgs, FilterArgs};
use super::{CliError, Exit, project};

/// Run cases and report what they did
#[derive(Args, Debug)]
pub struct RunArgs {
    /// The target [default: the project's]
    target: Option<String>,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    engine: EngineArgs,
    /// Cases at a time [default: one for each processor]
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Write a JUnit report
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// How much of the JUnit dialect to use
    #[arg(long, value_name = "DIALECT", value_enum, default_value_t, requires = "junit")]
    junit_dialect: JunitDialect,
    /// Append every event to this file as it happens
    #[arg(long, value_name = "FILE")]
    jsonl: Option<PathBuf>,
    /// End every case after this many seconds, whatever its suite says
    #[arg(long, value_name = "S", value_parser = seconds)]
    timeout: Option<Duration>,
    /// Make the volumes this way [default: the best that works]
    #[arg(long, value_name = "P", value_enum)]
    volume_provider: Option<Provider>,
    /// Give the emulator a known defect, to see what finds it; such a run never ends with 0
    #[arg(long, value_name = "DEFECT", value_enum)]
    inject: Option<Injection>,
    /// Keep the scratch directories
    #[arg(long)]
    keep: bool,
    /// The profile of matrix.yaml
    #[arg(long, value_name = "P")]
    profile: Option<String>,
}

/// A number of seconds above 0 and at most a day.
fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<f64>() {
        Ok(number) if number > 0.0 && number <= 86_400.0 => Ok(Duration::from_secs_f64(number)),
        _ => Err("expected a number of seconds above 0 and at most 86400".to_owned()),
    }
}

/// Selects, provides fixtures, runs, reports.
pub fn run(args: &RunArgs, given: Option<&Path>, out: &mut dyn Write) -> Result<Exit, CliError> {
    let directory = selection::project(given)?;
    let lock = project::lock(&directory)?;
    let config = project::config(&directory, lock.as_ref())?;
    let target = selection::target(&config, args.target.as_deref())?;
    selection::refuse_injection(target, args.inject)?;
    selection::refuse_engines(target, &args.engine.engines)?;
    let profile = selection::profile(&config, args.profile.as_deref())?;
    let cases = plan::expand(&config, target, profile, &args.engine.engines);
    let mut cases = plan::select(cases, &args.filter.filter())?;
    if let Some(timeout) = args.timeout {
        plan::override_timeout(&mut cases, timeout);
    }
    // Before any thread starts.
    if cases.iter().any(|case| case.unsupported.is_none() && case.at.volume.is_some()) {
        volume::enter_namespace_if_needed(args.volume_provider);
    }
    let cache = Cache::open()?;
    // Before minutes of building.
    run::check_place(cache.root())?;
    let inputs = inputs(&cases, target, lock.as_ref(), &cache)?;
    let processors = || thread::available_parallelism().map_or(1, usize::from);
    let request = RunRequest {
        project: directory,
        cache: cache.root().to_path_buf(),
        target: target.clone(),
        cases,
        jobs: args.jobs.map(usize::from).or(profile.jobs).unwrap_or_else(processors),
        retries: profile.retries,
        grace: profile.grace,
        output_limit: profile.output_limit,
        junit: args.junit.clone(),
        junit_dialect: args.junit_dialect,
        jsonl: args.jsonl.clone(),
        volume_provider: args.volume_provider,
        inject: args.inject,
        keep: args.keep,
    };
    let look = Look::detect();
    let mut screen = Terminal::start(look, io::stdout());
    let record = run::run(&request, &inputs, &mut screen);
    screen.finish()?;
    let record = record?;
    write!(out, "{}", summary(&record, look, args.junit.as_deref()))?;
    Ok(record.exit())
}

/// Makes ready what `cases` need on `target`.
fn inputs(cases: &[Case], target: &Target, lock: Option<&Lock>, cache: &Cache) -> Result<Inputs, CliError> {
    let mut names: BTreeSet<&str> = BTreeSet::new();
    if let Launcher::Command { fixture, .. } = &target.launcher {
        names.insert(fixture);
    }
    let runnable = cases.iter().filter(|case| case.unsupported.is_none() && !case.fixture.is_empty());
    names.extend(runnable.map(|case| case.fixture.as_str()));
    let mut roots: BTreeMap<String, PathBuf> = BTreeMap::new();
    if let Some(lock) = lock {
        let names: Vec<&str> = names.into_iter().collect();
        let found = fixture::ensure(lock, cache, &names, &*fixture::progress())?;
        roots.extend(found.into_iter().map(|fixture| (fixture.name, fixture.root)));
    }
    Ok(Inputs {
        emulator_sha256: emulator_digest(target, &roots)?,
        roots,
        lock_sha256: lock.map(|lock| lock.digest().to_owned()).unwrap_or_default(),
        check_elf,
    })
}

fn check_elf(program: &Path, link: Link) -> Result<(), String> {
    fixture::check_elf(program, link).map(|_| ()).map_err(|error| error.to_string())
}

/// The digest of what runs the programs; empty when they run by themselves.
fn emulator_digest(target: &Target, roots: &BTreeMap<String, PathBuf>) -> Result<String, CliError> {
    let program = match &target.launcher {
        Launcher::Native => return Ok(String::new()),
        Launcher::Elfuse { .. } => env::current_exe().map_err(|error| CliError::Machine {
            action: "find",
            path: PathBuf::from("the running program"),
            error,
        })?,
        Launcher::Command { fixture, command, .. } => {
            let root = roots.get(fixture).map(PathBuf::as_path).unwrap_or(Path::new(""));
            root.join(command.first().map(String::as_str).unwrap_or_default())
        }
    };
    fixture::file_sha256(&program).map_err(|error| CliError::Machine { action: "read", path: program, error })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_positive_numbers() {
        assert_eq!(seconds("1.5"), Ok(Duration::from_millis(1500)));
        for wrong in ["0", "-1", "nan", "inf", "86401", "1s", ""] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
