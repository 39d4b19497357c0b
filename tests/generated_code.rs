//! Guests that write code and run it: never stale, in bounded memory, by many threads at once.
//!
//! The counts are small; `SOAK=1` rewrites a million times, maps fresh code for ten minutes, and starts a thousand times.
#![allow(clippy::print_stdout, reason = "a test run says how much it checked")]

mod common;

use std::fs::{self, File};
use std::path::Path;
use std::time::Duration;

use matrix::fixture::Fixture;
use matrix::host::{Interrupts, WaitStatus, measure};

/// More than the longest soak takes on a busy machine.
const LIMIT: Duration = Duration::from_secs(3600);
/// What the emulator may hold at most, in KiB.
const MEMORY: u64 = 300 << 10;

/// Runs a guest program to its end, which must be a good one, and gives the emulator's peak memory in KiB.
fn run(fixture: &Fixture, directory: &Path, program: &str, args: &[&str]) -> u64 {
    let output = directory.join("output");
    let file = File::create(&output).expect("a file for the output");
    let mut command = common::elfuse(fixture, directory);
    command.arg(fixture.program(program)).args(args);
    command.stdout(file.try_clone().expect("a second handle")).stderr(file);
    let interrupts = Interrupts::catch().expect("interrupts");
    let measured = measure(&mut command, LIMIT, &interrupts).expect("the emulator starts");
    let text = String::from_utf8_lossy(&fs::read(&output).expect("the output")).into_owned();
    let good =
        measured.exit.status == WaitStatus::Exited(0) && text.lines().all(|line| line.starts_with("ok "));
    assert!(good, "{program} {args:?}: {measured:?}\n{text}");
    print!("{text}");
    measured.exit.max_rss_kb
}

#[test]
fn code_that_another_thread_rewrites_is_never_stale() {
    let (fixture, directory) = (common::fixture("guest-programs"), common::scratch());
    // One waits for the other at each rewriting, which costs a change of threads; or nobody waits.
    let (waiting, running) = if common::soak() { ("100000", "1000000") } else { ("10000", "10000") };
    for (times, check) in [(waiting, "2"), (running, "3")] {
        let peak = run(&fixture, directory.path(), "rewrite", &[times, check]);
        println!("rewritten {times} times; peak {peak} KiB");
    }
}

#[test]
fn code_that_comes_and_goes_takes_bounded_memory() {
    let (fixture, directory) = (common::fixture("guest-programs"), common::scratch());
    // In rounds, as many as fill the code cache, or in seconds.
    let args: &[&str] = if common::soak() { &["0", "600"] } else { &["5000"] };
    let peak = run(&fixture, directory.path(), "fresh_code", args);
    assert!(peak < MEMORY, "{peak} KiB");
    println!("peak {peak} KiB");
}

#[test]
fn threads_that_translate_at_once_compute_right_sums() {
    let (fixture, directory) = (common::fixture("guest-programs"), common::scratch());
    let starts = if common::soak() { 1000 } else { 5 };
    let peak = (0..starts).map(|_| run(&fixture, directory.path(), "translate_at_once", &[])).max();
    println!("{starts} starts; peak {} KiB", peak.unwrap_or_default());
}
