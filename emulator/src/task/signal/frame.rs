//! The frame a handler finds on its stack, and the way back from it.
//!
//! Layout: the kernel's arch/arm64/include/uapi/asm/{ucontext,sigcontext}.h, `struct rt_sigframe`.

use super::state::AltStack;
use super::{Action, Flags, SigInfo};
use crate::cpu::{Cpu, SP};
use crate::mem::{Fault, GuestAddr, Mem};

/// `siginfo_t`.
const INFO: usize = 128;
/// Offsets in the frame.
const STACK: usize = INFO + 16;
const MASK: usize = STACK + 24;
const CONTEXT: usize = INFO + 176;
const REGISTERS: usize = CONTEXT + 8;
const RESERVED: usize = CONTEXT + 288;
/// All of it, without the frame record behind.
const SIZE: usize = RESERVED + 4096;

const FPSIMD_MAGIC: u32 = 0x4650_8001;
const FPSIMD_SIZE: usize = 528;
const ESR_MAGIC: u32 = 0x4553_5201;

/// What the processor would have said of a fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FaultContext {
    /// The address.
    pub addr: u64,
    /// The exception syndrome; 0 when there was no fault.
    pub syndrome: u64,
}

/// What a frame holds besides the registers.
pub(super) struct FrameInput<'a> {
    pub info: &'a SigInfo,
    pub action: &'a Action,
    pub mask: u64,
    pub alternate: AltStack,
    pub fault: FaultContext,
    pub restorer: u64,
}

fn put(frame: &mut [u8], at: usize, value: u64) {
    frame[at..at + 8].copy_from_slice(&value.to_le_bytes());
}

fn put32(frame: &mut [u8], at: usize, value: u32) {
    frame[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

fn word(frame: &[u8], at: usize) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&frame[at..at + 8]);
    u64::from_le_bytes(bytes)
}

fn word32(frame: &[u8], at: usize) -> u32 {
    word(frame, at) as u32
}

/// Builds the frame and makes `cpu` enter the handler.
///
/// # Errors
/// The fault when the stack cannot take the frame; `cpu` is unchanged then.
pub(super) fn enter(cpu: &mut Cpu, input: &FrameInput<'_>) -> Result<(), Fault> {
    let sp = cpu.sp();
    let on_alternate = input.alternate.holds(sp);
    let top = if input.action.flags.has(Flags::ONSTACK) && input.alternate.size > 0 && !on_alternate {
        input.alternate.base.wrapping_add(input.alternate.size)
    } else {
        sp
    };
    let record = (top & !15).wrapping_sub(16);
    let at = record.wrapping_sub(SIZE as u64);
    if on_alternate && at < input.alternate.base {
        return Err(Fault { addr: GuestAddr(at), kind: crate::mem::FaultKind::Segv, write: true });
    }
    let mut frame = vec![0; SIZE];
    frame[..INFO].copy_from_slice(&input.info.0);
    put(&mut frame, STACK, input.alternate.base);
    put32(&mut frame, STACK + 8, stack_flags(&input.alternate, sp));
    put(&mut frame, STACK + 16, input.alternate.size);
    put(&mut frame, MASK, input.mask);
    put(&mut frame, CONTEXT, input.fault.addr);
    for register in 0..31 {
        put(&mut frame, REGISTERS + 8 * register, cpu.x[register]);
    }
    put(&mut frame, REGISTERS + 8 * 31, sp);
    put(&mut frame, REGISTERS + 8 * 32, cpu.pc);
    put(&mut frame, REGISTERS + 8 * 33, u64::from(cpu.nzcv & 0xf000_0000));
    put32(&mut frame, RESERVED, FPSIMD_MAGIC);
    put32(&mut frame, RESERVED + 4, FPSIMD_SIZE as u32);
    cpu.settle_float();
    put32(&mut frame, RESERVED + 8, cpu.fpsr);
    put32(&mut frame, RESERVED + 12, cpu.fpcr);
    for register in 0..32_u8 {
        let start = RESERVED + 16 + 16 * usize::from(register);
        frame[start..start + 16].copy_from_slice(&cpu.vec(register).to_le_bytes());
    }
    if input.fault.syndrome != 0 {
        let esr = RESERVED + FPSIMD_SIZE;
        put32(&mut frame, esr, ESR_MAGIC);
        put32(&mut frame, esr + 4, 16);
        put(&mut frame, esr + 8, input.fault.syndrome);
    }
    let mut link = [0; 16];
    put(&mut link, 0, cpu.reg(29));
    put(&mut link, 8, cpu.reg(30));
    cpu.mem.write(GuestAddr(record), &link)?;
    cpu.mem.write(GuestAddr(at), &frame)?;
    cpu.set_reg(0, input.info.signal() as u64);
    if input.action.flags.has(Flags::SIGINFO) {
        cpu.set_reg(1, at);
        cpu.set_reg(2, at + INFO as u64);
    }
    cpu.set_reg(29, record);
    cpu.set_reg(
        30,
        if input.action.flags.has(Flags::RESTORER) { input.action.restorer } else { input.restorer },
    );
    cpu.set_reg(SP, at);
    cpu.pc = input.action.handler;
    cpu.exclusive.bytes = 0;
    Ok(())
}

/// `ss_flags` as the kernel reports them.
pub(super) fn stack_flags(alternate: &AltStack, sp: u64) -> u32 {
    let auto = if alternate.autodisarm { 1 << 31 } else { 0 };
    match alternate.size {
        0 => 2,
        _ if alternate.holds(sp) => 1 | auto,
        _ => auto,
    }
}

/// What a return restores besides the registers.
pub(super) struct Restored {
    pub mask: u64,
    pub stack: (u64, u32, u64),
}

/// Restores the registers of `cpu` from the frame at its stack pointer.
///
/// # Errors
/// `Err` when the frame cannot be read or is malformed; `cpu` is unchanged then.
pub(super) fn leave(cpu: &mut Cpu, mem: Mem) -> Result<Restored, ()> {
    let at = cpu.sp();
    if !at.is_multiple_of(16) {
        return Err(());
    }
    let mut frame = vec![0; SIZE];
    mem.read(GuestAddr(at), &mut frame).map_err(drop)?;
    let state = word(&frame, REGISTERS + 8 * 33);
    // Only the flags, and SS, D, A, I, F clear, EL0t: anything else is not a user's state.
    if state & 0x0fe0_03df != 0 {
        return Err(());
    }
    let fpsimd = find_fpsimd(&frame).ok_or(())?;
    for register in 0..31 {
        cpu.x[register] = word(&frame, REGISTERS + 8 * register);
    }
    cpu.set_reg(SP, word(&frame, REGISTERS + 8 * 31));
    cpu.pc = word(&frame, REGISTERS + 8 * 32);
    cpu.nzcv = state as u32 & 0xf000_0000;
    if let Some(start) = fpsimd {
        cpu.settle_float();
        cpu.fpsr = word32(&frame, start + 8) & 0x0800_009f;
        cpu.fpcr = word32(&frame, start + 12) & 0x07ff_9f00;
        for register in 0..32_u8 {
            let low = word(&frame, start + 16 + 16 * usize::from(register));
            let high = word(&frame, start + 24 + 16 * usize::from(register));
            cpu.set_vec(register, u128::from(low) | u128::from(high) << 64);
        }
    }
    cpu.exclusive.bytes = 0;
    let stack = (word(&frame, STACK), word32(&frame, STACK + 8), word(&frame, STACK + 16));
    Ok(Restored { mask: word(&frame, MASK), stack })
}

/// Finds the record of vector registers; `None` when the list is malformed, `Some(None)` without one.
#[allow(clippy::option_option, reason = "absent and malformed differ")]
fn find_fpsimd(frame: &[u8]) -> Option<Option<usize>> {
    let mut at = RESERVED;
    let mut found = None;
    while at + 16 <= SIZE {
        let (magic, size) = (word32(frame, at), word32(frame, at + 4) as usize);
        if magic == 0 && size == 0 {
            return Some(found);
        }
        if size < 16 || size % 16 != 0 || at + size > SIZE {
            return None;
        }
        if magic == FPSIMD_MAGIC {
            if size != FPSIMD_SIZE {
                return None;
            }
            found = Some(at);
        }
        at += size;
    }
    None
}
