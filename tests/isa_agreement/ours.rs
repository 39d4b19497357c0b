//! Runs a record in our interpreter.

use elfuse::cpu::{Cpu, SP};
use elfuse::host::{Backing, install_fault_handler};
use elfuse::interp::{Trap, step};
use elfuse::mem::{AddressSpace, Fault, FaultKind, GuestAddr, MapRequest, Place, Prot};

use super::record::{DATA, DATA_BYTES, Record, WINDOW};

const SIGILL: u64 = 4;
const SIGTRAP: u64 = 5;
const SIGBUS: u64 = 7;
const SIGSEGV: u64 = 11;

pub struct Machine {
    cpu: Cpu,
    /// Nothing is mapped here: an access faults, and so tells its address.
    bare: Cpu,
    /// Keep what `cpu` and `bare` point into.
    _spaces: [AddressSpace; 2],
}

impl Machine {
    pub fn new() -> Machine {
        install_fault_handler().expect("a handler for SIGSEGV");
        let spaces = [(); 2].map(|()| AddressSpace::reserve().expect("room for a guest"));
        spaces[0]
            .map(&MapRequest {
                place: Place::Fixed(DATA),
                len: DATA_BYTES,
                prot: Prot(Prot::READ.0 | Prot::WRITE.0),
                backing: Backing::Anonymous,
                name: None,
            })
            .expect("the data page");
        Machine { cpu: Cpu::new(spaces[0].mem()), bare: Cpu::new(spaces[1].mem()), _spaces: spaces }
    }

    /// Where `record` first accesses memory, if it does.
    pub fn accesses(&mut self, record: &Record) -> Option<u64> {
        load(&mut self.bare, record);
        self.bare.pc = record.pc;
        record.words.iter().take(record.length() as usize).find_map(|&word| {
            match step(&mut self.bare, word) {
                Err(Trap::Fault(Fault { addr, .. })) => Some(addr.untagged()),
                _ => None,
            }
        })
    }

    /// What the words of `record` make of it.
    pub fn run(&mut self, record: &Record) -> Record {
        let cpu = &mut self.cpu;
        load(cpu, record);
        cpu.mem.write(GuestAddr(WINDOW), &record.window).expect("the window is mapped");
        cpu.pc = record.pc;
        let mut result = record.clone();
        let mut ended = Ok(());
        for &word in record.words.iter().take(record.length() as usize) {
            ended = step(cpu, word);
            if ended.is_err() {
                break;
            }
        }
        (result.signal, result.address) = match ended {
            Ok(()) | Err(Trap::CodeChanged(_)) => (SIGTRAP, cpu.pc),
            Err(Trap::Illegal(_)) => (SIGILL, cpu.pc),
            Err(Trap::Breakpoint(_)) => (SIGTRAP, cpu.pc),
            Err(Trap::Fault(fault)) => match fault.kind {
                FaultKind::Segv => (SIGSEGV, fault.addr.0),
                FaultKind::Bus | FaultKind::Alignment => (SIGBUS, fault.addr.0),
            },
            Err(Trap::Misaligned(addr)) => (SIGBUS, addr.0),
            Err(trap) => panic!("{trap:?} is not to be expected here"),
        };
        result.x.copy_from_slice(&cpu.x[..31]);
        result.sp = cpu.sp();
        result.pc = cpu.pc;
        result.nzcv = u64::from(cpu.nzcv);
        result.fpcr = u64::from(cpu.fpcr);
        result.fpsr = u64::from(cpu.fpsr);
        result.tpidr = cpu.tpidr;
        result.v = std::array::from_fn(|i| cpu.vec(i as u8));
        cpu.mem.read(GuestAddr(WINDOW), &mut result.window).expect("the window is mapped");
        result
    }
}

fn load(cpu: &mut Cpu, record: &Record) {
    cpu.x[..31].copy_from_slice(&record.x);
    cpu.set_reg(SP, record.sp);
    cpu.nzcv = record.nzcv as u32;
    cpu.fpcr = record.fpcr as u32;
    cpu.fpsr = record.fpsr as u32;
    cpu.tpidr = record.tpidr;
    for (i, &value) in (0..).zip(&record.v) {
        cpu.set_vec(i, value);
    }
    cpu.exclusive = Default::default();
}
