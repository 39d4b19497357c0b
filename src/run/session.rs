//! A run from the request to the last event.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Instant;

use super::attempt::Context;
use super::clock::{now_ms, run_id};
use super::directory::RunDirectory;
use super::dispatch::dispatch;
use super::second::{SecondDirectory, sweep_second_directories};
use super::sysroot::Sysroots;
use super::{Event, EventKind, RunError, RunInfo, Sink};
use crate::host::{self, Interrupts, descendants};
use crate::plan::{Case, Engine, Launcher, Link, RunRequest, SysrootKind};
use crate::report::{self, EventLog, Record};

/// What was made ready for a run.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// The root of the tree of every fixture that is needed, by name.
    pub roots: BTreeMap<String, PathBuf>,
    /// The digest of the fixture lock, lower-case hex.
    pub lock_sha256: String,
    /// The digest of the emulator's binary, lower-case hex.
    pub emulator_sha256: String,
    /// Looks at a program's ELF header; the error is the complaint.
    pub check_elf: fn(&Path, Link) -> Result<(), String>,
}

/// Runs what `request` asks for, shows it on `screen` as it happens, writes the reports, and returns the record.
///
/// The reports are made from the event file, whatever happened, also after an interrupt.
///
/// # Errors
/// [`RunError`] when nothing could be run or a report could not be written.
pub fn run(request: &RunRequest, inputs: &Inputs, screen: &mut dyn Sink) -> Result<Record, RunError> {
    if request.cases.is_empty() {
        return Err(RunError::NothingSelected);
    }
    require_fixtures(request, inputs)?;
    let matrix = std::env::current_exe().map_err(RunError::machine("find the running binary"))?;
    let interrupts = Interrupts::catch().map_err(RunError::machine("catch signals"))?;
    let started_ms = now_ms();
    let id = run_id(started_ms, std::process::id());
    let directory = RunDirectory::create(&request.cache, &id, request.keep)?;
    sweep_second_directories();
    let second = if request.cases.iter().any(|case| case.sysroot == SysrootKind::Private) {
        let made = SecondDirectory::create(directory.root(), &id, request.keep);
        Some(made.map_err(RunError::machine("make a second directory on this host"))?)
    } else {
        None
    };
    let mut sysroots = Sysroots::provision(request, &request.cache.join(VOLUMES))?;
    descendants::adopt_orphans();

    let mut log = EventLog::create(&directory.events(), request.jsonl.as_deref())?;
    let started = Instant::now();
    let mut failed: Option<io::Error> = None;
    let mut told: Option<Record> = None;
    let mut tell = |what: EventKind| {
        let event = Event { time_ms: now_ms(), what };
        match &mut told {
            Some(record) => record.add(event.clone()),
            None => told = Record::start(&event),
        }
        let logged = if failed.is_none() { log.take(&event) } else { Ok(()) };
        // The screen goes on even if the log cannot.
        let shown = screen.take(&event);
        if let Err(error) = logged.and(shown) {
            failed.get_or_insert(error);
        }
        failed.is_none()
    };
    let run = RunInfo { volumes: sysroots.facts(), ..facts(request, inputs, &directory, id) };
    let go = tell(EventKind::RunStarted { run, cases: request.cases.clone() });
    let filled = if go { sysroots.fill(request, inputs, &|| interrupts.first().is_some()) } else { Ok(()) };
    let context = Context {
        request,
        inputs,
        directory: &directory,
        second: second.as_ref(),
        sysroots: &sysroots,
        interrupts,
        matrix,
        user: host::user_name(),
        process_limit: host::process_limit(PROCESSES),
        checked: Mutex::new(BTreeMap::new()),
    };
    let dispatched = match filled {
        Ok(()) if go => dispatch(&context, &mut tell),
        filled => filled,
    };
    descendants::kill_unclaimed();
    explain(&directory, &mut tell);
    tell(EventKind::RunFinished { duration_ms: started.elapsed().as_millis() as u64 });
    dispatched?;
    // The event file is what every report comes from; only if it could not be kept, what was told here is.
    let record = match told.filter(|_| failed.is_some()) {
        Some(record) => Ok(record),
        None => report::from_file(&directory.events()),
    };
    let reported = match (&record, &request.junit) {
        (Ok(record), Some(path)) => report::junit::write(record, request.junit_dialect, path),
        _ => Ok(()),
    };
    if let Some(source) = failed {
        return Err(RunError::Io { action: "write the events to", path: log.failed_path(), source });
    }
    reported.and(record)
}

/// Tells what the failures so far have in common, if anything.
fn explain(directory: &RunDirectory, tell: &mut dyn FnMut(EventKind) -> bool) {
    // An event file that cannot be read is the error that the report makes of it.
    let Ok(record) = report::from_file(&directory.events()) else { return };
    let explanation = record.explanation();
    let summary = explanation.lines();
    if !summary.is_empty() {
        tell(EventKind::FailuresExplained { explanation, summary });
    }
}

/// The directory in the cache for what volumes are made of.
const VOLUMES: &str = "volumes";

/// Processes and threads that cases may have beside those that the user has already.
const PROCESSES: u64 = 2048;

fn require_fixtures(request: &RunRequest, inputs: &Inputs) -> Result<(), RunError> {
    let launcher = match &request.target.launcher {
        Launcher::Native => return Ok(()),
        Launcher::Command { fixture, .. } => Some(fixture),
        Launcher::Elfuse { .. } => None,
    };
    let runnable = request.cases.iter().filter(|case| case.unsupported.is_none());
    match runnable.map(|case| &case.fixture).chain(launcher).find(|name| !inputs.roots.contains_key(*name)) {
        Some(fixture) => Err(RunError::NoFixture { fixture: fixture.clone() }),
        None => Ok(()),
    }
}

fn facts(request: &RunRequest, inputs: &Inputs, directory: &RunDirectory, run_id: String) -> RunInfo {
    let elfuse = matches!(request.target.launcher, Launcher::Elfuse { .. });
    RunInfo {
        run_id,
        matrix_version: env!("CARGO_PKG_VERSION").to_owned(),
        target: request.target.name.clone(),
        // Built into this binary, from the same workspace, with the same version.
        emulator_version: if elfuse { env!("CARGO_PKG_VERSION").to_owned() } else { String::new() },
        emulator_sha256: inputs.emulator_sha256.clone(),
        fixture_sha256: inputs.lock_sha256.clone(),
        hostname: host::hostname(),
        host_os: std::env::consts::OS.to_owned(),
        host_arch: std::env::consts::ARCH.to_owned(),
        seed: None,
        shard: None,
        volumes: Vec::new(),
        engines: engines(&request.cases),
        injected: request.inject,
        oracle: None,
        directory: directory.root().to_owned(),
    }
}

/// The values of the engine axis, in the order of the cases.
fn engines(cases: &[Case]) -> Vec<Engine> {
    let mut engines = Vec::new();
    for engine in cases.iter().filter_map(|case| case.at.engine) {
        if !engines.contains(&engine) {
            engines.push(engine);
        }
    }
    engines
}
