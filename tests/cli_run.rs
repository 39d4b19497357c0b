//! `matrix run`, `repro` and `doctor` on programs of this machine, where no fixture and no emulator is needed.

mod support;

use std::fs;

use support::Project;

const MATRIX: &str = "\
default-target: here
targets:
  here: {launcher: native}
  elfuse: {launcher: elfuse}
axes:
  link: [static]
suites: [small]
profiles:
  hasty: {timeout: 0.2, grace: 0.1}
";

const SMALL: &str = r#"
links:
  static: {programs: /bin}
files:
  x: "one\n"
cases:
  - {name: good, run: sh -c 'cat; cat $T/x; echo "$$GREETING $$LC_ALL"', stdin: "in\n", env: {GREETING: "hi $T"}, stdout: "in\none\nhi $T C\n", stderr: ""}
  - {name: nine, run: sh -c 'exit 9', exit: 9, tags: [quick]}
  - {name: killed, run: sh -c 'kill -KILL $$$$', signal: 9, tags: [quick]}
  - {name: wrong, run: echo other, stdout: "hello\n"}
  - {name: sleeper, run: sleep 20}
"#;

fn project() -> Project {
    Project::new(MATRIX, &[("small", SMALL)])
}

#[test]
fn expected_results_end_with_0_and_reports_are_written() {
    let project = project();
    let printed = project.matrix(&[
        "run",
        "--case",
        "good",
        "--tag",
        "quick",
        "--case",
        "nine",
        "--case",
        "killed",
        "-j",
        "2",
        "--junit",
        "out.xml",
        "--jsonl",
        "out.jsonl",
    ]);
    assert_eq!(printed.status, 0, "{}{}", printed.stdout, printed.stderr);
    assert!(printed.stdout.contains("2 passed"), "{}", printed.stdout);
    let junit = fs::read_to_string(project.path().join("out.xml")).unwrap();
    assert_eq!(junit.matches("<testcase").count(), 2, "{junit}");
    assert!(junit.contains(r#"classname="here.small.static""#), "{junit}");
    let events = fs::read_to_string(project.path().join("out.jsonl")).unwrap();
    assert_eq!(events.matches("\"event\":\"case-finished\"").count(), 2, "{events}");
}

#[test]
fn placeholders_and_the_environment_reach_the_program() {
    let printed = project().matrix(&["run", "--case", "good"]);
    assert_eq!(printed.status, 0, "{}{}", printed.stdout, printed.stderr);
}

#[test]
fn an_unexpected_result_ends_with_1() {
    let printed = project().matrix(&["run", "here", "--case", "wrong"]);
    assert_eq!(printed.status, 1, "{}{}", printed.stdout, printed.stderr);
    assert!(printed.stdout.contains("small/static/wrong"), "{}", printed.stdout);
}

#[test]
fn a_profile_and_a_timeout_end_a_sleeper() {
    let project = project();
    for args in [["--profile", "hasty"], ["--timeout", "0.2"]] {
        let mut all = vec!["run", "--case", "sleeper"];
        all.extend(args);
        let printed = project.matrix(&all);
        assert_eq!(printed.status, 1, "{}{}", printed.stdout, printed.stderr);
        assert!(printed.stdout.to_lowercase().contains("ended by the harness"), "{}", printed.stdout);
    }
}

#[test]
fn a_selection_of_nothing_runs_nothing() {
    let printed = project().matrix(&["run", "--case", "god"]);
    assert_eq!((printed.status, printed.stdout.as_str()), (4, ""));
    assert_eq!(printed.stderr, "error: no case matches `god`\ndid you mean: good?\n");
}

#[test]
fn what_a_target_cannot_run_is_skipped_with_a_reason() {
    let printed = project().matrix(&["run", "elfuse", "--case", "good"]);
    assert_eq!(printed.status, 0, "{}{}", printed.stdout, printed.stderr);
    assert!(printed.stdout.contains("1 skipped"), "{}", printed.stdout);
    assert!(printed.stdout.contains("a program of this machine needs a native target"), "{}", printed.stdout);
}

#[test]
fn words_of_run_are_checked() {
    let project = project();
    for (args, complaint) in [
        (vec!["run", "--jobs", "0"], "--jobs"),
        (vec!["run", "--timeout", "never"], "number of seconds"),
        (vec!["run", "--profile", "hastly"], "did you mean `hasty`?"),
        (vec!["run", "--junit-dialect", "strict"], "--junit <FILE>"),
        (vec!["run", "--inject", "sidecar"], "sidecar-veto"),
        (vec!["run", "--inject", "sidecar-veto"], "needs a target with the launcher `elfuse`; here has none"),
        (
            vec!["run", "--engine", "jit"],
            "--engine jit needs a target with the launcher `elfuse`; here has none",
        ),
        (
            vec!["run", "elfuse", "--engine", "jit,jot"],
            "'jot' for '--engine <E>': expected one of interp, jit, check, jit-no-",
        ),
        (vec!["repro", "good", "--engine", "jit"], "--engine jit needs a target with the launcher `elfuse`"),
        (vec!["list", "--engine", "jit"], "--engine jit needs a target with the launcher `elfuse`"),
        (vec!["run", "--volume", "folded"], "byte-exact, folding"),
        (vec!["run", "--volume-provider", "floppy"], "hdiutil, loop, fuse, directory, simulated"),
    ] {
        let printed = project.matrix(&args);
        assert_eq!((printed.status, printed.stdout.as_str()), (2, ""), "{args:?}");
        assert!(printed.stderr.contains(complaint), "{}", printed.stderr);
    }
}

#[test]
fn repro_runs_a_case_and_leaves_a_script_that_does_it_again() {
    let project = project();
    let printed = project.matrix(&["repro", "good"]);
    assert_eq!(printed.status, 0, "{}{}", printed.stdout, printed.stderr);
    let place = "<project>/cache/repro/small-static-good";
    assert_eq!(
        printed.stdout,
        format!(
            "wrote {place}/repro.sh\n\
             expected: exit status 0\n\
             expected: stdout is \"in\\none\\nhi $T C\\n\"\n\
             expected: stderr is empty\n\
             ---\nin\none\nhi {place}/t C\n---\nended: exit status 0\n"
        )
    );
    let script = project.path().join("cache/repro/small-static-good/repro.sh");
    let again = matrix::host::command(&script).env_clear().output().unwrap();
    assert!(String::from_utf8_lossy(&again.stdout).starts_with("in\none\nhi "), "{again:?}");
}

#[test]
fn repro_tells_an_expected_ending_from_another() {
    let project = project();
    assert_eq!(project.matrix(&["repro", "nine"]).status, 0);
    assert_eq!(project.matrix(&["repro", "killed"]).status, 0);
    let other = Project::new(MATRIX, &[("small", &SMALL.replace("exit: 9", "exit: 8"))]);
    let printed = other.matrix(&["repro", "nine"]);
    assert_eq!(printed.status, 1);
    assert!(printed.stdout.ends_with("ended: exit status 9\n"), "{}", printed.stdout);
}

#[test]
fn repro_wants_one_case() {
    let project = project();
    let printed = project.matrix(&["repro", "*i*"]);
    assert_eq!((printed.status, printed.stdout.as_str()), (2, ""));
    assert_eq!(
        printed.stderr,
        "error: `*i*` names 5 cases; choose one:\n  small/static/good\n  small/static/nine\n  small/static/killed\n  \
         small/static/wrong\n  small/static/sleeper\n"
    );
    let printed = project.matrix(&["repro", "good", "--target", "elfuse"]);
    assert_eq!(printed.status, 2);
    assert!(printed.stderr.contains("cannot run on elfuse"), "{}", printed.stderr);
}

#[test]
fn doctor_checks_the_machine_and_the_emulator() {
    let printed = project().matrix(&["doctor"]);
    let has = |line: &str| printed.stdout.lines().any(|printed| printed.starts_with(line));
    assert!(has("ok    machine: "), "{}", printed.stdout);
    assert!(has("ok    project: <project>: 1 suites, 5 cases"), "{}", printed.stdout);
    assert!(has("ok    cache: <project>/cache, "), "{}", printed.stdout);
    assert!(has("ok    emulator: ran a guest program"), "{}", printed.stdout);
    assert_eq!(printed.status, 0, "{}", printed.stdout);
}

#[test]
fn doctor_goes_on_after_a_failure_and_ends_with_5() {
    let project = Project::new(MATRIX, &[("small", "cases: []\n")]);
    let printed = project.matrix(&["doctor"]);
    assert_eq!(printed.status, 5, "{}", printed.stdout);
    assert!(printed.stdout.contains("fail  project: error: a suite has no `links`"), "{}", printed.stdout);
    assert!(printed.stdout.contains("emulator: "), "{}", printed.stdout);
}
