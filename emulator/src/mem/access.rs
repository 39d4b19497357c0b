//! Loads, stores and copies that survive a host fault.
//!
//! Each access is one host instruction with an entry in the exception table (`host::extable`): if it faults, the
//! host's signal handler continues at the entry's second address with the error register set, as the Linux kernel does for its own user access.

use super::addr::{Fault, FaultKind, GuestAddr, SIZE};
use crate::host::extable;

/// A handle on the guest's memory: the host address of guest address 0. Copying it is free.
#[derive(Clone, Copy, Debug)]
pub struct Mem {
    base: *mut u8,
}

// SAFETY: the pointer is only the start of a reservation that lives as long as the process; every access goes
// through instructions that tolerate concurrent change and faults.
unsafe impl Send for Mem {}
// SAFETY: as above.
unsafe impl Sync for Mem {}

/// An integer that one guest access can move.
#[allow(clippy::result_unit_err, reason = "the host's handler holds what there is to say")]
pub trait Value: Copy + Sized {
    /// Its size in bytes.
    const BYTES: u64;
    /// Loads from `host`; `Err` when the host faulted.
    ///
    /// # Safety
    /// `host` lies in the guest's reservation, with `BYTES` bytes of it or its guard behind.
    unsafe fn load(host: *const u8) -> Result<Self, ()>;
    /// Stores to `host`; `Err` when the host faulted.
    ///
    /// # Safety
    /// As for `load`.
    unsafe fn store(host: *mut u8, value: Self) -> Result<(), ()>;
}

impl Mem {
    /// A handle whose guest address 0 lies at `base`.
    ///
    /// # Safety
    /// `base` is the start of a reservation of [`SIZE`] bytes plus a guard of 64 KiB that is never unmapped.
    pub(crate) unsafe fn new(base: *mut u8) -> Mem {
        Mem { base }
    }

    /// The host address of guest address 0.
    pub(crate) fn base(self) -> *mut u8 {
        self.base
    }

    /// The host address of `addr`, if it lies in the guest's space.
    #[inline(always)]
    pub(crate) fn host(self, addr: GuestAddr) -> Option<*mut u8> {
        let plain = addr.untagged();
        (plain < SIZE).then(|| self.base.wrapping_add(plain as usize))
    }

    /// Loads one value, in one host instruction.
    ///
    /// # Errors
    /// The fault to be delivered to the guest.
    #[inline(always)]
    pub fn load<T: Value>(self, addr: GuestAddr) -> Result<T, Fault> {
        let Some(host) = self.host(addr) else { return Err(outside(addr, false)) };
        // SAFETY: `host()` checked the start, and the guard covers the widest value.
        unsafe { T::load(host) }.map_err(|()| self.faulted(addr, false))
    }

    /// Stores one value, in one host instruction.
    ///
    /// # Errors
    /// The fault to be delivered to the guest.
    #[inline(always)]
    pub fn store<T: Value>(self, addr: GuestAddr, value: T) -> Result<(), Fault> {
        let Some(host) = self.host(addr) else { return Err(outside(addr, true)) };
        // SAFETY: as in `load`.
        unsafe { T::store(host, value) }.map_err(|()| self.faulted(addr, true))
    }

    /// Copies guest memory out into `into`.
    ///
    /// # Errors
    /// The fault; what was copied before it stays copied.
    pub fn read(self, addr: GuestAddr, into: &mut [u8]) -> Result<(), Fault> {
        let Some(host) = self.range(addr, into.len()) else { return Err(outside(addr, false)) };
        // SAFETY: the range lies in the reservation; `into` is ours.
        unsafe { extable::copy(into.as_mut_ptr(), host, into.len()) }.map_err(|()| self.faulted(addr, false))
    }

    /// Copies `from` into guest memory.
    ///
    /// # Errors
    /// The fault; what was copied before it stays copied.
    pub fn write(self, addr: GuestAddr, from: &[u8]) -> Result<(), Fault> {
        let Some(host) = self.range(addr, from.len()) else { return Err(outside(addr, true)) };
        // SAFETY: the range lies in the reservation; `from` is ours.
        unsafe { extable::copy(host, from.as_ptr(), from.len()) }.map_err(|()| self.faulted(addr, true))
    }

    /// Reads bytes up to, and without, the first zero.
    ///
    /// # Errors
    /// `Ok(None)` when no zero stands within `limit` bytes; the fault otherwise.
    pub fn read_cstr(self, addr: GuestAddr, limit: usize) -> Result<Option<Vec<u8>>, Fault> {
        let mut bytes = Vec::new();
        while bytes.len() < limit {
            let at = addr.offset(bytes.len() as u64);
            // Never past the next 64-byte line, so that a string that ends right before a hole is read whole.
            let step = (64 - (at.0 as usize & 63)).min(limit - bytes.len());
            let mut chunk = [0_u8; 64];
            self.read(at, &mut chunk[..step])?;
            if let Some(end) = chunk[..step].iter().position(|&b| b == 0) {
                bytes.extend_from_slice(&chunk[..end]);
                return Ok(Some(bytes));
            }
            bytes.extend_from_slice(&chunk[..step]);
        }
        Ok(None)
    }

    /// The host range of `len` bytes at `addr`, if all of it lies in the guest's space.
    pub(crate) fn range(self, addr: GuestAddr, len: usize) -> Option<*mut u8> {
        let end = addr.untagged().checked_add(len as u64)?;
        if end > SIZE {
            return None;
        }
        Some(self.base.wrapping_add(addr.untagged() as usize))
    }

    /// Builds the fault from what the host's handler left behind.
    #[cold]
    pub(super) fn faulted(self, addr: GuestAddr, write: bool) -> Fault {
        let seen = extable::last_fault();
        let inside = (seen.host as u64).wrapping_sub(self.base as u64);
        // The tag of the guest's own address comes back with it, as Linux does with SA_EXPOSE_TAGBITS unset: bits
        // 63–56 are cleared.
        let addr = if inside < SIZE { GuestAddr(inside) } else { GuestAddr(addr.untagged()) };
        Fault { addr, kind: if seen.bus { FaultKind::Bus } else { FaultKind::Segv }, write }
    }
}

#[cold]
pub(super) fn outside(addr: GuestAddr, write: bool) -> Fault {
    Fault { addr, kind: FaultKind::Segv, write }
}

macro_rules! value {
    ($($ty:ty, $bytes:literal, $load:ident, $store:ident;)*) => { $(
        impl Value for $ty {
            const BYTES: u64 = $bytes;
            #[inline(always)]
            unsafe fn load(host: *const u8) -> Result<Self, ()> {
                // SAFETY: the caller's promise is the callee's.
                unsafe { extable::$load(host) }
            }
            #[inline(always)]
            unsafe fn store(host: *mut u8, value: Self) -> Result<(), ()> {
                // SAFETY: the caller's promise is the callee's.
                unsafe { extable::$store(host, value) }
            }
        }
    )* };
}

value! {
    u8, 1, load8, store8;
    u16, 2, load16, store16;
    u32, 4, load32, store32;
    u64, 8, load64, store64;
    u128, 16, load128, store128;
}
