//! `matrix explain CASE`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use globset::Glob;

use crate::plan::command::{self, CaseDirs, CommandPaths, PrivateDirs};
use crate::plan::{Case, ExpectedEnding, Launcher, SysrootKind, Target, TextRule};

use super::selection::{self, EngineArgs};
use super::{CliError, Exit, load, quote};

/// Show where a case was defined, its axes, fixtures, command, environment and expectation
#[derive(Args, Debug)]
pub struct ExplainArgs {
    /// A name, an id or a glob, such as `sort` or `coreutils/static/sort`
    #[arg(value_name = "CASE")]
    case: Glob,
    /// The target [default: the project's]
    #[arg(long, value_name = "TARGET")]
    target: Option<String>,
    #[command(flatten)]
    engine: EngineArgs,
}

/// Explains every case that matches.
pub fn run(args: &ExplainArgs, project: Option<&Path>, out: &mut dyn Write) -> Result<Exit, CliError> {
    let config = load(project)?;
    let target = selection::target(&config, args.target.as_deref())?;
    for case in selection::cases_named(&config, target, &args.engine, &args.case)? {
        explain(&case, target, out)?;
    }
    Ok(Exit::Expected)
}

/// A directory that has no fixed path, as it stands in an explanation.
fn symbol(name: &str) -> PathBuf {
    PathBuf::from(format!("<{name}>"))
}

/// The directories of an attempt.
fn dirs_of(case: &Case) -> CaseDirs {
    let private = PrivateDirs { sysroot: symbol("sysroot"), host2: symbol("host2") };
    let private = (case.sysroot == SysrootKind::Private).then_some(private);
    CaseDirs { private, ..CaseDirs::new(symbol("scratch")) }
}

fn explain(case: &Case, target: &Target, out: &mut dyn Write) -> io::Result<()> {
    let launcher = match &target.launcher {
        Launcher::Command { fixture, .. } => Some(fixture.as_str()),
        Launcher::Elfuse { .. } | Launcher::Native => None,
    };
    let native = target.launcher == Launcher::Native;
    let paths = CommandPaths {
        matrix: PathBuf::from("matrix"),
        fixture: match case.at.volume {
            _ if native => symbol("project"),
            Some(_) if case.sysroot_is_fixture() => symbol("volume").join(&case.fixture),
            _ => symbol(&case.fixture),
        },
        launcher: launcher.map(symbol),
        sysroot_options: Vec::new(),
        inject: None,
        dirs: dirs_of(case),
        user: "<user>".to_owned(),
        status_fd: None,
    };
    let line = command::command_line(case, target, &paths);

    writeln!(out, "{}", case.at)?;
    field(out, "defined", &format!("{}:{}", case.source.file.display(), case.source.line))?;
    let axes: Vec<String> = case.at.axes().iter().map(|(axis, value)| format!("{axis} {value}")).collect();
    field(out, "axes", &axes.join(", "))?;
    if !case.tags.is_empty() {
        field(out, "tags", &case.tags.join(", "))?;
    }
    if let Some(reason) = &case.unsupported {
        field(out, "unsupported", reason)?;
    }
    for fixture in
        [Some(case.fixture.as_str()), launcher].into_iter().flatten().filter(|name| !name.is_empty())
    {
        field(
            out,
            "fixture",
            &format!("{fixture} (<{fixture}> is what `matrix fixtures path {fixture}` prints)"),
        )?;
    }
    if let Some(kind) = case.at.volume {
        let copied = if case.sysroot_is_fixture() { ", and holds a copy of the fixture" } else { "" };
        field(out, "volume", &format!("{kind} (<volume> is made for each run{copied})"))?;
    }
    let words = std::iter::once(line.program.as_os_str()).chain(line.args.iter().map(AsRef::as_ref));
    let words: Vec<String> = words.map(|word| quote(&word.to_string_lossy())).collect();
    field(out, "command", &words.join(" "))?;
    field(out, "directory", &format!("{} (<scratch> is fresh, <scratch>/t is $T)", line.cwd.display()))?;
    for (name, value) in command::guest_env(case, &paths) {
        field(out, "environment", &format!("{name}={}", value.to_string_lossy()))?;
    }
    if case.sysroot == SysrootKind::Private {
        let about = "<sysroot> is fresh, $SR; <scratch>/u and <host2> are fresh, too, $HOST1 and $HOST2";
        field(out, "sysroot", &format!("private ({about})"))?;
    }
    for (name, content) in &case.files {
        field(out, "file", &format!("$T/{name} ({} bytes)", content.len()))?;
    }
    if let Some(at) = &case.program_at {
        field(out, "tree", &format!("{at}: a copy of the program"))?;
    }
    for laid in &case.tree {
        field(out, "tree", &format!("{}: {}", laid.path, laid.node))?;
    }
    field(out, "stdin", &stdin(&case.stdin))?;
    field(out, "expects", &ending(case.expect.ending))?;
    for (stream, rules) in [("stdout", &case.expect.stdout), ("stderr", &case.expect.stderr)] {
        for rule in rules {
            field(out, "", &format!("{stream} {}", expectation(rule)))?;
        }
    }
    for condition in &case.expect.after {
        field(out, "", &format!("afterwards {condition}"))?;
    }
    let limits =
        format!("slow after {} s, ended after {} s", case.slow.as_secs_f64(), case.timeout.as_secs_f64());
    field(out, "limits", &limits)?;
    writeln!(out)
}

fn field(out: &mut dyn Write, name: &str, value: &str) -> io::Result<()> {
    writeln!(out, "  {name:12} {value}")
}

fn stdin(bytes: &[u8]) -> String {
    if bytes.is_empty() { "empty".to_owned() } else { format!("{:?}", String::from_utf8_lossy(bytes)) }
}

/// The ending that must come, in words.
pub fn ending(ending: ExpectedEnding) -> String {
    match ending {
        ExpectedEnding::Exit(status) => format!("exit status {status}"),
        ExpectedEnding::Signal(signal) => format!("an end by signal {signal}"),
    }
}

/// A rule, in words.
pub fn expectation(rule: &TextRule) -> String {
    match rule {
        TextRule::Exact(text) => format!("is {text:?}"),
        TextRule::Matches(pattern) => format!("matches /{pattern}/"),
        TextRule::Empty => "is empty".to_owned(),
    }
}
