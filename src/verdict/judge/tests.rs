use std::path::PathBuf;
use std::time::Duration;

use super::*;
use crate::plan::{Coordinates, Expect, Link, Source, SysrootKind};

fn case(ending: ExpectedEnding, stdout: Vec<TextRule>, stderr: Vec<TextRule>) -> Case {
    Case {
        at: Coordinates {
            target: "native".into(),
            suite: "suite".into(),
            link: Link::Static,
            volume: None,
            engine: None,
            name: "case".into(),
        },
        source: Source { file: "suites/suite.yaml".into(), line: 1 },
        tags: Vec::new(),
        fixture: "none".into(),
        program: "bin/true".into(),
        program_at: None,
        args: Vec::new(),
        stdin: Vec::new(),
        files: [].into(),
        env: [].into(),
        sysroot: SysrootKind::Fixture,
        host_fallback: None,
        tree: Vec::new(),
        expect: Expect { ending, stdout, stderr, after: Vec::new() },
        unsupported: None,
        slow: Duration::from_secs(1),
        timeout: Duration::from_secs(2),
    }
}

fn attempt(ending: Ending) -> Attempt {
    Attempt {
        ending,
        duration: Duration::ZERO,
        stdout: PathBuf::new(),
        stderr: PathBuf::new(),
        max_rss_kb: 0,
        utime: Duration::ZERO,
        slow: false,
        strays: 0,
    }
}

fn word(case: &Case, attempt: &Attempt, stdout: &[u8], stderr: &[u8]) -> Verdict {
    let places = Places { files: "/s.1/t".into(), bin: "/f/bin".into(), ..Places::default() };
    judge(case, attempt, Evidence { stdout, stderr, trees: None }, &places)
}

fn found(verdict: &Verdict) -> (&'static str, FindingKind, &str) {
    match verdict {
        Verdict::Pass => panic!("passed"),
        Verdict::Failure(finding) => ("failure", finding.kind, &finding.message),
        Verdict::Error(finding) => ("error", finding.kind, &finding.message),
        Verdict::Skipped(finding) => ("skipped", finding.kind, &finding.message),
    }
}

const EXITED: Ending = Ending::GuestExit { status: 0 };

#[test]
fn the_exit_status_must_be_the_expected_one() {
    let false_ = case(ExpectedEnding::Exit(1), vec![], vec![]);
    assert_eq!(word(&false_, &attempt(Ending::GuestExit { status: 1 }), b"", b""), Verdict::Pass);
    assert_eq!(
        found(&word(&false_, &attempt(EXITED), b"", b"")),
        ("failure", FindingKind::ExitCode, "exit status 0, expected exit status 1")
    );
}

#[test]
fn a_signal_passes_only_if_the_case_says_so() {
    let killed = attempt(Ending::GuestSignal { signal: 9 });
    let plain = case(ExpectedEnding::Exit(137), vec![], vec![]);
    let message = "signal 9 (SIGKILL), expected exit status 137";
    assert_eq!(found(&word(&plain, &killed, b"", b"")), ("failure", FindingKind::ExitCode, message));
    let expecting = case(ExpectedEnding::Signal(9), vec![], vec![]);
    assert_eq!(word(&expecting, &killed, b"", b""), Verdict::Pass);
    assert_ne!(word(&expecting, &attempt(Ending::GuestExit { status: 137 }), b"", b""), Verdict::Pass);
}

#[test]
fn what_the_harness_did_is_a_fact_whatever_is_expected() {
    let any = case(ExpectedEnding::Exit(124), vec![], vec![]);
    let timed_out = attempt(Ending::TimedOut { limit: Duration::from_millis(1500) });
    let message = "still running after 1.500 s; ended by the harness";
    assert_eq!(found(&word(&any, &timed_out, b"", b"")), ("failure", FindingKind::Timeout, message));
    let limit = attempt(Ending::OutputLimit { limit: 64 });
    assert_eq!(found(&word(&any, &limit, b"", b"")).1, FindingKind::OutputLimit);
    let exit_124 = attempt(Ending::GuestExit { status: 124 });
    assert_eq!(word(&any, &exit_124, b"", b""), Verdict::Pass);
}

#[test]
fn faults_of_others_are_errors() {
    let any = case(ExpectedEnding::Exit(0), vec![], vec![]);
    let detail = || "x".to_owned();
    for (ending, kind) in [
        (Ending::Unsupported { what: detail() }, FindingKind::EmulatorCrash),
        (Ending::EmulatorCrash { detail: detail() }, FindingKind::EmulatorCrash),
        (Ending::HostError { detail: detail() }, FindingKind::Spawn),
        (Ending::Spawn { detail: detail() }, FindingKind::Spawn),
        (Ending::Fixture { detail: detail() }, FindingKind::Fixture),
    ] {
        let verdict = word(&any, &attempt(ending), b"", b"");
        let (element, found_kind, message) = found(&verdict);
        assert_eq!((element, found_kind), ("error", kind));
        assert!(message.contains('x'));
    }
}

#[test]
fn long_errors_keep_their_whole_text_in_the_detail() {
    let any = case(ExpectedEnding::Exit(0), vec![], vec![]);
    let text = "long ".repeat(100);
    let verdict = word(&any, &attempt(Ending::Spawn { detail: text.clone() }), b"", b"");
    let Verdict::Error(finding) = verdict else { panic!("{verdict:?}") };
    assert!(finding.message.chars().count() <= 200);
    assert_eq!(finding.detail, text);
}

#[test]
fn patterns_find_bytes_and_quote_placeholders() {
    let rule = |pattern: &str| case(ExpectedEnding::Exit(0), vec![TextRule::Matches(pattern.into())], vec![]);
    let verdict = |pattern: &str, bytes: &[u8]| word(&rule(pattern), &attempt(EXITED), bytes, b"");
    assert_eq!(verdict("2 2 3", b"12: 2 2 3\n"), Verdict::Pass);
    assert_eq!(verdict("b", b"\xff\xfeb"), Verdict::Pass);
    assert_eq!(verdict("^$T$", b"/s.1/t"), Verdict::Pass);
    assert_ne!(verdict("^$T$", b"/sx1/t"), Verdict::Pass);
    let message = "stdout does not match /yes/: 4 bytes, first line `\\x1Bno`";
    let failed = verdict("yes", b"\x1bno\n");
    assert_eq!(found(&failed), ("failure", FindingKind::StdoutMismatch, message));
    assert_eq!(found(&verdict("yes", b"")).2, "stdout does not match /yes/: it is empty");
}

#[test]
fn exact_text_is_compared_whole_and_shown_as_a_diff() {
    let exact =
        case(ExpectedEnding::Exit(0), vec![TextRule::Exact("x $T\ny\n".into())], vec![TextRule::Empty]);
    assert_eq!(word(&exact, &attempt(EXITED), b"x /s.1/t\ny\n", b""), Verdict::Pass);
    let verdict = word(&exact, &attempt(EXITED), b"x /s.1/t\nz\n", b"");
    assert_eq!(found(&verdict).2, "stdout differs at line 2: `z`, expected `y`");
    let Verdict::Failure(finding) = verdict else { panic!("not a failure") };
    assert_eq!(finding.detail, "--- expected\n+++ stdout\n@@ -1,2 +1,2 @@\n x /s.1/t\n-y\n+z\n");
    let longer = word(&exact, &attempt(EXITED), b"x /s.1/t\ny\nmore\n", b"");
    assert_eq!(found(&longer).2, "stdout differs at line 3: `more`, expected nothing");
}

#[test]
fn the_first_rule_names_the_kind_and_the_detail_lists_all() {
    let rules = case(ExpectedEnding::Exit(0), vec![TextRule::Matches("a".into())], vec![TextRule::Empty]);
    let mut ended = attempt(Ending::GuestExit { status: 1 });
    ended.strays = 1;
    let Verdict::Failure(finding) = word(&rules, &ended, b"", b"oops\n") else { panic!("not a failure") };
    assert_eq!(finding.kind, FindingKind::ExitCode);
    assert_eq!(finding.message, "exit status 1, expected exit status 0 (and 3 more)");
    for part in
        ["exit status 1", "stdout does not match", "stderr is not empty", "+oops", "1 process was left"]
    {
        assert!(finding.detail.contains(part), "{part}: {}", finding.detail);
    }
}

#[test]
fn leftovers_turn_a_pass_into_an_error() {
    let any = case(ExpectedEnding::Exit(0), vec![], vec![]);
    let mut ended = attempt(EXITED);
    ended.strays = 2;
    let message = "2 processes were left running and killed by the harness";
    assert_eq!(found(&word(&any, &ended, b"", b"")), ("error", FindingKind::Leak, message));
}

#[test]
fn a_case_that_cannot_run_says_why() {
    let verdict = unsupported("executes children");
    assert_eq!(found(&verdict), ("skipped", FindingKind::Unsupported, "executes children"));
    assert_eq!(found(&not_run("interrupted")), ("skipped", FindingKind::NotRun, "interrupted"));
}
