//! `matrix list`.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::plan::{self, Case, Engine, VolumeKind};

use super::selection::{self, EngineArgs, FilterArgs};
use super::{CliError, Exit, load};

/// List the cases that would run
#[derive(Args, Debug)]
pub struct ListArgs {
    /// The target [default: the project's]
    target: Option<String>,
    #[command(flatten)]
    filter: FilterArgs,
    #[command(flatten)]
    engine: EngineArgs,
    /// How to write them
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// A line for each case and a count.
    #[default]
    Text,
    /// One array.
    Json,
}

/// One case, as tools read it.
#[derive(Serialize)]
struct Row<'a> {
    id: String,
    target: &'a str,
    suite: &'a str,
    link: &'a str,
    volume: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    engine: Option<&'a str>,
    name: &'a str,
    file: &'a Path,
    line: u32,
    tags: &'a [String],
    fixture: &'a str,
    program: &'a str,
    args: &'a [String],
    unsupported: Option<&'a str>,
    timeout_seconds: f64,
}

impl<'a> Row<'a> {
    fn of(case: &'a Case) -> Self {
        Row {
            id: case.at.to_string(),
            target: &case.at.target,
            suite: &case.at.suite,
            link: case.at.link.name(),
            volume: case.at.volume.map(VolumeKind::name),
            engine: case.at.engine.map(Engine::name),
            name: &case.at.name,
            file: &case.source.file,
            line: case.source.line,
            tags: &case.tags,
            fixture: &case.fixture,
            program: &case.program,
            args: &case.args,
            unsupported: case.unsupported.as_deref(),
            timeout_seconds: case.timeout.as_secs_f64(),
        }
    }
}

/// Lists what `args` select.
pub fn run(args: &ListArgs, project: Option<&Path>, out: &mut dyn Write) -> Result<Exit, CliError> {
    let config = load(project)?;
    let target = selection::target(&config, args.target.as_deref())?;
    let engines = &args.engine.engines;
    selection::refuse_engines(target, engines)?;
    let cases = plan::expand(&config, target, selection::profile(&config, None)?, engines);
    let cases = plan::select(cases, &args.filter.filter())?;
    match args.format {
        Format::Text => text(&cases, out)?,
        Format::Json => {
            let rows: Vec<Row<'_>> = cases.iter().map(Row::of).collect();
            serde_json::to_writer_pretty(&mut *out, &rows).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
    }
    Ok(Exit::Expected)
}

fn text(cases: &[Case], out: &mut dyn Write) -> std::io::Result<()> {
    let ids: Vec<String> = cases.iter().map(|case| case.at.to_string()).collect();
    let width = ids.iter().map(|id| id.chars().count()).max().unwrap_or(0);
    let mut suites: BTreeMap<String, usize> = BTreeMap::new();
    for (case, id) in cases.iter().zip(&ids) {
        writeln!(out, "{id:width$}  {}", command(case))?;
        *suites.entry(place(case)).or_default() += 1;
    }
    let counts: Vec<String> = suites.iter().map(|(place, count)| format!("{place} {count}")).collect();
    let noun = if cases.len() == 1 { "case" } else { "cases" };
    writeln!(out, "\n{} {noun}: {}", cases.len(), counts.join(", "))
}

/// `suite/link[/volume][/engine]`.
fn place(case: &Case) -> String {
    let (volume, engine) = (case.at.volume.map(VolumeKind::name), case.at.engine.map(Engine::name));
    let always = [case.at.suite.as_str(), case.at.link.name()];
    always.into_iter().chain(volume).chain(engine).collect::<Vec<_>>().join("/")
}

/// The command as it was written, and why it cannot run, if so.
fn command(case: &Case) -> String {
    let program = Path::new(&case.program).file_name().map(|name| name.to_string_lossy());
    let words = program.iter().map(|name| name.as_ref()).chain(case.args.iter().map(String::as_str));
    let words: Vec<String> = words.map(super::quote).collect();
    let line = words.join(" ");
    match &case.unsupported {
        Some(reason) => format!("{line}  (unsupported: {reason})"),
        None => line,
    }
}
