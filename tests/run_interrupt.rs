//! Runs that are interrupted, in a process of their own that gets real signals.
#![cfg(target_os = "linux")]

mod junit_support;
mod run_support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use junit_support::{dialect_violations, parse, schema_violations};
use matrix::host::command;
use matrix::plan::{Case, JunitDialect};
use matrix::report::{Record, from_file, junit};
use matrix::verdict::FindingKind;
use run_support::*;

/// Where the process of its own finds its place.
const PLACE: &str = "MATRIX_TEST_PLACE";
const GRACE: &str = "MATRIX_TEST_GRACE";

/// A quick case, one that hangs and ignores TERM with a helper outside its group, and five more that hang.
fn cases(place: &Path) -> Vec<Case> {
    let marker = |name: &str| place.join(name).to_string_lossy().into_owned();
    let stubborn = format!(
        "trap '' TERM INT; setsid sleep 98766.1 & touch '{}'; while :; do sleep 98766.2; done",
        marker("stubborn")
    );
    let mut cases = vec![shell("quick", "true"), shell("stubborn", &stubborn)];
    cases.extend((0..5).map(|number| {
        shell(&format!("hangs-{number}"), &format!("touch '{}'; exec sleep 98766.3", marker("hangs")))
    }));
    cases
}

#[test]
#[ignore = "the other tests start it as a process of their own"]
#[allow(clippy::disallowed_methods, reason = "the exit code is what is tested")]
fn process_of_its_own() {
    let path = PathBuf::from(std::env::var_os(PLACE).expect("the place"));
    let grace = std::env::var(GRACE).expect("the grace").parse().expect("milliseconds");
    let place = Place::new();
    let mut request = place.request(cases(&path));
    request.project.clone_from(&path);
    request.cache = path.join("cache");
    request.grace = Duration::from_millis(grace);
    request.junit = Some(path.join("out.xml"));
    request.junit_dialect = JunitDialect::Strict;
    request.jsonl = Some(path.join("events.jsonl"));
    let record = run_all(&request);
    drop(place);
    std::process::exit(record.exit().code().into());
}

/// Starts the run and waits until both hanging cases are in their loops.
fn start(place: &Place, grace: Duration) -> Child {
    // Whoever runs the tests in the background ignores SIGINT, and so would what they start.
    let child = command("env")
        .arg("--default-signal=INT,TERM")
        .arg(std::env::current_exe().expect("this test"))
        .args(["process_of_its_own", "--exact", "--ignored", "--nocapture"])
        .env(PLACE, place.directory.path())
        .env(GRACE, grace.as_millis().to_string())
        .spawn()
        .expect("start");
    wait_for("the cases to run", || place.path("stubborn").exists() && place.path("hangs").exists());
    child
}

fn wait_for(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(120), "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn send(signal: &str, child: &Child) {
    let status = command("kill").args([format!("-{signal}"), child.id().to_string()]).status().expect("kill");
    assert!(status.success());
}

fn nothing_left(place: &Place) {
    for number in 1..=3 {
        let needle = format!("98766.{number}");
        assert!(processes_with(&needle).is_empty(), "sleep {needle} lives");
    }
    assert!(place.scratch_left().is_empty());
}

/// The reports after an interrupt: whole, the same in both files, every case accounted for.
fn check_reports(place: &Place, signal: u8) {
    let record = from_file(&place.path("events.jsonl")).expect("the events");
    assert_eq!(record.interrupted, Some(signal));
    assert!(record.finished);
    check_results(&record);
    let root = parse(&fs::read(place.path("out.xml")).expect("the report")).expect("well-formed");
    assert_eq!(schema_violations(&root), Vec::<String>::new());
    assert_eq!(dialect_violations(&root), Vec::<String>::new());
    let skipped = root.cases().iter().filter(|case| case.child("skipped").is_some()).count();
    assert_eq!((root.cases().len(), skipped), (7, 6));
}

fn check_results(record: &Record) {
    assert_eq!((record.counts().passed, record.counts().skipped), (1, 6));
    for (case, result) in record.results().skip(1) {
        assert_eq!(finding(&result).1, FindingKind::NotRun, "{}", case.at);
    }
}

fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| panic!("it ended by a signal: {status}"))
}

#[test]
fn an_interrupt_ends_gently_and_reports() {
    let place = Place::new();
    let mut child = start(&place, Duration::from_millis(500));
    send("INT", &child);
    assert_eq!(code(child.wait().expect("wait")), 130);
    check_reports(&place, 2);
    nothing_left(&place);
}

#[test]
fn a_termination_has_its_own_code() {
    let place = Place::new();
    let mut child = start(&place, Duration::from_millis(500));
    send("TERM", &child);
    assert_eq!(code(child.wait().expect("wait")), 143);
    check_reports(&place, 15);
    nothing_left(&place);
}

#[test]
fn a_second_interrupt_does_not_wait_for_the_grace() {
    let place = Place::new();
    let mut child = start(&place, Duration::from_secs(100_000));
    send("INT", &child);
    let events = || fs::read_to_string(place.path("events.jsonl")).unwrap_or_default();
    wait_for("the interrupt", || events().contains("\"interrupted\""));
    assert!(child.try_wait().expect("wait").is_none(), "the stubborn case has its grace");
    send("INT", &child);
    assert_eq!(code(child.wait().expect("wait")), 130);
    check_reports(&place, 2);
    nothing_left(&place);
}

#[test]
fn a_killed_run_leaves_readable_events_and_the_next_one_cleans_up() {
    let place = Place::new();
    let mut child = start(&place, Duration::from_millis(500));
    send("KILL", &child);
    child.wait().expect("wait");
    // The kernel ends what the harness had started itself; what that started is nobody's any more.
    wait_for("the case's own process to end", || processes_with("98766.3").is_empty());
    for pid in ["98766.1", "98766.2"].into_iter().flat_map(processes_with) {
        command("kill").args(["-KILL", &pid.to_string()]).status().expect("kill");
    }

    let record = from_file(&place.path("events.jsonl")).expect("the events");
    assert!(!record.finished && record.interrupted.is_none());
    check_results(&record);
    let document = junit::render(&record, JunitDialect::Strict).expect("render");
    assert_eq!(schema_violations(&parse(&document).expect("well-formed")), Vec::<String>::new());
    assert_eq!(place.scratch_left().len(), 1);
    run_all(&place.request(vec![shell("next", "true")]));
    assert!(place.scratch_left().is_empty());
}
