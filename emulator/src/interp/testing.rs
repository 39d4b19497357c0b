//! A processor for unit tests.

use std::sync::OnceLock;

use super::step;
use crate::cpu::Cpu;
use crate::host::{Backing, install_fault_handler};
use crate::mem::{AddressSpace, MapRequest, Place, Prot};

/// A mapped page of 64 KiB; nothing is mapped behind it.
pub(super) const DATA: u64 = 0x20_0000;
pub(super) const DATA_END: u64 = DATA + 0x1_0000;

/// The space of [`processor`].
pub(super) fn space() -> &'static AddressSpace {
    static SPACE: OnceLock<AddressSpace> = OnceLock::new();
    SPACE.get_or_init(|| {
        install_fault_handler().expect("a handler for SIGSEGV");
        let space = AddressSpace::reserve().expect("4 TiB of address space");
        let prot = Prot(Prot::READ.0 | Prot::WRITE.0);
        let (place, backing) = (Place::Fixed(DATA), Backing::Anonymous);
        let request = MapRequest { place, len: DATA_END - DATA, prot, backing, name: None };
        space.map(&request).expect("a few pages");
        space
    })
}

/// A processor about to execute something at 0x1000. Tests run at once: each takes its own part of the data.
pub(super) fn processor() -> Cpu {
    let mut cpu = Cpu::new(space().mem());
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
