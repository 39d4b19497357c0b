//! What the user reads when the configuration or the command line is wrong.

mod support;

use matrix::config::{self, ConfigError};
use support::{Project, golden};

const MATRIX: &str = "\
default-target: here
targets:
  here: {launcher: native}
axes:
  link: [static]
suites: [small]
";

const SMALL: &str = "\
links:
  static: {programs: /bin}
cases:
  - {name: echo, run: echo hello, stdout: \"hello\\n\"}
  - {name: sort, run: sort $T/x, tags: [text]}
";

/// The complaints about a project, when these fixtures exist.
fn complaints(matrix: &str, suites: &[(&str, &str)], fixtures: &[&str]) -> String {
    let project = Project::new(matrix, suites);
    let fixtures: Vec<String> = fixtures.iter().map(|name| (*name).to_owned()).collect();
    match config::load(project.path(), &fixtures) {
        Err(ConfigError::Invalid(diagnostics)) => diagnostics.to_string(),
        other => panic!("not a list of complaints: {other:?}"),
    }
}

#[test]
fn every_error_is_reported_at_once() {
    let matrix = "\
default-target: elfuse
targets:
  elfuse-aarch64: {launcher: elfuze}
  elfuse-arm: {launcher: elfuse, command: x}
  peer: {launcher: command, fixture: qemu-aarch46, command: /bin/qemu}
  other: {launcher: command}
axes:
  link: [static, static, musl]
  volume: [folding, folded, folding]
  engine: [jit]
suites: [coreutils, coreutils, busibox]
profiles:
  ci: {timeout: soon, jobs: 0}
";
    let coreutils = r#"
abuot: a typo
volumes: [byte-exakt, folding]
links:
  static: {fixture: coreutils-statik, programs: bin}
  glibc_dyn: {fixture: coreutils-static, programs: ../bin}
cases:
  - {name: sort, run: sort $T/unsorted.txt, stdot: "x"}
  - {name: sort, run: sort}
  - {name: a b, run: a}
  - {name: placeholder, run: cat $TT/x $HOME}
  - {name: pattern, run: x, stdout: '/a(b/'}
  - {name: quote, run: "echo 'open"}
  - {name: endings, run: x, exit: 1, signal: 9}
  - {name: status, run: x, exit: 256}
  - {name: nothing, run: }
  - {name: empty, run: ""}
  - {run: true}
  - {name: kind, run: {a: b}, stdin: [x]}
  - {name: file, run: x, files: {../up: "", ok: {hex: 1f8}}}
  - {name: twice, run: x, run: y}
  - {name: flag, run: x, executes-children: yes}
  - just a text
"#;
    let busybox = "links: {}\nvolumes: both\ncases: []\n";
    let text = complaints(
        matrix,
        &[("coreutils", coreutils), ("busybox", busybox)],
        &["coreutils-static", "qemu-aarch64"],
    );
    golden("every-error.txt", &text);
}

#[test]
fn trees_and_conditions_are_checked() {
    let plain = r#"
links:
  static: {programs: bin}
tree:
  "$T/ok": {content: "", mode: "0600"}
  "$SR/needs-private": ""
  "/etc/absolute": ""
  "$T/../up": ""
  "$T/both": {content: "", symlink: x}
  "$T/none": {}
  "$T/mode": {directory: "99"}
  "$T/extra": {symlink: x, mode: "0644"}
  "$T/link": {symlnk: x}
after:
  - no-tokens-outside-sysroot
  - {flie: $T/x}
cases:
  - {name: volume, run: x $VOLUME, after: [{absent: $T/x, volume: folding}]}
  - {name: on-volume, run: x, after: [{directory-on-volume: $T}]}
  - {name: content, run: x, after: [{absent: $T/x, content: ""}]}
  - {name: entries, run: x, after: [{directory: $T, entries: [a, b/c, '/(/']}]}
  - {name: program, run: x, program-at: $T/x}
  - {name: list, run: x, after: {absent: $T/x}}
"#;
    let private = r#"
links:
  static: {programs: bin}
sysroot: privat
volumes: true
cases:
  - {name: fallback, run: x, host-fallback: guardet}
  - {name: kind, run: x, after: [{absent: $T/x, volume: foldin}]}
  - {name: placeholder, run: x $HOTS1}
"#;
    let matrix = MATRIX.replace("[small]", "[plain, private]");
    golden("trees.txt", &complaints(&matrix, &[("plain", plain), ("private", private)], &[]));
}

#[test]
fn a_file_that_is_not_yaml_does_not_hide_the_others() {
    let matrix = MATRIX.replace("[small]", "[broken, small]");
    let text = complaints(
        &matrix,
        &[("broken", "cases: [\n  {name: x\n"), ("small", &SMALL.replace("stdout", "stdour"))],
        &[],
    );
    golden("not-yaml.txt", &text);
}

#[test]
fn the_configuration_ends_with_3() {
    let project = Project::new(MATRIX, &[("small", &SMALL.replace("name: sort", "name: echo"))]);
    let printed = project.matrix(&["list"]);
    assert_eq!(printed.status, 3);
    assert_eq!(printed.stdout, "");
    golden("second-case.txt", &printed.stderr);
}

#[test]
fn names_that_match_nothing_end_with_4() {
    let project = Project::new(MATRIX, &[("small", SMALL)]);
    let mut text = String::new();
    for args in [
        ["list", "--suite", "smal"],
        ["list", "--case", "ehco"],
        ["list", "--case", "small/static/sorted"],
        ["list", "--tag", "txt"],
        ["list", "--link", "glibc-dyn"],
    ] {
        let printed = project.matrix(&args);
        assert_eq!((printed.status, printed.stdout.as_str()), (4, ""), "{args:?}");
        text += &format!("$ matrix {}\n{}\n", args.join(" "), printed.stderr);
    }
    golden("nothing-selected.txt", &text);
}

#[test]
fn a_command_line_that_cannot_be_understood_ends_with_2() {
    let project = Project::new(MATRIX, &[("small", SMALL)]);
    let mut text = String::new();
    for args in [
        vec!["lst"],
        vec!["list", "heer"],
        vec!["list", "--link", "stat"],
        vec!["list", "--case", "a[", "--format", "json"],
        vec!["list", "--no-such"],
        vec!["explain"],
    ] {
        let printed = project.matrix(&args);
        assert_eq!((printed.status, printed.stdout.as_str()), (2, ""), "{args:?}");
        text += &format!("$ matrix {}\n{}\n", args.join(" "), printed.stderr);
    }
    golden("usage.txt", &text);
}

#[test]
fn outside_a_project_the_message_says_what_to_do() {
    let nowhere = tempfile::tempdir().unwrap();
    let printed = support::matrix(nowhere.path(), &["list"]);
    assert_eq!(printed.status, 3);
    golden("no-project.txt", &printed.stderr);
}
