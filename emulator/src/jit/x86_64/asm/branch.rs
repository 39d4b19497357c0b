//! Jumps and calls, and what binds and patches them.

use super::code::Asm;
use super::operand::{Cc, Offset, Rm};

impl Asm {
    pub(in crate::jit::x86_64) fn ret(&mut self) {
        self.put(0xc3);
    }

    /// Stops a speculative run into what follows an indirect jump.
    pub(in crate::jit::x86_64) fn int3(&mut self) {
        self.put(0xcc);
    }

    /// Jumps to `address`.
    pub(in crate::jit::x86_64) fn jmp(&mut self, address: usize) {
        self.put(0xe9);
        self.relative(address);
    }

    /// Calls `address`.
    pub(in crate::jit::x86_64) fn call(&mut self, address: usize) {
        self.put(0xe8);
        self.relative(address);
    }

    /// Calls what `at` holds.
    pub(in crate::jit::x86_64) fn call_rm(&mut self, at: Rm) {
        self.one(0xff, false, 2, at);
    }

    /// Jumps to what `at` holds.
    pub(in crate::jit::x86_64) fn jmp_rm(&mut self, at: Rm) {
        self.one(0xff, false, 4, at);
    }

    /// Fills up so that the four bytes of the displacement of a jump with `opcode` bytes before it can be patched in
    /// one store, within one aligned eight bytes.
    fn align_patch(&mut self, opcode: usize) {
        while (self.base + self.code.len() + opcode) & 7 > 4 {
            self.put(0x90);
        }
    }

    /// A jump that can be patched; gives the place of its displacement, which leads to the next instruction.
    pub(in crate::jit::x86_64) fn jmp_patchable(&mut self) -> Offset {
        self.align_patch(1);
        self.put(0xe9);
        self.put32(0);
        self.here() - 4
    }

    /// A conditional jump that can be patched; gives the place of its displacement.
    pub(in crate::jit::x86_64) fn jcc_patchable(&mut self, cc: Cc) -> Offset {
        self.align_patch(2);
        self.jcc(cc)
    }

    /// A conditional jump whose target is bound later; gives the place of its displacement.
    pub(in crate::jit::x86_64) fn jcc(&mut self, cc: Cc) -> Offset {
        self.put(0x0f);
        self.put(0x80 | cc as u8);
        self.put32(0);
        self.here() - 4
    }

    /// A conditional jump over at most 127 bytes; gives the place of its displacement.
    pub(in crate::jit::x86_64) fn jcc_short(&mut self, cc: Cc) -> Offset {
        self.put(0x70 | cc as u8);
        self.put(0);
        self.here() - 1
    }

    /// A jump over at most 127 bytes; gives the place of its displacement.
    pub(in crate::jit::x86_64) fn jmp_short(&mut self) -> Offset {
        self.put(0xeb);
        self.put(0);
        self.here() - 1
    }

    /// Lets the four-byte displacement at `at` lead here.
    pub(in crate::jit::x86_64) fn bind(&mut self, at: Offset) {
        let distance = (self.here() - at - 4) as i32;
        self.code[at..at + 4].copy_from_slice(&distance.to_le_bytes());
    }

    /// Lets the four-byte displacement at `at` lead to `target`.
    pub(in crate::jit::x86_64) fn bind_to(&mut self, at: Offset, target: Offset) {
        let distance = (target as i64 - at as i64 - 4) as i32;
        self.code[at..at + 4].copy_from_slice(&distance.to_le_bytes());
    }

    /// Lets the one-byte displacement at `at` lead here.
    pub(in crate::jit::x86_64) fn bind_short(&mut self, at: Offset) {
        let distance = self.here() - at - 1;
        debug_assert!(distance < 128, "a short jump over {distance} bytes");
        self.code[at] = distance as u8;
    }
}
