//! From a noted signal to a handler, a death, or nothing.

use std::sync::atomic::Ordering;

use super::action::{Default as SignalDefault, default_of};
use super::frame::{self, FaultContext, FrameInput};
use super::state::Interrupted;
use super::{AltStack, Flags, SigInfo, bit};
use crate::cpu::SP;
use crate::host;
use crate::mem::GuestAddr;
use crate::syscall::Errno;
use crate::task::{Ending, Task};

impl Task {
    /// Notes that a call ended with a restart code; x0 holds what it found there before.
    pub(crate) fn note_interrupted(&mut self, code: Errno, argument: u64) {
        self.signals.interrupted = Some(Interrupted { code, argument });
        self.cpu.interrupt.store(1, Ordering::Relaxed);
    }

    /// Delivers what was noted for this thread.
    ///
    /// # Errors
    /// How the process ends, if it does.
    pub(crate) fn deliver_signals(&mut self) -> Result<(), Ending> {
        self.cpu.interrupt.store(0, Ordering::SeqCst);
        while let Some(info) = self.next_signal() {
            self.deliver(info, FaultContext::default())?;
        }
        self.finish_interrupted(None);
        self.signals.restore_mask();
        host::set_mask(self.signals.mask());
        Ok(())
    }

    fn next_signal(&mut self) -> Option<SigInfo> {
        while let Some(raw) = host::take() {
            let info = SigInfo(raw);
            let taken = self.signals.kept_mask() & bit(info.signal()) != 0;
            if !self.signals.blocks(info.signal()) {
                return Some(info);
            }
            if !taken {
                self.signals.kept.push(info);
            }
        }
        let at = self.signals.kept.iter().position(|info| !self.signals.blocks(info.signal()))?;
        Some(self.signals.kept.remove(at))
    }

    /// Raises a signal that the thread itself caused: blocked or ignored, it kills.
    ///
    /// # Errors
    /// How the process ends, if it does.
    pub(crate) fn force_signal(
        &mut self,
        info: SigInfo,
        fault: FaultContext,
        reason: String,
    ) -> Result<(), Ending> {
        let action = self.process.actions.get(info.signal());
        if self.signals.blocks(info.signal()) || action.handler <= 1 {
            return Err(Ending::Signal(info.signal(), reason));
        }
        self.deliver(info, fault)?;
        host::set_mask(self.signals.mask());
        Ok(())
    }

    fn deliver(&mut self, info: SigInfo, fault: FaultContext) -> Result<(), Ending> {
        let signal = info.signal();
        let action = self.process.actions.get(signal);
        match action.handler {
            1 => return Ok(()),
            0 => {
                return match default_of(signal) {
                    SignalDefault::Terminate => Err(Ending::Signal(signal, sender(&info))),
                    SignalDefault::Ignore | SignalDefault::Host => Ok(()),
                };
            }
            _ => {}
        }
        self.finish_interrupted(Some(action.flags));
        let mask = self.signals.take_return_mask();
        let input = FrameInput {
            info: &info,
            action: &action,
            mask,
            alternate: self.signals.alternate,
            fault,
            restorer: self.process.image().trampoline,
        };
        if frame::enter(&mut self.cpu, &input).is_err() {
            let reason = format!("no room on the stack for the frame of signal {signal}");
            return Err(Ending::Signal(11, reason));
        }
        if self.signals.alternate.autodisarm {
            self.signals.alternate = AltStack::default();
        }
        if action.flags.has(Flags::RESETHAND) {
            let reset = super::Action { handler: 0, ..action };
            let _ = self.process.actions.set(signal, Some(reset));
        }
        let own = if action.flags.has(Flags::NODEFER) { 0 } else { bit(signal) };
        let blocked = self.signals.mask() | action.mask | own;
        self.signals.set_mask_quietly(blocked);
        Ok(())
    }

    /// Settles an interrupted call: restarted, or ended with `EINTR` when `handler` (its flags) will not have it.
    fn finish_interrupted(&mut self, handler: Option<Flags>) {
        let Some(call) = self.signals.interrupted.take() else { return };
        let restart = match (call.code, handler) {
            (Errno::ERESTARTNOINTR, _) | (Errno::ERESTARTSYS | Errno::ERESTARTNOHAND, None) => true,
            (Errno::ERESTARTSYS, Some(flags)) => flags.has(Flags::RESTART),
            _ => false,
        };
        if restart {
            self.cpu.pc = self.cpu.pc.wrapping_sub(4);
            self.cpu.set_reg(0, call.argument);
        } else {
            self.cpu.set_reg(0, (-i64::from(Errno::EINTR.0)) as u64);
        }
    }

    /// Returns from a handler: `rt_sigreturn`.
    ///
    /// # Errors
    /// `Err` when the frame is malformed.
    pub(crate) fn leave_handler(&mut self) -> Result<(), ()> {
        let mem = self.process.space.mem();
        let restored = frame::leave(&mut self.cpu, mem)?;
        self.signals.set_mask(restored.mask);
        let (base, flags, size) = restored.stack;
        // As Linux: a bad stack in the frame is not an error.
        let _ = self.set_alternate_stack(base, flags, size, self.cpu.sp());
        self.cpu.interrupt.store(1, Ordering::Relaxed);
        Ok(())
    }

    /// A handler's frame was spoilt: a fault that the thread itself caused.
    pub(crate) fn bad_frame(&mut self) {
        let addr = GuestAddr(self.cpu.sp());
        let info = SigInfo::fault(11, 1, addr);
        let reason = format!("malformed signal frame at {addr:#x}");
        if let Err(ending) = self.force_signal(info, FaultContext::default(), reason) {
            self.end = Some(crate::task::End::Process(ending));
        }
    }

    /// Sets the alternate stack, for a thread whose stack pointer is `sp`.
    ///
    /// # Errors
    /// `EPERM` while it is in use, `EINVAL` for unknown flags, `ENOMEM` when it is too small.
    ///
    /// # Source
    /// sigaltstack(2).
    pub(crate) fn set_alternate_stack(
        &mut self,
        base: u64,
        flags: u32,
        size: u64,
        sp: u64,
    ) -> Result<(), Errno> {
        const AUTODISARM: u32 = 1 << 31;
        const MIN_SIZE: u64 = 5120;
        if self.signals.alternate.holds(sp) {
            return Err(Errno::EPERM);
        }
        match flags & !AUTODISARM {
            2 => self.signals.alternate = AltStack::default(),
            0 | 1 if size < MIN_SIZE => return Err(Errno::ENOMEM),
            0 | 1 => {
                self.signals.alternate = AltStack { base, size, autodisarm: flags & AUTODISARM != 0 };
            }
            _ => return Err(Errno::EINVAL),
        }
        Ok(())
    }

    /// The alternate stack as the kernel reports it: base, flags, size.
    pub(crate) fn alternate_stack(&self) -> (u64, u32, u64) {
        let stack = &self.signals.alternate;
        (stack.base, frame::stack_flags(stack, self.cpu.x[usize::from(SP)]), stack.size)
    }

    /// The signal and the syndrome of a fault at the current instruction.
    pub(crate) fn describe_fault(&self, fault: crate::mem::Fault, fetch: bool) -> (SigInfo, FaultContext) {
        use crate::mem::FaultKind;
        let addr = GuestAddr(fault.addr.untagged());
        let mapped = self.process.space.region_at(addr).is_some();
        let (signal, code, status) = match fault.kind {
            // Permission and translation faults of level 3, external abort, alignment (Arm ARM D24.2.40, ISS).
            FaultKind::Segv if mapped => (11, 2, 0b00_1111),
            FaultKind::Segv => (11, 1, 0b00_0111),
            FaultKind::Bus => (7, 2, 0b01_0000),
            FaultKind::Alignment => (7, 1, 0b10_0001),
        };
        // Exception class: instruction or data abort from a lower level; IL set; WnR in bit 6.
        let class: u64 = if fetch { 0x20 } else { 0x24 };
        let syndrome = class << 26 | 1 << 25 | u64::from(fault.write) << 6 | status;
        (SigInfo::fault(signal, code, addr), FaultContext { addr: addr.0, syndrome })
    }
}

fn sender(info: &SigInfo) -> String {
    match info.code() {
        0 | -1 | -6 => format!("sent by process {}", info.pid()),
        _ => String::new(),
    }
}
