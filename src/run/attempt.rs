//! One attempt at one case: directories, process, facts.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::Inputs;
use super::directory::{RunDirectory, Scratch};
use super::lay::lay;
use super::second::SecondDirectory;
use super::supervise::{Capture, Cut, Limits, Pipes, Supervised, supervise};
use super::sysroot::Sysroots;
use super::{snapshot, status};
use crate::host::{Interrupts, Spawn, pipe};
use crate::plan::command::{CommandPaths, command_line, places, program_path};
use crate::plan::placeholder::Places;
use crate::plan::{Case, Launcher, Link, RunRequest, SysrootKind};
use crate::verdict::{Attempt, Ending, Evidence, Snapshot, Trees, Verdict, judge};

/// What every attempt of a run needs; shared by the workers.
pub(super) struct Context<'a> {
    /// What the user asked for.
    pub request: &'a RunRequest,
    /// The fixtures.
    pub inputs: &'a Inputs,
    /// The run's own directory.
    pub directory: &'a RunDirectory,
    /// Where `$HOST2` of every case lies; only if a case has one.
    pub second: Option<&'a SecondDirectory>,
    /// The volumes, and the fixtures on them.
    pub sysroots: &'a Sysroots,
    /// Signals that end the run.
    pub interrupts: Interrupts,
    /// The running binary.
    pub matrix: PathBuf,
    /// `USER` of every case.
    pub user: String,
    /// See [`Spawn::process_limit`].
    pub process_limit: u64,
    /// Programs whose ELF header was looked at, with the complaint if there is one.
    pub checked: Mutex<BTreeMap<(PathBuf, Link), Option<String>>>,
}

/// What came of an attempt.
pub(super) enum Outcome {
    /// It ended, and this is what it means.
    Ended(Attempt, Verdict),
    /// The run was interrupted while it ran; nothing is said about it.
    Interrupted,
}

/// Makes attempt `number` (from 1) at case `index`.
pub(super) fn attempt(
    context: &Context<'_>,
    case: &Case,
    index: usize,
    number: u32,
    on_slow: &mut dyn FnMut(),
) -> Outcome {
    let [stdout, stderr] = context.directory.outputs(index, number);
    let mut attempt = Attempt {
        ending: Ending::Fixture { detail: String::new() },
        duration: Duration::ZERO,
        stdout,
        stderr,
        max_rss_kb: 0,
        utime: Duration::ZERO,
        slow: false,
        strays: 0,
    };
    let fixture = match case_root(context, case) {
        Ok(fixture) => fixture,
        Err(detail) => return without_process(case, attempt, Ending::Fixture { detail }),
    };
    if let Some(detail) = complaint(context, case, fixture) {
        return without_process(case, attempt, Ending::Fixture { detail });
    }
    let mut scratch = match context.directory.scratch(index, number) {
        Ok(scratch) => scratch,
        Err(error) => {
            let detail = format!("cannot make the scratch directory: {error}");
            return without_process(case, attempt, Ending::HostError { detail });
        }
    };
    let before = match prepare(context, case, fixture, &mut scratch, &format!("{index}-{number}")) {
        Ok(before) => before,
        Err(ending) => return without_process(case, attempt, ending),
    };
    match start_and_watch(context, case, fixture, &scratch, &attempt, on_slow) {
        Ok(Supervised { cut: Some(Cut::Interrupted), .. }) => return Outcome::Interrupted,
        Ok(watched) => {
            attempt.duration = watched.duration;
            attempt.max_rss_kb = watched.exit.max_rss_kb;
            attempt.utime = watched.exit.utime;
            attempt.slow = watched.slow;
            attempt.strays = watched.strays;
            attempt.ending = ending(context.request, case, watched);
        }
        Err(ending) => attempt.ending = ending,
    }
    let volume = match context.sysroots.root_and_device(case) {
        Ok(volume) => volume,
        Err(error) => return without_process(case, attempt, host("look at the volume")(error)),
    };
    let after = look(case, &scratch);
    let (before, after) = match (&before, after) {
        (before, Ok(after)) => (before, after),
        (_, Err(ending)) => return without_process(case, attempt, ending),
    };
    let trees = match (before, &after) {
        (Some(before), Some(after)) => Some(Trees { before, after, volume }),
        _ => None,
    };
    judged(case, attempt, &places(case, fixture, scratch.dirs()), trees)
}

fn ending(request: &RunRequest, case: &Case, watched: Supervised) -> Ending {
    match (watched.cut, &request.target.launcher) {
        (Some(Cut::Timeout | Cut::Interrupted), _) => Ending::TimedOut { limit: case.timeout },
        (Some(Cut::OutputLimit), _) => Ending::OutputLimit { limit: request.output_limit },
        (Some(Cut::Failed(error)), _) => {
            Ending::HostError { detail: format!("cannot keep the output: {error}") }
        }
        (None, Launcher::Elfuse { .. }) => status::ending(&watched.status, watched.exit.status),
        (None, _) => status::ending_from_wait(watched.exit.status),
    }
}

fn without_process(case: &Case, mut attempt: Attempt, ending: Ending) -> Outcome {
    attempt.ending = ending;
    judged(case, attempt, &Places::default(), None)
}

/// Lays out what the case begins with, and looks at it if the case has conditions.
fn prepare(
    context: &Context<'_>,
    case: &Case,
    fixture: &Path,
    scratch: &mut Scratch,
    name: &str,
) -> Result<Option<Snapshot>, Ending> {
    if case.sysroot == SysrootKind::Private {
        let second = context.second.map(|second| second.directory(name));
        let second = second.unwrap_or_else(|| Err(io::Error::other("the run has none")));
        let second = second.map_err(host("make the second directory of the host"))?;
        let volume = context.sysroots.of(case).map(|volume| volume.root.as_path());
        scratch.add_private(volume, second).map_err(host("make the private sysroot"))?;
    }
    let program = program_path(case, fixture);
    lay(case, &program, &places(case, fixture, scratch.dirs())).map_err(host("lay out the case's files"))?;
    look(case, scratch)
}

/// The trees of the host as they are now, for a case that says something about them.
fn look(case: &Case, scratch: &Scratch) -> Result<Option<Snapshot>, Ending> {
    if case.expect.after.is_empty() {
        return Ok(None);
    }
    snapshot::take(&scratch.dirs().whole()).map(Some).map_err(host("look at the case's directories"))
}

/// An error of the host; `action` completes "cannot".
fn host(action: &'static str) -> impl Fn(io::Error) -> Ending {
    move |error| Ending::HostError { detail: format!("cannot {action}: {error}") }
}

fn judged(case: &Case, mut attempt: Attempt, places: &Places, trees: Option<Trees<'_>>) -> Outcome {
    let streams = match attempt.ending {
        Ending::GuestExit { .. } | Ending::GuestSignal { .. } => {
            fs::read(&attempt.stdout).and_then(|stdout| Ok((stdout, fs::read(&attempt.stderr)?)))
        }
        // Nothing else is judged by its output.
        _ => Ok((Vec::new(), Vec::new())),
    };
    let (stdout, stderr) = streams.unwrap_or_else(|error| {
        attempt.ending = Ending::HostError { detail: format!("cannot read the output back: {error}") };
        (Vec::new(), Vec::new())
    });
    let evidence = Evidence { stdout: &stdout, stderr: &stderr, trees };
    let verdict = judge(case, &attempt, evidence, places);
    Outcome::Ended(attempt, verdict)
}

/// The root of a fixture's tree; a native target needs none.
fn fixture_root<'a>(context: &'a Context<'_>, name: &str) -> Result<&'a Path, String> {
    if context.request.target.launcher == Launcher::Native {
        return Ok(&context.request.project);
    }
    let root = context.inputs.roots.get(name).map(PathBuf::as_path);
    root.ok_or_else(|| format!("fixture {name} is not there: run `matrix fixtures build {name}`"))
}

/// The root of the tree that holds the case's program: on the case's volume, if that tree is its sysroot.
fn case_root<'a>(context: &'a Context<'_>, case: &Case) -> Result<&'a Path, String> {
    let native = context.request.target.launcher == Launcher::Native;
    match case.at.volume.filter(|_| case.sysroot_is_fixture() && !native) {
        Some(kind) => {
            let tree = context.sysroots.tree(kind, &case.fixture);
            tree.ok_or_else(|| format!("fixture {} is not on the {kind} volume", case.fixture))
        }
        None => fixture_root(context, &case.fixture),
    }
}

/// Options for the bundled emulator that this run adds wherever there is a sysroot.
fn sysroot_options(context: &Context<'_>, case: &Case) -> Vec<OsString> {
    let simulated = context.sysroots.of(case).is_some_and(|volume| volume.facts.simulated);
    simulated.then(|| "--simulate-folding".into()).into_iter().collect()
}

/// What is wrong with the case's program, looked at once per program and link kind.
fn complaint(context: &Context<'_>, case: &Case, fixture: &Path) -> Option<String> {
    if context.request.target.launcher == Launcher::Native {
        return None;
    }
    let program = program_path(case, fixture);
    let link = case.at.link;
    let mut checked = context.checked.lock().unwrap_or_else(PoisonError::into_inner);
    let known = checked.entry((program.clone(), link));
    known.or_insert_with(|| (context.inputs.check_elf)(&program, link).err()).clone()
}

fn start_and_watch(
    context: &Context<'_>,
    case: &Case,
    fixture: &Path,
    scratch: &Scratch,
    attempt: &Attempt,
    on_slow: &mut dyn FnMut(),
) -> Result<Supervised, Ending> {
    let request = context.request;
    let stdin = scratch.dirs().root.join("stdin");
    fs::write(&stdin, &case.stdin).map_err(host("write the standard input"))?;

    let status = match request.target.launcher {
        Launcher::Elfuse { .. } => Some(pipe().map_err(host("make a pipe"))?),
        _ => None,
    };
    let (said, inherit) = status.map_or((None, None), |pipe| (Some(pipe.read), Some(pipe.write)));
    let launcher = match &request.target.launcher {
        Launcher::Command { fixture, .. } => {
            Some(fixture_root(context, fixture).map_err(|detail| Ending::Fixture { detail })?.to_owned())
        }
        Launcher::Elfuse { .. } | Launcher::Native => None,
    };
    let paths = CommandPaths {
        matrix: context.matrix.clone(),
        fixture: fixture.to_owned(),
        launcher,
        sysroot_options: sysroot_options(context, case),
        inject: context.request.inject,
        dirs: scratch.dirs().clone(),
        user: context.user.clone(),
        status_fd: inherit.as_ref().map(AsRawFd::as_raw_fd),
    };
    let line = command_line(case, &request.target, &paths);
    let stdout = pipe().map_err(host("make a pipe"))?;
    let stderr = pipe().map_err(host("make a pipe"))?;
    let file = |path: &Path| File::create(path).map_err(host("create an output file"));
    let pipes = Pipes {
        stdout: Capture::new(stdout.read, file(&attempt.stdout)?, request.output_limit),
        stderr: Capture::new(stderr.read, file(&attempt.stderr)?, request.output_limit),
        status: said,
    };
    let program = line.program.clone();
    let child = Spawn {
        program: line.program,
        args: line.args,
        env: line.env,
        cwd: line.cwd,
        stdin: File::open(&stdin).map_err(host("open the standard input"))?,
        stdout: stdout.write,
        stderr: stderr.write,
        inherit,
        process_limit: context.process_limit,
    }
    .start()
    .map_err(|error| Ending::Spawn { detail: format!("cannot start {}: {error}", program.display()) })?;
    let limits = Limits { slow: case.slow, timeout: case.timeout, grace: request.grace };
    supervise(child, pipes, limits, &context.interrupts, &scratch.dirs().root, on_slow)
        .map_err(host("watch the process"))
}
