//! `matrix fixtures`: what tests stand on, built, checked and moved about.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::{CliError, Exit, selection};
use crate::fixture::{self, Cache, FixtureError, Lock};

/// Build, check and move the programs and sysroots that cases run
#[derive(Args, Debug)]
pub struct FixturesArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Build what the cache lacks
    Build {
        /// The fixtures [default: all]
        names: Vec<String>,
    },
    /// Hash every file and name the first wrong one
    Verify {
        /// The fixtures [default: all]
        names: Vec<String>,
    },
    /// Print where the cache, or one fixture's tree, lies
    Path {
        /// The fixture
        name: Option<String>,
    },
    /// Remove fixtures from the cache
    Clean {
        /// The fixtures [default: all, with the unpacked compiler]
        names: Vec<String>,
        /// Remove the downloaded files too
        #[arg(long)]
        downloads: bool,
    },
    /// Write all fixtures into one archive, for machines that cannot build them
    Pack {
        /// The archive, a .tar.gz file
        file: PathBuf,
    },
    /// Lay the fixtures of an archive into the cache
    Unpack {
        /// The archive
        file: PathBuf,
    },
    /// Resolve the recipes anew and write fixtures/lock.yaml
    Update,
}

/// Does what `args` say.
pub fn run(args: &FixturesArgs, project: Option<&Path>, out: &mut dyn Write) -> Result<Exit, CliError> {
    let cache = Cache::open()?;
    if let Action::Path { name: None } = &args.action {
        writeln!(out, "{}", cache.root().display())?;
        return Ok(Exit::Expected);
    }
    let project = selection::project(project)?;
    let progress = fixture::progress();
    if let Action::Update = &args.action {
        let changes = fixture::update(&project, &cache, progress.as_ref())?;
        for change in &changes {
            let version = |version: &Option<String>| version.clone().unwrap_or_else(|| "none".to_owned());
            writeln!(out, "{}: {} → {}", change.artefact, version(&change.before), version(&change.after))?;
        }
        writeln!(out, "{} changed", changes.len())?;
        return Ok(Exit::Expected);
    }
    let lock = Lock::load(&project)?;
    match &args.action {
        Action::Build { names } => {
            for built in fixture::ensure(&lock, &cache, &chosen(&lock, names)?, progress.as_ref())? {
                writeln!(out, "{:20} {}", built.name, built.root.display())?;
            }
        }
        Action::Verify { names } => {
            for name in chosen(&lock, names)? {
                let tree = fixture::verify(&lock, &cache, name)?;
                let tree = tree.ok_or_else(|| FixtureError::Absent { fixture: name.to_owned() })?;
                writeln!(out, "{name:20} {tree}")?;
            }
        }
        Action::Path { name: Some(name) } => {
            let found = fixture::find(&lock, &cache, name)?;
            let found = found.ok_or_else(|| FixtureError::Absent { fixture: name.clone() })?;
            writeln!(out, "{}", found.root.display())?;
        }
        Action::Clean { names, downloads } => {
            chosen(&lock, names)?;
            fixture::clean(&cache, names, *downloads)?;
        }
        Action::Pack { file } => {
            let names = chosen(&lock, &[])?;
            fixture::ensure(&lock, &cache, &names, progress.as_ref())?;
            fixture::pack(&lock, &cache, &names, file, progress.as_ref())?;
        }
        Action::Unpack { file } => {
            fixture::unpack(&lock, &cache, file, progress.as_ref())?;
        }
        // Handled above, before there need be a lock.
        Action::Update | Action::Path { name: None } => {}
    }
    Ok(Exit::Expected)
}

/// The names given, all of which exist, or all there are.
fn chosen<'a>(lock: &'a Lock, names: &'a [String]) -> Result<Vec<&'a str>, FixtureError> {
    if names.is_empty() {
        return Ok(lock.names().collect());
    }
    names.iter().map(|name| lock.recipe(name).map(|_| name.as_str())).collect()
}
