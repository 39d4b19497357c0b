//! What several subcommands share: the project, the target, the filters.

use std::env;
use std::path::{Path, PathBuf};

use clap::Args;
use globset::Glob;

use crate::config::{self, Config, ConfigError, Profile, suggest};
use crate::plan::{self, Case, Engine, Filter, Injection, Launcher, Link, Target, VolumeKind};

use super::CliError;

/// Which cases.
#[derive(Args, Clone, Debug)]
pub struct FilterArgs {
    /// Only cases of this suite; may be given again
    #[arg(long = "suite", value_name = "S")]
    suites: Vec<String>,
    /// Only cases whose name or id matches, such as `sort` or `coreutils/*/b*`; may be given again
    #[arg(long = "case", value_name = "GLOB")]
    cases: Vec<Glob>,
    /// Only programs linked like this; may be given again
    #[arg(long = "link", value_name = "L", value_enum)]
    links: Vec<Link>,
    /// Only cases whose sysroot lies on this kind of volume; may be given again
    #[arg(long = "volume", value_name = "V", value_enum)]
    volumes: Vec<VolumeKind>,
    /// Only cases with this tag; may be given again
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
}

impl FilterArgs {
    /// As the plan understands it.
    pub fn filter(&self) -> Filter {
        Filter {
            suites: self.suites.clone(),
            cases: self.cases.clone(),
            links: self.links.clone(),
            volumes: self.volumes.clone(),
            tags: self.tags.clone(),
        }
    }
}

/// On which engines of the emulator.
#[derive(Args, Clone, Debug)]
pub struct EngineArgs {
    /// Each case once on each of these engines of the emulator: `interp`, `jit`, `check` which compares both step by
    /// step, or `jit-no-NAME` without an optimisation; separated by commas, or given again [default: the emulator's choice, and no such axis]
    #[arg(long = "engine", value_name = "E", value_delimiter = ',')]
    pub engines: Vec<Engine>,
}

/// The directory of the project: `given`, or the nearest one from the current directory upwards.
pub fn project(given: Option<&Path>) -> Result<PathBuf, CliError> {
    let here = env::current_dir().map_err(|error| CliError::Machine {
        action: "find",
        path: PathBuf::from("the current directory"),
        error,
    })?;
    match given {
        Some(directory) => {
            let directory = here.join(directory);
            if !directory.join(config::ROOT_FILE).is_file() {
                return Err(ConfigError::NoProject { start: directory }.into());
            }
            Ok(directory)
        }
        None => Ok(config::find_project(&here)?),
    }
}

/// The target called `wanted`, or the project's default.
pub fn target<'c>(config: &'c Config, wanted: Option<&str>) -> Result<&'c Target, CliError> {
    let name = wanted.unwrap_or(&config.default_target);
    let known = config.targets.iter().map(|target| target.name.as_str());
    config.target(name).ok_or_else(|| unknown("target", name, known))
}

/// Only the bundled emulator knows how to have a defect.
pub fn refuse_injection(target: &Target, injection: Option<Injection>) -> Result<(), CliError> {
    match (injection, &target.launcher) {
        (Some(injection), Launcher::Command { .. } | Launcher::Native) => Err(CliError::Usage(format!(
            "--inject {injection} needs a target with the launcher `elfuse`; {} has none",
            target.name
        ))),
        _ => Ok(()),
    }
}

/// Only the bundled emulator has these engines.
pub fn refuse_engines(target: &Target, engines: &[Engine]) -> Result<(), CliError> {
    match (engines, &target.launcher) {
        ([first, ..], Launcher::Command { .. } | Launcher::Native) => Err(CliError::Usage(format!(
            "--engine {first} needs a target with the launcher `elfuse`; {} has none",
            target.name
        ))),
        _ => Ok(()),
    }
}

/// The profile called `wanted`, or `default`.
pub fn profile<'c>(config: &'c Config, wanted: Option<&str>) -> Result<&'c Profile, CliError> {
    let name = wanted.unwrap_or("default");
    let known = config.profiles.iter().map(|profile| profile.name.as_str());
    config.profile(name).ok_or_else(|| unknown("profile", name, known))
}

fn unknown<'k>(what: &str, name: &str, known: impl Iterator<Item = &'k str>) -> CliError {
    CliError::Usage(format!("unknown {what} `{name}`\n{}", suggest::hint(name, known)))
}

/// The cases on `target`, on each of `engines`, whose name or id matches `pattern`.
pub fn cases_named(
    config: &Config,
    target: &Target,
    engines: &EngineArgs,
    pattern: &Glob,
) -> Result<Vec<Case>, CliError> {
    refuse_engines(target, &engines.engines)?;
    let cases = plan::expand(config, target, profile(config, None)?, &engines.engines);
    Ok(plan::select(cases, &Filter { cases: vec![pattern.clone()], ..Filter::default() })?)
}
