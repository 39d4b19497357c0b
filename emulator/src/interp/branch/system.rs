//! User system registers, hints, barriers, cache maintenance.
//!
//! The identification registers that Linux can emulate for user code (`HWCAP_CPUID`) are not offered: that bit of
//! AT_HWCAP is clear, and reading them is SIGILL.

use std::sync::atomic::{Ordering, fence};

use crate::cpu::{Cpu, Exclusive};
use crate::host;
use crate::interp::operand::{destination, source};
use crate::interp::{Flow, Insn, Trap};
use crate::isa::rows::branch::Op;
use crate::mem::GuestAddr;

/// Instruction and data lines of 64 bytes, a PIPT instruction cache, exclusive and write-back granules of 64 bytes;
/// DIC and IDC are clear, so a guest that writes code tells us by `IC IVAU`.
const CTR: u64 = 0x8444_c004;
/// `DC ZVA` is allowed and clears 2⁴ words.
const DCZID: u64 = 4;
const ZVA_BYTES: u64 = 64;
/// Ticks of CNTVCT_EL0 a second: nanoseconds.
const CNTFRQ: u64 = 1_000_000_000;

/// What the system register that `op` reads always has, if it does.
pub(crate) fn constant(op: Op) -> Option<u64> {
    match op {
        // Linux keeps TPIDRRO_EL0 zero for 64-bit tasks.
        Op::MrsTpidrro => Some(0),
        Op::MrsCtr => Some(CTR),
        Op::MrsDczid => Some(DCZID),
        Op::MrsCntfrq => Some(CNTFRQ),
        _ => None,
    }
}

/// AHP, DN, FZ, RMode, FZ16; trapped exceptions are not implemented, so their enables read as zero.
const FPCR_BITS: u64 = 0x07c8_0000;
/// QC and the cumulative exception bits.
const FPSR_BITS: u64 = 0x0800_009f;

/// Specialises `word`, which is encoded as `op`.
pub(super) fn select(op: Op, word: u32) -> Option<Insn> {
    let mut insn = Insn::new(nothing, word);
    insn.rn = source(word, 0);
    insn.rd = destination(word, 0);
    insn.exec = match op {
        // Hints of features that are not implemented, and unallocated ones, do nothing.
        Op::Hint => nothing,
        Op::Clrex => clear_exclusive,
        Op::Dsb | Op::Dmb => barrier,
        Op::Isb => synchronise,
        Op::DcZva => zero_line,
        Op::DcCvac | Op::DcCvau | Op::DcCivac => clean_line,
        Op::IcIvau => invalidate_line,
        Op::MsrNzcv => set_nzcv,
        Op::MsrFpcr => set_fpcr,
        Op::MsrFpsr => set_fpsr,
        Op::MsrTpidr => set_tpidr,
        Op::MrsNzcv => |cpu, insn| give(cpu, insn, u64::from(cpu.nzcv)),
        Op::MrsFpcr => |cpu, insn| give(cpu, insn, u64::from(cpu.fpcr)),
        Op::MrsFpsr => get_fpsr,
        Op::MrsTpidr => |cpu, insn| give(cpu, insn, cpu.tpidr),
        Op::MrsCntvct => |cpu, insn| give(cpu, insn, host::monotonic_nanos()),
        op => {
            insn.imm = constant(op)?;
            |cpu, insn| give(cpu, insn, insn.imm)
        }
    };
    Some(insn)
}

fn give(cpu: &mut Cpu, insn: &Insn, value: u64) -> Flow {
    cpu.set_reg(insn.rd, value);
    Flow::Next
}

fn set_nzcv(cpu: &mut Cpu, insn: &Insn) -> Flow {
    cpu.nzcv = cpu.reg(insn.rn) as u32 & 0xf000_0000;
    Flow::Next
}

fn set_fpcr(cpu: &mut Cpu, insn: &Insn) -> Flow {
    cpu.fpcr = (cpu.reg(insn.rn) & FPCR_BITS) as u32;
    Flow::Next
}

fn get_fpsr(cpu: &mut Cpu, insn: &Insn) -> Flow {
    cpu.settle_float();
    give(cpu, insn, u64::from(cpu.fpsr))
}

fn set_fpsr(cpu: &mut Cpu, insn: &Insn) -> Flow {
    cpu.settle_float();
    cpu.fpsr = (cpu.reg(insn.rn) & FPSR_BITS) as u32;
    Flow::Next
}

fn set_tpidr(cpu: &mut Cpu, insn: &Insn) -> Flow {
    cpu.tpidr = cpu.reg(insn.rn);
    Flow::Next
}

fn nothing(_cpu: &mut Cpu, _insn: &Insn) -> Flow {
    Flow::Next
}

fn clear_exclusive(cpu: &mut Cpu, _insn: &Insn) -> Flow {
    cpu.exclusive = Exclusive::default();
    Flow::Next
}

/// Whatever the kind and the domain: the strongest.
fn barrier(_cpu: &mut Cpu, _insn: &Insn) -> Flow {
    fence(Ordering::SeqCst);
    Flow::Next
}

/// Ends the block, so that the next one is looked up under the code generation of now.
fn synchronise(_cpu: &mut Cpu, _insn: &Insn) -> Flow {
    fence(Ordering::SeqCst);
    Flow::Next
}

fn zero_line(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let line = GuestAddr(cpu.reg(insn.rn) & !(ZVA_BYTES - 1));
    match cpu.mem.write(line, &[0; ZVA_BYTES as usize]) {
        Ok(()) => Flow::Next,
        Err(fault) => cpu.fault(fault),
    }
}

/// The caches are the host's, so only the access is checked.
fn clean_line(cpu: &mut Cpu, insn: &Insn) -> Flow {
    match cpu.mem.load::<u8>(GuestAddr(cpu.reg(insn.rn))) {
        Ok(_) => Flow::Next,
        Err(fault) => cpu.fault(fault),
    }
}

fn invalidate_line(cpu: &mut Cpu, insn: &Insn) -> Flow {
    let addr = GuestAddr(cpu.reg(insn.rn));
    match cpu.mem.load::<u8>(addr) {
        Ok(_) => cpu.raise(Trap::CodeChanged(addr)),
        Err(fault) => cpu.fault(fault),
    }
}

#[cfg(test)]
mod tests {
    use super::{CTR, FPCR_BITS};
    use crate::interp::testing::{DATA, processor, x0_of};
    use crate::interp::{Trap, step};
    use crate::mem::GuestAddr;

    #[test]
    fn user_registers_are_read_and_written() {
        assert_eq!(x0_of(0xd53b_0020, 0, 0), CTR); // mrs x0, ctr_el0
        assert_eq!(x0_of(0xd53b_d060, 0, 0), 0); // mrs x0, tpidrro_el0
        assert!(x0_of(0xd53b_e040, 0, 0) > 0); // mrs x0, cntvct_el0
        let mut cpu = processor();
        cpu.x[0] = u64::MAX;
        for word in [0xd51b_4200, 0xd51b_4400, 0xd51b_d040] {
            assert_eq!(step(&mut cpu, word), Ok(()));
        }
        assert_eq!((cpu.nzcv, cpu.fpcr, cpu.tpidr), (0xf000_0000, FPCR_BITS as u32, u64::MAX));
    }

    #[test]
    fn what_leaves_the_interpreter_says_why() {
        let mut cpu = processor();
        assert_eq!(step(&mut cpu, 0xd400_0001), Err(Trap::Syscall));
        assert_eq!(cpu.pc, 0x1004);
        assert_eq!(step(&mut cpu, 0xd420_0020), Err(Trap::Breakpoint(1)));
        assert_eq!(step(&mut cpu, 0), Err(Trap::Illegal(0)));
        // mrs x0, midr_el1 and retaa
        assert_eq!(step(&mut cpu, 0xd538_0000), Err(Trap::Illegal(0xd538_0000)));
        assert_eq!(step(&mut cpu, 0xd65f_0bff), Err(Trap::Illegal(0xd65f_0bff)));
        assert_eq!(cpu.pc, 0x1004);
        cpu.x[1] = DATA;
        assert_eq!(step(&mut cpu, 0xd50b_7521), Err(Trap::CodeChanged(GuestAddr(DATA))));
        assert_eq!(cpu.pc, 0x1008);
    }
}
