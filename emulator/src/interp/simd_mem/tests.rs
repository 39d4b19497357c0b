//! Layout, write-back and faults.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::cpu::Cpu;
use crate::host::{Backing, install_fault_handler};
use crate::interp::{Trap, step};
use crate::mem::{AddressSpace, GuestAddr, MapRequest, Place, Prot};

const PAGE: u64 = 0x1_0000;

/// One mapped page of bytes that count up, the next one unmapped; its address is in x1 and returned.
fn cpu() -> (Cpu, u64) {
    static SPACE: OnceLock<AddressSpace> = OnceLock::new();
    static NEXT: AtomicU64 = AtomicU64::new(0x10_0000);
    install_fault_handler().unwrap();
    let space = SPACE.get_or_init(|| AddressSpace::reserve().unwrap());
    let at = NEXT.fetch_add(2 * PAGE, Ordering::Relaxed);
    let (place, prot) = (Place::Fixed(at), Prot(Prot::READ.0 | Prot::WRITE.0));
    space.map(&MapRequest { place, len: PAGE, prot, backing: Backing::Anonymous, name: None }).unwrap();
    let bytes: Vec<u8> = (0..PAGE).map(|i| i as u8).collect();
    space.mem().write(GuestAddr(at), &bytes).unwrap();
    let mut cpu = Cpu::new(space.mem());
    cpu.x[1] = at;
    (cpu, at)
}

fn run(cpu: &mut Cpu, word: u32) {
    assert_eq!(step(cpu, word), Ok(()), "{word:08x}");
}

fn bytes_at(cpu: &Cpu, addr: u64) -> u128 {
    u128::from_le(cpu.mem.load(GuestAddr(addr)).unwrap())
}

#[test]
fn structures_are_taken_apart_and_put_together() {
    let (mut cpu, at) = cpu();
    // ld4 {v0.4h-v3.4h}, [x1], #32
    run(&mut cpu, 0x0cdf_0420);
    assert_eq!(cpu.vec(0), 0x1918_1110_0908_0100);
    assert_eq!(cpu.vec(3), 0x1f1e_1716_0f0e_0706);
    assert_eq!(cpu.x[1], at + 32);
    // st3 {v1.16b-v3.16b}, [x1]; ld1 of the same, x2 as increment
    cpu.x[2] = 5;
    run(&mut cpu, 0x4c00_4021);
    assert_eq!(bytes_at(&cpu, at + 32) as u32, 0x0306_0402);
    // ld1 {v30.2d, v31.2d, v0.2d, v1.2d}, [x1], x2 wraps round
    run(&mut cpu, 0x4cc2_2c3e);
    assert_eq!(cpu.vec(30), bytes_at(&cpu, at + 32));
    assert_eq!(cpu.vec(1), bytes_at(&cpu, at + 80));
    assert_eq!(cpu.x[1], at + 37);
}

#[test]
fn one_lane_and_all_lanes() {
    let (mut cpu, at) = cpu();
    cpu.set_vec(0, !0);
    cpu.set_vec(1, !0);
    // ld2 {v0.h, v1.h}[5], [x1], #4
    run(&mut cpu, 0x4dff_4820);
    assert_eq!(cpu.vec(0), !(0xffff << 80) | 0x0100 << 80);
    assert_eq!(cpu.vec(1), !(0xffff << 80) | 0x0302 << 80);
    assert_eq!(cpu.x[1], at + 4);
    // ld1r {v0.2s}, [x1]
    run(&mut cpu, 0x0d40_c820);
    assert_eq!(cpu.vec(0), 0x0706_0504_0706_0504);
    // st1 {v1.d}[1], [x1]
    run(&mut cpu, 0x4d00_8421);
    assert_eq!(bytes_at(&cpu, at + 4) as u64, 0xffff_ffff_0302_ffff);
}

#[test]
fn a_fault_changes_no_register() {
    let (mut cpu, at) = cpu();
    cpu.x[1] = at + PAGE - 32;
    let before = cpu.v;
    for word in [0x4cdf_2020, 0x4cdf_0020, 0x4cdf_4020] {
        match step(&mut cpu, word) {
            Err(Trap::Fault(fault)) => assert_eq!(fault.addr, GuestAddr(at + PAGE)),
            other => panic!("{other:?}"),
        }
        assert_eq!(cpu.v, before);
        assert_eq!(cpu.x[1], at + PAGE - 32);
    }
}

#[test]
fn a_misaligned_stack_pointer_traps() {
    let (mut cpu, at) = cpu();
    cpu.x[31] = at + 8;
    assert_eq!(step(&mut cpu, 0x4c40_73e0), Err(Trap::Misaligned(GuestAddr(at + 8))));
}
