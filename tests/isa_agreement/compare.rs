//! Judges pairs of states.

use std::fmt::Write;

use elfuse::isa::{self, Row};

use super::exclude;
use super::generate::Batch;
use super::record::{Record, WINDOW};

pub struct Difference {
    pub row: &'static str,
    /// Did we execute the word, rather than call it unallocated?
    pub executed: bool,
    pub text: String,
}

/// The differences between what was expected of `batch` and what came back.
pub fn all(row: &'static Row, batch: &Batch, theirs: &[Record]) -> Vec<Difference> {
    let mut found = Vec::new();
    for ((given, (ours, executed)), theirs) in batch.records.iter().zip(&batch.expected).zip(theirs) {
        let mut theirs = theirs.clone();
        exclude::repair(row, given.words[0], &mut theirs);
        let differing = fields(given, ours, &theirs);
        if !differing.is_empty() {
            let text = describe(row, given, &differing);
            found.push(Difference { row: row.id, executed: *executed, text });
        }
    }
    found
}

/// The bits of FPCR and FPSR that exist without AArch32; qemu keeps more.
const FPCR: u64 = 0x07c8_9f00;
const FPSR: u64 = 0x0800_009f;

/// Name, before, ours, theirs.
type Field = (String, String, String, String);

fn fields(given: &Record, ours: &Record, theirs: &Record) -> Vec<Field> {
    let mut found = Vec::new();
    let mut check = |name: String, before: u128, ours: u128, theirs: u128| {
        if ours != theirs {
            let hex = |value| format!("{value:#x}");
            found.push((name, hex(before), hex(ours), hex(theirs)));
        }
    };
    for i in 0..31 {
        check(format!("x{i}"), given.x[i].into(), ours.x[i].into(), theirs.x[i].into());
    }
    // An access that faults half way may have stored a part, and may leave anything in the registers that it loads
    // (Arm ARM B2.2.1 and the instructions' pages). Here it leaves registers as they were.
    let faulted = ending(ours) == 11 && ending(theirs) == 11;
    for i in 0..32 {
        let theirs = if faulted { given } else { theirs };
        check(format!("v{i}"), given.v[i], ours.v[i], theirs.v[i]);
    }
    let (fpcr, fpsr) = ((|r| r.fpcr & FPCR) as fn(&Record) -> u64, (|r| r.fpsr & FPSR) as fn(&Record) -> u64);
    for (name, value) in [
        ("sp", (|r| r.sp) as fn(&Record) -> u64),
        ("pc", |r| r.pc),
        ("nzcv", |r| r.nzcv),
        ("fpcr", fpcr),
        ("fpsr", fpsr),
        ("tpidr", |r| r.tpidr),
        ("ending", ending),
    ] {
        check(name.into(), value(given).into(), value(ours).into(), value(theirs).into());
    }
    // With SIGTRAP and SIGILL the address is the pc, which was compared.
    if ending(ours) == ending(theirs) && matches!(ending(ours), 7 | 11) {
        check("address".into(), 0, ours.address.into(), theirs.address.into());
    }
    if faulted {
        return found;
    }
    for (at, (before, (ours, theirs))) in
        given.window.chunks(8).zip(ours.window.chunks(8).zip(theirs.window.chunks(8))).enumerate()
    {
        let number = |bytes: &[u8]| u128::from(u64::from_le_bytes(bytes.try_into().expect("eight bytes")));
        let name = format!("[{:#x}]", WINDOW + 8 * at as u64);
        check(name, number(before), number(ours), number(theirs));
    }
    found
}

/// The signal; 0 for having gone on, be it to a BRK or to where nothing can be fetched.
fn ending(record: &Record) -> u64 {
    match record.signal {
        5 => 0,
        7 | 11 if record.address == record.pc => 0,
        signal => signal,
    }
}

fn describe(row: &Row, given: &Record, differing: &[Field]) -> String {
    let mut text =
        format!("{} at {:#x}, nzcv {:#x}, fpcr {:#x}:\n", row.id, given.pc, given.nzcv, given.fpcr);
    for (i, &word) in given.words.iter().take(given.length() as usize).enumerate() {
        let _ = writeln!(text, "  {word:08x}  {}", isa::disassemble(word, given.pc + 4 * i as u64));
    }
    let word = given.words[given.length() as usize - 1];
    for name in ["Rn", "Rm", "Ra", "Rd", "Rt", "Rs"] {
        let Some((low, width)) = row.field(name) else { continue };
        let index = (word >> low & ((1 << width) - 1)) as usize & 31;
        let x = given.x.get(index).copied().unwrap_or(given.sp);
        let _ = writeln!(text, "  {name}: x{index} = {x:#x}, v{index} = {:#034x}", given.v[index]);
    }
    for (name, before, ours, theirs) in differing.iter().take(8) {
        let _ = writeln!(text, "  {name}: was {before}, ours {ours}, qemu {theirs}");
    }
    text
}
