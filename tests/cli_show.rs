//! What the user reads about a matrix that is right.

mod support;

use std::path::Path;

use support::{Project, golden, matrix};

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn help_names_every_command_and_exit_code() {
    let project = Project::new("", &[]);
    let mut text = String::new();
    for args in [
        vec!["--help"],
        vec!["run", "--help"],
        vec!["list", "--help"],
        vec!["explain", "--help"],
        vec!["repro", "--help"],
        vec!["doctor", "--help"],
    ] {
        let printed = project.matrix(&args);
        assert_eq!((printed.status, printed.stderr.as_str()), (0, ""), "{args:?}");
        text += &format!("$ matrix {}\n{}\n", args.join(" "), printed.stdout);
    }
    golden("help.txt", &text);
}

#[test]
fn the_matrix_of_this_project_has_every_case_once() {
    let printed =
        matrix(here(), &["list", "--suite", "coreutils", "--suite", "busybox", "--suite", "programs"]);
    assert_eq!(printed.status, 0, "{}", printed.stderr);
    golden("list.txt", &printed.stdout);
}

#[test]
fn json_is_one_array_of_cases() {
    let printed = matrix(here(), &["list", "--case", "tr", "--link", "static", "--format", "json"]);
    assert_eq!(printed.status, 0, "{}", printed.stderr);
    golden("list.json", &printed.stdout);
}

#[test]
fn each_case_is_listed_once_on_each_engine() {
    let printed = matrix(here(), &["list", "--case", "coreutils/static/tr", "--engine", "jit-no-pin,interp"]);
    assert_eq!(printed.status, 0, "{}", printed.stderr);
    assert_eq!(
        printed.stdout,
        "coreutils/static/jit-no-pin/tr  tr a-z A-Z\n\
         coreutils/static/interp/tr      tr a-z A-Z\n\n\
         2 cases: coreutils/static/interp 1, coreutils/static/jit-no-pin 1\n"
    );
    let json = ["list", "--case", "coreutils/static/tr", "--engine", "jit", "--format", "json"];
    let printed = matrix(here(), &json);
    assert!(printed.stdout.contains("\"engine\": \"jit\""), "{}", printed.stdout);
    let printed = matrix(here(), &["explain", "coreutils/static/tr", "--engine", "jit-no-pin"]);
    assert!(printed.stdout.contains("axes         target elfuse-aarch64, link static, engine jit-no-pin\n"));
    assert!(printed.stdout.contains(" --engine jit --no-pin --clear-env "), "{}", printed.stdout);
}

#[test]
fn explain_shows_the_whole_case() {
    let mut text = String::new();
    for args in [
        vec!["explain", "coreutils/musl-dyn/folding/env"],
        vec!["explain", "coreutils/musl-dyn/folding/env", "--target", "qemu-aarch64"],
        vec!["explain", "programs/glibc-dyn/byte-exact/jq-field"],
    ] {
        let printed = matrix(here(), &args);
        assert_eq!((printed.status, printed.stderr.as_str()), (0, ""), "{args:?}");
        text += &format!("$ matrix {}\n{}", args.join(" "), printed.stdout);
    }
    golden("explain.txt", &text);
}

#[test]
fn a_project_can_be_named_from_elsewhere() {
    let elsewhere = tempfile::tempdir().unwrap();
    let project = here().to_string_lossy();
    let printed = matrix(elsewhere.path(), &["list", "--project", &project, "--case", "factor"]);
    assert_eq!(printed.status, 0, "{}", printed.stderr);
    assert!(printed.stdout.ends_with(
        "6 cases: busybox/static 1, coreutils/glibc-dyn/byte-exact 1, coreutils/glibc-dyn/folding 1, \
         coreutils/musl-dyn/byte-exact 1, coreutils/musl-dyn/folding 1, coreutils/static 1\n"
    ));
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    use std::io::Read;
    use std::process::Stdio;

    let mut child = matrix::host::command(env!("CARGO_BIN_EXE_matrix"))
        .args(["list", "--format", "json"])
        .current_dir(here())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The list is larger than a pipe holds, so the writer is still at it when the reader leaves.
    let mut first = [0; 1];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}
