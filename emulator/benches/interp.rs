//! How fast the interpreter runs three loops, in million guest instructions a second, and against the first of them.
#![allow(clippy::print_stdout, reason = "the figures are what it is for")]

use std::time::Instant;

use elfuse::cpu::Cpu;
use elfuse::host::{Backing, install_fault_handler};
use elfuse::interp::{BlockCache, Trap, run};
use elfuse::mem::{AddressSpace, GuestAddr, MapRequest, Place, Prot};

const CODE: u64 = 0x10_0000;
const DATA: u64 = 0x20_0000;

/// Each loop counts x0 down to zero and then makes a system call.
const LOOPS: &[(&str, &[u32])] = &[
    // 1: add x1, x1, x2; eor x3, x1, x2, lsl #3; and w4, w3, #0xff; lsr x2, x3, #7; subs x0, x0, #1; b.ne 1b
    ("arithmetic", &[0x8b02_0021, 0xca02_0c23, 0x1200_1c64, 0xd347_fc62, 0xf100_0400, 0x54ff_ff61]),
    // 1: ldr x1, [x5]; add x1, x1, #1; str x1, [x5, #8]; ldrb w2, [x5, #3]; stp x1, x2, [x5, #16];
    //    subs x0, x0, #1; b.ne 1b
    ("memory", &[0xf940_00a1, 0x9100_0421, 0xf900_04a1, 0x3940_0ca2, 0xa901_08a1, 0xf100_0400, 0x54ff_ff41]),
    // 1: bl 2f; subs x0, x0, #1; b.ne 1b; b 3f; 2: add x1, x1, #1; ret; 3:
    ("calls", &[0x9400_0004, 0xf100_0400, 0x54ff_ffc1, 0x1400_0003, 0x9100_0421, 0xd65f_03c0]),
];

fn main() {
    install_fault_handler().expect("a handler for SIGSEGV");
    let space = AddressSpace::reserve().expect("room for a guest");
    for at in [CODE, DATA] {
        let prot = Prot(Prot::READ.0 | Prot::WRITE.0 | Prot::EXEC.0);
        let request =
            MapRequest { place: Place::Fixed(at), len: 1, prot, backing: Backing::Anonymous, name: None };
        space.map(&request).expect("a page");
    }
    let mut first = None;
    for (name, words) in LOOPS {
        let bytes: Vec<u8> = words.iter().chain(&[0xd400_0001]).flat_map(|word| word.to_le_bytes()).collect();
        space.mem().write(GuestAddr(CODE), &bytes).expect("the code page");
        space.invalidate_code(0, u64::MAX);
        let rounds = 20_000_000;
        // A round of `calls` does not run its last branch forward.
        let per_round = if *name == "calls" { 5 } else { words.len() as u64 };
        let best = (0..3)
            .map(|_| {
                let mut cpu = Cpu::new(space.mem());
                (cpu.pc, cpu.x[0], cpu.x[2], cpu.x[5]) = (CODE, rounds, 3, DATA);
                let start = Instant::now();
                assert_eq!(run(&mut cpu, &space, &mut BlockCache::default()), Trap::Syscall);
                (rounds * per_round) as f64 / start.elapsed().as_secs_f64() / 1e6
            })
            .fold(0.0, f64::max);
        let first = *first.get_or_insert(best);
        println!("{name:12} {best:7.0} million/s  {:.2} × {}", best / first, LOOPS[0].0);
    }
}
