//! What a process wants done with each signal.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{UNBLOCKABLE, bit};
use crate::host::{self, Disposition};
use crate::syscall::Errno;

/// `sa_flags`, as AArch64 numbers them (asm-generic/signal-defs.h).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Flags(pub u64);

impl Flags {
    /// No `SIGCHLD` for stopped children.
    pub const NOCLDSTOP: Flags = Flags(1);
    /// No zombies.
    pub const NOCLDWAIT: Flags = Flags(2);
    /// The handler takes three arguments.
    pub const SIGINFO: Flags = Flags(4);
    /// `sa_restorer` is set.
    pub const RESTORER: Flags = Flags(0x0400_0000);
    /// On the alternate stack.
    pub const ONSTACK: Flags = Flags(0x0800_0000);
    /// Restart calls.
    pub const RESTART: Flags = Flags(0x1000_0000);
    /// Do not block the signal itself.
    pub const NODEFER: Flags = Flags(0x4000_0000);
    /// Reset to default on delivery.
    pub const RESETHAND: Flags = Flags(0x8000_0000);
    /// All that the kernel knows here; others are cleared, which tells the guest so.
    pub const KNOWN: Flags = Flags(0xdc00_0807);

    /// Are all bits of `other` set?
    pub const fn has(self, other: Flags) -> bool {
        self.0 & other.0 == other.0
    }
}

/// A `struct sigaction` of the kernel's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Action {
    /// 0 default, 1 ignore, else the handler's address.
    pub handler: u64,
    /// Flags.
    pub flags: Flags,
    /// Where the handler returns to, if the flags say so.
    pub restorer: u64,
    /// Blocked while the handler runs.
    pub mask: u64,
}

/// What happens without a handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Default {
    /// The process dies.
    Terminate,
    /// Nothing.
    Ignore,
    /// The process stops or goes on: the host's own default.
    Host,
}

/// What happens to `signal` without a handler (signal(7)).
pub const fn default_of(signal: i32) -> Default {
    match signal {
        17 | 23 | 28 => Default::Ignore,
        18..=22 => Default::Host,
        _ => Default::Terminate,
    }
}

/// The dispositions of one process.
#[derive(Debug)]
pub struct Actions(Mutex<[Action; 65]>);

impl Actions {
    /// The dispositions of a new program: ignored where the host's were, else default. Sets the host's accordingly.
    ///
    /// # Errors
    /// The host's error.
    pub fn inherit() -> std::io::Result<Actions> {
        let mut actions = [Action::default(); 65];
        for signal in 1..=64 {
            if UNBLOCKABLE & bit(signal) != 0 {
                continue;
            }
            let caught = default_of(signal) == Default::Terminate;
            if host::start_disposition(signal, caught)? {
                actions[signal as usize].handler = 1;
            }
        }
        Ok(Actions(Mutex::new(actions)))
    }

    /// The table, locked.
    pub fn lock(&self) -> MutexGuard<'_, [Action; 65]> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The disposition of `signal` (1–64).
    pub fn get(&self, signal: i32) -> Action {
        self.lock().get(signal as usize).copied().unwrap_or_default()
    }

    /// Sets the disposition of `signal`; returns the old one.
    ///
    /// # Errors
    /// `EINVAL` for a number out of range or a signal that cannot be caught.
    pub fn set(&self, signal: i32, action: Option<Action>) -> Result<Action, Errno> {
        if !(1..=64).contains(&signal) || (action.is_some() && UNBLOCKABLE & bit(signal) != 0) {
            return Err(Errno::EINVAL);
        }
        let mut table = self.lock();
        let old = table[signal as usize];
        if let Some(mut action) = action {
            action.flags.0 &= Flags::KNOWN.0;
            action.mask &= !UNBLOCKABLE;
            table[signal as usize] = action;
            set_host(signal, &action)?;
        }
        Ok(old)
    }

    /// Back to default what was caught, for exec.
    pub fn reset_caught(&self) {
        let mut table = self.lock();
        for signal in 1..=64 {
            let action = &mut table[signal as usize];
            if action.handler > 1 {
                *action = Action::default();
                // The host took this signal's disposition before; it does not refuse it now.
                let _ = set_host(signal, action);
            } else {
                let handler = action.handler;
                *action = Action { handler, ..Action::default() };
            }
        }
    }
}

fn set_host(signal: i32, action: &Action) -> std::io::Result<()> {
    let disposition = match action.handler {
        0 if default_of(signal) != Default::Terminate => Disposition::Default,
        1 => Disposition::Ignore,
        _ => Disposition::Catch,
    };
    host::set_disposition(
        signal,
        disposition,
        action.flags.has(Flags::NOCLDSTOP),
        action.flags.has(Flags::NOCLDWAIT),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_those_of_signal_7() {
        assert_eq!(default_of(15), Default::Terminate);
        assert_eq!(default_of(17), Default::Ignore);
        assert_eq!(default_of(19), Default::Host);
        assert_eq!(default_of(64), Default::Terminate);
    }
}
