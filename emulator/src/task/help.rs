//! What the functions of calls share.

use crate::host::{self, Direct};
use crate::mem::{GuestAddr, GuestPtr};
use crate::syscall::{Errno, SysResult};
use crate::task::Task;

impl Task {
    /// The pointer to `len` bytes at `addr`; null stays null.
    ///
    /// # Errors
    /// `EFAULT` when they do not lie in the guest's space.
    pub fn pointer(&self, addr: u64, len: usize) -> Result<GuestPtr, Errno> {
        self.process.space.mem().pointer(addr, len)
    }

    /// Makes a call that may block; one that a signal ended is restarted as the handler's `SA_RESTART` says.
    ///
    /// # Errors
    /// The call's; `ERESTARTSYS` for `EINTR`.
    pub fn blocking(&mut self, call: impl FnOnce(&mut Task) -> std::io::Result<u64>) -> SysResult {
        self.blocking_with(Errno::ERESTARTSYS, call)
    }

    /// As [`Task::blocking`], with another restart code.
    ///
    /// # Errors
    /// The call's; `code` for `EINTR`.
    pub fn blocking_with(
        &mut self,
        code: Errno,
        call: impl FnOnce(&mut Task) -> std::io::Result<u64>,
    ) -> SysResult {
        match call(self).map_err(Errno::from) {
            Err(Errno::EINTR) => Err(code),
            result => result,
        }
    }

    /// Passes a call on as it is.
    ///
    /// # Errors
    /// The call's.
    #[inline(always)]
    pub fn direct(&self, call: Direct, args: [u64; 6]) -> SysResult {
        Ok(host::direct(call, self.process.space.mem(), args)?)
    }

    /// Makes a call with `mask` (if given) as the signal mask for its time only, as `ppoll` does.
    ///
    /// # Errors
    /// The call's.
    pub fn with_mask(&mut self, mask: Option<u64>, call: impl FnOnce(&mut Task) -> SysResult) -> SysResult {
        let Some(mask) = mask else { return call(self) };
        self.signals.set_mask_for_call(mask);
        let result = call(self);
        // An interrupted call keeps the mask until the signal is delivered, whose frame holds the old one.
        let interrupted = matches!(
            result,
            Err(Errno::EINTR
                | Errno::ERESTARTSYS
                | Errno::ERESTARTNOHAND
                | Errno::ERESTARTNOINTR
                | Errno::ERESTART_RESTARTBLOCK)
        );
        if !interrupted {
            self.signals.restore_mask();
            self.recheck_signals();
        }
        result
    }

    /// Reads a `struct timespec`: seconds and nanoseconds.
    ///
    /// # Errors
    /// `EFAULT`; `EINVAL` for values out of range.
    pub fn read_timespec(&self, addr: u64) -> Result<(i64, i64), Errno> {
        let mem = self.process.space.mem();
        let word = |at| mem.load::<u64>(GuestAddr(at)).map_err(|_| Errno::EFAULT);
        let (seconds, nanoseconds) = (word(addr)? as i64, word(addr.wrapping_add(8))? as i64);
        if seconds < 0 || !(0..1_000_000_000).contains(&nanoseconds) {
            return Err(Errno::EINVAL);
        }
        Ok((seconds, nanoseconds))
    }

    /// Looks again for signals that a changed mask lets through.
    pub fn recheck_signals(&mut self) {
        if self.signals.kept_mask() & !self.signals.mask() != 0 {
            self.cpu.interrupt.store(1, std::sync::atomic::Ordering::Relaxed);
        }
    }
}
