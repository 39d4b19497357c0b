//! `matrix repro CASE`.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use clap::Args;
use globset::Glob;

use crate::config::Config;
use crate::fixture::{self, Cache, Lock};
use crate::host;
use crate::plan::command::{self, CaseDirs, CommandPaths, PrivateDirs};
use crate::plan::{self, Case, ExpectedEnding, Injection, Launcher, SysrootKind, Target, VolumeKind};
use crate::volume::{self, Provider, Volume};

use super::explain::{ending, expectation};
use super::selection::{self, EngineArgs};
use super::{CliError, Exit, project};

/// Run one case attached to the terminal, and write a repro.sh that needs no harness
#[derive(Args, Debug)]
pub struct ReproArgs {
    /// A name or an id that only one case has, such as `coreutils/static/sort`
    #[arg(value_name = "CASE")]
    case: Glob,
    /// The target [default: the project's]
    #[arg(long, value_name = "TARGET")]
    target: Option<String>,
    #[command(flatten)]
    engine: EngineArgs,
    /// Where to put repro.sh and the case's files [default: beneath the cache]
    #[arg(long, value_name = "DIR")]
    directory: Option<PathBuf>,
    /// Make the volume this way, if the case needs one [default: the best that works]
    #[arg(long, value_name = "P", value_enum)]
    volume_provider: Option<Provider>,
    /// Give the emulator a known defect
    #[arg(long, value_name = "DEFECT", value_enum)]
    inject: Option<Injection>,
    /// Only write repro.sh
    #[arg(long)]
    no_run: bool,
}

/// Writes the script and runs it; the result says whether the case ended as it should.
pub fn run(args: &ReproArgs, given: Option<&Path>, out: &mut dyn Write) -> Result<Exit, CliError> {
    let directory = selection::project(given)?;
    let lock = project::lock(&directory)?;
    let config = project::config(&directory, lock.as_ref())?;
    let target = selection::target(&config, args.target.as_deref())?;
    selection::refuse_injection(target, args.inject)?;
    let case = single(&config, target, &args.engine, &args.case)?;
    if let Some(reason) = &case.unsupported {
        return Err(CliError::Usage(format!("{} cannot run on {}: {reason}", case.at, target.name)));
    }
    // Before any thread starts.
    if case.at.volume.is_some() && !args.no_run {
        volume::enter_namespace_if_needed(args.volume_provider);
    }
    let cache = Cache::open()?;
    let place = match &args.directory {
        Some(place) => place.clone(),
        None => cache.root().join("repro").join(case.at.to_string().replace('/', "-")),
    };
    let script = write_script(&case, target, &directory, lock.as_ref(), &cache, &place, args.inject)?;
    writeln!(out, "wrote {}", script.display())?;
    if args.no_run {
        return Ok(Exit::Expected);
    }
    writeln!(out, "expected: {}", ending(case.expect.ending))?;
    for (stream, rules) in [("stdout", &case.expect.stdout), ("stderr", &case.expect.stderr)] {
        for rule in rules {
            writeln!(out, "expected: {stream} {}", expectation(rule))?;
        }
    }
    for condition in &case.expect.after {
        writeln!(out, "expected: {condition} (look yourself: {})", place.display())?;
    }
    let mut command = host::command("/bin/sh");
    command.arg(&script);
    // Released when the case has ended.
    let _volume = match case.at.volume {
        Some(kind) => {
            let volume = volume(kind, args.volume_provider, target, &cache)?;
            writeln!(out, "volume: {} by {} at {}", volume.kind, volume.provider, volume.root.display())?;
            command.env("MATRIX_VOLUME", &volume.root);
            Some(volume)
        }
        None => None,
    };
    writeln!(out, "---")?;
    out.flush()?;
    let status = command.status().map_err(failed("run", &script))?;
    writeln!(out, "---\nended: {}", words(status))?;
    Ok(if matches(status, case.expect.ending) { Exit::Expected } else { Exit::Unexpected })
}

/// A volume of this kind that `target` can use.
fn volume(
    kind: VolumeKind,
    provider: Option<Provider>,
    target: &Target,
    cache: &Cache,
) -> Result<Volume, CliError> {
    let made = volume::provision(&[kind], provider, &cache.root().join("volumes"))?;
    let elfuse = matches!(target.launcher, Launcher::Elfuse { .. });
    match made.into_iter().next() {
        Some(volume) if elfuse || !volume.provider.simulated() => Ok(volume),
        _ => Err(CliError::Usage(format!(
            "no {kind} volume can be made here, and only the bundled emulator can do without; \
             see `matrix volume probe`"
        ))),
    }
}

/// The only case that `pattern` names.
fn single(config: &Config, target: &Target, engines: &EngineArgs, pattern: &Glob) -> Result<Case, CliError> {
    let mut cases = selection::cases_named(config, target, engines, pattern)?;
    if cases.len() > 1 {
        let ids: Vec<String> = cases.iter().take(8).map(|case| format!("  {}", case.at)).collect();
        let more = cases.len().saturating_sub(ids.len());
        let more = if more > 0 { format!("\n  and {more} more") } else { String::new() };
        let message = format!(
            "`{}` names {} cases; choose one:\n{}{more}",
            pattern.glob(),
            cases.len(),
            ids.join("\n")
        );
        return Err(CliError::Usage(message));
    }
    Ok(cases.remove(0))
}

fn write_script(
    case: &Case,
    target: &Target,
    project: &Path,
    lock: Option<&Lock>,
    cache: &Cache,
    directory: &Path,
    inject: Option<Injection>,
) -> Result<PathBuf, CliError> {
    let tree = |name: &str| -> Result<PathBuf, CliError> {
        let Some(lock) = lock else { return Ok(project.to_path_buf()) };
        let found = fixture::ensure(lock, cache, &[name], &*fixture::progress())?;
        Ok(found.first().map(|fixture| fixture.root.clone()).unwrap_or_default())
    };
    let launcher = match &target.launcher {
        Launcher::Command { fixture, .. } => Some(tree(fixture)?),
        Launcher::Elfuse { .. } | Launcher::Native => None,
    };
    let mut fixture = if case.fixture.is_empty() { project.to_path_buf() } else { tree(&case.fixture)? };
    fs::create_dir_all(directory).map_err(failed("create", directory))?;
    let directory = directory.canonicalize().map_err(failed("resolve", directory))?;
    let dirs =
        dirs_of(case, &directory).map_err(failed("find", Path::new("the directory for temporary files")))?;
    let mut original = None;
    if case.at.volume.is_some() && case.sysroot_is_fixture() {
        let copy = plan::script_volume(&directory).join(&case.fixture);
        original = Some(std::mem::replace(&mut fixture, copy));
    }
    let matrix = env::current_exe().map_err(failed("find", Path::new("the running program")))?;
    let paths = CommandPaths {
        matrix,
        fixture,
        launcher,
        sysroot_options: Vec::new(),
        inject,
        dirs,
        user: host::user_name(),
        status_fd: None,
    };
    let line = command::command_line(case, target, &paths);
    let script = directory.join("repro.sh");
    fs::write(&script, plan::script(case, target, &paths, &line, original.as_deref()))
        .map_err(failed("write", &script))?;
    make_executable(&script).map_err(failed("make executable", &script))?;
    Ok(script)
}

/// The directories that the script makes.
fn dirs_of(case: &Case, root: &Path) -> io::Result<CaseDirs> {
    let mut dirs = CaseDirs::new(root.to_path_buf());
    if case.sysroot == SysrootKind::Private {
        let name = format!("matrix-repro-{}", case.at.to_string().replace('/', "-"));
        let host2 = env::temp_dir().canonicalize()?.join(name);
        let place = if case.at.volume.is_some() { plan::script_volume(root) } else { root.to_path_buf() };
        dirs.private = Some(PrivateDirs { sysroot: place.join("sr"), host2 });
    }
    Ok(dirs)
}

fn make_executable(file: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755))
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> CliError + use<> {
    let path = path.to_path_buf();
    move |error| CliError::Machine { action, path, error }
}

fn words(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(signal)) => format!("by signal {signal}"),
        (None, None) => "in an unknown way".to_owned(),
    }
}

fn matches(status: ExitStatus, expected: ExpectedEnding) -> bool {
    match expected {
        ExpectedEnding::Exit(code) => status.code() == Some(i32::from(code)),
        ExpectedEnding::Signal(signal) => status.signal() == Some(i32::from(signal)),
    }
}
