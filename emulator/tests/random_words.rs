//! Whatever a guest executes, the emulator does not panic.

use std::sync::OnceLock;

use elfuse::cpu::Cpu;
use elfuse::host::{Backing, install_fault_handler};
use elfuse::interp::step;
use elfuse::isa;
use elfuse::mem::{AddressSpace, MapRequest, Place, Prot};
use proptest::prelude::*;

const DATA: u64 = 0x20_0000;

fn space() -> &'static AddressSpace {
    static SPACE: OnceLock<AddressSpace> = OnceLock::new();
    SPACE.get_or_init(|| {
        install_fault_handler().expect("a handler for SIGSEGV");
        let space = AddressSpace::reserve().expect("room for a guest");
        let prot = Prot(Prot::READ.0 | Prot::WRITE.0);
        let (place, backing) = (Place::Fixed(DATA), Backing::Anonymous);
        space.map(&MapRequest { place, len: 0x1_0000, prot, backing, name: None }).expect("a few pages");
        space
    })
}

/// A word of some row three times in four, else any word.
fn word() -> impl Strategy<Value = u32> {
    let rows: Vec<(u32, u32)> = isa::rows().map(|(row, _)| (row.mask, row.value)).collect();
    prop_oneof![
        3 => (proptest::sample::select(rows), any::<u32>())
            .prop_map(|((mask, value), fill)| value | fill & !mask),
        1 => any::<u32>(),
    ]
}

/// Anything, a small number, or an address that is mapped.
fn value() -> impl Strategy<Value = u64> {
    prop_oneof![any::<u64>(), 0..64_u64, DATA..DATA + 0x1_0000, Just(u64::MAX), Just(1 << 63)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn no_word_panics(
        word in word(),
        x in proptest::collection::vec(value(), 32),
        v in proptest::collection::vec(any::<u128>(), 32),
        flags in any::<u32>(),
        fpcr in any::<u32>(),
        pc in value(),
    ) {
        let mut cpu = Cpu::new(space().mem());
        cpu.x[..32].copy_from_slice(&x);
        (0..).zip(v).for_each(|(i, value)| cpu.set_vec(i, value));
        cpu.nzcv = flags & 0xf000_0000;
        cpu.fpcr = fpcr & 0x07c8_0000;
        cpu.pc = pc & !3;
        let _ = step(&mut cpu, word);
        prop_assert_eq!(cpu.x[32], 0, "the zero register was written by {}", isa::disassemble(word, pc));
    }

    #[test]
    fn every_word_has_a_text(word in word(), pc in any::<u64>()) {
        prop_assert!(!isa::disassemble(word, pc).is_empty());
    }
}

fn cases() -> u32 {
    if std::env::var_os("SOAK").is_some_and(|soak| soak == "1") { 1_000_000 } else { 10_000 }
}
