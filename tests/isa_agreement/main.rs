//! Our interpreter against real qemu-aarch64, instruction by instruction.
//!
//! For every implemented row of the table, random words from random states run in both; registers, flags, vector
//! registers, FPCR, FPSR, TPIDR_EL0, memory, and the signal with its address must agree. `generate` makes the
//! records, `ours` and `oracle` run them, `compare` judges, `exclude` says what is left out and why.
//!
//! `AGREE_ROWS=ldr,fadd` restricts to rows whose identifier or subclass starts so (any case), `AGREE_SEED=N` changes
//! the seed, `SOAK=1` multiplies the counts by 50. `ELFUSE_ORACLE_QEMU` and `ELFUSE_ORACLE_GUEST` name a
//! qemu-aarch64 and a compiled `fixtures/programs/guest-agreement/agree.c` to take in place of the fixtures'.
#![allow(clippy::print_stdout, reason = "the counts are what the test is for")]

mod compare;
mod exclude;
mod generate;
mod oracle;
mod ours;
mod record;
mod rng;

use std::collections::BTreeMap;
use std::io::Write;

use elfuse::isa;

use compare::Difference;
use generate::Generator;
use oracle::Oracle;
use ours::Machine;
use rng::Rng;

/// Every implemented row is checked at least so often.
const PER_ROW: usize = 50;
/// Every subclass with an implemented row is checked at least so often.
const PER_SUBCLASS: usize = 1000;
/// How many differences are shown before the test gives up on the rest.
const SHOWN: usize = 20;

#[test]
fn the_interpreter_agrees_with_qemu() {
    let seed = env_number("AGREE_SEED").unwrap_or(0x5eed);
    let factor = if std::env::var_os("SOAK").is_some_and(|soak| soak == "1") { 50 } else { 1 };
    let wanted = std::env::var("AGREE_ROWS").unwrap_or_default().to_lowercase();
    let wanted: Vec<&str> = wanted.split(',').filter(|prefix| !prefix.is_empty()).collect();
    let selected = |row: &isa::Row| {
        let (id, subclass) = (row.id.to_lowercase(), row.subclass.to_lowercase());
        wanted.is_empty()
            || wanted.iter().any(|prefix| id.starts_with(prefix) || subclass.starts_with(prefix))
    };
    let rows: Vec<&isa::Row> = isa::rows()
        .map(|(row, _)| row)
        .filter(|row| isa::implemented(row) && selected(row) && exclude::row(row.id).is_none())
        .collect();
    let mut in_subclass = BTreeMap::new();
    for row in &rows {
        *in_subclass.entry(row.subclass).or_insert(0_usize) += 1;
    }
    if rows.is_empty() {
        assert!(wanted.is_empty() || isa::rows().any(|(row, _)| selected(row)), "AGREE_ROWS matches no row");
        return;
    }

    let mut report = std::io::stdout().lock();
    let _ = writeln!(report, "instruction agreement, AGREE_SEED={seed}");
    let mut machine = Machine::new();
    let mut oracle = Oracle::start();
    let mut differences: Vec<Difference> = Vec::new();
    let (mut checked_in, mut too_few) = (BTreeMap::new(), Vec::new());
    for row in rows {
        let target = PER_ROW.max(PER_SUBCLASS.div_ceil(in_subclass[row.subclass])) * factor;
        let mut generator = Generator::new(row, Rng::new(seed).fork(row.id));
        let batch = generator.records(&mut machine, target);
        let theirs = oracle.run(&batch.records);
        let found = compare::all(row, &batch, &theirs);
        let agreed = batch.executed() - found.iter().filter(|difference| difference.executed).count();
        let _ = writeln!(
            report,
            "  {:24} {:6} agree, {:5} unallocated, {} differ",
            row.id,
            agreed,
            batch.expected.len() - batch.executed(),
            found.len()
        );
        if batch.executed() < target && !found.iter().any(|difference| difference.executed) {
            too_few.push(format!("{} ({} of {target})", row.id, batch.executed()));
        }
        *checked_in.entry(row.subclass).or_insert(0) += agreed;
        differences.extend(found);
        if differences.len() > 50 * SHOWN {
            break;
        }
    }
    let _ = writeln!(report, "by subclass:");
    for (subclass, count) in &checked_in {
        let _ = writeln!(report, "  {subclass:50} {count:7}");
    }
    for (row, _) in isa::rows().filter(|(row, _)| isa::implemented(row) && selected(row)) {
        if let Some(reason) = exclude::row(row.id) {
            let _ = writeln!(report, "  not compared: {}: {reason}", row.id);
        }
    }
    let mut shown = BTreeMap::new();
    for difference in &differences {
        // Few of each row, so that one broken row does not hide another.
        let of_row = shown.entry(difference.row).or_insert(0);
        *of_row += 1;
        if *of_row <= 3 && shown.len() <= SHOWN {
            let _ = writeln!(report, "{}", difference.text);
        }
    }
    drop(report);
    assert!(
        differences.is_empty(),
        "{} differences in {} rows (seed {seed})",
        differences.len(),
        shown.len()
    );
    assert!(too_few.is_empty(), "rows with too few executable words: {}", too_few.join(", "));
}

fn env_number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} must be a number, it is {text:?}")))
}
