//! The files as written: shapes are right, names are not looked up yet.

use std::time::Duration;

use super::raw_trees::{self, RawCondition, RawLaid};
use super::reader::{Fields, Reader, Spanned};
use super::tree::{Key, Node, Span, Value};

/// `matrix.yaml`.
#[derive(Debug)]
pub struct RawMatrix {
    pub targets: Vec<RawTarget>,
    pub default_target: Option<Spanned<String>>,
    pub links: Vec<Spanned<String>>,
    pub volumes: Option<Vec<Spanned<String>>>,
    pub suites: Vec<Spanned<String>>,
    pub profiles: Vec<RawProfile>,
}

/// An entry of `targets`.
#[derive(Debug)]
pub struct RawTarget {
    pub name: Spanned<String>,
    pub launcher: Spanned<String>,
    pub options: Vec<String>,
    pub fixture: Option<Spanned<String>>,
    pub command: Option<Spanned<String>>,
    pub sysroot: Option<Spanned<String>>,
    pub no_children: Option<String>,
}

/// An entry of `profiles`.
#[derive(Debug)]
pub struct RawProfile {
    pub name: Spanned<String>,
    pub jobs: Option<u64>,
    pub timeout: Option<Duration>,
    pub slow: Option<Duration>,
    pub grace: Option<Duration>,
    pub output_limit_mib: Option<u64>,
    pub retries: Option<u64>,
}

/// A suite file.
#[derive(Debug)]
pub struct RawSuite {
    pub about: String,
    pub links: Vec<RawPrograms>,
    pub sysroot: Option<Spanned<String>>,
    pub volumes: RawVolumes,
    pub tree: Vec<RawLaid>,
    pub after: Vec<RawCondition>,
    pub files: Vec<(Spanned<String>, RawBytes)>,
    pub env: Vec<(Spanned<String>, Spanned<String>)>,
    pub stderr: Option<Vec<RawRule>>,
    pub timeout: Option<Duration>,
    pub cases: Vec<RawCase>,
}

/// A suite's `volumes`.
#[derive(Debug)]
pub enum RawVolumes {
    /// `true`: every kind.
    All,
    /// These kinds; `false` and an absent key are none.
    These(Vec<Spanned<String>>),
}

/// An entry of a suite's `links`.
#[derive(Debug)]
pub struct RawPrograms {
    pub link: Spanned<String>,
    pub fixture: Option<Spanned<String>>,
    pub directory: Spanned<String>,
}

/// An entry of a suite's `cases`.
#[derive(Debug)]
pub struct RawCase {
    pub name: Spanned<String>,
    pub run: RawRun,
    pub program_at: Option<Spanned<String>>,
    pub stdin: Option<RawBytes>,
    pub exit: Option<u64>,
    pub signal: Option<Spanned<u64>>,
    pub stdout: Vec<RawRule>,
    pub stderr: Option<Vec<RawRule>>,
    pub after: Vec<RawCondition>,
    pub files: Vec<(Spanned<String>, RawBytes)>,
    pub tree: Vec<RawLaid>,
    pub env: Vec<(Spanned<String>, Spanned<String>)>,
    pub host_fallback: Option<Spanned<String>>,
    pub tags: Vec<Spanned<String>>,
    pub executes_children: bool,
    pub timeout: Option<Duration>,
}

/// A case's command.
#[derive(Debug)]
pub enum RawRun {
    /// Split like a shell would, without expansions.
    Line(Spanned<String>),
    /// One word each.
    Words(Span, Vec<Spanned<String>>),
}

/// The content of a file or of standard input.
#[derive(Clone, Debug)]
pub enum RawBytes {
    /// Text as it stands.
    Text(String),
    /// Two hexadecimal digits a byte; white space is free.
    Hex(Spanned<String>),
}

/// A rule over a stream.
#[derive(Debug)]
pub enum RawRule {
    /// Text, or a pattern between slashes.
    Short(Spanned<String>),
    /// Text, whatever it looks like.
    Exact(Spanned<String>),
}

const MATRIX_KEYS: [&str; 5] = ["targets", "default-target", "axes", "suites", "profiles"];
const TARGET_KEYS: [&str; 6] = ["launcher", "options", "fixture", "command", "sysroot", "no-children"];
const PROFILE_KEYS: [&str; 6] = ["jobs", "timeout", "slow", "grace", "output-limit-mib", "retries"];
const SUITE_KEYS: [&str; 11] =
    ["about", "links", "sysroot", "volumes", "files", "tree", "env", "stderr", "after", "timeout", "cases"];
const CASE_KEYS: [&str; 16] = [
    "name",
    "run",
    "program-at",
    "stdin",
    "exit",
    "signal",
    "stdout",
    "stderr",
    "after",
    "files",
    "tree",
    "env",
    "host-fallback",
    "tags",
    "executes-children",
    "timeout",
];

/// Reads the shape of `matrix.yaml`.
pub fn matrix(reader: &mut Reader<'_>, root: &Node) -> Option<RawMatrix> {
    let fields = reader.fields(root, "matrix.yaml", &MATRIX_KEYS)?;
    let targets = reader.required(&fields, "targets").and_then(|node| reader.entries(node, "`targets`"));
    let targets = targets.unwrap_or_default();
    let targets = targets.iter().filter_map(|(key, node)| target(reader, name(key), node));
    let targets = targets.collect();
    let default_target =
        reader.required(&fields, "default-target").and_then(|node| reader.text(node, "`default-target`"));
    let axes = reader.required(&fields, "axes");
    let axes = axes.and_then(|node| reader.fields(node, "`axes`", &["link", "volume"]));
    let links = axes.as_ref().and_then(|axes| {
        let link = reader.required(axes, "link")?;
        reader.texts(link, "`link`")
    });
    let volumes = axes.and_then(|axes| reader.texts(axes.get("volume")?, "`volume`"));
    let suites = reader.required(&fields, "suites").and_then(|node| reader.texts(node, "`suites`"));
    let profiles = fields.get("profiles").and_then(|node| reader.entries(node, "`profiles`"));
    let profiles =
        profiles.unwrap_or_default().iter().filter_map(|(key, node)| profile(reader, name(key), node));
    let profiles = profiles.collect();
    Some(RawMatrix {
        targets,
        default_target,
        links: links.unwrap_or_default(),
        volumes,
        suites: suites.unwrap_or_default(),
        profiles,
    })
}

fn target(reader: &mut Reader<'_>, name: Spanned<String>, node: &Node) -> Option<RawTarget> {
    let fields = reader.fields(node, "a target", &TARGET_KEYS)?;
    let launcher = reader.required(&fields, "launcher")?;
    let launcher = reader.text(launcher, "`launcher`")?;
    let options = fields.get("options").and_then(|node| reader.texts(node, "`options`"));
    Some(RawTarget {
        name,
        launcher,
        options: options.unwrap_or_default().into_iter().map(|option| option.value).collect(),
        fixture: optional_text(reader, &fields, "fixture"),
        command: optional_text(reader, &fields, "command"),
        sysroot: optional_text(reader, &fields, "sysroot"),
        no_children: optional_text(reader, &fields, "no-children").map(|reason| reason.value),
    })
}

fn profile(reader: &mut Reader<'_>, name: Spanned<String>, node: &Node) -> Option<RawProfile> {
    let fields = reader.fields(node, "a profile", &PROFILE_KEYS)?;
    Some(RawProfile {
        name,
        jobs: fields.get("jobs").and_then(|node| reader.integer(node, "`jobs`", 1..=1024)),
        timeout: optional_seconds(reader, &fields, "timeout"),
        slow: optional_seconds(reader, &fields, "slow"),
        grace: optional_seconds(reader, &fields, "grace"),
        output_limit_mib: fields
            .get("output-limit-mib")
            .and_then(|node| reader.integer(node, "`output-limit-mib`", 1..=65_536)),
        retries: fields.get("retries").and_then(|node| reader.integer(node, "`retries`", 0..=10)),
    })
}

/// Reads the shape of a suite.
pub fn suite(reader: &mut Reader<'_>, root: &Node) -> Option<RawSuite> {
    let fields = reader.fields(root, "a suite", &SUITE_KEYS)?;
    let links = reader.required(&fields, "links").and_then(|node| reader.entries(node, "`links`"));
    let links = links.unwrap_or_default().iter().filter_map(|(key, node)| {
        let link = name(key);
        let fields = reader.fields(node, "an entry of `links`", &["fixture", "programs"])?;
        let fixture = optional_text(reader, &fields, "fixture");
        let directory = reader.required(&fields, "programs")?;
        let directory = reader.text(directory, "`programs`")?;
        Some(RawPrograms { link, fixture, directory })
    });
    let links = links.collect();
    let cases = reader.required(&fields, "cases").and_then(|node| reader.items(node, "`cases`"));
    let cases = cases.unwrap_or_default().iter().filter_map(|node| case(reader, node));
    let cases = cases.collect();
    Some(RawSuite {
        about: optional_text(reader, &fields, "about").map(|about| about.value).unwrap_or_default(),
        links,
        sysroot: optional_text(reader, &fields, "sysroot"),
        tree: raw_trees::tree(reader, &fields),
        after: raw_trees::after(reader, &fields),
        volumes: fields.get("volumes").map_or(RawVolumes::These(Vec::new()), |node| volumes(reader, node)),
        files: files(reader, &fields),
        env: env(reader, &fields),
        stderr: fields.get("stderr").map(|node| rules(reader, node, "`stderr`")),
        timeout: optional_seconds(reader, &fields, "timeout"),
        cases,
    })
}

fn volumes(reader: &mut Reader<'_>, node: &Node) -> RawVolumes {
    match &node.value {
        Value::Scalar(text) if text == "true" => RawVolumes::All,
        Value::Scalar(text) if text == "false" => RawVolumes::These(Vec::new()),
        Value::List(_) => RawVolumes::These(reader.texts(node, "`volumes`").unwrap_or_default()),
        _ => {
            reader.complain(node.span, "`volumes` must be true, false or a list of kinds of volume", "");
            RawVolumes::These(Vec::new())
        }
    }
}

fn case(reader: &mut Reader<'_>, node: &Node) -> Option<RawCase> {
    let fields = reader.fields(node, "a case", &CASE_KEYS)?;
    let name = reader.required(&fields, "name").and_then(|node| reader.text(node, "`name`"));
    let run = reader.required(&fields, "run").and_then(|node| match &node.value {
        Value::List(_) => Some(RawRun::Words(node.span, reader.texts(node, "a word of `run`")?)),
        _ => reader.text(node, "`run`").map(RawRun::Line),
    });
    let exit = fields.get("exit").and_then(|node| reader.integer(node, "`exit`", 0..=255));
    let signal = fields.get("signal").and_then(|node| {
        reader.integer(node, "`signal`", 1..=64).map(|value| Spanned { span: node.span, value })
    });
    let stdout = fields.get("stdout").map(|node| rules(reader, node, "`stdout`"));
    let tags = fields.get("tags").and_then(|node| reader.texts(node, "`tags`"));
    let children =
        fields.get("executes-children").and_then(|node| reader.boolean(node, "`executes-children`"));
    let stdin = fields.get("stdin").and_then(|node| bytes(reader, node, "`stdin`"));
    let stderr = fields.get("stderr").map(|node| rules(reader, node, "`stderr`"));
    let program_at = optional_text(reader, &fields, "program-at");
    let after = raw_trees::after(reader, &fields);
    let files = files(reader, &fields);
    let tree = raw_trees::tree(reader, &fields);
    let env = env(reader, &fields);
    let host_fallback = optional_text(reader, &fields, "host-fallback");
    let timeout = optional_seconds(reader, &fields, "timeout");
    Some(RawCase {
        name: name?,
        run: run?,
        program_at,
        stdin,
        exit,
        signal,
        stdout: stdout.unwrap_or_default(),
        stderr,
        after,
        files,
        tree,
        env,
        host_fallback,
        tags: tags.unwrap_or_default(),
        executes_children: children.unwrap_or(false),
        timeout,
    })
}

fn rules(reader: &mut Reader<'_>, node: &Node, what: &str) -> Vec<RawRule> {
    match &node.value {
        Value::List(items) => items.iter().flat_map(|item| rules(reader, item, what)).collect(),
        Value::Map(_) => {
            let fields = reader.fields(node, "a rule over a stream", &["exact"]);
            let exact = fields.and_then(|fields| reader.required(&fields, "exact"));
            let exact = exact.and_then(|node| reader.text(node, "`exact`"));
            exact.into_iter().map(RawRule::Exact).collect()
        }
        _ => reader.text(node, what).into_iter().map(RawRule::Short).collect(),
    }
}

fn files(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Vec<(Spanned<String>, RawBytes)> {
    let entries = fields.get("files").and_then(|node| reader.entries(node, "`files`"));
    let file = |(key, node): &(Key, Node)| Some((name(key), bytes(reader, node, "a file's content")?));
    entries.unwrap_or_default().iter().filter_map(file).collect()
}

pub fn bytes(reader: &mut Reader<'_>, node: &Node, what: &str) -> Option<RawBytes> {
    match &node.value {
        Value::Map(_) => {
            let fields = reader.fields(node, "a content", &["hex"])?;
            let hex = reader.required(&fields, "hex")?;
            reader.text(hex, "`hex`").map(RawBytes::Hex)
        }
        _ => reader.text(node, what).map(|text| RawBytes::Text(text.value)),
    }
}

fn env(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Vec<(Spanned<String>, Spanned<String>)> {
    let entries = fields.get("env").and_then(|node| reader.entries(node, "`env`"));
    let variable = |(key, node): &(Key, Node)| Some((name(key), reader.text(node, "a variable")?));
    entries.unwrap_or_default().iter().filter_map(variable).collect()
}

fn name(key: &Key) -> Spanned<String> {
    Spanned { span: key.span, value: key.name.clone() }
}

pub fn optional_text(reader: &mut Reader<'_>, fields: &Fields<'_>, key: &str) -> Option<Spanned<String>> {
    fields.get(key).and_then(|node| reader.text(node, &format!("`{key}`")))
}

fn optional_seconds(reader: &mut Reader<'_>, fields: &Fields<'_>, key: &str) -> Option<Duration> {
    fields.get(key).and_then(|node| reader.seconds(node, &format!("`{key}`")))
}
