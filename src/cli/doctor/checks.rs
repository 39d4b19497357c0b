//! What is asked of the machine.

use std::env;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::thread;

use crate::config::Config;
use crate::fixture::{self, Cache, Lock};
use crate::host;
use crate::plan::VolumeKind;
use crate::volume;

use super::guest;

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Ok,
    /// Works, but something will be slow or missing.
    Warn,
    /// A run cannot succeed.
    Fail,
}

/// One line of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// How it came out.
    pub level: Level,
    /// What was looked at.
    pub what: String,
    /// What was found.
    pub found: String,
    /// What to do about it; empty where nothing needs to be done.
    pub remedy: String,
}

impl Check {
    /// Nothing to do.
    pub fn ok(what: &str, found: impl Into<String>) -> Self {
        Check { level: Level::Ok, what: what.to_owned(), found: found.into(), remedy: String::new() }
    }

    /// Something to think about.
    pub fn warn(what: &str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Check { level: Level::Warn, what: what.to_owned(), found: found.into(), remedy: remedy.into() }
    }

    /// Something to mend.
    pub fn fail(what: &str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Check { level: Level::Fail, what: what.to_owned(), found: found.into(), remedy: remedy.into() }
    }
}

/// What building every fixture takes, in bytes.
const BUILD_SPACE: u64 = 2 << 30;

/// What a run with finished fixtures takes, in bytes.
const RUN_SPACE: u64 = 200 << 20;

/// The machine itself.
pub fn machine() -> Check {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    Check::ok("machine", format!("{} {}, {processors} processors", env::consts::OS, env::consts::ARCH))
}

/// The project's files.
pub fn project(config: &Config) -> Check {
    let cases: usize = config.suites.iter().map(|suite| suite.cases.len()).sum();
    Check::ok(
        "project",
        format!(
            "{}: {} suites, {cases} cases before the axes",
            config.project.display(),
            config.suites.len()
        ),
    )
}

/// Whether the cache can be written and has room; `complete` when every fixture is already there.
pub fn cache(cache: &Cache, complete: bool) -> Check {
    let root = cache.root();
    let probe = tempfile::NamedTempFile::new_in(root);
    if let Err(error) = probe {
        return Check::fail(
            "cache",
            format!("{} cannot be written: {error}", root.display()),
            "set MATRIX_CACHE to a directory you may write to",
        );
    }
    if root.starts_with("/tmp") || root.starts_with("/var/tmp") {
        return Check::fail(
            "cache",
            format!("{} is a directory that guests share with the host", root.display()),
            "set MATRIX_CACHE to a directory that is not under /tmp or /var/tmp",
        );
    }
    let needed = if complete { RUN_SPACE } else { BUILD_SPACE };
    match host::free_space(root) {
        Ok(free) if free < needed => Check::fail(
            "cache",
            format!("{}: {} MiB free, {} MiB needed", root.display(), free >> 20, needed >> 20),
            "free some space or set MATRIX_CACHE to another disk",
        ),
        Ok(free) => Check::ok("cache", format!("{}, {} GiB free", root.display(), free >> 30)),
        Err(error) => Check::warn("cache", format!("{}: free space unknown: {error}", root.display()), ""),
    }
}

/// Each fixture: there, not there yet, or damaged.
pub fn fixtures(lock: &Lock, cache: &Cache) -> Vec<Check> {
    let check = |name: &str| {
        let what = format!("fixture {name}");
        match fixture::find(lock, cache, name) {
            Ok(Some(fixture)) => Check::ok(&what, fixture.root.display().to_string()),
            Ok(None) if cfg!(target_os = "linux") => Check::warn(
                &what,
                "not built yet",
                format!(
                    "`matrix run` builds it when a case needs it, `matrix fixtures build {name}` at once"
                ),
            ),
            Ok(None) => Check::fail(
                &what,
                "not in the cache",
                "make an archive on Linux with `matrix fixtures pack FILE`, then `matrix fixtures unpack FILE` here",
            ),
            // The message says what to do.
            Err(error) => Check::fail(&what, error.to_string(), ""),
        }
    };
    lock.names().map(check).collect()
}

/// The host's programs that builds start: name, and the Debian package that has it.
const TOOLS: [(&str, &str); 4] =
    [("apt-get", "apt"), ("apt-config", "apt"), ("python3", "python3 python3-pip"), ("sh", "dash")];

/// The tools for building fixtures; a missing one only matters while fixtures are missing.
pub fn tools(complete: bool) -> Vec<Check> {
    if !cfg!(target_os = "linux") {
        return Vec::new();
    }
    let check = |(name, package): &(&str, &str)| {
        let what = format!("tool {name}");
        match which::which(name) {
            Ok(path) => Check::ok(&what, path.display().to_string()),
            Err(_) if complete => Check::ok(&what, "not found; nothing needs to be built"),
            Err(_) => Check::fail(
                &what,
                "not found; fixtures cannot be built",
                format!("install {package}, or unpack an archive with `matrix fixtures unpack FILE`"),
            ),
        }
    };
    TOOLS.iter().map(check).collect()
}

/// Each kind of volume: who makes it here, and why nobody better does.
pub fn volumes(cache: &Cache) -> Vec<Check> {
    let state = cache.root().join("volumes");
    let check = |kind: VolumeKind| {
        let what = format!("volume {kind}");
        let choices = match volume::choices(kind, &state) {
            Ok(choices) => choices,
            Err(error) => return Check::fail(&what, error.to_string(), ""),
        };
        let (mut best, mut reasons) = (None, Vec::new());
        for (provider, result) in choices {
            match result {
                Ok(_) => best = best.or(Some(provider)),
                Err(reason) if best.is_none() => reasons.push(format!("{provider}: {reason}")),
                Err(_) => {}
            }
        }
        let why = reasons.iter().map(|reason| format!("\nnot {reason}")).collect::<String>();
        match best {
            Some(provider) if provider.simulated() => Check::warn(
                &what,
                format!("{provider}: the emulator folds the names itself{why}"),
                "let this user read and write /dev/fuse to have a real one",
            ),
            Some(provider) => Check::ok(&what, format!("{provider}{why}")),
            None => Check::fail(&what, format!("nobody makes one{why}"), "see `matrix volume probe`"),
        }
    };
    VolumeKind::ALL.into_iter().map(check).collect()
}

/// Runs a tiny guest in the emulator that is built in.
pub fn emulator(cache: &Cache) -> Check {
    match run_guest(cache.root()) {
        Ok(None) => Check::ok("emulator", "ran a guest program"),
        Ok(Some(problem)) => Check::fail("emulator", problem, "this is a defect of matrix; please report it"),
        Err(error) => {
            Check::fail("emulator", format!("the self-check could not run: {error}"), "see the cache above")
        }
    }
}

/// What went wrong, if anything.
fn run_guest(directory: &Path) -> io::Result<Option<String>> {
    let scratch = tempfile::tempdir_in(directory)?;
    let program = scratch.path().join("guest");
    fs::write(&program, guest::program())?;
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
    let output = host::command(env::current_exe()?)
        .args(["elfuse", "--clear-env", "--"])
        .arg(&program)
        .current_dir(scratch.path())
        .output()?;
    if output.status.success() && output.stdout == guest::OUTPUT {
        return Ok(None);
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    let complaint = complaint.lines().next().unwrap_or("it printed no complaint");
    Ok(Some(format!("a guest that prints one line ended with {}: {complaint}", output.status)))
}
