//! The JUnit dialect, rule by rule, on records made by hand.

mod junit_support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use junit_support::*;
use matrix::plan::{
    Case, Coordinates, Expect, ExpectedEnding, JunitDialect, Link, Source, SysrootKind, VolumeKind,
};
use matrix::report::Record;
use matrix::report::junit::render;
use matrix::run::{Event, EventKind, RunInfo, VolumeInfo};
use matrix::verdict::{Attempt, Ending, Finding, FindingKind, Verdict};
use matrix::volume::{Probed, Provider};
use proptest::prelude::*;

const PROBED: Probed = Probed {
    preserves_case: true,
    folds_case: true,
    folds_normalisation: true,
    hard_links: true,
    symlinks: true,
    xattrs: true,
    exec_bit: true,
    invalid_utf8: false,
};

const START: u64 = 1_795_539_964_000;

fn case(suite: &str, link: Link, name: &str, line: u32) -> Case {
    Case {
        at: Coordinates {
            target: "elfuse-aarch64".into(),
            suite: suite.into(),
            link,
            volume: None,
            engine: None,
            name: name.into(),
        },
        source: Source { file: format!("suites/{suite}.yaml").into(), line },
        tags: Vec::new(),
        fixture: "coreutils-static".into(),
        program: format!("bin/{name}"),
        program_at: None,
        args: Vec::new(),
        stdin: Vec::new(),
        files: BTreeMap::new(),
        env: BTreeMap::new(),
        sysroot: SysrootKind::Fixture,
        host_fallback: None,
        tree: Vec::new(),
        expect: Expect {
            ending: ExpectedEnding::Exit(0),
            stdout: Vec::new(),
            stderr: Vec::new(),
            after: Vec::new(),
        },
        unsupported: None,
        slow: Duration::from_secs(1),
        timeout: Duration::from_secs(2),
    }
}

fn attempt(milliseconds: u64, stdout: &Path, stderr: &Path) -> Attempt {
    Attempt {
        ending: Ending::GuestExit { status: 0 },
        duration: Duration::from_millis(milliseconds),
        stdout: stdout.into(),
        stderr: stderr.into(),
        max_rss_kb: 1234,
        utime: Duration::from_millis(5),
        slow: false,
        strays: 0,
    }
}

fn found(kind: FindingKind, message: &str, detail: &str) -> Finding {
    Finding { kind, message: message.into(), detail: detail.into() }
}

fn event(after: u64, what: EventKind) -> Event {
    Event { time_ms: START + after, what }
}

fn started(cases: Vec<Case>) -> Record {
    let run = RunInfo {
        run_id: "20261124T170604.000-1".into(),
        matrix_version: "0.1.0".into(),
        target: "elfuse-aarch64".into(),
        emulator_version: "0.1.0".into(),
        emulator_sha256: "ab".repeat(32),
        fixture_sha256: "cd".repeat(32),
        hostname: "machine".into(),
        host_os: "linux".into(),
        host_arch: "x86_64".into(),
        seed: None,
        shard: None,
        volumes: vec![VolumeInfo {
            kind: VolumeKind::Folding,
            provider: Provider::Simulated,
            simulated: true,
            probed: PROBED,
        }],
        engines: Vec::new(),
        injected: None,
        oracle: None,
        directory: "/cache/runs/1".into(),
    };
    Record::start(&event(0, EventKind::RunStarted { run, cases })).expect("a start")
}

fn finish(record: &mut Record, case: usize, attempt: Option<Attempt>, verdict: Verdict) {
    let reproduce = format!("matrix repro --target elfuse-aarch64 {}", record.cases[case].at);
    record.add(event(1000, EventKind::CaseFinished { case, attempt, verdict, reproduce }));
}

/// A run with every kind of result, its streams in `directory`.
fn everything(directory: &Path) -> Record {
    let mut cases: Vec<Case> = ["pass", "fail", "error", "skipped", "flaky", "rerun", "unseen"]
        .iter()
        .zip(10..)
        .map(|(name, line)| case("coreutils", Link::Static, name, line))
        .collect();
    cases.push(case("coreutils", Link::MuslDyn, "pass", 10));
    let mut on_volume = case("core.utils", Link::MuslDyn, "pass", 3);
    on_volume.at.volume = Some(VolumeKind::Folding);
    cases.push(on_volume);

    let (stdout, stderr) = (directory.join("out"), directory.join("err"));
    fs::write(&stdout, "a\nb\n").expect("write");
    fs::write(&stderr, "warning: <odd> & \"quoted\"\n").expect("write");
    let tried = |milliseconds| Some(attempt(milliseconds, &stdout, &stderr));
    let failed = |message: &str| {
        Verdict::Failure(found(
            FindingKind::StdoutMismatch,
            message,
            "--- expected\n+++ stdout\n@@ -1,2 +1,2 @@\n a\n-c\n+b\n",
        ))
    };
    let mut record = started(cases);
    record.add(event(10, EventKind::CaseStarted { case: 0, worker: 0 }));
    record.add(event(2500, EventKind::CaseStarted { case: 7, worker: 1 }));
    finish(&mut record, 0, tried(12), Verdict::Pass);
    finish(&mut record, 1, tried(1234), failed("stdout differs at line 2: `b`, expected `c`"));
    let crash = found(FindingKind::EmulatorCrash, "the target failed: it ended by SIGSEGV", "");
    finish(&mut record, 2, tried(7), Verdict::Error(crash));
    finish(
        &mut record,
        3,
        None,
        Verdict::Skipped(found(FindingKind::Unsupported, "it executes children", "")),
    );
    for (case, verdict) in [(4, Verdict::Pass), (5, failed("the last one"))] {
        let bad = failed("the first one");
        let attempt = attempt(3, &stdout, &stderr);
        record.add(event(900, EventKind::AttemptFailed { case, attempt, verdict: bad }));
        finish(&mut record, case, tried(4), verdict);
    }
    finish(&mut record, 7, tried(1), Verdict::Pass);
    finish(&mut record, 8, tried(2), Verdict::Pass);
    record.add(event(3000, EventKind::Interrupted { signal: 2 }));
    record.add(event(4321, EventKind::RunFinished { duration_ms: 4321 }));
    record
}

fn read(record: &Record, dialect: JunitDialect) -> Element {
    let bytes = render(record, dialect).expect("render");
    parse(&bytes).unwrap_or_else(|error| panic!("{error}:\n{}", String::from_utf8_lossy(&bytes)))
}

fn golden(name: &str, bytes: &[u8], directory: &Path) {
    let text = String::from_utf8(bytes.to_vec()).expect("UTF-8");
    let text = text.replace(&*directory.to_string_lossy(), "/kept");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().expect("parent")).expect("mkdir");
        fs::write(&path, &text).expect("write");
    }
    let expected = fs::read_to_string(&path).expect("the golden file; UPDATE_GOLDEN=1 writes it");
    assert_eq!(text, expected, "{name} changed; UPDATE_GOLDEN=1 accepts that");
}

#[test]
fn both_projections_are_the_golden_files() {
    let directory = tempfile::tempdir().expect("temporary directory");
    let record = everything(directory.path());
    for (name, dialect) in
        [("junit_rich.xml", JunitDialect::Rich), ("junit_strict.xml", JunitDialect::Strict)]
    {
        golden(name, &render(&record, dialect).expect("render"), directory.path());
    }
}

#[test]
fn the_strict_projection_keeps_the_schema_and_both_keep_the_dialect() {
    let directory = tempfile::tempdir().expect("temporary directory");
    let record = everything(directory.path());
    let (strict, rich) = (read(&record, JunitDialect::Strict), read(&record, JunitDialect::Rich));
    assert_eq!(schema_violations(&strict), Vec::<String>::new());
    assert_eq!(dialect_violations(&strict), Vec::<String>::new());
    assert_eq!(dialect_violations(&rich), Vec::<String>::new());
    // The checker is no rubber stamp: it rejects exactly what strict leaves out.
    let mut violations = schema_violations(&rich);
    violations.sort();
    violations.dedup();
    assert_eq!(
        violations,
        [
            "testcase may not have file",
            "testcase may not have line",
            "testcase may not hold properties",
            "testsuites may not have skipped",
            "testsuites may not have timestamp",
        ]
    );
}

#[test]
fn counts_names_and_times_are_right() {
    let directory = tempfile::tempdir().expect("temporary directory");
    let root = read(&everything(directory.path()), JunitDialect::Rich);
    let numbers: Vec<_> =
        ["tests", "failures", "errors", "skipped"].iter().map(|key| root.number(key)).collect();
    assert_eq!(numbers, [9, 2, 1, 2]);
    assert_eq!(root.attribute("time"), Some("4.321"));
    assert_eq!(root.attribute("timestamp"), Some("2026-11-24T17:06:04"));
    let suites: Vec<_> = root.all("testsuite").map(|suite| suite.attribute("name").expect("name")).collect();
    assert_eq!(
        suites,
        [
            "elfuse-aarch64.coreutils.static",
            "elfuse-aarch64.coreutils.musl-dyn",
            "elfuse-aarch64.core_utils.musl-dyn.folding",
        ]
    );
    let timestamps: Vec<_> =
        root.all("testsuite").map(|suite| suite.attribute("timestamp").expect("time")).collect();
    assert_eq!(timestamps, ["2026-11-24T17:06:04", "2026-11-24T17:06:06", "2026-11-24T17:06:04"]);
    let cases = root.cases();
    let failed = cases.iter().find(|case| case.attribute("name") == Some("fail")).expect("the failing case");
    assert_eq!(failed.attribute("time"), Some("1.234"));
    assert_eq!(failed.attribute("file"), Some("suites/coreutils.yaml"));
    assert_eq!(failed.attribute("line"), Some("11"));
    let properties = failed.child("properties").expect("properties");
    let properties: Vec<_> = properties
        .children
        .iter()
        .map(|one| (one.attribute("name").unwrap(), one.attribute("value").unwrap()))
        .collect();
    assert_eq!(
        properties,
        [("attempts", "1"), ("max_rss_kb", "1234"), ("utime_ms", "5"), ("expectation", "exit 0")]
    );
}

#[test]
fn a_failure_says_how_to_go_on() {
    let directory = tempfile::tempdir().expect("temporary directory");
    let root = read(&everything(directory.path()), JunitDialect::Rich);
    let cases = root.cases();
    let failed = cases.iter().find(|case| case.attribute("name") == Some("fail")).expect("the failing case");
    let body = &failed.child("failure").expect("failure").text;
    let at = |part: &str| body.find(part).unwrap_or_else(|| panic!("{part} is not in {body}"));
    let order = [
        at("stdout differs at line 2"),
        at("+++ stdout"),
        at("reproduce: matrix repro --target elfuse-aarch64 coreutils/static/fail"),
        at("artifacts: "),
        at("    at suites.coreutils.fail(coreutils.yaml:11)"),
    ];
    assert!(order.is_sorted(), "{body}");
    assert!(body.ends_with("(coreutils.yaml:11)\n"));
    assert_eq!(failed.child("system-out").expect("stdout").text, "a\nb\n");
    assert_eq!(failed.child("system-err").expect("stderr").text, "warning: <odd> & \"quoted\"\n");
}

#[test]
fn retries_are_elements_of_the_one_case() {
    let directory = tempfile::tempdir().expect("temporary directory");
    let root = read(&everything(directory.path()), JunitDialect::Rich);
    let cases = root.cases();
    let names = |wanted: &str| {
        let mut found = cases.iter().filter(|case| case.attribute("name") == Some(wanted));
        let names = found.next().expect("the case").names();
        assert!(found.next().is_none(), "a retry is no second case");
        names
    };
    assert_eq!(names("flaky"), ["properties", "flakyFailure"]);
    assert_eq!(names("rerun"), ["properties", "failure", "rerunFailure", "system-out", "system-err"]);
}

#[test]
fn what_did_not_run_is_skipped_with_a_reason() {
    let directory = tempfile::tempdir().expect("temporary directory");
    let root = read(&everything(directory.path()), JunitDialect::Strict);
    let cases = root.cases();
    let unseen = cases.iter().find(|case| case.attribute("name") == Some("unseen")).expect("the case");
    let skipped = unseen.child("skipped").expect("skipped");
    assert_eq!(skipped.attribute("type"), Some("not-run"));
    assert_eq!(skipped.attribute("message"), Some("the run was interrupted before this case had run"));
}

/// One failing case with these streams, message and detail.
fn failing(directory: &Path, name: &str, message: &str, detail: &str, streams: [&[u8]; 2]) -> Record {
    let files: [PathBuf; 2] = [directory.join("out"), directory.join("err")];
    for (file, bytes) in files.iter().zip(streams) {
        fs::write(file, bytes).expect("write");
    }
    let mut record = started(vec![case("coreutils", Link::Static, name, 1)]);
    let verdict = Verdict::Failure(found(FindingKind::StdoutMismatch, message, detail));
    finish(&mut record, 0, Some(attempt(1, &files[0], &files[1])), verdict);
    record
}

#[test]
fn the_one_nasty_case() {
    let directory = tempfile::tempdir().expect("temporary directory");
    let nasty = b"\x1b[31mred\x1b[0m \x1b! \0 ]]> \xEF\xBF\xBE \t \xFF\xC3( end\r\n";
    let record = failing(directory.path(), "nasty", "nasty", "", [nasty, b"plain"]);
    for dialect in [JunitDialect::Rich, JunitDialect::Strict] {
        let root = read(&record, dialect);
        let text = &root.cases()[0].child("system-out").expect("output").text;
        assert_eq!(text, "red \\x1B! \\x00 ]]> \\u{FFFE} \t \\xFF\\xC3( end\n");
        assert_eq!(dialect_violations(&root), Vec::<String>::new());
    }
    assert_eq!(schema_violations(&read(&record, JunitDialect::Strict)), Vec::<String>::new());
}

#[test]
fn long_streams_keep_head_and_tail() {
    let directory = tempfile::tempdir().expect("temporary directory");
    let long: Vec<u8> = (0..100_000u32).flat_map(|n| format!("{n}\n").into_bytes()).collect();
    let record = failing(directory.path(), "long", "long", "", [&long, b""]);
    let root = read(&record, JunitDialect::Rich);
    let cases = root.cases();
    let text = &cases[0].child("system-out").expect("output").text;
    assert!(text.starts_with("0\n1\n") && text.ends_with("99999\n"));
    let left_out = long.len() - (64 << 10);
    assert!(text.contains(&format!("{left_out} bytes left out; the whole stream is in ")));
    assert!(text.len() < (64 << 10) + 300);
    assert!(cases[0].child("system-err").is_none(), "an empty stream has no element");
}

#[test]
fn a_huge_run_stays_under_the_limit_with_every_case() {
    let directory = tempfile::tempdir().expect("temporary directory");
    let stdout = directory.path().join("out");
    fs::write(&stdout, vec![b'<'; 64 << 10]).expect("write");
    let cases: Vec<_> = (0..1000).map(|n| case("coreutils", Link::Static, &format!("c{n}"), n)).collect();
    let mut record = started(cases);
    for index in 0..1000 {
        let finding = found(FindingKind::StdoutMismatch, "differs", &"+<<<<\n".repeat(200));
        finish(&mut record, index, Some(attempt(1, &stdout, &stdout)), Verdict::Failure(finding));
    }
    let bytes = render(&record, JunitDialect::Rich).expect("render");
    assert!(bytes.len() < 30_000_000, "{}", bytes.len());
    let root = parse(&bytes).expect("well-formed");
    assert_eq!(root.cases().len(), 1000);
    assert!(
        root.cases()
            .iter()
            .all(|case| case.child("failure").is_some_and(|one| one.text.contains("reproduce:")))
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn any_bytes_make_a_well_formed_document(
        stdout in proptest::collection::vec(any::<u8>(), 0..400),
        stderr in "(\\PC|[\\x00-\\x20\u{1b}\u{fffe}\u{fdd0}]|\\]\\]>){0,80}",
        name in "(\\PC|[\\x00-\\x20]){1,20}",
        message in "(\\PC|[\\x00-\\x20]){1,300}",
        detail in "(\\PC|[\\x00-\\x20\u{ffff}]){0,100}",
        strict in any::<bool>(),
    ) {
        let directory = tempfile::tempdir().expect("temporary directory");
        let streams = [stdout.as_slice(), stderr.as_bytes()];
        let record = failing(directory.path(), &name, &message, &detail, streams);
        let dialect = if strict { JunitDialect::Strict } else { JunitDialect::Rich };
        let bytes = render(&record, dialect).expect("render");
        let root = parse(&bytes).map_err(TestCaseError::fail)?;
        prop_assert_eq!(root.cases().len(), 1);
        if strict {
            prop_assert_eq!(schema_violations(&root), Vec::<String>::new());
        }
    }
}

#[test]
fn what_failures_have_in_common_is_a_property() {
    let on = |volume| {
        let mut case = case("coreutils", Link::MuslDyn, "cat", 4);
        case.at.volume = Some(volume);
        case
    };
    let mut record = started(vec![on(VolumeKind::ByteExact), on(VolumeKind::Folding)]);
    finish(&mut record, 0, None, Verdict::Pass);
    finish(&mut record, 1, None, Verdict::Failure(found(FindingKind::ExitCode, "exit status 1", "")));
    let text = String::from_utf8(render(&record, JunitDialect::Rich).expect("a document")).expect("UTF-8");
    let sentence = "fails only with volume=folding (1 of 1; the same case passes on byte-exact)";
    assert_eq!(text.matches(&format!(r#"name="axis.pattern" value="{sentence}""#)).count(), 1, "{text}");
    assert_eq!(text.matches(r#"name="axis.pattern" value="volume=folding""#).count(), 1, "{text}");
    assert_eq!(record.explanation().lines(), [sentence]);
}
