//! Known encodings of every class, and what a fault leaves behind.

use crate::cpu::Cpu;
use crate::interp::testing::{DATA, DATA_END, processor};
use crate::interp::{Trap, select, step};
use crate::mem::{Fault, FaultKind, GuestAddr};

/// A processor whose x1 and sp point to 64 bytes of its own, which count up from 0x80.
fn at(offset: u64) -> Cpu {
    let mut cpu = processor();
    let bytes: Vec<u8> = (0x80..0xc0).collect();
    cpu.mem.write(GuestAddr(DATA + offset), &bytes).expect("it is mapped");
    (cpu.x[1], cpu.x[31]) = (DATA + offset, DATA + offset);
    cpu
}

fn run(cpu: &mut Cpu, word: u32) {
    assert_eq!(step(cpu, word), Ok(()), "{word:#010x}");
}

fn word_at(cpu: &Cpu, addr: u64) -> u64 {
    cpu.mem.load(GuestAddr(addr)).expect("it is mapped")
}

#[test]
fn loads_extend_and_write_back() {
    let mut cpu = at(0);
    run(&mut cpu, 0x3940_0420); // ldrb w0, [x1, #1]
    assert_eq!(cpu.x[0], 0x81);
    run(&mut cpu, 0x39c0_0420); // ldrsb w0, [x1, #1]
    assert_eq!(cpu.x[0], 0xffff_ff81);
    run(&mut cpu, 0x7980_0420); // ldrsh x0, [x1, #2]
    assert_eq!(cpu.x[0], 0xffff_ffff_ffff_8382);
    run(&mut cpu, 0xb840_4420); // ldr w0, [x1], #4
    assert_eq!((cpu.x[0], cpu.x[1]), (0x8382_8180, DATA + 4));
    run(&mut cpu, 0xf85f_cc20); // ldr x0, [x1, #-4]!
    assert_eq!((cpu.x[0], cpu.x[1]), (0x8786_8584_8382_8180, DATA));
    cpu.x[2] = 0xffff_ffff_0000_0001;
    run(&mut cpu, 0xb862_d83f); // ldr wzr, [x1, w2, sxtw #2]
    assert_eq!(cpu.x[32], 0);
    run(&mut cpu, 0xa9c1_0c22); // ldp x2, x3, [x1, #16]!
    assert_eq!((cpu.x[2], cpu.x[3], cpu.x[1]), (0x9796_9594_9392_9190, 0x9f9e_9d9c_9b9a_9998, DATA + 16));
    run(&mut cpu, 0x6940_0c22); // ldpsw x2, x3, [x1]
    assert_eq!((cpu.x[2], cpu.x[3]), (0xffff_ffff_9392_9190, 0xffff_ffff_9796_9594));
    run(&mut cpu, 0x3dc0_0020); // ldr q0, [x1]
    assert_eq!(cpu.vec(0), 0x9f9e_9d9c_9b9a_9998_9796_9594_9392_9190);
    run(&mut cpu, 0x7d40_0020); // ldr h0, [x1]
    assert_eq!(cpu.vec(0), 0x9190);
}

#[test]
fn stores_reach_memory_and_nothing_else() {
    let mut cpu = at(0x100);
    cpu.x[0] = 0x1111_2222_3333_4444;
    run(&mut cpu, 0x7900_0420); // strh w0, [x1, #2]
    assert_eq!(word_at(&cpu, DATA + 0x100), 0x8786_8584_4444_8180);
    run(&mut cpu, 0xa9bf_03e0); // stp x0, x0, [sp, #-16]!
    assert_eq!((cpu.sp(), word_at(&cpu, DATA + 0xf8)), (DATA + 0xf0, cpu.x[0]));
    run(&mut cpu, 0xd50b_7421); // dc zva, x1
    assert_eq!(word_at(&cpu, DATA + 0x138), 0);
}

#[test]
fn exclusives_notice_a_store_in_between() {
    let mut cpu = at(0x200);
    cpu.x[2] = 7;
    run(&mut cpu, 0xc85f_7c20); // ldxr x0, [x1]
    run(&mut cpu, 0xc803_7c22); // stxr w3, x2, [x1]
    assert_eq!((cpu.x[3], word_at(&cpu, cpu.x[1])), (0, 7));
    run(&mut cpu, 0xc803_7c22); // the monitor is clear now
    assert_eq!(cpu.x[3], 1);
    run(&mut cpu, 0xc85f_7c20);
    cpu.mem.store(GuestAddr(cpu.x[1]), 8_u64).expect("it is mapped");
    run(&mut cpu, 0xc803_7c22);
    assert_eq!((cpu.x[3], word_at(&cpu, cpu.x[1])), (1, 8));
    run(&mut cpu, 0xc87f_1420); // ldxp x0, x5, [x1]
    run(&mut cpu, 0xc823_0822); // stxp w3, x2, x2, [x1]
    assert_eq!((cpu.x[3], cpu.x[0], word_at(&cpu, cpu.x[1] + 8)), (0, 8, 7));
}

#[test]
fn atomics_return_what_stood_there() {
    let mut cpu = at(0x300);
    (cpu.x[0], cpu.x[2]) = (1, DATA + 0x300);
    run(&mut cpu, 0x38e0_0041); // ldaddalb w0, w1, [x2]
    assert_eq!((cpu.x[1], word_at(&cpu, cpu.x[2]) as u8), (0x80, 0x81));
    run(&mut cpu, 0x3820_4041); // ldsmaxb w0, w1, [x2]: 1 is above -127
    assert_eq!(word_at(&cpu, cpu.x[2]) as u8, 1);
    (cpu.x[0], cpu.x[1]) = (word_at(&cpu, cpu.x[2]), 99);
    run(&mut cpu, 0xc8e0_fc41); // casal x0, x1, [x2]
    assert_eq!(word_at(&cpu, cpu.x[2]), 99);
    cpu.x[0] = 5;
    run(&mut cpu, 0xc8e0_fc41); // does not find 5
    assert_eq!((cpu.x[0], word_at(&cpu, cpu.x[2])), (99, 99));
    // casp wants even registers.
    assert!(select(0x4860_7c41, 0).is_none());
}

#[test]
fn a_fault_leaves_registers_alone() {
    let mut cpu = processor();
    (cpu.x[1], cpu.x[2], cpu.x[3]) = (DATA_END - 8, 2, 3);
    let fault = |addr, kind, write| Err(Trap::Fault(Fault { addr: GuestAddr(addr), kind, write }));
    // ldp x2, x3, [x1], #16
    assert_eq!(step(&mut cpu, 0xa8c1_0c22), fault(DATA_END, FaultKind::Segv, false));
    assert_eq!((cpu.x[1], cpu.x[2], cpu.x[3], cpu.pc), (DATA_END - 8, 2, 3, 0x1000));
    // ldxr x0, [x1] not aligned; ldr x0, [sp] with the stack pointer not aligned
    cpu.x[1] = DATA + 1;
    assert_eq!(step(&mut cpu, 0xc85f_7c20), fault(DATA + 1, FaultKind::Alignment, false));
    cpu.x[31] = DATA + 8;
    assert_eq!(step(&mut cpu, 0xf940_03e0), Err(Trap::Misaligned(GuestAddr(DATA + 8))));
    // A tag is ignored: ldr x0, [x1].
    cpu.x[1] = DATA | 0xab << 56;
    assert_eq!(step(&mut cpu, 0xf940_0020), Ok(()));
}
