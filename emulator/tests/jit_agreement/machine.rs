//! One guest processor, run twice from the same state: by the interpreter and by the engine.

use std::sync::Arc;

use elfuse::cpu::{Cpu, Exclusive};
use elfuse::host::{Backing, install_fault_handler};
use elfuse::interp::{self, BlockCache, Trap};
use elfuse::isa;
use elfuse::jit::{Jit, Switches, Thread};
use elfuse::mem::{AddressSpace, GuestAddr, MapRequest, Place, Prot};

use crate::random::{Random, fill};

/// Where code stands.
pub const CODE: u64 = 0x40_0000;
const CODE_LEN: u64 = 0x1000;
/// Words of code.
pub const WORDS: usize = 64;
/// Where data stands; nothing is mapped around it.
pub const DATA: u64 = 0x80_0000;
/// Bytes of data.
pub const DATA_LEN: u64 = 0x1000;
/// FPSR: invalid operation, division by zero, overflow, underflow, inexact.
pub const IOC: u32 = 1 << 0;
pub const DZC: u32 = 1 << 1;
pub const OFC: u32 = 1 << 2;
pub const UFC: u32 = 1 << 3;
pub const IXC: u32 = 1 << 4;
const SVC: u32 = 0xd400_0001;

/// A space, and an engine with its switches.
pub struct Machine {
    space: AddressSpace,
    engine: Thread,
    judge: BlockCache,
    blocks: BlockCache,
    exact_flags: bool,
    /// What stood in the code and the data before.
    code: Vec<u8>,
    data: Vec<u8>,
}

/// All that can be seen of a run.
#[derive(Clone, PartialEq, Eq)]
struct Seen {
    trap: Trap,
    pc: u64,
    x: Vec<u64>,
    v: Vec<u128>,
    nzcv: u32,
    fpsr: u32,
    fpcr: u32,
    tpidr: u64,
    exclusive: (u64, u128, u8),
    data: Vec<u8>,
}

impl Machine {
    /// A machine whose engine translates at once, with `switches`.
    pub fn new(switches: Switches) -> Machine {
        install_fault_handler().expect("a handler for SIGSEGV");
        let space = AddressSpace::reserve().expect("room for a guest");
        for (at, len, prot) in [(CODE, CODE_LEN, 5), (DATA, DATA_LEN, 3)] {
            let place = Place::Fixed(at);
            let request =
                MapRequest { place, len, prot: Prot(prot), backing: Backing::Anonymous, name: None };
            space.map(&request).expect("a page");
        }
        let jit = Arc::new(Jit::new(Switches { translate: true, warm: 0, ..switches }));
        Machine {
            space,
            engine: Thread::new(&jit),
            judge: BlockCache::default(),
            blocks: BlockCache::default(),
            exact_flags: !switches.look_ahead,
            code: Vec::new(),
            data: Vec::new(),
        }
    }

    /// Runs `words` and a system call from a random state on both.
    ///
    /// # Errors
    /// What differs, with a disassembly.
    pub fn compare(&mut self, words: &[u32], random: &mut Random) -> Result<(), String> {
        assert!(words.len() < WORDS);
        let mut code = vec![SVC; WORDS];
        code[..words.len()].copy_from_slice(words);
        self.code = code.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.data = (0..DATA_LEN / 8).flat_map(|_| random.next().to_le_bytes()).collect();

        let mut start = Cpu::new(self.space.mem());
        fill(&mut start, random);
        start.pc = CODE;
        start.exclusive = self.monitor(&start, words[0], random);
        let expected =
            self.run(start.clone(), |machine, cpu| interp::run(cpu, &machine.space, &mut machine.judge));
        let mut seen = self
            .run(start.clone(), |machine, cpu| machine.engine.run(cpu, &machine.space, &mut machine.blocks));
        // Flags that nobody can read any more are not kept for a fault in between.
        if !self.exact_flags && expected.trap != Trap::Syscall {
            seen.nzcv = expected.nzcv;
        }
        // A result that rounds up to the least normal number: the host says it is no underflow, the guest that it is.
        if seen.fpsr | UFC == expected.fpsr && expected.fpsr & IXC != 0 {
            seen.fpsr = expected.fpsr;
        }
        if seen == expected { Ok(()) } else { Err(report(words, &start, &expected, &seen)) }
    }

    /// The engine's x0 and FPSR after `words`, which are those of the last time unless they are `new`, with d0 and d1
    /// given and no flag before.
    pub fn again(&mut self, words: &[u32], new: bool, d0: f64, d1: f64) -> (u64, u32) {
        if new {
            let bytes: Vec<u8> = words.iter().chain(&[SVC]).flat_map(|word| word.to_le_bytes()).collect();
            self.write_code(&bytes);
        }
        let mut cpu = Cpu::new(self.space.mem());
        cpu.pc = CODE;
        cpu.set_vec(0, d0.to_bits().into());
        cpu.set_vec(1, d1.to_bits().into());
        assert_eq!(self.engine.run(&mut cpu, &self.space, &mut self.blocks), Trap::Syscall);
        cpu.settle_float();
        (cpu.x[0], cpu.fpsr)
    }

    /// A monitor at the address in a register, often the base of an access by `word`, that mostly has what stands there.
    fn monitor(&self, cpu: &Cpu, word: u32, random: &mut Random) -> Exclusive {
        let base = if random.below(2) == 0 { word >> 5 & 31 } else { random.below(32) as u32 };
        let (addr, bytes) = (cpu.x[base as usize], 1 << random.below(5));
        let inside = addr.checked_sub(DATA).map(|at| at as usize..at as usize + bytes);
        let value = match inside.and_then(|range| self.data.get(range)) {
            Some(seen) if random.below(4) != 0 => {
                seen.iter().rev().fold(0, |value, &byte| value << 8 | u128::from(byte))
            }
            _ => u128::from(random.next()),
        };
        Exclusive { addr, value, bytes: bytes as u8 }
    }

    fn run(&mut self, mut cpu: Cpu, run: impl FnOnce(&mut Machine, &mut Cpu) -> Trap) -> Seen {
        self.write_code(&self.code);
        self.space.mem().write(GuestAddr(DATA), &self.data).expect("data is mapped");
        let trap = run(self, &mut cpu);
        cpu.settle_float();
        let mut data = vec![0; DATA_LEN as usize];
        self.space.mem().read(GuestAddr(DATA), &mut data).expect("data is mapped");
        Seen {
            trap,
            pc: cpu.pc,
            x: cpu.x[..33].to_vec(),
            v: (0..32).map(|index| cpu.vec(index)).collect(),
            nzcv: cpu.nzcv,
            fpsr: cpu.fpsr,
            fpcr: cpu.fpcr,
            tpidr: cpu.tpidr,
            exclusive: (cpu.exclusive.addr, cpu.exclusive.value, cpu.exclusive.bytes),
            data,
        }
    }
}

impl Machine {
    /// Makes `code` what runs. Stores of its own do not reach it: without cache maintenance either engine might run what
    /// was there before or what is there now (Arm ARM, "Concurrent modification and execution of instructions").
    fn write_code(&self, code: &[u8]) {
        let protect = |prot| self.space.protect(CODE, CODE_LEN, Prot(prot)).expect("code is mapped");
        protect(3);
        self.space.mem().write(GuestAddr(CODE), code).expect("code is mapped");
        protect(5);
        self.space.invalidate_code(CODE, CODE + code.len() as u64);
    }
}

fn report(words: &[u32], start: &Cpu, expected: &Seen, seen: &Seen) -> String {
    let mut text = String::from("the engine differs from the interpreter\n");
    for (pc, &word) in (CODE..).step_by(4).zip(words) {
        text += &format!("  {pc:#x}: {word:08x}  {}\n", isa::disassemble(word, pc));
    }
    let mut line = |name: String, before: String, expected: String, seen: String| {
        if expected != seen {
            text += &format!("{name}: {expected} expected, {seen} seen, {before} before\n");
        }
    };
    line("trap".into(), String::new(), format!("{:x?}", expected.trap), format!("{:x?}", seen.trap));
    line("pc".into(), format!("{CODE:#x}"), format!("{:#x}", expected.pc), format!("{:#x}", seen.pc));
    for i in 0..33 {
        let hex = |x: &[u64]| format!("{:#x}", x[i]);
        line(format!("x{i}"), hex(&start.x), hex(&expected.x), hex(&seen.x));
    }
    for i in 0..32 {
        let hex = |v: u128| format!("{v:#034x}");
        line(format!("v{i}"), hex(start.vec(i as u8)), hex(expected.v[i]), hex(seen.v[i]));
    }
    let hex = |x: u32| format!("{x:#x}");
    line("nzcv".into(), hex(start.nzcv), hex(expected.nzcv), hex(seen.nzcv));
    line("fpsr".into(), hex(start.fpsr), hex(expected.fpsr), hex(seen.fpsr));
    line("fpcr".into(), hex(start.fpcr), hex(expected.fpcr), hex(seen.fpcr));
    line("tpidr".into(), String::new(), format!("{:x}", expected.tpidr), format!("{:x}", seen.tpidr));
    line(
        "exclusive".into(),
        String::new(),
        format!("{:x?}", expected.exclusive),
        format!("{:x?}", seen.exclusive),
    );
    for (i, (a, b)) in expected.data.iter().zip(&seen.data).enumerate() {
        line(format!("byte {:#x}", DATA + i as u64), String::new(), format!("{a:02x}"), format!("{b:02x}"));
    }
    text += "before:";
    for (i, value) in start.x[..32].iter().enumerate() {
        text += &format!(" x{i}={value:#x}");
    }
    text + "\n"
}
