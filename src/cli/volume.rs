//! `matrix volume`: the volumes that runs put their sysroots on.

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::{CliError, Exit};
use crate::fixture::Cache;
use crate::host::{self, Interrupts};
use crate::plan::VolumeKind;
use crate::volume::{self, Probed, Provider};

/// Make, measure, list and clear the volumes that sysroots lie on
#[derive(Args, Debug)]
pub struct VolumeArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a volume for the time of a command, whose $MATRIX_VOLUME names it, or until interrupted
    Create {
        /// How it treats names
        #[arg(value_enum)]
        kind: VolumeKind,
        /// Who makes it [default: the best that works]
        #[arg(long, value_enum)]
        provider: Option<Provider>,
        /// The command and its arguments
        #[arg(last = true)]
        command: Vec<OsString>,
    },
    /// Measure what a directory does with names, or what each provider can do here
    Probe {
        /// The directory
        directory: Option<PathBuf>,
    },
    /// List the volumes that exist
    List,
    /// Clear what killed runs left: mounts, loop devices, processes, images
    Clean,
    #[command(hide = true)]
    Serve { kind: VolumeKind, backing: PathBuf, mounted: PathBuf, note: PathBuf },
}

/// Does what `args` say.
pub fn run(args: &VolumeArgs, out: &mut dyn Write) -> Result<Exit, CliError> {
    match &args.action {
        Action::Create { kind, provider, command } => create(*kind, *provider, command, out),
        Action::Probe { directory: Some(directory) } => {
            let probed = volume::probe(directory).map_err(machine("probe", directory))?;
            let kind = probed
                .kind()
                .map_or("neither: it forgets the case of names".to_owned(), |kind| kind.to_string());
            writeln!(out, "{}: {kind}", directory.display())?;
            facts(&probed, out)?;
            Ok(Exit::Expected)
        }
        Action::Probe { directory: None } => probe_providers(out),
        Action::List => {
            for found in volume::list(&state()?)? {
                let what = found.facts.map_or("unfinished".to_owned(), |facts| {
                    format!("{} by {}, process {}", facts.kind, facts.provider, facts.process)
                });
                let dead = if found.alive { "" } else { ", dead: `matrix volume clean` clears it" };
                writeln!(out, "{}: {what}{dead}", found.home.display())?;
            }
            Ok(Exit::Expected)
        }
        Action::Clean => clean(out),
        Action::Serve { kind, backing, mounted, note } => serve(*kind, backing, mounted, note),
    }
}

/// Where volumes lie on this machine.
fn state() -> Result<PathBuf, CliError> {
    Ok(Cache::open()?.root().join("volumes"))
}

fn create(
    kind: VolumeKind,
    provider: Option<Provider>,
    words: &[OsString],
    out: &mut dyn Write,
) -> Result<Exit, CliError> {
    volume::enter_namespace_if_needed(provider);
    let interrupts = Interrupts::catch().map_err(machine("catch", Path::new("signals")))?;
    let made = volume::provision(&[kind], provider, &state()?)?;
    let Some(made) = made.first() else { return Ok(Exit::Expected) };
    if let Some((program, rest)) = words.split_first() {
        out.flush()?;
        let status = host::command(program).args(rest).env("MATRIX_VOLUME", &made.root).status();
        let status = status.map_err(machine("run", Path::new(program)))?;
        return Ok(if status.success() { Exit::Expected } else { Exit::Unexpected });
    }
    writeln!(out, "{}: {} by {}", made.root.display(), made.kind, made.provider)?;
    out.flush()?;
    host::wait_readable([Some(interrupts.readable())], std::time::Duration::MAX)
        .map_err(machine("wait for", Path::new("an interrupt")))?;
    Ok(Exit::Expected)
}

fn probe_providers(out: &mut dyn Write) -> Result<Exit, CliError> {
    volume::enter_namespace_if_needed(None);
    for kind in VolumeKind::ALL {
        writeln!(out, "{kind}, the best first:")?;
        for (provider, result) in volume::choices(kind, &state()?)? {
            match result {
                Ok(probed) => {
                    writeln!(out, "  {provider}: works")?;
                    facts(&probed, out)?;
                }
                Err(reason) => writeln!(out, "  {provider}: {reason}")?,
            }
        }
    }
    Ok(Exit::Expected)
}

fn facts(probed: &Probed, out: &mut dyn Write) -> Result<(), CliError> {
    for (what, measured) in probed.facts() {
        writeln!(out, "    {what}: {}", if measured { "yes" } else { "no" })?;
    }
    Ok(())
}

fn clean(out: &mut dyn Write) -> Result<Exit, CliError> {
    let mut exit = Exit::Expected;
    for cleaned in volume::clean_stale(&state()?)? {
        for released in &cleaned.released {
            writeln!(out, "released {released}")?;
        }
        for left in &cleaned.left {
            writeln!(out, "cannot release {left}")?;
            exit = Exit::Infrastructure;
        }
    }
    Ok(exit)
}

#[cfg(target_os = "linux")]
fn serve(kind: VolumeKind, backing: &Path, mounted: &Path, note: &Path) -> Result<Exit, CliError> {
    volume::serve(kind, backing, mounted, note).map_err(machine("serve", mounted))?;
    Ok(Exit::Expected)
}

#[cfg(not(target_os = "linux"))]
fn serve(_: VolumeKind, _: &Path, mounted: &Path, _: &Path) -> Result<Exit, CliError> {
    Err(machine("serve", mounted)(std::io::ErrorKind::Unsupported.into()))
}

fn machine(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> CliError {
    let path = path.to_owned();
    move |error| CliError::Machine { action, path, error }
}
