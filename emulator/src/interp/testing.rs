//! A processor for unit tests.

use std::sync::OnceLock;

use super::step;
use crate::cpu::Cpu;
use crate::mem::AddressSpace;

/// A processor over a reserved space in which nothing is mapped.
pub(super) fn processor() -> Cpu {
    static SPACE: OnceLock<AddressSpace> = OnceLock::new();
    let space = SPACE.get_or_init(|| AddressSpace::reserve().expect("4 TiB of address space"));
    let mut cpu = Cpu::new(space.mem());
    cpu.pc = 0x1000;
    cpu
}

/// Runs `word` with x1 and x2 set, and returns x0.
pub(super) fn x0_of(word: u32, x1: u64, x2: u64) -> u64 {
    let mut cpu = processor();
    (cpu.x[0], cpu.x[1], cpu.x[2]) = (0x5555_5555_5555_5555, x1, x2);
    step(&mut cpu, word).expect("it does not trap");
    assert_eq!(cpu.pc, 0x1004);
    cpu.x[0]
}
