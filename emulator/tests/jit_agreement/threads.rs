//! Several processors on one space: what they do to the same place at once is not lost.

use std::sync::{Arc, Barrier};

use elfuse::cpu::Cpu;
use elfuse::host::{Backing, install_fault_handler};
use elfuse::interp::{BlockCache, Trap};
use elfuse::isa;
use elfuse::jit::{Jit, Switches, Thread};
use elfuse::mem::{AddressSpace, GuestAddr, MapRequest, Place, Prot};

use crate::machine::{CODE, DATA};

const THREADS: u64 = 4;
const ROUNDS: u64 = 1_000_000;

/// Instructions and how they read: the way back, from the last to the first, is added.
type Listing = &'static [(u32, &'static str)];

/// Each adds one to what x1 points to.
const INCREMENTS: &[Listing] = &[
    &[
        (0xc85f_7c22, "ldxr x2, [x1]"),
        (0x9100_0442, "add x2, x2, #0x1"),
        (0xc803_7c22, "stxr w3, x2, [x1]"),
        (0x35ff_ffa3, "cbnz w3, 0x400000"),
    ],
    &[
        (0x085f_fc2e, "ldaxrb w14, [x1]"),
        (0x1100_05ce, "add w14, w14, #0x1"),
        (0x080f_fc2e, "stlxrb w15, w14, [x1]"),
        (0x35ff_ffaf, "cbnz w15, 0x400000"),
    ],
    &[
        (0xc87f_0c22, "ldxp x2, x3, [x1]"),
        (0x9100_0442, "add x2, x2, #0x1"),
        (0xc824_0c22, "stxp w4, x2, x3, [x1]"),
        (0x35ff_ffa4, "cbnz w4, 0x400000"),
    ],
    &[
        (0xf940_0022, "ldr x2, [x1, #0x0]"),
        (0xaa02_03e3, "orr x3, xzr, x2"),
        (0x9100_0444, "add x4, x2, #0x1"),
        (0xc8a3_7c24, "cas x3, x4, [x1]"),
        (0xeb02_007f, "subs xzr, x3, x2"),
        (0x54ff_ff61, "b.ne 0x400000"),
    ],
    &[
        (0xa940_0c22, "ldp x2, x3, [x1, #0]"),
        (0xaa02_03e4, "orr x4, xzr, x2"),
        (0xaa03_03e5, "orr x5, xzr, x3"),
        (0x9100_0446, "add x6, x2, #0x1"),
        (0xaa03_03e7, "orr x7, xzr, x3"),
        (0x4824_7c26, "casp x4, x5, x6, x7, [x1]"),
        (0xeb02_009f, "subs xzr, x4, x2"),
        (0x54ff_ff21, "b.ne 0x400000"),
    ],
    &[(0xd280_0025, "movz x5, #0x1"), (0xf825_0022, "ldadd x5, x2, [x1]")],
    &[(0xd280_0025, "movz x5, #0x1"), (0xf825_003f, "ldadd x5, xzr, [x1]")],
];

/// Sets and clears the bit in x6, which nobody else does, and gathers in x9 what was not as left.
const OWN_BIT: Listing = &[
    (0xf826_3027, "ldset x6, x7, [x1]"),
    (0xf826_1028, "ldclr x6, x8, [x1]"),
    (0x8a06_00e7, "and x7, x7, x6"),
    (0x8a28_00c8, "bic x8, x6, x8"),
    (0xaa07_0129, "orr x9, x9, x7"),
    (0xaa08_0129, "orr x9, x9, x8"),
];

/// Runs `body` on all threads so many times each; what x1 points to in the end, and each thread's x9.
fn contend(body: Listing) -> (u64, Vec<u64>) {
    install_fault_handler().expect("a handler for SIGSEGV");
    let space = AddressSpace::reserve().expect("room for a guest");
    for (at, prot) in [(CODE, 7), (DATA, 3)] {
        let (place, len, backing) = (Place::Fixed(at), 0x1000, Backing::Anonymous);
        space.map(&MapRequest { place, len, prot: Prot(prot), backing, name: None }).expect("a page");
    }
    for (pc, &(word, text)) in (CODE..).step_by(4).zip(body) {
        let read = isa::disassemble(word, pc);
        assert_eq!(read.split_whitespace().collect::<Vec<_>>().join(" "), text);
    }
    let back = 0x5400_0001 | (-(body.len() as i32 + 1) as u32 & 0x7_ffff) << 5;
    let end = [0xf100_079c, back, 0xd400_0001]; // subs x28, x28, #1; b.ne; svc #0
    let words = body.iter().map(|&(word, _)| word).chain(end);
    let code: Vec<u8> = words.flat_map(u32::to_le_bytes).collect();
    space.mem().write(GuestAddr(CODE), &code).expect("code is mapped");

    let jit = Arc::new(Jit::new(Switches { warm: 0, hot: 100, ..Switches::default() }));
    let together = Barrier::new(THREADS as usize);
    let seen = std::thread::scope(|scope| {
        let start = |number: u64| {
            let (jit, space, together) = (&jit, &space, &together);
            scope.spawn(move || {
                let mut cpu = Cpu::new(space.mem());
                (cpu.pc, cpu.x[1], cpu.x[6], cpu.x[28]) = (CODE, DATA, 1 << number, ROUNDS);
                together.wait();
                let trap = Thread::new(jit).run(&mut cpu, space, &mut BlockCache::default());
                assert_eq!(trap, Trap::Syscall);
                cpu.settle_float();
                cpu.x[9]
            })
        };
        let threads: Vec<_> = (0..THREADS).map(start).collect();
        threads.into_iter().map(|thread| thread.join().expect("it ends")).collect()
    });
    (space.mem().load(GuestAddr(DATA)).expect("data is mapped"), seen)
}

#[test]
fn no_increment_is_lost() {
    for body in INCREMENTS {
        let bytes = body.iter().any(|(_, text)| text.contains("ldaxrb"));
        let expected = if bytes { THREADS * ROUNDS % 256 } else { THREADS * ROUNDS };
        assert_eq!(contend(body).0, expected, "{}", body[0].1);
    }
}

#[test]
fn no_bit_is_lost() {
    assert_eq!(contend(OWN_BIT), (0, vec![0; THREADS as usize]));
}
