//! The shell tests of `shell.yaml`: pipelines, job control, signals and children inside `elfuse --sysroot`.
#![allow(clippy::print_stdout, reason = "a test run says how much it checked")]

mod common;

use std::fs;
use std::os::unix::process::ExitStatusExt;

use matrix::fixture::Fixture;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Script {
    name: String,
    script: String,
    stdout: String,
    #[serde(default)]
    exit: i32,
    signal: Option<i32>,
}

#[test]
fn the_guest_shell_behaves() {
    let text = fs::read_to_string(common::root().join("tests/shell.yaml")).expect("the script table");
    let scripts: Vec<Script> = serde_yaml::from_str(&text).expect("a valid script table");
    let fixture = common::fixture("programs-glibc-dyn");
    let mut wrong = Vec::new();
    for script in &scripts {
        let directory = common::scratch();
        let output = common::elfuse(&fixture, directory.path())
            .args(["/bin/bash", "-c", &script.script])
            .output()
            .expect("the emulator starts");
        let as_expected = match script.signal {
            Some(signal) => output.status.signal() == Some(signal),
            None => output.status.code() == Some(script.exit),
        };
        if !as_expected || output.stdout != script.stdout.as_bytes() {
            wrong.push(format!(
                "{}: {}\n  stdout {:?}\n  wanted {:?}\n  stderr {:?}",
                script.name,
                output.status,
                String::from_utf8_lossy(&output.stdout),
                script.stdout,
                String::from_utf8_lossy(&output.stderr),
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {} scripts:\n{}", wrong.len(), scripts.len(), wrong.join("\n"));
    println!("{} scripts behave", scripts.len());
}

#[test]
fn a_host_program_reached_by_the_fallback_does_not_run() {
    let fixture = common::fixture("coreutils-musl-dyn");
    let directory = common::scratch();
    // A sysroot with a loader and env, and nothing else: /usr/bin/id is only the host's.
    let sysroot = directory.path().join("sysroot");
    for file in ["lib/ld-musl-aarch64.so.1", "usr/bin/env"] {
        let to = sysroot.join(file);
        fs::create_dir_all(to.parent().expect("a parent")).expect("a directory");
        fs::copy(fixture.root.join(file), to).expect("a copy");
    }
    let small = Fixture { root: sysroot.clone(), sysroot: Some(sysroot), ..fixture };
    let output = common::elfuse(&small, directory.path())
        .args(["/usr/bin/env", "/usr/bin/id"])
        .output()
        .expect("the emulator starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(126), "{stderr}");
    assert!(stderr.contains("Exec format error"), "{stderr}");
    assert!(output.stdout.is_empty());
}
