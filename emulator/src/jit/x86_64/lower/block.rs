//! A block being written.

use std::mem::offset_of;

use super::condition::FlagsAt;
use super::vector::Copies;
use super::{branch, crypto, dp_imm, dp_reg, fp, load_store, simd_int, simd_mem};
use crate::cpu::Cpu;
use crate::interp::Insn;
use crate::isa::{self, Opcode};
use crate::jit::Switches;
use crate::jit::x86_64::asm::{Alu, Asm, Cc, Offset, Rm};
use crate::jit::x86_64::flags::{Effect, effect, needed_at};
use crate::jit::x86_64::regs::{Reg, state};
use crate::jit::x86_64::thunks::{Thunks, look_up};
use crate::mem::AddressSpace;

/// A way out of a block to a known guest address.
#[derive(Clone, Copy, Debug)]
pub(in crate::jit::x86_64) struct Exit {
    /// The displacement of the jump that can be led to the target's code; `None` where it always leaves.
    pub(in crate::jit::x86_64) patch: Option<Offset>,
    /// What the jump leads to while it is not.
    pub(in crate::jit::x86_64) stub: Offset,
    /// The guest address.
    pub(in crate::jit::x86_64) target: u64,
}

/// Where the code of one guest instruction starts, and where the flags are while it accesses memory.
#[derive(Clone, Copy, Debug)]
pub(in crate::jit::x86_64) struct Mark {
    pub(in crate::jit::x86_64) at: u32,
    pub(in crate::jit::x86_64) flags: FlagsAt,
}

/// A finished block.
#[derive(Debug)]
pub(in crate::jit::x86_64) struct Block {
    pub(in crate::jit::x86_64) code: Vec<u8>,
    pub(in crate::jit::x86_64) exits: Vec<Exit>,
    /// One for each guest instruction.
    pub(in crate::jit::x86_64) marks: Vec<Mark>,
    /// The pre-decoded instructions that the code refers to, to be placed at the address that was given.
    pub(in crate::jit::x86_64) insns: Vec<Insn>,
}

/// Where a block will stand, and its numbers.
#[derive(Clone, Copy, Debug)]
pub(in crate::jit::x86_64) struct Site {
    /// The host address of its code.
    pub(in crate::jit::x86_64) code: usize,
    /// The host address of its pre-decoded instructions.
    pub(in crate::jit::x86_64) insns: usize,
    /// Its number.
    pub(in crate::jit::x86_64) block: u32,
    /// The number of its first exit.
    pub(in crate::jit::x86_64) exit: u32,
}

enum Stub {
    /// Leaves by exit `index` of the block.
    Exit { from: Offset, index: usize, thunk: usize },
    /// Leaves for the interpreter to do instruction `index`.
    Slow { from: Offset, index: usize },
    /// Leaves to the guest address in rax.
    Indirect { from: Offset },
}

/// A block being written.
pub(in crate::jit::x86_64) struct Lower<'a> {
    pub(super) asm: Asm,
    pub(super) space: &'a AddressSpace,
    pub(super) switches: &'a Switches,
    pub(super) thunks: &'a Thunks,
    site: Site,
    start: u64,
    pub(super) index: usize,
    /// Are the flags needed behind each instruction?
    live: Vec<bool>,
    pub(super) flags: FlagsAt,
    /// For each general register: how far it is from a value known to be inside guest memory.
    pub(super) checked: [Option<i32>; 32],
    pub(super) sp_aligned: bool,
    /// General registers whose value is known.
    pub(super) known: [Option<u64>; 32],
    pub(super) copies: Copies,
    /// For each vector register: all bytes from here on are known to be zero.
    pub(super) used: [u8; 32],
    /// All instructions of the block.
    pub(super) all: &'a [Insn],
    stubs: Vec<Stub>,
    exits: Vec<Exit>,
    marks: Vec<Mark>,
    insns: Vec<Insn>,
    /// Set by what does not go on to the next instruction.
    pub(super) ended: bool,
}

impl<'a> Lower<'a> {
    /// Translates `insns`, which stand at `start`, into code for `site`.
    pub(in crate::jit::x86_64) fn block(
        space: &'a AddressSpace,
        switches: &'a Switches,
        thunks: &'a Thunks,
        site: Site,
        start: u64,
        insns: &'a [Insn],
    ) -> Block {
        let mut lower = Lower {
            asm: Asm::new(Vec::with_capacity(32 * insns.len() + 64), site.code),
            space,
            switches,
            thunks,
            site,
            start,
            index: 0,
            live: liveness(space, switches, start, insns),
            flags: FlagsAt::Memory,
            checked: [None; 32],
            sp_aligned: false,
            known: [None; 32],
            copies: Copies::default(),
            used: [16; 32],
            all: insns,
            stubs: Vec::new(),
            exits: Vec::new(),
            marks: Vec::with_capacity(insns.len()),
            insns: Vec::new(),
            ended: false,
        };
        for (index, insn) in insns.iter().enumerate() {
            lower.instruction(index, insn);
            if lower.ended {
                break;
            }
        }
        if !lower.ended {
            lower.leave(start + 4 * insns.len() as u64, false);
        }
        lower.finish()
    }

    fn instruction(&mut self, index: usize, insn: &Insn) {
        self.index = index;
        self.copies.release();
        if !self.needed_before(insn.word) {
            self.flags = FlagsAt::Memory;
        }
        self.marks.push(Mark { at: self.asm.here() as u32, flags: self.flags });
        let word = insn.word;
        let lowered = match isa::decode(word) {
            Some((row, _)) if !row.feature.implemented() => false,
            Some((_, Opcode::Branch(op))) => branch::lower(self, op, word),
            _ if !self.switches.lower => false,
            Some((_, Opcode::DpImm(op))) => dp_imm::lower(self, op, word),
            Some((_, Opcode::DpReg(op))) => dp_reg::lower(self, op, word),
            Some((_, Opcode::LoadStore(op))) => load_store::lower(self, op, word),
            Some((_, Opcode::Fp(op))) => fp::lower(self, op, word),
            Some((_, Opcode::SimdInt(op))) => simd_int::lower(self, op, insn),
            Some((_, Opcode::SimdMem(_))) => simd_mem::lower(self, word),
            Some((_, Opcode::Crypto(op))) => crypto::lower(self, op, insn),
            _ => false,
        };
        if !lowered {
            self.fall_back(insn);
        }
    }

    fn needed_before(&self, word: u32) -> bool {
        match effect(word, self.pc()) {
            Effect::Reads => true,
            // An unallocated encoding may look as if it set them.
            Effect::Writes => !self.switches.look_ahead,
            _ => self.live[self.index],
        }
    }

    /// The address of the instruction at hand.
    pub(super) fn pc(&self) -> u64 {
        self.start + 4 * self.index as u64
    }

    /// Are the flags needed behind the instruction at hand?
    pub(super) fn live_after(&self) -> bool {
        self.live[self.index]
    }

    /// Notes that the instruction at hand accesses memory with the flags where they are now.
    pub(super) fn mark_access(&mut self) {
        let flags = self.flags;
        if let Some(mark) = self.marks.last_mut() {
            mark.flags = flags;
        }
    }

    /// If `cc`, the interpreter does the instruction at hand.
    pub(super) fn slow_if(&mut self, cc: Cc) {
        let from = self.asm.jcc(cc);
        self.stubs.push(Stub::Slow { from, index: self.index });
    }

    /// Calls the interpreter's function for `insn`.
    pub(super) fn fall_back(&mut self, insn: &Insn) {
        self.clobber();
        self.flags = FlagsAt::Memory;
        let at = self.site.insns + self.insns.len() * size_of::<Insn>();
        self.insns.push(*insn);
        self.asm.lea_address(Reg::Rdx, at);
        let thunk = if matches!(effect(insn.word, self.pc()), Effect::Reads | Effect::Writes) {
            self.thunks.call_with_flags
        } else {
            self.thunks.call
        };
        self.asm.call(thunk);
        self.forget();
    }

    /// Calls the interpreter's function for `word`, the instruction at hand.
    pub(super) fn fall_back_word(&mut self, word: u32) {
        if let Some((insn, _)) = crate::interp::select(word, self.pc()) {
            self.fall_back(&insn);
        }
    }

    /// Forgets all that is known of registers.
    pub(super) fn forget(&mut self) {
        self.checked = [None; 32];
        self.known = [None; 32];
        self.sp_aligned = false;
        self.copies = Copies::default();
        self.used = [16; 32];
    }

    /// Saves the flags if code at `target` may need them, without a change to what is known of them.
    fn save_for(&mut self, target: u64) {
        if self.flags != FlagsAt::Memory && (!self.switches.look_ahead || needed_at(self.space, target)) {
            let before = self.flags;
            self.save_flags();
            self.flags = before;
        }
    }

    /// Goes on at `target`; a loop looks for signals.
    pub(super) fn leave(&mut self, target: u64, looping: bool) {
        self.save_for(target);
        if looping {
            self.poll(target);
        }
        let from = self.asm.jmp_patchable();
        self.exit(from, target, self.thunks.link);
    }

    /// Goes on at `target` if `cc`.
    pub(super) fn leave_if(&mut self, cc: Cc, target: u64) {
        let looping = target <= self.pc();
        let saves =
            self.flags != FlagsAt::Memory && (!self.switches.look_ahead || needed_at(self.space, target));
        if looping || saves {
            let over = self.asm.jcc(cc.not());
            self.leave(target, looping);
            self.asm.bind(over);
        } else {
            let from = self.asm.jcc_patchable(cc);
            self.exit(from, target, self.thunks.link);
        }
    }

    /// Leaves with `target` as the next address, if a signal waits. Destroys rax and the host's flags.
    fn poll(&mut self, target: u64) {
        let cell = state(offset_of!(Cpu, engine.interrupt));
        self.asm.mov(true, Reg::Rax, cell);
        self.asm.alu_imm(Alu::Cmp, false, Rm::Base(Reg::Rax, 0), 0);
        let from = self.asm.jcc(Cc::Ne);
        self.exit(from, target, self.thunks.poll);
    }

    /// The jump whose displacement is at `from` leaves by `thunk`, to `target`.
    fn exit(&mut self, from: Offset, target: u64, thunk: usize) {
        let patch = (self.switches.chain && thunk == self.thunks.link).then_some(from);
        self.stubs.push(Stub::Exit { from, index: self.exits.len(), thunk });
        self.exits.push(Exit { patch, stub: 0, target });
    }

    /// Goes on at the guest address in rax, by the thread's table. The flags must be saved.
    pub(super) fn leave_indirect(&mut self) {
        self.asm.mov(true, Reg::Rdx, state(offset_of!(Cpu, engine.interrupt)));
        self.asm.alu_imm(Alu::Cmp, false, Rm::Base(Reg::Rdx, 0), 0);
        let from = self.asm.jcc(Cc::Ne);
        self.stubs.push(Stub::Indirect { from });
        if !self.switches.chain {
            return self.asm.jmp(self.thunks.indirect);
        }
        look_up(&mut self.asm);
        let from = self.asm.jcc(Cc::Ne);
        self.stubs.push(Stub::Indirect { from });
        self.asm.jmp_rm(Rm::Base(Reg::Rdx, 8));
        self.asm.int3();
    }

    /// Leaves by `thunk`, with the guest address `next`.
    pub(super) fn leave_by(&mut self, thunk: usize, next: u64) {
        self.leave_number(self.exits.len(), thunk);
        self.exits.push(Exit { patch: None, stub: 0, target: next });
    }

    fn leave_number(&mut self, index: usize, thunk: usize) {
        self.asm.mov_imm(Reg::Rdx, u64::from(self.site.exit) + index as u64);
        self.asm.jmp(thunk);
    }

    fn finish(mut self) -> Block {
        for stub in std::mem::take(&mut self.stubs) {
            match stub {
                Stub::Exit { from, index, thunk } => {
                    self.asm.bind(from);
                    self.exits[index].stub = self.asm.here();
                    self.leave_number(index, thunk);
                }
                Stub::Slow { from, index } => {
                    self.asm.bind(from);
                    self.asm.mov_imm(Reg::Rdx, u64::from(self.site.block) << 8 | index as u64);
                    self.asm.jmp(self.thunks.slow);
                }
                Stub::Indirect { from } => {
                    self.asm.bind(from);
                    self.asm.jmp(self.thunks.indirect);
                }
            }
        }
        Block { code: self.asm.into_code(), exits: self.exits, marks: self.marks, insns: self.insns }
    }
}

/// For each of `insns`: are the flags needed behind it?
fn liveness(space: &AddressSpace, switches: &Switches, start: u64, insns: &[Insn]) -> Vec<bool> {
    if !switches.look_ahead {
        return vec![true; insns.len()];
    }
    let mut live = vec![true; insns.len()];
    let mut after = needed_at(space, start + 4 * insns.len() as u64);
    for (index, insn) in insns.iter().enumerate().rev() {
        let pc = start + 4 * index as u64;
        let before;
        (before, live[index]) = match effect(insn.word, pc) {
            Effect::None => (after, after),
            Effect::Writes => (false, after),
            Effect::Reads => {
                (true, after || conditional_target(insn.word, pc).is_some_and(|at| needed_at(space, at)))
            }
            Effect::Jumps(target) => [needed_at(space, target); 2].into(),
            Effect::Forks(target) => [after || needed_at(space, target); 2].into(),
        };
        after = before;
    }
    live
}

fn conditional_target(word: u32, pc: u64) -> Option<u64> {
    (word >> 24 == 0x54).then(|| pc.wrapping_add((isa::sbits(word, 23, 5) << 2) as u64))
}
