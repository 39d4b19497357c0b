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
        let next = run_block(cpu, blocks, place)
            .and_then(|(last, link)| follow(cpu, space, blocks, place as usize + last, link));
        place = match next {
            Ok(place) => place,
            Err(trap) => return trap,
        };
    }
}

/// Runs from `cpu.pc` until a block is at hand that was asked for `warm` times before.
///
/// # Errors
/// What must be done outside.
pub(crate) fn run_cold(
    cpu: &mut Cpu,
    space: &AddressSpace,
    blocks: &mut BlockCache,
    warm: u8,
) -> Result<(), Trap> {
    let mut place = blocks.find(space, cpu.pc)?;
    loop {
        if cpu.interrupt.load(Ordering::Relaxed) != 0 {
            return Err(Trap::Interrupted);
        }
        if blocks.warm(place) >= warm {
            return Ok(());
        }
        let (last, link) = run_block(cpu, blocks, place)?;
        place = follow(cpu, space, blocks, place as usize + last, link)?;
    }
}

/// Runs the one block at `cpu.pc`.
///
/// # Errors
/// What must be done outside.
pub(crate) fn run_once(cpu: &mut Cpu, space: &AddressSpace, blocks: &mut BlockCache) -> Result<(), Trap> {
    let place = blocks.find(space, cpu.pc)?;
    run_block(cpu, blocks, place).map(drop)
}

/// Runs the block at `place`; gives how far behind its header what left it stands, and the link of that.
#[inline(always)]
fn run_block(cpu: &mut Cpu, blocks: &BlockCache, place: u32) -> Result<(usize, u32), Trap> {
    let (header, block) = blocks.block(place);
    let mut rest = block.iter();
    loop {
        let Some(insn) = rest.next() else {
            cpu.pc = header.imm + 4 * block.len() as u64;
            return Ok((0, header.link));
        };
        match (insn.exec)(cpu, insn) {
            Flow::Next => {}
            Flow::Branch => return Ok((block.len() - rest.as_slice().len(), insn.link)),
            Flow::Trap => {
                let done = block.len() - rest.as_slice().len() - 1;
                cpu.pc = after(cpu.trap, header.imm + 4 * done as u64);
                return Err(cpu.trap);
            }
        }
    }
}

/// The block at `cpu.pc`, which came after what stands at `from` with `link`.
#[inline(always)]
fn follow(
    cpu: &Cpu,
    space: &AddressSpace,
    blocks: &mut BlockCache,
    from: usize,
    link: u32,
) -> Result<u32, Trap> {
    if blocks.is_at(link, cpu.pc) && blocks.is_current(space) {
        Ok(link)
    } else {
        blocks.connect(space, from, cpu.pc)
    }
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
    fn changes_elsewhere_leave_blocks_alone_unless_they_are_too_many() {
        let space = AddressSpace::reserve().expect("a space");
        let page = MapRequest {
            place: Place::Fixed(0x34_0000),
            len: 1,
            prot: Prot(7),
            backing: Backing::Anonymous,
            name: None,
        };
        space.map(&page).expect("a page");
        let put = |words: &[u32]| {
            let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
            space.mem().write(GuestAddr(0x34_0000), &bytes).expect("it is mapped");
        };
        put(&LOOP);
        let mut cpu = Cpu::new(space.mem());
        let mut blocks = BlockCache::default();
        let mut added = |times: usize| {
            for _ in 0..times {
                space.invalidate_code(0x3f_0000, 0x3f_1000);
            }
            (cpu.pc, cpu.x[0], cpu.x[1]) = (0x34_0000, 1, 0);
            assert_eq!(run(&mut cpu, &space, &mut blocks), Trap::Syscall);
            cpu.x[1]
        };
        assert_eq!(added(0), 1);
        put(&[0x9100_0821]); // add x1, x1, #2, which nobody is told of
        assert_eq!(added(1), 1);
        assert_eq!(added(100), 2);
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
