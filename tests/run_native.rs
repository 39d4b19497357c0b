//! Every way a case can end, with host programs for targets.

mod run_support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use matrix::cli::Exit;
use matrix::plan::{ExpectedEnding, TextRule};
use matrix::report::from_file;
use matrix::run::EventKind;
use matrix::verdict::{Ending, FindingKind, Verdict};
use run_support::*;

#[test]
fn a_case_is_hermetic() {
    let place = Place::new();
    let script = r#"umask; pwd; env | sort | grep -v '^_=\|^PWD=\|^OLDPWD=\|^SHLVL='; ls "$HOME" "$TMPDIR" .; cat; cat "$1"/a/b"#;
    let mut case = shell("hermetic", script);
    case.args.extend(["sh".into(), "$T".into()]);
    case.stdin = b"from stdin\n".to_vec();
    case.files.insert("a/b".into(), b"a file\n".to_vec());
    case.env.insert("MINE".into(), "$T".into());
    let result = run_one(&place, case);
    assert_eq!(result.verdict, Verdict::Pass);
    let attempt = result.attempt.expect("attempt");
    let output = fs::read_to_string(&attempt.stdout).expect("output");
    let lines: Vec<&str> = output.lines().collect();
    assert_eq!(lines[0], "0022");
    assert!(lines[1].ends_with("/s/0-1/cwd"), "{output}");
    let names: Vec<&str> =
        lines[2..].iter().filter_map(|line| line.split_once('=')).map(|(name, _)| name).collect();
    assert_eq!(names, ["HOME", "LC_ALL", "MINE", "PATH", "TMPDIR", "TZ", "USER"], "{output}");
    assert!(output.ends_with("from stdin\na file\n"), "{output}");
    assert!(attempt.max_rss_kb > 0);
    assert!(place.scratch_left().is_empty());
}

#[test]
fn keeping_keeps_the_scratch_directories() {
    let place = Place::new();
    let mut request = place.request(vec![shell("keeps", "touch left")]);
    request.keep = true;
    let record = run_all(&request);
    assert!(record.run.directory.join("s/0-1/cwd/left").exists());
}

#[test]
fn scratch_goes_even_if_a_guest_locks_it() {
    let place = Place::new();
    let result = run_one(&place, shell("locks", "mkdir -p a/b && chmod 0 a/b a"));
    assert_eq!(result.verdict, Verdict::Pass);
    assert!(place.scratch_left().is_empty());
}

#[test]
fn wrong_statuses_and_signals_fail() {
    let place = Place::new();
    let mut expects_signal = shell("expects", "kill -SEGV $$");
    expects_signal.expect.ending = ExpectedEnding::Signal(11);
    let mut looks_killed = shell("looks", "kill -KILL $$");
    looks_killed.expect.ending = ExpectedEnding::Exit(137);
    let cases =
        vec![shell("status", "exit 3"), shell("signal", "kill -SEGV $$"), expects_signal, looks_killed];
    let record = run_all(&place.request(cases));
    let results: Vec<_> = record.results().map(|(_, result)| result).collect();
    assert_eq!(finding(&results[0]).1, FindingKind::ExitCode);
    assert_eq!(finding(&results[1]).2.message, "signal 11 (SIGSEGV), expected exit status 0");
    assert_eq!(results[2].verdict, Verdict::Pass);
    assert_eq!(finding(&results[3]).2.message, "signal 9 (SIGKILL), expected exit status 137");
    assert_eq!(record.exit(), Exit::Unexpected);
}

#[test]
fn output_is_compared_and_kept_apart() {
    let place = Place::new();
    let mut case = prints(shell("both", "echo out; echo err >&2"), "out\n");
    case.expect.stderr.push(TextRule::Exact("other\n".into()));
    let result = run_one(&place, case);
    let (_, kind, finding) = finding(&result);
    assert_eq!(kind, FindingKind::StderrMismatch);
    assert!(finding.detail.contains("-other\n+err\n"), "{}", finding.detail);
    let attempt = result.attempt.expect("attempt");
    assert_eq!(fs::read(attempt.stdout).expect("stdout"), b"out\n");
    assert_eq!(fs::read(attempt.stderr).expect("stderr"), b"err\n");
}

#[test]
fn a_timeout_is_a_fact_and_status_124_is_none() {
    let place = Place::new();
    let mut hangs = shell("hangs", "trap '' TERM; while :; do sleep 1; done");
    hangs.timeout = Duration::from_millis(300);
    let mut status = shell("status", "exit 124");
    status.expect.ending = ExpectedEnding::Exit(124);
    let record = run_all(&place.request(vec![hangs, status]));
    let results: Vec<_> = record.results().map(|(_, result)| result).collect();
    assert_eq!((finding(&results[0]).0, finding(&results[0]).1), ("failure", FindingKind::Timeout));
    let attempt = results[0].attempt.as_ref().expect("attempt");
    assert_eq!(attempt.ending, Ending::TimedOut { limit: Duration::from_millis(300) });
    assert!(attempt.duration >= Duration::from_millis(300));
    assert_eq!(results[1].verdict, Verdict::Pass);
}

#[test]
fn a_polite_guest_has_the_grace_to_clean_up() {
    let place = Place::new();
    let mut case = shell("polite", "trap 'echo bye; exit 0' TERM; while :; do sleep 0.05; done");
    case.timeout = Duration::from_millis(300);
    let mut request = place.request(vec![case]);
    request.grace = Duration::from_secs(60);
    let record = run_all(&request);
    let (_, result) = record.results().next().expect("result");
    assert_eq!(finding(&result).1, FindingKind::Timeout);
    assert_eq!(fs::read(result.attempt.expect("attempt").stdout).expect("stdout"), b"bye\n");
}

#[test]
fn a_stopped_guest_is_ended_too() {
    let place = Place::new();
    let mut case = shell("stopped", "kill -STOP $$");
    case.timeout = Duration::from_millis(300);
    assert_eq!(finding(&run_one(&place, case)).1, FindingKind::Timeout);
}

#[test]
fn slow_cases_are_marked_as_they_run() {
    let place = Place::new();
    let mut case = shell("slow", "sleep 1");
    case.slow = Duration::from_millis(50);
    let (record, events) = try_run(&place.request(vec![case]));
    let record = record.expect("run");
    assert!(record.results().next().expect("result").1.attempt.expect("attempt").slow);
    let at = |wanted: fn(&EventKind) -> bool| events.iter().position(|event| wanted(&event.what));
    let slow = at(|what| matches!(what, EventKind::CaseSlow { case: 0 }));
    assert!(slow.is_some() && slow < at(|what| matches!(what, EventKind::CaseFinished { .. })));
}

#[test]
fn too_much_output_ends_the_case_at_the_limit() {
    let place = Place::new();
    let cases = vec![
        shell("finite", "head -c 104857600 /dev/zero"),
        shell("endless", "trap '' TERM; while :; do yes; done >&2"),
        shell("within", "head -c 1048576 /dev/zero"),
    ];
    let record = run_all(&place.request(cases));
    let results: Vec<_> = record.results().map(|(_, result)| result).collect();
    let size = |path: &std::path::Path| fs::metadata(path).expect("output").len();
    for (result, stream) in [(&results[0], 0), (&results[1], 1)] {
        assert_eq!((finding(result).0, finding(result).1), ("failure", FindingKind::OutputLimit));
        let attempt = result.attempt.as_ref().expect("attempt");
        assert_eq!(size([&attempt.stdout, &attempt.stderr][stream]), 1 << 20);
    }
    assert_eq!(results[2].verdict, Verdict::Pass);
    assert_eq!(size(&results[2].attempt.as_ref().expect("attempt").stdout), 1 << 20);
}

#[cfg(target_os = "linux")]
#[test]
fn what_stays_behind_is_killed_and_is_a_leak() {
    let place = Place::new();
    let cases = vec![
        shell("group", "sleep 98765.1 & exit 0"),
        shell("session", "setsid sleep 98765.2 & sleep 0.3; exit 0"),
        shell(
            "both",
            "trap '' HUP; setsid sh -c 'trap \"\" TERM; sleep 98765.3 & sleep 98765.4' & sleep 0.3",
        ),
        shell("short", "sleep 0.02 & exit 0"),
    ];
    let record = run_all(&place.request(cases));
    let results: Vec<_> = record.results().map(|(_, result)| result).collect();
    for result in &results[..3] {
        assert_eq!((finding(result).0, finding(result).1), ("error", FindingKind::Leak));
    }
    assert_eq!(results[0].attempt.as_ref().expect("attempt").strays, 1);
    assert_eq!(results[1].attempt.as_ref().expect("attempt").strays, 1);
    assert!(results[2].attempt.as_ref().expect("attempt").strays >= 3);
    for number in 1..=4 {
        assert!(processes_with(&format!("98765.{number}")).is_empty(), "sleep 98765.{number} lives");
    }
    assert_eq!(results[3].verdict, Verdict::Pass);
}

#[cfg(target_os = "linux")]
#[test]
fn a_crowd_is_ended_as_one() {
    let place = Place::new();
    let crowd = "trap '' TERM; n=0; while [ $n -lt 60 ]; do (trap '' TERM; sleep 98765.5; sleep 98765.5) & \
                 n=$((n+1)); done; wait";
    let mut case = shell("crowd", crowd);
    case.timeout = Duration::from_secs(1);
    assert_eq!(finding(&run_one(&place, case)).1, FindingKind::Timeout);
    assert!(processes_with("98765.5").is_empty());
}

#[cfg(target_os = "linux")]
#[test]
fn descriptors_of_the_harness_stay_its_own() {
    let place = Place::new();
    // What the shell opened to read the directory is closed again when it looks.
    let script = "cd /proc/$$/fd; for fd in *; do if test -e $fd; then echo $fd; fi; done";
    let case = prints(shell("descriptors", script), "0\n1\n2\n");
    let result = run_one(&place, case);
    assert_eq!(result.verdict, Verdict::Pass, "the shell has a descriptor too many");
}

#[test]
fn programs_that_cannot_start_are_errors_of_the_machine() {
    let place = Place::new();
    let mut missing = shell("missing", "");
    missing.program = "/nonexistent/program".into();
    let mut forbidden = shell("forbidden", "");
    forbidden.program = "forbidden".into();
    fs::write(place.path("forbidden"), "#!/bin/sh\n").expect("write");
    fs::set_permissions(place.path("forbidden"), fs::Permissions::from_mode(0o644)).expect("chmod");
    let record = run_all(&place.request(vec![missing, forbidden]));
    for (_, result) in record.results() {
        assert_eq!((finding(&result).0, finding(&result).1), ("error", FindingKind::Spawn));
        assert!(finding(&result).2.message.contains("cannot start"));
    }
    assert_eq!(record.exit(), Exit::Infrastructure);
}

#[test]
fn unsupported_cases_are_skipped_with_their_reason() {
    let place = Place::new();
    let mut case = shell("unsupported", "exit 1");
    case.unsupported = Some("it executes children".into());
    let record = run_all(&place.request(vec![case]));
    let (_, result) = record.results().next().expect("result");
    assert_eq!((finding(&result).0, finding(&result).1), ("skipped", FindingKind::Unsupported));
    assert_eq!(finding(&result).2.message, "it executes children");
    assert!(result.attempt.is_none());
    assert_eq!(record.exit(), Exit::Expected);
}

#[test]
fn a_retry_that_passes_is_flaky() {
    let place = Place::new();
    let marker = place.path("marker");
    let script =
        format!("test -e {0} || {{ touch {0}; exit 1; }}", shell_words::quote(&marker.to_string_lossy()));
    let mut request = place.request(vec![shell("flaky", &script), shell("bad", "exit 9")]);
    request.retries = 2;
    let record = run_all(&request);
    let results: Vec<_> = record.results().map(|(_, result)| result).collect();
    assert!(results[0].flaky());
    assert_eq!(results[0].earlier.len(), 1);
    assert_eq!(results[1].earlier.len(), 2);
    assert_eq!(finding(&results[1]).1, FindingKind::ExitCode);
    assert_eq!(record.counts().flaky, 1);
}

#[test]
fn nothing_selected_and_missing_fixtures_are_told() {
    let place = Place::new();
    let error = try_run(&place.request(Vec::new())).0.expect_err("nothing");
    assert_eq!(error.exit(), Exit::NothingSelected);
    let mut request = place.request(vec![shell("x", "")]);
    request.cases[0].fixture = "coreutils-static".into();
    request.target.launcher = matrix::plan::Launcher::Elfuse { options: Vec::new() };
    let error = try_run(&request).0.expect_err("no fixture");
    assert_eq!(error.exit(), Exit::Infrastructure);
    assert!(error.to_string().contains("matrix fixtures build coreutils-static"), "{error}");
}

#[test]
fn the_event_file_tells_the_same_as_the_run() {
    let place = Place::new();
    let mut request = place.request(vec![shell("good", "echo x"), shell("bad", "exit 1")]);
    request.jsonl = Some(place.path("sub/events.jsonl"));
    let record = run_all(&request);
    assert!(record.finished);
    assert_eq!(from_file(&place.path("sub/events.jsonl")).expect("read"), record);
    let again = run_all(&request);
    assert_ne!(again.run.run_id, record.run.run_id);
    assert_eq!(from_file(&place.path("sub/events.jsonl")).expect("the last run"), again);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_one_error() {
    let place = Place::new();
    let mut request = place.request(vec![shell("good", "echo x")]);
    request.junit = Some("/dev/full".into());
    let error = try_run(&request).0.expect_err("full");
    assert_eq!(error.exit(), Exit::Infrastructure);
    assert!(
        error.to_string().starts_with("cannot write the JUnit report /dev/full: No space left"),
        "{error}"
    );

    let marker = place.path("never");
    let script = format!("touch {}", shell_words::quote(&marker.to_string_lossy()));
    let mut request = place.request((0..20).map(|n| shell(&format!("c{n}"), &script)).collect());
    request.jsonl = Some("/dev/full".into());
    request.junit = Some(place.path("out.xml"));
    let error = try_run(&request).0.expect_err("full");
    assert_eq!(error.exit(), Exit::Infrastructure);
    assert!(error.to_string().contains("/dev/full"), "{error}");
    assert!(place.path("out.xml").exists(), "the report is written all the same");
    assert!(!marker.exists(), "no case starts when the first event cannot be kept");
}
