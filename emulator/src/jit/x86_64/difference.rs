//! What two engines made of the same step, compared and told.

use std::fmt;

use super::source::Source;
use crate::cpu::{Cpu, SP};
use crate::interp::Trap;
use crate::isa;
use crate::mem::Stores;

/// FPSR: underflow, inexact.
const UFC: u32 = 1 << 3;
const IXC: u32 = 1 << 4;
/// The most bytes of memory that are told one by one.
const MOST: usize = 64;

/// What came of a step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ran<'a> {
    pub(super) cpu: &'a Cpu,
    pub(super) result: Result<(), Trap>,
}

/// One thing that differs: what, and its values by the interpreter, by translated code, and before.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    name: String,
    judge: String,
    translated: String,
    before: String,
}

/// All that differs behind the step from `before`. Memory is as translated code left it. Condition flags are not
/// looked at: translated code keeps them only for those who read them.
pub(super) fn compare(before: &Cpu, judge: Ran<'_>, translated: Ran<'_>, stores: &Stores) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut add = |name: String, judge: String, translated: String, before: String| {
        entries.push(Entry { name, judge, translated, before });
    };
    if judge.result != translated.result {
        let [judge, translated] = [judge, translated].map(|ran| ran.result.err().map_or("none".into(), told));
        add("trap".into(), judge, translated, "none".into());
    }
    let (one, other) = (judge.cpu, translated.cpu);
    let mut number = |name: &str, values: [u64; 3]| {
        if values[0] != values[1] {
            let [judge, translated, before] = values.map(|value| format!("{value:#x}"));
            add(name.into(), judge, translated, before);
        }
    };
    number("pc", [one.pc, other.pc, before.pc]);
    for index in 0..=SP as usize {
        if one.x[index] != other.x[index] {
            let name = if index == SP as usize { "sp".into() } else { format!("x{index}") };
            number(&name, [one.x[index], other.x[index], before.x[index]]);
        }
    }
    // A result that rounds up to the least normal number: the host says it is no underflow, the guest that it is.
    let rounded = other.fpsr | UFC == one.fpsr && one.fpsr & IXC != 0;
    if !rounded {
        number("fpsr", [one, other, before].map(|cpu| cpu.fpsr.into()));
    }
    number("fpcr", [one, other, before].map(|cpu| cpu.fpcr.into()));
    number("tpidr_el0", [one, other, before].map(|cpu| cpu.tpidr));
    let [monitors @ .., was] = [one, other, before].map(|cpu| {
        let monitor = cpu.exclusive;
        (monitor.bytes != 0).then_some((monitor.bytes, monitor.addr, monitor.value))
    });
    if monitors[0] != monitors[1] {
        let told = |monitor: Option<(u8, u64, u128)>| match monitor {
            Some((bytes, addr, value)) => format!("{bytes} bytes at {addr:#x}, {value:#x}"),
            None => "clear".into(),
        };
        add("exclusive monitor".into(), told(monitors[0]), told(monitors[1]), told(was));
    }
    for index in (0..32).filter(|&index| one.vector(index) != other.vector(index)) {
        let [judge, translated, before] = [one, other, before].map(|cpu| format!("{:#034x}", cpu.vec(index)));
        add(format!("v{index}"), judge, translated, before);
    }
    let bytes = stores.differences();
    for &(addr, before, judge, translated) in bytes.iter().take(MOST) {
        let hex = |value: u8| format!("{value:02x}");
        add(format!("byte {addr:#x}"), hex(judge), hex(translated), hex(before));
    }
    entries
}

fn told(trap: Trap) -> String {
    match trap {
        Trap::Fault(fault) => {
            let way = if fault.write { "store" } else { "load" };
            format!("{:?} of a {way} at {:#x}", fault.kind, fault.addr)
        }
        Trap::Misaligned(addr) => format!("misaligned {addr:#x}"),
        Trap::Illegal(word) => format!("illegal {word:#010x}"),
        Trap::CodeChanged(addr) => format!("code changed at {addr:#x}"),
        Trap::Breakpoint(number) => format!("breakpoint {number:#x}"),
        Trap::Syscall | Trap::Interrupted | Trap::Differs => format!("{trap:?}").to_lowercase(),
    }
}

/// A difference for people.
#[derive(Debug)]
pub(super) struct Difference<'a> {
    /// Where the step began.
    pub(super) pc: u64,
    pub(super) source: &'a Source,
    /// The first instruction that differs, if it is known.
    pub(super) first: Option<u64>,
    /// Where the step began that left other condition flags, if they were others before this one.
    pub(super) flags: Option<u64>,
    pub(super) differences: Vec<Entry>,
}

impl fmt::Display for Difference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.source.is_loop() { "loop" } else { "block" };
        match self.first {
            Some(at) => {
                let word =
                    self.source.instructions().find(|(pc, _)| *pc == at).map_or(0, |(_, insn)| insn.word);
                writeln!(f, "the engines differ at pc {at:#x}: {}", isa::disassemble(word, at))?;
            }
            None => writeln!(f, "the engines differ in the {kind} at pc {:#x}", self.pc)?,
        }
        writeln!(f, "the {kind}, run from {:#x}:", self.pc)?;
        for (pc, insn) in self.source.instructions() {
            let mark = if self.first == Some(pc) { '>' } else { ' ' };
            writeln!(f, "{mark} {pc:#x}: {:08x}  {}", insn.word, isa::disassemble(insn.word, pc))?;
        }
        if let Some(since) = self.flags {
            writeln!(f, "the condition flags differ since the step from {since:#x}")?;
        }
        write!(f, "behind it:")?;
        for entry in &self.differences {
            let Entry { name, judge, translated, before } = entry;
            write!(f, "\n  {name}: interp {judge}, jit {translated}, before {before}")?;
        }
        Ok(())
    }
}
