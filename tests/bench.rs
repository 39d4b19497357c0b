//! `matrix bench` from end to end, over the smallest workload; nothing here looks at a time.

mod common;
mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use common::{fixture, root, scratch};
use matrix::fixture::{Cache, Lock, find};
use serde_json::Value;
use support::Project;

/// A program that starts, ends, and prints nothing.
const WORKLOAD: &str = "nothing-static";

struct Printed {
    status: i32,
    stdout: String,
    stderr: String,
}

fn bench(args: &[&str]) -> Printed {
    // Built by the first who needs it, so that building is not what a test waits for in silence.
    fixture("bench-programs");
    let output = matrix::host::command(env!("CARGO_BIN_EXE_matrix"))
        .arg("bench")
        .args(args)
        .current_dir(root())
        .env("NO_COLOR", "1")
        .output()
        .unwrap_or_else(|error| panic!("matrix bench: {error}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Printed {
        status: output.status.code().unwrap_or(-1),
        stdout: text(&output.stdout),
        stderr: text(&output.stderr),
    }
}

/// An "emulator" that runs `script` whatever it is given.
fn fake(directory: &Path, script: &str) -> String {
    let path = directory.join("qemu-fake");
    fs::write(&path, format!("#!/bin/sh\n[ \"$1\" = --version ] && exec echo fake 1.0\n{script}\n"))
        .expect("write");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("mode");
    path.display().to_string()
}

#[test]
fn a_workload_is_measured_by_everyone() {
    let directory = scratch();
    let (json, document) = (directory.path().join("out.json"), directory.path().join("out.md"));
    let lock = Lock::load(root()).expect("lock");
    let cache = Cache::open().expect("cache");
    let qemu = find(&lock, &cache, "qemu-aarch64").expect("look").is_some();
    let against = if qemu { "qemu-aarch64" } else { "none" };
    let (json_word, document_word) = (json.display().to_string(), document.display().to_string());
    let printed = bench(&[
        "--filter",
        WORKLOAD,
        "--runs",
        "2",
        "--against",
        against,
        "--json",
        &json_word,
        "--markdown",
        &document_word,
        "--",
        "--host-fallback",
        "all",
    ]);
    assert_eq!(printed.status, 0, "{}{}", printed.stdout, printed.stderr);
    assert!(printed.stdout.contains("1 workload, 2 runs each: no errors"), "{}", printed.stdout);

    let report: Value = serde_json::from_slice(&fs::read(&json).expect("JSON")).expect("JSON");
    assert_eq!(report["parties"][0]["name"], "elfuse --host-fallback all");
    let row = &report["rows"][0];
    assert_eq!((&row["workload"], &row["group"]), (&WORKLOAD.into(), &"start".into()));
    let measured = |role: &str| &row["outcomes"][role]["measured"];
    let everyone =
        [("elfuse", true), ("peer", qemu), ("native", cfg!(target_os = "linux"))].map(|(role, there)| {
            let runs = measured(role)["cpu"]["runs"].as_array().map(Vec::len);
            assert_eq!(runs, there.then_some(2), "{role}: {row}");
            measured(role)["peak_kib"].as_u64().unwrap_or(0)
        });
    if cfg!(target_os = "linux") {
        // The size of the harness is not counted: a program of no libraries has a few hundred KiB, or as little as the
        // kernel does not count yet.
        assert!(everyone[2] < 1500, "{row}");
    }
    let document = fs::read_to_string(&document).expect("document");
    for part in ["# Benchmarks", "nothing-static: nothing", "matrix bench --against", "| machine |", "sha256"]
    {
        assert!(document.contains(part), "{part}: {document}");
    }
}

#[test]
fn another_output_is_an_error_that_is_shown_and_counted() {
    let directory = scratch();
    let peer = fake(directory.path(), "echo something");
    let printed = bench(&["--filter", WORKLOAD, "--runs", "1", "--no-native", "--against", &peer]);
    assert_eq!(printed.status, 1, "{}", printed.stdout);
    let wanted = r#"ERROR the output is not that of peer: at byte 0: the end instead of "something\n""#;
    assert!(printed.stdout.contains(wanted), "{}", printed.stdout);
    assert!(printed.stdout.contains("1 workload, 1 run each: 1 error"), "{}", printed.stdout);
    assert!(printed.stdout.contains("(fake 1.0)"), "{}", printed.stdout);
}

#[test]
fn whoever_ends_in_another_way_has_failed() {
    let directory = scratch();
    for (script, wanted) in [
        ("exit 3", "peer: exit status 3, expected 0"),
        ("kill -SEGV $$", "peer: ended by SIGSEGV"),
        ("echo oh no >&2", "peer: wrote to standard error: oh no"),
        ("sleep 1000", "peer: took longer than 1 s"),
        (
            "[ -e \"$TMPDIR/seen\" ] && echo more; : >\"$TMPDIR/seen\"",
            "peer: printed something else in run 1: at byte 0",
        ),
    ] {
        let peer = fake(directory.path(), script);
        let printed = bench(&[
            "--filter",
            WORKLOAD,
            "--runs",
            "1",
            "--timeout",
            "1",
            "--no-native",
            "--against",
            &peer,
        ]);
        assert_eq!(printed.status, 1, "{script}: {}", printed.stdout);
        assert!(printed.stdout.contains(wanted), "{script}: {}", printed.stdout);
    }
}

#[test]
fn the_list_runs_nothing_and_a_wrong_word_gets_a_suggestion() {
    let printed = bench(&["--list", "--filter", "syscalls"]);
    assert!(
        printed.status == 0 && printed.stdout.contains("getppid"),
        "{}{}",
        printed.stdout,
        printed.stderr
    );
    let printed = bench(&["--filter", "srot-static"]);
    assert_eq!(printed.status, 4);
    assert!(
        printed.stderr.contains("no workload matches `srot-static`\ndid you mean: sort-static"),
        "{}",
        printed.stderr
    );
    let printed = bench(&["--against", "qemu"]);
    assert_eq!(printed.status, 2);
    assert!(printed.stderr.contains("`qemu` is no target and no file"), "{}", printed.stderr);
}

#[test]
fn a_wrong_table_is_an_error_of_the_configuration() {
    let matrix = "default-target: t\ntargets: {t: {launcher: elfuse}}\naxes: {link: [static]}\nsuites: []\n";
    let project = Project::new(matrix, &[]);
    let printed = project.matrix(&["bench"]);
    assert_eq!(printed.status, 5);
    assert!(printed.stderr.contains("cannot read <project>/bench.yaml"), "{}", printed.stderr);
    fs::write(project.path().join("bench.yaml"), "peer: t\ngroups:\n  g: {about: x, workload: []}\n")
        .expect("write");
    let printed = project.matrix(&["bench"]);
    assert_eq!(printed.status, 3);
    assert!(printed.stderr.contains("unknown key `workload` in a group"), "{}", printed.stderr);
    assert!(printed.stderr.contains("bench.yaml:3:17"), "{}", printed.stderr);
}
