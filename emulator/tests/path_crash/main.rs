//! Killed processes and crowds: whatever happens to those who change colliding names, no name is lost or doubled.
//!
//! `scenarios` lists the changes, `crash` kills each at every step, `late` kills makers that come too
//! late, `crowd` lets four processes change one set of names. Guests, model and the host's view are the path fuzzer's.
//! Each guest is a process of its own.
//!
//! `SOAK=1` lets the crowd work four times as long, from ten seeds.

#[path = "../path_fuzz/disk.rs"]
#[allow(dead_code, reason = "the fuzzer uses all of it")]
mod disk;
#[path = "../path_fuzz/guest.rs"]
mod guest;
#[path = "../path_fuzz/model.rs"]
#[allow(dead_code, reason = "the fuzzer uses all of it")]
mod model;
#[path = "../path_fuzz/ops.rs"]
#[allow(dead_code, reason = "the fuzzer uses all of it")]
mod ops;
#[path = "../path_fuzz/resolve.rs"]
mod resolve;
#[path = "../path_fuzz/scratch.rs"]
mod scratch;
#[path = "../path_fuzz/world.rs"]
mod world;

mod crash;
mod crowd;
mod late;
mod scenarios;

use std::process::{Child, Command, ExitCode, Output, Stdio};

use scratch::{Scratch, say};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["kill", number, point, count, base] => {
            crash::kill(parse(number), point, parse(count), base.as_ref())
        }
        ["look", number, base] => crash::look(parse(number), base.as_ref()),
        ["late", kind, base] => late::kill(kind, base.as_ref()),
        ["after-late", number, base] => late::look(parse(number), base.as_ref()),
        ["crowd", seed, operations, replaces, base] => {
            crowd::one(parse(seed), parse(operations), replaces == "1", base.as_ref())
        }
        ["listing", base] => crowd::listing(base.as_ref()),
        _ if scratch::is_left_out("path_crash", &words) => Ok(()),
        _ => all().map(|report| say(&report)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(report) => {
            say(&report);
            ExitCode::FAILURE
        }
    }
}

fn parse<T: std::str::FromStr + Default>(word: &str) -> T {
    word.parse().unwrap_or_default()
}

fn all() -> Result<String, String> {
    let crashes = crash::all()?;
    let late = late::all()?;
    let (seeds, operations) = if scratch::is_soak() { (10, 2000) } else { (1, 500) };
    let mut crowds = String::new();
    for seed in 1..=seeds {
        crowds = crowd::all(operations, seed)?;
    }
    let killed = crowd::kill_half(if scratch::is_soak() { 200 } else { 10 }, 1)?;
    Ok(format!("path_crash: {crashes}; {late}; {crowds}; {killed}"))
}

/// Starts this program once more, with `words` and the directory.
fn start<T: AsRef<std::ffi::OsStr>>(words: &[T], scratch: &Scratch) -> Result<Child, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    #[allow(clippy::disallowed_methods, reason = "the test runs itself, in a process that may be killed")]
    let child = Command::new(program)
        .args(words)
        .arg(&scratch.0)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    child.map_err(|error| error.to_string())
}

/// As [`start`], to its end.
fn again(words: &[&str], scratch: &Scratch) -> Result<Output, String> {
    start(words, scratch)?.wait_with_output().map_err(|error| error.to_string())
}
