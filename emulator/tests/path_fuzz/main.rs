//! The path fuzzer: random operations on names that differ in case and composition, on links and on both trees, step
//! by step against a model in memory.
//!
//! `ops` makes the operations, `model` and `resolve` say what each gives, `guest` asks the emulator and `kernel` the
//! real kernel in a chroot, `disk` looks at what is stored, `judge` compares. Each batch runs in a process of its own,
//! as its working directory is the guest's. A disagreement is shrunk and printed with the words that repeat it.
//!
//! `SOAK=1` runs a million operations in place of a few thousand; `SEED=N` starts elsewhere; `KIND=` one of `kernel`,
//! `byte-exact`, `folding` leaves out the others.

mod disk;
mod guest;
mod judge;
mod kernel;
mod model;
mod ops;
mod resolve;
mod scratch;
mod world;

use std::path::Path;
use std::process::{Command, ExitCode};

use elfuse::host;
use elfuse::task::Fallback;
use judge::Batch;
use scratch::{Scratch, is_left_out, is_soak, say};

/// The word that makes this program run one batch.
const WORKER: &str = "batch";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.first().is_some_and(|word| word == WORKER) {
        return worker(&words[1..]);
    }
    if is_left_out("path_fuzz", &words) {
        return ExitCode::SUCCESS;
    }
    match all() {
        Ok(report) => {
            say(&report);
            ExitCode::SUCCESS
        }
        Err(report) => {
            say(&report);
            ExitCode::FAILURE
        }
    }
}

/// Runs every kind of batch.
fn all() -> Result<String, String> {
    let (rounds, count) = if is_soak() { (80, 2000) } else { (1, 700) };
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1_u64);
    let only = std::env::var("KIND").ok();
    let is_root = host::ids()[1] == 0;
    let mut report = String::from("path_fuzz:");
    let mut total = 0;
    for (kernel, folds) in [(true, false), (false, false), (false, true)] {
        for fallback in [Fallback::Off, Fallback::Guarded, Fallback::All] {
            let name = match (kernel, folds) {
                (true, _) => "kernel",
                (false, false) => "byte-exact",
                (false, true) => "folding",
            };
            if only.as_ref().is_some_and(|only| only != name)
                || kernel && (!is_root || fallback != Fallback::Off)
            {
                continue;
            }
            let mut done = 0;
            for round in 0..rounds {
                let batch = Batch { kernel, folds, fallback, seed: seed + round, count };
                done += run(&batch, None).map_err(|told| disagreement(&batch, &told))?;
            }
            report += &format!(" {name} {} {done},", word(fallback));
            total += done;
        }
    }
    if !is_root {
        report += " kernel: not asked, as that needs root,";
    }
    Ok(format!("{report} {total} operations, 0 disagreements, 0 escapes"))
}

/// Runs one batch in a process of its own; tells how many operations were done, or what went wrong.
fn run(batch: &Batch, keep: Option<&[usize]>) -> Result<usize, String> {
    let scratch = Scratch::new()?;
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let keep = keep.map(|keep| keep.iter().map(usize::to_string).collect::<Vec<_>>().join(","));
    #[allow(
        clippy::disallowed_methods,
        reason = "the test runs itself, in a process that may change its root"
    )]
    let output = Command::new(program)
        .arg(WORKER)
        .args(words(batch))
        .arg(&scratch.0)
        .args(keep)
        .output()
        .map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() {
        text.parse().map_err(|_| format!("a batch that told no count: {text}"))
    } else {
        Err(format!("{text}{}", String::from_utf8_lossy(&output.stderr)))
    }
}

fn word(fallback: Fallback) -> &'static str {
    match fallback {
        Fallback::All => "all",
        Fallback::Guarded => "guarded",
        Fallback::Off => "off",
    }
}

fn words(batch: &Batch) -> [String; 5] {
    [
        if batch.kernel { "kernel" } else { "guest" }.into(),
        if batch.folds { "folding" } else { "byte-exact" }.into(),
        word(batch.fallback).into(),
        batch.seed.to_string(),
        batch.count.to_string(),
    ]
}

fn worker(words: &[String]) -> ExitCode {
    let [judge, volume, fallback, seed, count, base, keep @ ..] = words else {
        say("usage: batch guest|kernel byte-exact|folding all|guarded|off SEED COUNT DIR [KEEP]");
        return ExitCode::from(2);
    };
    let fallback = match fallback.as_str() {
        "all" => Fallback::All,
        "guarded" => Fallback::Guarded,
        _ => Fallback::Off,
    };
    let number = |text: &String| text.parse().unwrap_or(1);
    let batch = Batch {
        kernel: judge == "kernel",
        folds: volume == "folding",
        fallback,
        seed: number(seed) as u64,
        count: number(count),
    };
    let keep = keep.first().map(|keep| keep.split(',').filter_map(|at| at.parse().ok()).collect::<Vec<_>>());
    match batch.run(Path::new(base), keep.as_deref()) {
        Ok(done) => {
            say(&done.to_string());
            ExitCode::SUCCESS
        }
        Err(told) => {
            say(&told);
            ExitCode::FAILURE
        }
    }
}

/// What the operation is that two answers differ on, without what is told of them.
fn subject(told: &str) -> Vec<&str> {
    told.lines().filter(|line| line.starts_with("  ")).collect()
}

/// Leaves out operations as long as the same disagreement remains, and tells what is left.
fn disagreement(batch: &Batch, told: &str) -> String {
    let mut kept: Vec<usize> = (0..batch.count).collect();
    if let Some(at) = told.split(['n', ' ', ':']).find_map(|word| word.parse::<usize>().ok()) {
        kept.truncate(at + 1);
    }
    let mut last = told.to_owned();
    let mut part = kept.len() / 2;
    let mut runs = 0;
    while part > 0 && runs < 400 {
        let mut start = 0;
        while start < kept.len() && runs < 400 {
            let mut fewer = kept.clone();
            fewer.drain(start..(start + part).min(kept.len()));
            runs += 1;
            match run(batch, Some(&fewer)) {
                Err(again) if !fewer.is_empty() && subject(&again) == subject(told) => {
                    kept = fewer;
                    last = again;
                }
                _ => start += part,
            }
        }
        part /= 2;
    }
    let operations = batch.operations();
    let list: Vec<String> = kept.iter().map(|&at| format!("  {at}: {:?}", operations[at])).collect();
    let kept: Vec<String> = kept.iter().map(usize::to_string).collect();
    format!(
        "path_fuzz: a disagreement\n{last}\nthe operations:\n{}\nagain: batch {} EMPTY-DIRECTORY {}",
        list.join("\n"),
        words(batch).join(" "),
        kept.join(",")
    )
}
