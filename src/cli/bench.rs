//! `matrix bench`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Args;

use crate::bench::contender::{Contender, Peer};
use crate::bench::goals::judge;
use crate::bench::markdown::markdown;
use crate::bench::measure::Bench;
use crate::bench::terminal::Style;
use crate::bench::{self, BenchError, Native, Party, Report, Role, Row, Table, Workload};
use crate::fixture::{self, Cache, Fixture, Lock};
use crate::host::{self, Interrupts, SIGTERM};
use crate::plan::Target;
use crate::report::terminal::Look;
use crate::run::utc_minute;

use super::{CliError, Exit, project, quote, selection};

/// Measure speed beside a peer and beside this machine itself
///
/// Runs the workloads of bench.yaml by this emulator, by the peer and natively, in turn; compares their outputs byte
/// for byte; and says whether the goals are met. Figures are CPU time: user and system, descendants included.
#[derive(Args, Debug)]
pub struct BenchArgs {
    /// Compare with this: a target or the path of another emulator, then options for it in the same word; `none` for
    /// nobody [default: the peer of bench.yaml]
    #[arg(long, value_name = "WHO [OPTION]...")]
    against: Option<String>,
    /// Only workloads of this group, or whose name holds this word or matches this glob; may be given again
    #[arg(long = "filter", value_name = "F")]
    filters: Vec<String>,
    /// How often each workload is measured by everyone
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1000))]
    runs: u32,
    /// Do not compare with this machine
    #[arg(long)]
    no_native: bool,
    /// End every process after this many seconds
    #[arg(long, value_name = "S", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    timeout: u64,
    /// Only say what would be measured
    #[arg(long)]
    list: bool,
    /// Write every figure as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write a document, such as .github/BENCHMARKS.md
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Options for the emulator, such as `--engine interp`
    #[arg(last = true, value_name = "OPTION")]
    options: Vec<String>,
}

/// Selects, provides, measures, reports.
pub fn run(args: &BenchArgs, given: Option<&Path>, out: &mut dyn Write) -> Result<Exit, CliError> {
    let directory = selection::project(given)?;
    let lock = project::lock(&directory)?;
    let config = project::config(&directory, lock.as_ref())?;
    let names: Vec<String> = lock.iter().flat_map(Lock::names).map(str::to_owned).collect();
    let table = bench::load(&directory, &names).map_err(BenchError::from)?;
    let peer = peer(args, &table, &config.targets)?;
    let workloads = bench::select(&table.workloads, &args.filters)?;
    if args.list {
        list(&table, &workloads, out)?;
        return Ok(Exit::Expected);
    }

    let cache = Cache::open()?;
    let fixtures = fixtures(args, &table, &workloads, &peer, lock.as_ref(), &cache)?;
    let data = bench::provide(&table, &workloads, &cache)?;
    let scratch = Scratch::new(&cache)?;
    let root = peer.fixture().and_then(|name| fixtures.get(name)).map(|fixture| fixture.root.as_path());
    let mut contenders = vec![Contender::ours(&args.options)?];
    contenders.extend(peer.contender(root)?);
    let parties = parties(&contenders, args);
    let peak = table.peak.as_ref().and_then(|name| fixtures.get(name)).map(|fixture| fixture.program("peak"));
    let bench = Bench {
        contenders,
        no_native: args.no_native.then(|| "not asked for (--no-native)".to_owned()),
        data,
        scratch: scratch.0.clone(),
        runs: args.runs,
        limit: Duration::from_secs(args.timeout),
        peak,
        interrupts: Interrupts::catch().map_err(|error| CliError::Machine {
            action: "catch signals in",
            path: PathBuf::from("this process"),
            error,
        })?,
        fixtures,
    };

    let date = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
    let style = Style::new(Look::detect(), workloads.iter().map(|workload| workload.name.as_str()));
    let (rows, interrupted) = measure(&bench, &workloads, &parties, style, out)?;
    let report = Report {
        version: 1,
        date: utc_minute(date),
        command: command(args),
        machine: bench::Machine::detect(),
        runs: args.runs,
        debug_build: cfg!(debug_assertions),
        parties,
        geomeans: bench::geomeans(&rows),
        goals: judge(&table.goals, &rows, peer.is_another_than(&table.peer).as_deref()),
        rows,
        interrupted,
    };
    write!(out, "{}", style.end(&report))?;
    write_files(args, &table, &report, out)?;
    Ok(match bench.interrupts.first() {
        Some(SIGTERM) => Exit::Terminated,
        Some(_) => Exit::Interrupted,
        None if report.errors().is_empty() => Exit::Expected,
        None => Exit::Unexpected,
    })
}

fn peer<'c>(args: &BenchArgs, table: &Table, targets: &'c [Target]) -> Result<Peer<'c>, BenchError> {
    Peer::parse(args.against.as_deref().unwrap_or(&table.peer), targets)
}

fn list(table: &Table, workloads: &[Workload], out: &mut dyn Write) -> std::io::Result<()> {
    let width = workloads.iter().map(|workload| workload.name.chars().count()).max().unwrap_or(0);
    for group in &table.groups {
        let mut of = workloads.iter().filter(|workload| workload.group == group.name).peekable();
        if of.peek().is_some() {
            writeln!(out, "{}: {}", group.name, group.about)?;
        }
        for workload in of {
            let words: Vec<String> = workload.run.iter().map(|word| quote(word)).collect();
            let stdin = workload.stdin.as_ref().map(|name| format!(" < {name}")).unwrap_or_default();
            let command = words.join(" ").replace('\n', " ");
            writeln!(out, "  {:width$}  {}: {command}{stdin}", workload.name, workload.fixture)?;
        }
    }
    let noun = if workloads.len() == 1 { "workload" } else { "workloads" };
    writeln!(out, "\n{} {noun}", workloads.len())
}

/// Makes ready what `workloads` need.
fn fixtures(
    args: &BenchArgs,
    table: &Table,
    workloads: &[Workload],
    peer: &Peer<'_>,
    lock: Option<&Lock>,
    cache: &Cache,
) -> Result<BTreeMap<String, Fixture>, CliError> {
    let mut names: BTreeSet<&str> = workloads.iter().map(|workload| workload.fixture.as_str()).collect();
    names.extend(peer.fixture());
    // Programs of this machine can only be built and run where the fixtures are built: on Linux.
    if cfg!(target_os = "linux") {
        names.extend(table.peak.as_deref());
        names.extend(workloads.iter().filter_map(|workload| match &workload.native {
            Native::Fixture(name) if !args.no_native => Some(name.as_str()),
            _ => None,
        }));
    }
    let Some(lock) = lock else { return Ok(BTreeMap::new()) };
    let names: Vec<&str> = names.into_iter().collect();
    let found = fixture::ensure(lock, cache, &names, &*fixture::progress())?;
    Ok(found.into_iter().map(|fixture| (fixture.name.clone(), fixture)).collect())
}

/// Everyone, this machine last.
fn parties(contenders: &[Contender], args: &BenchArgs) -> Vec<Party> {
    let native = Party {
        role: Role::Native,
        name: "this machine".to_owned(),
        version: "its own tools, and our C programs compiled for it".to_owned(),
        sha256: String::new(),
    };
    let contenders = contenders.iter().map(|contender| contender.party.clone());
    contenders.chain((!args.no_native).then_some(native)).collect()
}

/// Measures one workload after the other and shows each; the second is whether an interrupt ended it.
fn measure(
    bench: &Bench,
    workloads: &[Workload],
    parties: &[Party],
    style: Style,
    out: &mut dyn Write,
) -> Result<(Vec<Row>, bool), CliError> {
    for party in parties {
        writeln!(out, "{}: {} ({})", party.role.name(), party.name, party.version)?;
    }
    write!(out, "{}", style.head())?;
    out.flush()?;
    let mut rows = Vec::new();
    for workload in workloads {
        let Some(row) = bench.measure(workload)? else { return Ok((rows, true)) };
        write!(out, "{}", style.row(&row))?;
        out.flush()?;
        rows.push(row);
    }
    Ok((rows, false))
}

fn write_files(
    args: &BenchArgs,
    table: &Table,
    report: &Report,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    let mut save = |path: &Path, bytes: &[u8]| -> Result<(), CliError> {
        let failed = |error| CliError::Machine { action: "write", path: path.to_owned(), error };
        host::write_durably(path, bytes).map_err(failed)?;
        writeln!(out, "written: {}", path.display())?;
        Ok(())
    };
    if let Some(path) = &args.json {
        let mut bytes = serde_json::to_vec_pretty(report).map_err(std::io::Error::from)?;
        bytes.push(b'\n');
        save(path, &bytes)?;
    }
    if let Some(path) = &args.markdown {
        save(path, markdown(report, &table.groups).as_bytes())?;
    }
    Ok(())
}

/// The command line that says what was measured, without where it was written to.
fn command(args: &BenchArgs) -> String {
    let mut words = vec!["matrix".to_owned(), "bench".to_owned()];
    if let Some(against) = &args.against {
        words.extend(["--against".to_owned(), quote(against)]);
    }
    for filter in &args.filters {
        words.extend(["--filter".to_owned(), quote(filter)]);
    }
    words.extend(["--runs".to_owned(), args.runs.to_string()]);
    words.extend(args.no_native.then(|| "--no-native".to_owned()));
    if !args.options.is_empty() {
        words.push("--".to_owned());
        words.extend(args.options.iter().map(|option| quote(option)));
    }
    words.join(" ")
}

/// A directory for outputs, removed with the value.
struct Scratch(PathBuf);

impl Scratch {
    fn new(cache: &Cache) -> Result<Scratch, CliError> {
        let path = cache.root().join("tmp").join(format!("bench-{}", std::process::id()));
        fs::create_dir_all(&path).map_err(|error| CliError::Machine {
            action: "create",
            path: path.clone(),
            error,
        })?;
        Ok(Scratch(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays is removed by `matrix fixtures clean`.
        let _ = fs::remove_dir_all(&self.0);
    }
}
