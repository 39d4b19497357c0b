//! Raw to checked: every name is looked up, every pattern compiled; nothing stops at the first complaint.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use crate::plan::placeholder::Places;
use crate::plan::{Expect, ExpectedEnding, Launcher, Link, SysrootKind, Target, TextRule, VolumeKind};

use super::check_trees::{self, Scope, placeholders};
use super::model::{CaseSpec, Profile, Programs, Suite};
use super::raw::{
    RawBytes, RawCase, RawMatrix, RawProfile, RawRule, RawRun, RawSuite, RawTarget, RawVolumes,
};
use super::reader::{Reader, Spanned};
use super::suggest;
use super::tree::Span;

/// `matrix.yaml` without its suites.
pub struct Root {
    pub targets: Vec<Target>,
    pub default_target: String,
    pub links: Vec<Link>,
    pub volumes: Vec<VolumeKind>,
    pub profiles: Vec<Profile>,
}

/// Checks `matrix.yaml`; `fixtures` are the names of the lock file.
pub fn root(reader: &mut Reader<'_>, raw: &RawMatrix, fixtures: &[String]) -> Root {
    let targets: Vec<Target> =
        raw.targets.iter().filter_map(|target| check_target(reader, target, fixtures)).collect();
    let default_target = raw.default_target.as_ref().map(|wanted| {
        let known = raw.targets.iter().map(|target| target.name.value.as_str());
        known_name(reader, "target", wanted, known);
        wanted.value.clone()
    });
    let mut links: Vec<Link> = Vec::new();
    for wanted in &raw.links {
        match check_link(reader, wanted) {
            Some(link) if links.contains(&link) => {
                reader.complain(wanted.span, format!("the link `{link}` stands twice"), "");
            }
            link => links.extend(link),
        }
    }
    Root {
        targets,
        default_target: default_target.unwrap_or_default(),
        links,
        volumes: raw
            .volumes
            .as_ref()
            .map_or(VolumeKind::ALL.to_vec(), |wanted| check_volumes(reader, wanted)),
        profiles: profiles(&raw.profiles),
    }
}

fn check_target(reader: &mut Reader<'_>, raw: &RawTarget, fixtures: &[String]) -> Option<Target> {
    if raw.launcher.value != "command" {
        for extra in [&raw.fixture, &raw.command, &raw.sysroot].into_iter().flatten() {
            reader.complain(extra.span, "only the launcher `command` reads this", "");
        }
    }
    let launcher = match raw.launcher.value.as_str() {
        "elfuse" => Launcher::Elfuse { options: raw.options.clone() },
        "native" => Launcher::Native,
        "command" => {
            let (Some(fixture), Some(command)) = (&raw.fixture, &raw.command) else {
                let message = "the launcher `command` needs `fixture` and `command`";
                reader.complain(raw.launcher.span, message, "");
                return None;
            };
            known_name(reader, "fixture", fixture, fixtures.iter().map(String::as_str));
            let words = split(reader, command)?;
            if let Some(first) = words.first() {
                inside(reader, command.span, first);
            }
            let sysroot = raw.sysroot.as_ref().map_or(Some(Vec::new()), |line| split(reader, line))?;
            Launcher::Command { fixture: fixture.value.clone(), command: words, sysroot }
        }
        _ => {
            known_name(reader, "launcher", &raw.launcher, ["elfuse", "command", "native"]);
            return None;
        }
    };
    Some(Target { name: raw.name.value.clone(), launcher, no_children: raw.no_children.clone() })
}

/// `default` comes first and is what the others start from.
fn profiles(raw: &[RawProfile]) -> Vec<Profile> {
    let fill = |base: &Profile, raw: &RawProfile| Profile {
        name: raw.name.value.clone(),
        jobs: raw.jobs.and_then(|jobs| usize::try_from(jobs).ok()).or(base.jobs),
        timeout: raw.timeout.unwrap_or(base.timeout),
        slow: raw.slow.unwrap_or(base.slow),
        grace: raw.grace.unwrap_or(base.grace),
        output_limit: raw.output_limit_mib.map_or(base.output_limit, |mib| mib << 20),
        retries: raw.retries.and_then(|retries| u32::try_from(retries).ok()).unwrap_or(base.retries),
    };
    let base = Profile::base();
    let written = raw.iter().find(|profile| profile.name.value == base.name);
    let default = written.map_or(base.clone(), |raw| fill(&base, raw));
    let others = raw.iter().filter(|profile| profile.name.value != base.name);
    let others: Vec<Profile> = others.map(|raw| fill(&default, raw)).collect();
    std::iter::once(default).chain(others).collect()
}

/// Checks the suite `name`, whose text is in `file`.
pub fn suite(
    reader: &mut Reader<'_>,
    name: &str,
    file: PathBuf,
    raw: &RawSuite,
    fixtures: &[String],
) -> Suite {
    let mut programs = BTreeMap::new();
    for entry in &raw.links {
        if let Some(fixture) = &entry.fixture {
            known_name(reader, "fixture", fixture, fixtures.iter().map(String::as_str));
            inside(reader, entry.directory.span, &entry.directory.value);
        }
        if let Some(link) = check_link(reader, &entry.link) {
            let place = Programs {
                fixture: entry.fixture.as_ref().map(|fixture| fixture.value.clone()),
                directory: entry.directory.value.clone(),
            };
            programs.insert(link, place);
        }
    }
    let volumes = match &raw.volumes {
        RawVolumes::All => VolumeKind::ALL.to_vec(),
        RawVolumes::These(wanted) => check_volumes(reader, wanted),
    };
    let sysroot = check_trees::sysroot(reader, raw.sysroot.as_ref());
    let scope = Scope { private: sysroot == SysrootKind::Private, volumes: !volumes.is_empty() };
    let stderr = raw.stderr.as_deref().map(|rules| text_rules(reader, scope, rules)).unwrap_or_default();
    let files = check_files(reader, &raw.files);
    let tree = check_trees::tree(reader, scope, &raw.tree);
    let after = check_trees::after(reader, scope, &raw.after);
    let env = check_env(reader, scope, &raw.env);
    let mut first: BTreeMap<&str, Span> = BTreeMap::new();
    let mut cases = Vec::new();
    for raw_case in &raw.cases {
        case_name(reader, &raw_case.name);
        if let Some(earlier) = first.get(raw_case.name.value.as_str()) {
            let message = format!("a second case `{}`", raw_case.name.value);
            reader.complain(raw_case.name.span, message, format!("first on line {}", earlier.line));
        } else {
            first.insert(&raw_case.name.value, raw_case.name.span);
        }
        let Some(mut case) = check_case(reader, scope, raw_case) else { continue };
        for (name, content) in &files {
            case.files.entry(name.clone()).or_insert_with(|| content.clone());
        }
        for (name, value) in &env {
            case.env.entry(name.clone()).or_insert_with(|| value.clone());
        }
        if raw_case.stderr.is_none() {
            case.expect.stderr = stderr.clone();
        }
        let own: Vec<_> = std::mem::take(&mut case.tree);
        case.tree = tree.iter().filter(|laid| own.iter().all(|own| own.path != laid.path)).cloned().collect();
        case.tree.extend(own);
        case.expect.after.extend(after.iter().cloned());
        case.timeout = case.timeout.or(raw.timeout);
        cases.push(case);
    }
    Suite { name: name.to_owned(), about: raw.about.clone(), file, programs, sysroot, volumes, cases }
}

fn check_case(reader: &mut Reader<'_>, scope: Scope, raw: &RawCase) -> Option<CaseSpec> {
    let (span, words) = match &raw.run {
        RawRun::Line(line) => (line.span, split(reader, line)?),
        RawRun::Words(span, words) => (*span, words.iter().map(|word| word.value.clone()).collect()),
    };
    for word in &words {
        placeholders(reader, scope, span, word);
    }
    let ending = match (&raw.signal, raw.exit) {
        (Some(signal), None) => ExpectedEnding::Signal(small(signal.value)),
        (Some(signal), Some(_)) => {
            let message = "a case ends by an exit status or by a signal, not by both";
            reader.complain(signal.span, message, "remove `exit` or `signal`");
            return None;
        }
        (None, status) => ExpectedEnding::Exit(small(status.unwrap_or(0))),
    };
    let stdout = text_rules(reader, scope, &raw.stdout);
    let stderr = raw.stderr.as_deref().map(|rules| text_rules(reader, scope, rules)).unwrap_or_default();
    let after = check_trees::after(reader, scope, &raw.after);
    let files = check_files(reader, &raw.files);
    let tree = check_trees::tree(reader, scope, &raw.tree);
    let env = check_env(reader, scope, &raw.env);
    let program_at = check_trees::program_at(reader, scope, raw.program_at.as_ref());
    let host_fallback = check_trees::host_fallback(reader, raw.host_fallback.as_ref());
    for tag in &raw.tags {
        case_name(reader, tag);
    }
    let Some((program, args)) = words.split_first() else {
        reader.complain(span, "`run` names no program", "");
        return None;
    };
    inside(reader, span, program);
    Some(CaseSpec {
        name: raw.name.value.clone(),
        line: u32::try_from(raw.name.span.line).unwrap_or(u32::MAX),
        tags: raw.tags.iter().map(|tag| tag.value.clone()).collect(),
        program: program.clone(),
        program_at,
        args: args.to_vec(),
        stdin: raw.stdin.as_ref().map(|stdin| bytes(reader, stdin)).unwrap_or_default(),
        files,
        env,
        host_fallback,
        tree,
        expect: Expect { ending, stdout, stderr, after },
        timeout: raw.timeout,
        executes_children: raw.executes_children,
    })
}

/// A number that the reader has kept within 0–255.
fn small(number: u64) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}

fn text_rules(reader: &mut Reader<'_>, scope: Scope, raw: &[RawRule]) -> Vec<TextRule> {
    raw.iter().map(|rule| text_rule(reader, scope, rule)).collect()
}

fn text_rule(reader: &mut Reader<'_>, scope: Scope, raw: &RawRule) -> TextRule {
    let (text, may_be_pattern) = match raw {
        RawRule::Short(text) => (text, true),
        RawRule::Exact(text) => (text, false),
    };
    placeholders(reader, scope, text.span, &text.value);
    let pattern = text.value.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    match pattern {
        _ if text.value.is_empty() => TextRule::Empty,
        Some(pattern) if may_be_pattern => {
            let sample = Places::default().substitute_pattern(pattern);
            if let Err(error) = regex::bytes::Regex::new(&sample) {
                bad_pattern(reader, text.span, &error);
            }
            TextRule::Matches(pattern.to_owned())
        }
        _ => TextRule::Exact(text.value.clone()),
    }
}

/// Complains about a regular expression.
pub fn bad_pattern(reader: &mut Reader<'_>, span: Span, error: &regex::Error) {
    // The crate draws its own caret under a copy of the pattern; its last line is the reason.
    let text = error.to_string();
    let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
    reader.complain(span, format!("not a regular expression: {reason}"), "");
}

fn check_files(reader: &mut Reader<'_>, raw: &[(Spanned<String>, RawBytes)]) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for (name, content) in raw {
        inside(reader, name.span, &name.value);
        files.insert(name.value.clone(), bytes(reader, content));
    }
    files
}

/// The bytes that are written as text or as hexadecimal digits.
pub fn bytes(reader: &mut Reader<'_>, raw: &RawBytes) -> Vec<u8> {
    match raw {
        RawBytes::Text(text) => text.clone().into_bytes(),
        RawBytes::Hex(text) => {
            let digits: Option<Vec<u32>> =
                text.value.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_digit(16)).collect();
            match digits {
                Some(digits) if digits.len() % 2 == 0 => {
                    digits.chunks(2).map(|pair| small(u64::from(pair[0] * 16 + pair[1]))).collect()
                }
                _ => {
                    reader.complain(text.span, "`hex` must be pairs of hexadecimal digits", "");
                    Vec::new()
                }
            }
        }
    }
}

fn check_env(
    reader: &mut Reader<'_>,
    scope: Scope,
    raw: &[(Spanned<String>, Spanned<String>)],
) -> BTreeMap<String, String> {
    let mut env = BTreeMap::new();
    for (name, value) in raw {
        let letters = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name.value.is_empty() || !name.value.chars().all(letters) {
            reader.complain(name.span, "not the name of an environment variable", "letters, digits and _");
        }
        placeholders(reader, scope, value.span, &value.value);
        env.insert(name.value.clone(), value.value.clone());
    }
    env
}

fn check_link(reader: &mut Reader<'_>, wanted: &Spanned<String>) -> Option<Link> {
    let found = Link::ALL.into_iter().find(|link| link.name() == wanted.value);
    if found.is_none() {
        known_name(reader, "link", wanted, Link::ALL.iter().map(|link| link.name()));
    }
    found
}

/// The kinds of volume called `wanted`, in the order of the axis.
fn check_volumes(reader: &mut Reader<'_>, wanted: &[Spanned<String>]) -> Vec<VolumeKind> {
    let mut kinds = Vec::new();
    for name in wanted {
        match VolumeKind::ALL.into_iter().find(|kind| kind.name() == name.value) {
            Some(kind) if kinds.contains(&kind) => {
                reader.complain(name.span, format!("the volume `{kind}` stands twice"), "");
            }
            Some(kind) => kinds.push(kind),
            None => known_name(reader, "volume", name, VolumeKind::ALL.iter().map(|kind| kind.name())),
        }
    }
    kinds.sort();
    kinds
}

/// Complains when `wanted` is not among `known`; `what` is such as `fixture`.
pub fn known_name<'k>(
    reader: &mut Reader<'_>,
    what: &str,
    wanted: &Spanned<String>,
    known: impl IntoIterator<Item = &'k str>,
) {
    let known: Vec<&str> = known.into_iter().collect();
    if !known.contains(&wanted.value.as_str()) {
        let hint = suggest::hint(&wanted.value, known);
        reader.complain(wanted.span, format!("unknown {what} `{}`", wanted.value), hint);
    }
}

/// Complains unless `name` can stand in a case id and on a command line without quotes.
pub fn case_name(reader: &mut Reader<'_>, name: &Spanned<String>) {
    let fits = |c: char| c.is_ascii_alphanumeric() || "._+-".contains(c);
    if name.value.is_empty() || name.value.starts_with('-') || !name.value.chars().all(fits) {
        let message = format!("`{}` cannot be a name", name.value);
        reader.complain(name.span, message, "letters, digits and . _ + -, not beginning with -");
    }
}

/// Complains unless `path` is relative and stays below its start.
fn inside(reader: &mut Reader<'_>, span: Span, path: &str) {
    let plain = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    if path.is_empty() || !Path::new(path).components().all(plain) {
        reader.complain(span, format!("`{path}` must be a relative path without `..`"), "");
    }
}

fn split(reader: &mut Reader<'_>, line: &Spanned<String>) -> Option<Vec<String>> {
    match shell_words::split(&line.value) {
        Ok(words) => Some(words),
        Err(_) => {
            reader.complain(line.span, "a quote is not closed", "");
            None
        }
    }
}
