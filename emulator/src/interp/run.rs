//! The interpreter's loop.

use std::sync::atomic::Ordering;

use super::{BlockCache, Flow, Trap, select};
use crate::cpu::Cpu;
use crate::mem::AddressSpace;

/// Runs from `cpu.pc` until something must be done outside, and says what.
pub fn run(cpu: &mut Cpu, space: &AddressSpace, blocks: &mut BlockCache) -> Trap {
    let mut place = match blocks.find(space, cpu.pc) {
        Ok(place) => place,
        Err(trap) => return trap,
    };
    loop {
        if cpu.interrupt.load(Ordering::Relaxed) != 0 {
            return Trap::Interrupted;
        }
        let (header, block) = blocks.block(place);
        let mut rest = block.iter();
        let (last, link) = loop {
            let Some(insn) = rest.next() else {
                cpu.pc = header.imm + 4 * block.len() as u64;
                break (0, header.link);
            };
            match (insn.exec)(cpu, insn) {
                Flow::Next => {}
                Flow::Branch => break (block.len() - rest.as_slice().len(), insn.link),
                Flow::Trap => {
                    let done = block.len() - rest.as_slice().len() - 1;
                    cpu.pc = after(cpu.trap, header.imm + 4 * done as u64);
                    return cpu.trap;
                }
            }
        };
        place = if blocks.is_at(link, cpu.pc) && blocks.is_current(space) {
            link
        } else {
            match blocks.connect(space, place as usize + last, cpu.pc) {
                Ok(place) => place,
                Err(trap) => return trap,
            }
        };
    }
}

/// What [`once`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Once {
    /// It ran one block.
    Ran,
    /// Nothing: the block whose header is here was asked for often enough.
    Hot(u32),
}

/// Runs the one block at `cpu.pc`, unless it was asked for `warm` times before (255: whatever it was).
///
/// # Errors
/// What must be done outside.
pub(crate) fn once(
    cpu: &mut Cpu,
    space: &AddressSpace,
    blocks: &mut BlockCache,
    warm: u8,
) -> Result<Once, Trap> {
    let place = blocks.find(space, cpu.pc)?;
    if blocks.warm(place) >= warm {
        return Ok(Once::Hot(place));
    }
    let (header, block) = blocks.block(place);
    for (done, insn) in block.iter().enumerate() {
        match (insn.exec)(cpu, insn) {
            Flow::Next => {}
            Flow::Branch => return Ok(Once::Ran),
            Flow::Trap => {
                cpu.pc = after(cpu.trap, header.imm + 4 * done as u64);
                return Err(cpu.trap);
            }
        }
    }
    cpu.pc = header.imm + 4 * block.len() as u64;
    Ok(Once::Ran)
}

/// Executes the one instruction `word` as if it stood at `cpu.pc`, and moves `cpu.pc` on; for tests and debuggers.
///
/// # Errors
/// What it trapped with.
pub fn step(cpu: &mut Cpu, word: u32) -> Result<(), Trap> {
    let pc = cpu.pc;
    let Some((insn, _)) = select(word, pc) else { return Err(Trap::Illegal(word)) };
    match (insn.exec)(cpu, &insn) {
        Flow::Next => cpu.pc = pc.wrapping_add(4),
        Flow::Branch => {}
        Flow::Trap => {
            cpu.pc = after(cpu.trap, pc);
            return Err(cpu.trap);
        }
    }
    Ok(())
}

/// The program counter behind `trap`, which the instruction at `pc` raised.
pub(crate) fn after(trap: Trap, pc: u64) -> u64 {
    match trap {
        Trap::Syscall | Trap::CodeChanged(_) => pc.wrapping_add(4),
        _ => pc,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Backing;
    use crate::interp::testing::space;
    use crate::mem::{Fault, FaultKind, GuestAddr, MapRequest, Place, Prot};

    const LOOP: [u32; 4] = [0x9100_0421, 0xf100_0400, 0x54ff_ffc1, 0xd400_0001];

    /// A processor in front of `words` on an executable page at `page`.
    fn ready(page: u64, words: &[u32]) -> Cpu {
        let prot = Prot(Prot::READ.0 | Prot::WRITE.0 | Prot::EXEC.0);
        let (place, backing) = (Place::Fixed(page), Backing::Anonymous);
        space().map(&MapRequest { place, len: 1, prot, backing, name: None }).expect("a page");
        write(page, words);
        let mut cpu = Cpu::new(space().mem());
        cpu.pc = page;
        cpu
    }

    fn write(page: u64, words: &[u32]) {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        space().mem().write(GuestAddr(page), &bytes).expect("it is mapped");
    }

    #[test]
    fn a_loop_runs_until_its_system_call() {
        let mut cpu = ready(0x30_0000, &LOOP);
        cpu.x[0] = 1000;
        assert_eq!(run(&mut cpu, space(), &mut BlockCache::default()), Trap::Syscall);
        assert_eq!((cpu.x[0], cpu.x[1], cpu.pc), (0, 1000, 0x30_0010));
    }

    #[test]
    fn changed_code_is_seen_after_invalidation() {
        let mut cpu = ready(0x31_0000, &LOOP);
        let mut blocks = BlockCache::default();
        cpu.x[0] = 1;
        assert_eq!(run(&mut cpu, space(), &mut blocks), Trap::Syscall);
        write(0x31_0000, &[0x9100_0821]); // add x1, x1, #2
        space().invalidate_code(0x31_0000, 0x31_0004);
        (cpu.pc, cpu.x[0]) = (0x31_0000, 1);
        assert_eq!(run(&mut cpu, space(), &mut blocks), Trap::Syscall);
        assert_eq!(cpu.x[1], 3);
    }

    #[test]
    fn traps_in_the_middle_of_a_block_tell_their_place() {
        // add x1, x1, #1; ldr x2, [x3], where nothing is mapped.
        let mut cpu = ready(0x32_0000, &[0x9100_0421, 0xf940_0062]);
        let fault = Fault { addr: GuestAddr(0), kind: FaultKind::Segv, write: false };
        assert_eq!(run(&mut cpu, space(), &mut BlockCache::default()), Trap::Fault(fault));
        assert_eq!((cpu.pc, cpu.x[1]), (0x32_0004, 1));
    }

    #[test]
    fn a_bad_program_counter_is_a_trap() {
        let mut cpu = ready(0x33_0000, &[]);
        let mut blocks = BlockCache::default();
        cpu.pc = 0x33_0002;
        assert_eq!(run(&mut cpu, space(), &mut blocks), Trap::Misaligned(GuestAddr(0x33_0002)));
        cpu.pc = 0x10;
        let fault = Fault { addr: GuestAddr(0x10), kind: FaultKind::Segv, write: false };
        assert_eq!(run(&mut cpu, space(), &mut blocks), Trap::Fault(fault));
        cpu.pc = 0x33_0000;
        cpu.interrupt.store(1, Ordering::Relaxed);
        assert_eq!(run(&mut cpu, space(), &mut blocks), Trap::Interrupted);
    }
}
