//! Debian's LuaJIT in the guest: the scripts of `luajit/` print the same with its compiler, without it, and on the host's.
//!
//! `SOAK=1` runs them on every engine of the emulator, in place of the usual one only.
#![allow(clippy::print_stdout, reason = "a test run says how much it checked")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use matrix::fixture::Fixture;
use matrix::plan::Engine;

/// What `luajit` prints for `script`, and how many traces it compiled. `command` ends where its own options stand.
fn run(mut command: Command, script: &Path, whose: &str) -> (String, u64) {
    let main = script.with_file_name("run.lua");
    let output = command.arg(main).arg(script).output().unwrap_or_else(|error| panic!("{whose}: {error}"));
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{}, {whose}: {}: {stderr}", script.display(), output.status);
    let traces = stderr.trim().parse();
    let traces =
        traces.unwrap_or_else(|_| panic!("{}, {whose}: no count of traces: {stderr}", script.display()));
    (String::from_utf8(output.stdout).expect("UTF-8"), traces)
}

fn agree(guest: &Fixture, host: Option<&Fixture>, engines: &[Engine], script: &Path) -> u64 {
    let directory = common::scratch();
    let on = |engine: Option<&Engine>, compiler: &str| {
        let options = engine.map(|engine| engine.options()).unwrap_or_default();
        let mut command = common::elfuse_with(guest, directory.path(), &options);
        command.arg(guest.program("luajit")).arg(compiler);
        run(command, script, &format!("{} {compiler}", options.join(" ")))
    };
    let (plain, none) = on(None, "-joff");
    assert_eq!(none, 0, "{}: compiled with the compiler off", script.display());
    assert!(plain.lines().count() > 2, "{}: prints too little to compare", script.display());
    let engines: Vec<_> = if engines.is_empty() { vec![None] } else { engines.iter().map(Some).collect() };
    let mut compiled = 0;
    for engine in engines {
        let (text, traces) = on(engine, "-jon");
        assert_eq!(text, plain, "{}: compiled code differs on {engine:?}", script.display());
        assert!(traces > 0, "{}: nothing was compiled", script.display());
        compiled += traces;
    }
    if let Some(host) = host {
        let (text, _) =
            run(common::hermetic(&host.program("luajit"), directory.path()), script, "the host's");
        assert_eq!(plain, text, "{}: the host prints other text", script.display());
    }
    compiled
}

#[test]
fn compiled_lua_prints_what_interpreted_lua_and_the_host_print() {
    let guest = common::fixture("luajit-glibc-dyn");
    // Its binary is one of Linux.
    let host = cfg!(target_os = "linux").then(|| common::fixture("luajit-host"));
    let engines: Vec<Engine> = if common::soak() { Engine::all().collect() } else { Vec::new() };
    let mut scripts: Vec<PathBuf> = fs::read_dir(common::root().join("tests/luajit"))
        .expect("the scripts")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.file_name().is_some_and(|name| name != "run.lua"))
        .collect();
    scripts.sort();
    assert!(scripts.len() >= 20, "only {} scripts", scripts.len());
    let traces: u64 = scripts.iter().map(|script| agree(&guest, host.as_ref(), &engines, script)).sum();
    println!("{} scripts agree, {traces} traces were compiled", scripts.len());
}
