//! The ways into translated code and out of it.
//!
//! Inside, the registers are as [`super::regs`] has them and the stack pointer is a multiple of 16. Every way out
//! gives a reason and a number in rax and rdx, as a pair of the C calling convention.

use std::mem::offset_of;

use super::asm::{Alu, Asm, Cc, Rm, Shift};
use super::lower::{from_nzcv, to_nzcv};
use super::map::Map;
use super::regs::{BIAS, MEMORY, PINNED, PINNED_VECTORS, Reg, STATE, Xmm, state};
use crate::cpu::Cpu;
use crate::interp::{Flow, Insn};

/// Why translated code was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub(super) enum Reason {
    /// By an exit whose target has no code, or is not linked yet; its number.
    Link,
    /// As `Link`, because a loop has run often.
    Promote,
    /// As `Link`, because a signal waits or the processor's mode changed.
    Poll,
    /// By a system call; the number of the exit behind it.
    Syscall,
    /// By an indirect branch to the guest address.
    Indirect,
    /// The interpreter must do an instruction: block << 16 | index.
    Slow,
    /// An access faulted at the host address.
    Fault,
    /// The interpreter's function said trap; the host address behind its call.
    Trap,
}

/// Entries of a thread's table of indirect branches; a power of two.
const TABLE: usize = 4096;

/// One entry: where the code of a guest address is.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(super) struct Entry {
    /// The guest address; in a free entry one that has its place elsewhere.
    pub(super) pc: u64,
    /// The host address.
    pub(super) code: usize,
}

impl Entry {
    /// An entry that no branch finds, but in the place of address 0. All zeroes, for pages of them cost nothing.
    const FREE: Entry = Entry { pc: 0, code: 0 };

    /// A table of free entries.
    pub(super) fn table() -> Box<[Entry]> {
        // SAFETY: two integers of all zeroes.
        let mut table = unsafe { Box::<[Entry]>::new_zeroed_slice(TABLE).assume_init() };
        Entry::close(&mut table);
        table
    }

    /// Frees all entries.
    pub(super) fn free(table: &mut [Entry]) {
        table.fill(Entry::FREE);
        Entry::close(table);
    }

    /// Gives the place of address 0 to one that is none.
    fn close(table: &mut [Entry]) {
        table[Entry::index(0)].pc = 1;
    }

    /// The place of `pc` in the table.
    pub(super) fn index(pc: u64) -> usize {
        (pc >> 2) as usize % TABLE
    }
}

/// Lets rdx point at the table's entry for the guest address in rax, and compares them. Destroys the host's flags.
pub(super) fn look_up(asm: &mut Asm) {
    const MASK: i32 = (TABLE as i32 - 1) << 2;
    const { assert!(size_of::<Entry>() == 16) };
    asm.mov(false, Reg::Rdx, Reg::Rax);
    asm.alu_imm(Alu::And, false, Reg::Rdx, MASK);
    asm.shift(Shift::Shl, false, Reg::Rdx, 2);
    asm.alu(Alu::Add, true, Reg::Rdx, state(offset_of!(Cpu, engine.table)));
    asm.alu(Alu::Cmp, true, Reg::Rax, Rm::Base(Reg::Rdx, 0));
}

/// The host addresses of the thunks.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Thunks {
    pub(super) enter: usize,
    pub(super) link: usize,
    pub(super) promote: usize,
    pub(super) poll: usize,
    pub(super) syscall: usize,
    pub(super) indirect: usize,
    pub(super) slow: usize,
    /// Where the signal handler goes on after a fault, with the host address in rdx.
    pub(super) fault: usize,
    /// Call the function of the pre-decoded instruction at rdx.
    pub(super) calls: Calls,
    /// The same where all registers are in memory before and taken from there afterwards.
    pub(super) inner_calls: Calls,
}

/// Thunks that call an interpreter's function.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Calls {
    pub(super) plain: usize,
    /// For an instruction that reads or sets the condition flags.
    pub(super) with_flags: usize,
}

const SAVED: [Reg; 6] = [Reg::Rbx, Reg::Rbp, Reg::R12, Reg::R13, Reg::R14, Reg::R15];

impl Thunks {
    /// Writes the thunks, for the host address `base`.
    pub(super) fn write(base: usize, map: &Map) -> (Thunks, Vec<u8>) {
        let mut asm = Asm::new(Vec::with_capacity(1024), base);
        let mut thunks = Thunks::default();
        let at = |asm: &Asm| asm.address(asm.here());

        // First, so that its address is the same for all maps.
        thunks.fault = at(&asm);
        // The flags may be the guest's: kept beside those in memory, until it is known.
        asm.lahf();
        asm.setcc(Cc::O, Reg::Rax);
        asm.store(1, state(offset_of!(Cpu, engine.fault_flags)), Reg::Rax);
        // Which guest registers the host's are, only the cache knows.
        let host = offset_of!(Cpu, engine.host);
        PINNED.iter().for_each(|&(_, reg)| asm.mov_store(true, state(host + 8 * reg as usize), reg));
        let vectors = offset_of!(Cpu, engine.vectors);
        (0..PINNED_VECTORS).for_each(|reg| asm.store_vector(4, state(vectors + 16 * reg as usize), Xmm(reg)));
        asm.mov_imm(Reg::Rax, Reason::Fault as u64);
        let stored_by_fault = asm.jmp_patchable();

        thunks.enter = at(&asm);
        SAVED.iter().for_each(|&reg| asm.push(reg));
        // Six registers and the return address: eight more bytes make it a multiple of 16.
        asm.alu_imm(Alu::Sub, true, Reg::Rsp, 8);
        asm.lea(true, STATE, Rm::Base(Reg::Rdi, BIAS));
        asm.mov(true, Reg::Rax, Reg::Rsi);
        asm.mov(true, MEMORY, state(offset_of!(Cpu, engine.memory)));
        map.load(&mut asm);
        asm.alu(Alu::Xor, false, Reg::Rdx, Reg::Rdx);
        asm.jmp_rm(Reg::Rax.into());

        let exit = at(&asm);
        map.store(&mut asm);
        let stored = at(&asm);
        asm.bind(stored_by_fault);
        asm.alu_imm(Alu::Add, true, Reg::Rsp, 8);
        SAVED.iter().rev().for_each(|&reg| asm.pop(reg));
        asm.ret();

        let leave = |asm: &mut Asm, reason: Reason| {
            let here = at(asm);
            asm.mov_imm(Reg::Rax, reason as u64);
            asm.jmp(exit);
            here
        };
        thunks.link = leave(&mut asm, Reason::Link);
        thunks.promote = leave(&mut asm, Reason::Promote);
        thunks.poll = leave(&mut asm, Reason::Poll);
        thunks.syscall = leave(&mut asm, Reason::Syscall);
        thunks.slow = leave(&mut asm, Reason::Slow);
        let trap = leave(&mut asm, Reason::Trap);
        let inner_trap = at(&asm);
        asm.mov_imm(Reg::Rax, Reason::Trap as u64);
        asm.jmp(stored);
        thunks.indirect = at(&asm);
        asm.mov(true, Reg::Rdx, Reg::Rax);
        leave(&mut asm, Reason::Indirect);
        thunks.calls.plain = at(&asm);
        call(&mut asm, Some(map), plain, trap);
        thunks.calls.with_flags = at(&asm);
        call(&mut asm, Some(map), with_flags, trap);
        thunks.inner_calls.plain = at(&asm);
        call(&mut asm, None, plain, inner_trap);
        thunks.inner_calls.with_flags = at(&asm);
        call(&mut asm, None, with_flags, inner_trap);
        (thunks, asm.into_code())
    }
}

/// Calls `function` with the state and the instruction at rdx, with the registers of `map` in memory meanwhile. The call of this thunk pushed a return address: eight
/// more bytes align the stack.
fn call(asm: &mut Asm, map: Option<&Map>, function: Call, trap: usize) {
    if let Some(map) = map {
        map.store(asm);
    }
    asm.alu_imm(Alu::Sub, true, Reg::Rsp, 8);
    asm.lea(true, Reg::Rdi, Rm::Base(STATE, -BIAS));
    asm.mov(true, Reg::Rsi, Reg::Rdx);
    asm.mov_imm(Reg::Rax, function as usize as u64);
    asm.call_rm(Reg::Rax.into());
    // What computes settles the host's floating-point status.
    asm.alu_imm(Alu::Cmp, false, FLOAT, 0);
    let armed = asm.jcc_short(Cc::Ne);
    asm.store_imm(false, Rm::Base(Reg::Rsp, 0), crate::host::float::TRAPPING as i32);
    asm.load_float_status(Rm::Base(Reg::Rsp, 0));
    asm.store_imm(false, FLOAT, 1);
    asm.bind_short(armed);
    asm.alu_imm(Alu::Add, true, Reg::Rsp, 8);
    if let Some(map) = map {
        map.load(asm);
    }
    asm.test(false, Reg::Rax, Reg::Rax);
    let failed = asm.jcc_short(Cc::Ne);
    asm.ret();
    asm.bind_short(failed);
    asm.pop(Reg::Rdx);
    asm.jmp(trap);
}

/// Is the host's floating-point status translated code's?
const FLOAT: Rm = state(offset_of!(Cpu, engine.float));

type Call = extern "sysv64" fn(&mut Cpu, &Insn) -> u32;

/// Not zero when it trapped.
extern "sysv64" fn plain(cpu: &mut Cpu, insn: &Insn) -> u32 {
    u32::from((insn.exec)(cpu, insn) != Flow::Next)
}

/// The same for an instruction that reads or sets the condition flags.
extern "sysv64" fn with_flags(cpu: &mut Cpu, insn: &Insn) -> u32 {
    cpu.nzcv = to_nzcv(cpu.engine.flags);
    let failed = plain(cpu, insn);
    cpu.engine.flags = from_nzcv(cpu.nzcv);
    failed
}
