//! Runs on several engines: the bundled emulator on guest programs, and what is made of results that differ.

mod common;
mod run_support;

use std::fs;

use matrix::cli::Exit;
use matrix::plan::{Case, Engine, JunitDialect};
use matrix::report::terminal::{Look, summary};
use matrix::report::{from_file, junit};
use run_support::*;

/// Exit status, standard output and standard error of `matrix` in this project; only in a test that has its [`Place`].
fn matrix(args: &[&str]) -> (Option<i32>, String, String) {
    let output = matrix::host::command(env!("CARGO_BIN_EXE_matrix"))
        .args(args)
        .current_dir(common::root())
        .env("NO_COLOR", "1")
        .output()
        .expect("matrix starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_guest_program_passes_on_every_engine() {
    common::fixture("guest-programs");
    let place = Place::new();
    let (events, report) = (place.path("events.jsonl"), place.path("junit.xml"));
    let names: Vec<&str> = Engine::all().map(Engine::name).collect();
    let mut args = vec!["run", "elfuse-aarch64", "--suite", "guest", "--case", "guest/static/hello-asm"];
    args.extend(["--case", "start", "--engine"]);
    let list = names.join(",");
    args.extend([list.as_str(), "--jsonl", events.to_str().expect("UTF-8")]);
    args.extend(["--junit", report.to_str().expect("UTF-8")]);
    let (status, stdout, stderr) = matrix(&args);
    assert_eq!(status, Some(0), "{stdout}{stderr}");
    assert!(stdout.contains(&format!("\n  engines: {}\n", names.join(", "))), "{stdout}");

    let record = from_file(&events).expect("events");
    assert_eq!(record.run.engines, Engine::all().collect::<Vec<_>>());
    assert_eq!(record.counts().passed, 2 * names.len());
    for (case, result) in record.results() {
        let engine = case.at.engine.expect("an engine");
        assert_eq!(case.at.to_string(), format!("guest/static/{engine}/{}", case.at.name));
        let again = format!("matrix repro --target elfuse-aarch64 --engine {engine} {}", case.at);
        assert_eq!(result.reproduce, again);
    }
    let report = fs::read_to_string(&report).expect("report");
    for name in &names {
        assert!(
            report.contains(&format!("<testsuite name=\"elfuse-aarch64.guest.static.{name}\"")),
            "{report}"
        );
        assert!(report.contains(&format!("<property name=\"axis.engine\" value=\"{name}\"/>")), "{report}");
    }
}

#[test]
fn programs_with_threads_and_children_agree_on_both_engines() {
    common::fixture("guest-programs");
    let _place = Place::new();
    let names = ["threads", "fork-exec", "exec-state", "futex", "memory"];
    let mut args = vec!["run", "elfuse-aarch64", "--suite", "guest", "--link", "static", "--engine", "check"];
    args.extend(names.iter().flat_map(|name| ["--case", name]));
    let (status, stdout, stderr) = matrix(&args);
    assert_eq!(status, Some(0), "{stdout}{stderr}");
    assert!(stdout.contains("5 passed"), "{stdout}");
}

#[test]
fn a_defect_of_the_translator_is_found_by_the_interpreter() {
    common::fixture("guest-programs");
    let _place = Place::new();
    let case = ["run", "elfuse-aarch64", "--suite", "guest", "--link", "static", "--case", "threads"];
    let (status, stdout, stderr) =
        matrix(&[&case[..], &["--engine", "check", "--inject", "jit-madd"]].concat());
    assert_eq!(status, Some(1), "{stdout}{stderr}");
    assert!(stdout.contains("the engines differ at pc 0x"), "{stdout}");
}

#[test]
fn a_case_is_reproduced_on_its_engine() {
    common::fixture("guest-programs");
    let place = Place::new();
    let directory = place.directory.path().to_str().expect("UTF-8");
    let repro = ["repro", "guest/static/jit-no-chain/hello-asm", "--directory", directory];
    let (status, stdout, stderr) = matrix(&[&repro[..], &["--engine", "jit-no-chain"]].concat());
    assert_eq!(status, Some(0), "{stdout}{stderr}");
    assert!(stdout.contains("\nok hello from assembly\n"), "{stdout}");
    let script = fs::read_to_string(place.path("repro.sh")).expect("script");
    assert!(script.starts_with("#!/bin/sh\n# guest/static/jit-no-chain/hello-asm on "), "{script}");
    assert!(script.contains(" --engine jit --no-chain --clear-env "), "{script}");

    let several = ["repro", "guest/static/hello-asm", "--no-run", "--engine", "interp", "--engine", "jit"];
    let (status, _, stderr) = matrix(&several);
    assert_eq!(status, Some(2));
    assert!(stderr.ends_with("guest/static/interp/hello-asm\n  guest/static/jit/hello-asm\n"), "{stderr}");
}

#[test]
fn what_fails_on_one_engine_only_is_said_so() {
    let place = Place::new();
    // No emulator here, so each case says by itself what its engine would have made of it.
    let on = |engine: &str, name: &str, script: &str| -> Case {
        let mut case = shell(name, script);
        case.at.engine = Some(engine.parse().expect("an engine"));
        case
    };
    let mut cases = Vec::new();
    for engine in ["interp", "jit"] {
        let broken = if engine == "jit" { "exit 1" } else { "exit 0" };
        cases.extend([on(engine, "one", broken), on(engine, "two", broken), on(engine, "good", "exit 0")]);
    }
    let record = run_all(&place.request(cases));
    assert_eq!(record.exit(), Exit::Unexpected);
    let sentence = "fails only with engine=jit (2 of 2; the same 2 cases pass with engine=interp)";
    assert_eq!(record.explanation().lines(), [sentence]);
    assert!(summary(&record, Look::PLAIN, None).contains(&format!("AXES {sentence}\n")));
    let text = String::from_utf8(junit::render(&record, JunitDialect::Rich).expect("report")).expect("UTF-8");
    assert!(text.contains("<property name=\"axis.pattern\" value=\"engine=jit\"/>"), "{text}");
    let (_, failed) =
        record.results().find(|(case, _)| case.at.to_string() == "scripts/static/jit/one").unwrap();
    assert_eq!(failed.reproduce, "matrix repro --target native --engine jit scripts/static/jit/one");
}
