//! A thread's life: run, answer, deliver, until it ends.

use super::ending::Ending;
use super::signal::SigInfo;
use super::thread::{End, Task};
use crate::interp::Trap;
use crate::isa;
use crate::mem::{Fault, FaultKind, GuestAddr};
use crate::syscall::{self, Errno};
use crate::trace;

/// The bytes that one `IC IVAU` covers, as CTR_EL0 tells.
const CODE_LINE: u64 = 64;

impl Task {
    /// Runs until the thread ends.
    pub fn run(&mut self) -> End {
        loop {
            let trap = self.engine.run(&mut self.cpu, &self.process.space, &mut self.blocks);
            let handled = match trap {
                Trap::Syscall => self.answer(),
                Trap::Interrupted => self.interrupted(),
                trap => self.fail(trap),
            };
            let end = match handled {
                Err(ending) => End::Process(ending),
                Ok(()) => match self.end.take() {
                    Some(end) => end,
                    None => continue,
                },
            };
            self.release_parent();
            return end;
        }
    }

    #[inline(always)]
    fn answer(&mut self) -> Result<(), Ending> {
        let argument = self.cpu.reg(0);
        let result = if self.process.config.strace { trace::call(self) } else { syscall::dispatch(self) };
        match result {
            Ok(value) => self.cpu.set_reg(0, value),
            Err(
                code @ (Errno::ERESTARTSYS
                | Errno::ERESTARTNOINTR
                | Errno::ERESTARTNOHAND
                | Errno::ERESTART_RESTARTBLOCK),
            ) => self.note_interrupted(code, argument),
            Err(errno) => self.cpu.set_reg(0, (-i64::from(errno.0)) as u64),
        }
        Ok(())
    }

    fn interrupted(&mut self) -> Result<(), Ending> {
        if self.process.threads.must_end(self.tid) {
            self.end = Some(End::Thread(0));
            return Ok(());
        }
        self.deliver_signals()
    }

    /// Turns a trap into the signal that Linux sends for it.
    fn fail(&mut self, trap: Trap) -> Result<(), Ending> {
        let pc = self.cpu.pc;
        match trap {
            Trap::Fault(fault) => self.fail_access(fault),
            Trap::Misaligned(addr) => {
                let fault = Fault { addr, kind: FaultKind::Alignment, write: false };
                let (info, context) = self.describe_fault(fault, addr.0 == pc);
                self.force_signal(info, context, format!("misaligned address {addr:#x} at pc {pc:#x}"))
            }
            Trap::Breakpoint(number) => {
                let info = SigInfo::fault(5, 1, GuestAddr(pc));
                self.force_signal(info, Default::default(), format!("brk #{number:#x} at pc {pc:#x}"))
            }
            Trap::Illegal(word) => self.fail_illegal(word),
            Trap::CodeChanged(addr) => {
                let line = addr.untagged() & !(CODE_LINE - 1);
                self.process.space.invalidate_code(line, line + CODE_LINE);
                Ok(())
            }
            Trap::Differs => Err(Ending::EmulatorBug(self.engine.difference())),
            Trap::Syscall | Trap::Interrupted => Ok(()),
        }
    }

    fn fail_access(&mut self, fault: Fault) -> Result<(), Ending> {
        let pc = self.cpu.pc;
        let fetch = !fault.write && fault.addr.untagged() == GuestAddr(pc).untagged();
        let (info, context) = self.describe_fault(fault, fetch);
        let what = match (fetch, fault.write) {
            (true, _) => "instruction fetch",
            (false, true) => "store",
            (false, false) => "load",
        };
        self.force_signal(info, context, format!("bad {what} at {:#x}, pc {pc:#x}", fault.addr))
    }

    fn fail_illegal(&mut self, word: u32) -> Result<(), Ending> {
        let pc = self.cpu.pc;
        let info = SigInfo::fault(4, 1, GuestAddr(pc));
        let handled = self.force_signal(info, Default::default(), String::new());
        handled.map_err(|_| {
            // UDF is undefined for good: the program meant it.
            if word >> 16 == 0 {
                return Ending::Signal(4, format!("udf #{word:#x} at pc {pc:#x}"));
            }
            let name = isa::disassemble(word, pc);
            Ending::Unsupported(format!("instruction {word:#010x} ({name}) at pc {pc:#x}"))
        })
    }
}
