//! The document's elements, complete: everything in them is harmless text already.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::plan::{Case, Coordinates, Engine, ExpectedEnding, VolumeKind};
use crate::report::{CaseResult, Record, sanitise};
use crate::verdict::{Attempt, Finding, FindingKind, Verdict, one_line, signal_name};
use crate::volume::Probed;

/// `<testsuites>`.
pub(super) struct Document {
    pub name: String,
    pub time_ms: u64,
    pub timestamp_ms: u64,
    pub suites: Vec<Suite>,
}

/// `<testsuite>`: one per target, suite, link and volume.
pub(super) struct Suite {
    pub name: String,
    pub hostname: String,
    pub timestamp_ms: u64,
    pub file: String,
    pub properties: Vec<(&'static str, String)>,
    pub cases: Vec<TestCase>,
}

/// `<testcase>`.
pub(super) struct TestCase {
    pub classname: String,
    pub name: String,
    pub file: String,
    pub line: u32,
    pub time_ms: u64,
    pub properties: Vec<(&'static str, String)>,
    pub result: TestResult,
    /// Attempts before the last: `flakyFailure` if the case passed, else `rerunFailure`.
    pub earlier: Vec<Problem>,
    /// Files whose content becomes `system-out` and `system-err`; none for a passing case.
    pub streams: Option<[PathBuf; 2]>,
}

/// At most one element of a case.
pub(super) enum TestResult {
    Pass,
    Failure(Problem),
    Error(Problem),
    Skipped(Problem),
}

/// A `type`, a `message` and a body.
pub(super) struct Problem {
    pub kind: &'static str,
    pub message: String,
    pub body: String,
}

impl Suite {
    pub fn time_ms(&self) -> u64 {
        self.cases.iter().map(|case| case.time_ms).sum()
    }

    pub fn skipped(&self) -> usize {
        self.cases.iter().filter(|case| matches!(case.result, TestResult::Skipped(_))).count()
    }
}

/// The document of a run.
pub(super) fn document(record: &Record) -> Document {
    let mut suites: Vec<(Coordinates, Suite)> = Vec::new();
    let explanation = record.explanation();
    let mut taken = BTreeSet::new();
    for (index, (case, result)) in record.results().enumerate() {
        let started = record.started_ms_of(index);
        // A suite is what all its cases share: the coordinates without the name.
        let place = Coordinates { name: String::new(), ..case.at.clone() };
        let at = suites.iter().position(|(other, _)| *other == place).unwrap_or_else(|| {
            suites.push((place, new_suite(record, case, started)));
            suites.len() - 1
        });
        let suite = &mut suites[at].1;
        suite.timestamp_ms = started.map_or(suite.timestamp_ms, |started| started.min(suite.timestamp_ms));
        let mut test_case = test_case(record, case, result, &mut taken);
        if let Some(pattern) = explanation.pattern_of(index) {
            test_case.properties.push(("axis.pattern", pattern.predicate()));
            let property = ("axis.pattern", explanation.sentence(pattern));
            if !suite.properties.contains(&property) {
                suite.properties.push(property);
            }
        }
        suite.cases.push(test_case);
    }
    Document {
        name: "matrix".to_owned(),
        time_ms: record.duration.as_millis() as u64,
        timestamp_ms: record.started_ms,
        suites: suites.into_iter().map(|(_, suite)| suite).collect(),
    }
}

fn new_suite(record: &Record, case: &Case, started: Option<u64>) -> Suite {
    let (run, at) = (&record.run, &case.at);
    let none = || "none".to_owned();
    let volume = at.volume.map_or_else(none, |volume| volume.to_string());
    let measured = record.volume_of(case);
    let known = |text: &str| if text.is_empty() { none() } else { line(text) };
    Suite {
        name: classname(at),
        hostname: line(&run.hostname),
        timestamp_ms: started.unwrap_or(record.started_ms),
        file: path(&case.source.file),
        properties: vec![
            ("matrix.version", line(&run.matrix_version)),
            ("run_id", line(&run.run_id)),
            ("seed", run.seed.map_or_else(none, |seed| seed.to_string())),
            ("shard", run.shard.as_deref().map_or_else(none, line)),
            ("axis.target", line(&at.target)),
            ("axis.suite", line(&at.suite)),
            ("axis.link", at.link.to_string()),
            ("axis.volume", volume.clone()),
            ("axis.engine", at.engine.map_or_else(none, |engine| engine.to_string())),
            ("volume.kind", volume),
            ("volume.provider", measured.map_or_else(none, |volume| volume.provider.to_string())),
            ("volume.simulated", measured.map_or_else(none, |volume| volume.simulated.to_string())),
            ("volume.probed", measured.map_or_else(none, |volume| probed(&volume.probed))),
            ("injected", run.injected.map_or_else(none, |injection| injection.to_string())),
            ("emulator.version", known(&run.emulator_version)),
            ("emulator.sha256", known(&run.emulator_sha256)),
            ("fixture.sha256", known(&run.fixture_sha256)),
            ("host.os", line(&run.host_os)),
            ("host.arch", line(&run.host_arch)),
            ("oracle", run.oracle.as_deref().map_or_else(none, line)),
        ],
        cases: Vec::new(),
    }
}

/// `preserves-case=true folds-case=false …`.
fn probed(probed: &Probed) -> String {
    let facts = probed.facts();
    let facts = facts.iter().map(|(name, fact)| format!("{}={fact}", name.replace(' ', "-")));
    facts.collect::<Vec<_>>().join(" ")
}

fn test_case(
    record: &Record,
    case: &Case,
    result: CaseResult,
    taken: &mut BTreeSet<(String, String, String)>,
) -> TestCase {
    let (classname, file) = (classname(&case.at), path(&case.source.file));
    let mut name = line(&case.at.name);
    // Two names may become the same text.
    while !taken.insert((classname.clone(), name.clone(), file.clone())) {
        name.push('\'');
    }
    let duration = result.duration();
    let attempts = result.earlier.len() + usize::from(result.attempt.is_some());
    let mut properties = vec![("attempts", attempts.to_string())];
    if let Some(attempt) = &result.attempt {
        properties.push(("max_rss_kb", attempt.max_rss_kb.to_string()));
        properties.push(("utime_ms", attempt.utime.as_millis().to_string()));
    }
    properties.push(("expectation", expectation(case.expect.ending)));
    let last = result.attempt.as_ref();
    let problem = |finding: &Finding, attempt| problem(record, case, finding, attempt, &result.reproduce);
    let earlier = result
        .earlier
        .iter()
        .filter_map(|tried| finding(&tried.verdict).map(|finding| problem(finding, Some(&tried.attempt))))
        .collect();
    let verdict = match &result.verdict {
        Verdict::Pass => TestResult::Pass,
        Verdict::Failure(finding) => TestResult::Failure(problem(finding, last)),
        Verdict::Error(finding) => TestResult::Error(problem(finding, last)),
        Verdict::Skipped(finding) => {
            TestResult::Skipped(Problem { body: String::new(), ..problem(finding, last) })
        }
    };
    let streams = match &verdict {
        TestResult::Failure(_) | TestResult::Error(_) => {
            last.map(|last| [last.stdout.clone(), last.stderr.clone()])
        }
        TestResult::Pass | TestResult::Skipped(_) => None,
    };
    TestCase {
        classname,
        name,
        file,
        line: case.source.line,
        time_ms: duration.as_millis() as u64,
        properties,
        result: verdict,
        earlier,
        streams,
    }
}

fn finding(verdict: &Verdict) -> Option<&Finding> {
    match verdict {
        Verdict::Pass => None,
        Verdict::Failure(finding) | Verdict::Error(finding) | Verdict::Skipped(finding) => Some(finding),
    }
}

/// Summary, diff, `reproduce:`, `artifacts:`, and the frame that a reporter annotates from.
fn problem(
    record: &Record,
    case: &Case,
    finding: &Finding,
    attempt: Option<&Attempt>,
    reproduce: &str,
) -> Problem {
    let message = line(&finding.message);
    let mut body = format!("{message}\n");
    let detail = sanitise(finding.detail.as_bytes());
    if !detail.is_empty() {
        body.push('\n');
        body.push_str(detail.trim_end_matches('\n'));
        body.push_str("\n\n");
    }
    if !reproduce.is_empty() {
        body.push_str(&format!("reproduce: {}\n", line_whole(reproduce)));
    }
    let artifacts = match attempt {
        Some(attempt) => format!("{} {}", path(&attempt.stdout), path(&attempt.stderr)),
        None => path(&record.run.directory),
    };
    body.push_str(&format!("artifacts: {artifacts}\n"));
    body.push_str(&frame(case));
    Problem { kind: kind(finding.kind), message, body }
}

/// `    at suites.coreutils.sort(coreutils.yaml:53)`.
fn frame(case: &Case) -> String {
    let file = &case.source.file;
    let place = path(&file.with_extension("")).replace('/', ".");
    let name = file.file_name().map(|name| path(Path::new(name))).unwrap_or_default();
    format!("    at {place}.{}({name}:{})\n", line(&case.at.name), case.source.line)
}

/// `target.suite.link[.volume][.engine]`; a dot inside a part becomes `_`.
fn classname(at: &Coordinates) -> String {
    let always = [at.target.as_str(), &at.suite, at.link.name()];
    let parts = always.into_iter().chain(at.volume.map(VolumeKind::name)).chain(at.engine.map(Engine::name));
    parts.map(|part| line(part).replace('.', "_")).collect::<Vec<_>>().join(".")
}

fn expectation(ending: ExpectedEnding) -> String {
    match ending {
        ExpectedEnding::Exit(status) => format!("exit {status}"),
        ExpectedEnding::Signal(signal) => signal_name(signal),
    }
}

/// One line of at most 200 characters.
fn line(text: &str) -> String {
    one_line(&sanitise(text.as_bytes()))
}

/// One line, however long.
fn line_whole(text: &str) -> String {
    sanitise(text.as_bytes()).replace(['\n', '\t'], " ")
}

fn path(path: &Path) -> String {
    line_whole(&path.to_string_lossy())
}

/// The word of the dialect.
fn kind(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::ExitCode => "exit-code",
        FindingKind::StdoutMismatch => "stdout-mismatch",
        FindingKind::StderrMismatch => "stderr-mismatch",
        FindingKind::Postcondition => "postcondition",
        FindingKind::OracleDivergence => "oracle-divergence",
        FindingKind::Timeout => "timeout",
        FindingKind::OutputLimit => "output-limit",
        FindingKind::Xpass => "xpass",
        FindingKind::EmulatorCrash => "emulator-crash",
        FindingKind::Spawn => "spawn",
        FindingKind::Fixture => "fixture",
        FindingKind::OracleUnavailable => "oracle-unavailable",
        FindingKind::Leak => "leak",
        FindingKind::Xfail => "xfail",
        FindingKind::Quarantine => "quarantine",
        FindingKind::Skip => "skip",
        FindingKind::Unsupported => "unsupported",
        FindingKind::NotRun => "not-run",
    }
}
