//! Loads, stores and copies that survive a host fault.
//!
//! Each access is one host instruction with an entry in the exception table (`host::extable`): if it faults, the
//! host's signal handler continues at the entry's second address with the error register set, as the Linux kernel does for its own user access.

use super::addr::{Fault, FaultKind, GuestAddr, SIZE};
use crate::host::extable;

/// A handle on the guest's memory. Copying it is free.
///
/// The layout is fixed, for generated code reads both fields.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Mem {
    /// The host address of guest address 0.
    base: *mut u8,
    /// The first address without its tag that no access may use: [`SIZE`], `u64::MAX` without isolation, or 0 where
    /// stores are noted.
    limit: u64,
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
    /// `host` lies in the guest's reservation, with `BYTES` bytes of it or its guard behind, or the user gave up
    /// isolation.
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
    /// `base` is the start of a reservation of [`SIZE`] bytes, with [`super::GUARD`] more before and behind, that is never unmapped.
    pub(crate) unsafe fn new(base: *mut u8) -> Mem {
        Mem { base, limit: SIZE }
    }

    /// The same handle without the bound check: an address beyond [`SIZE`] reaches what the emulator has at
    /// `base + address`.
    pub(super) fn without_isolation(self) -> Mem {
        self.with_limit(u64::MAX)
    }

    /// The same handle for addresses below `limit`.
    pub(super) fn with_limit(self, limit: u64) -> Mem {
        Mem { limit, ..self }
    }

    /// Is it one of [`Mem::watched`]?
    pub(super) fn is_watched(self) -> bool {
        self.limit == 0
    }

    /// The host address of guest address 0.
    pub(crate) fn base(self) -> *mut u8 {
        self.base
    }

    /// The host address of `addr`, if the guest may use it.
    #[inline(always)]
    pub(crate) fn host(self, addr: GuestAddr) -> Option<*mut u8> {
        let plain = addr.untagged();
        (plain < self.limit).then(|| self.base.wrapping_add(plain as usize))
    }

    /// Loads one value, in one host instruction.
    ///
    /// # Errors
    /// The fault to be delivered to the guest.
    #[inline(always)]
    pub fn load<T: Value>(self, addr: GuestAddr) -> Result<T, Fault> {
        let Some(host) = self.host(addr) else { return self.load_beyond(addr) };
        // SAFETY: `host()` checked the start, and the guard covers the widest value.
        unsafe { T::load(host) }.map_err(|()| self.faulted(addr, false))
    }

    /// Stores one value, in one host instruction.
    ///
    /// # Errors
    /// The fault to be delivered to the guest.
    #[inline(always)]
    pub fn store<T: Value>(self, addr: GuestAddr, value: T) -> Result<(), Fault> {
        let Some(host) = self.host(addr) else { return self.store_beyond(addr, value) };
        // SAFETY: as in `load`.
        unsafe { T::store(host, value) }.map_err(|()| self.faulted(addr, true))
    }

    #[cold]
    #[inline(never)]
    fn load_beyond<T: Value>(self, addr: GuestAddr) -> Result<T, Fault> {
        self.behind_watch().map_or(Err(outside(addr, false)), |real| real.load(addr))
    }

    #[cold]
    #[inline(never)]
    fn store_beyond<T: Value>(self, addr: GuestAddr, value: T) -> Result<(), Fault> {
        let real = self.behind_watch_for_store(addr, T::BYTES as usize);
        real.map_or(Err(outside(addr, true)), |real| real.store(addr, value))
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
        let Some(host) = self.range(addr, from.len()) else {
            let real = self.behind_watch_for_store(addr, from.len());
            return real.map_or(Err(outside(addr, true)), |real| real.write(addr, from));
        };
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

    /// The host range of `len` bytes at `addr`, if the guest may use all of it.
    pub(crate) fn range(self, addr: GuestAddr, len: usize) -> Option<*mut u8> {
        let end = addr.untagged().checked_add(len as u64)?;
        if end > self.limit {
            return None;
        }
        Some(self.base.wrapping_add(addr.untagged() as usize))
    }

    /// Builds the fault from what the host's handler left behind.
    #[cold]
    pub(super) fn faulted(self, addr: GuestAddr, write: bool) -> Fault {
        let seen = extable::last_fault();
        let inside = (seen.host as u64).wrapping_sub(self.base as u64);
        // The host tells no address (but 0) when no address space could have it; then the guest's own stands. Either
        // loses its tag, as Linux has it with SA_EXPOSE_TAGBITS unset: bits 63–56 are cleared.
        let known = seen.host != 0 && inside < self.limit;
        let addr = GuestAddr(if known { GuestAddr(inside).untagged() } else { addr.untagged() });
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mem::AddressSpace;

    /// A guest address that stands for memory of ours, and that memory.
    fn beyond(space: &AddressSpace, candidates: &[Vec<u8>]) -> (GuestAddr, *const u8) {
        let base = space.mem().base() as usize;
        let ours =
            candidates.iter().map(|bytes| bytes.as_ptr()).find(|&at| at as usize > base + SIZE as usize);
        let ours = ours.expect("memory of ours above the reservation");
        (GuestAddr((ours as usize - base) as u64), ours)
    }

    #[test]
    fn only_without_isolation_is_our_own_memory_reached() {
        crate::host::install_fault_handler().unwrap();
        // Large ones are mapped each on its own, some above the reservation, wherever the host starts.
        let mut candidates: Vec<Vec<u8>> = (0..4).map(|_| b"ours".repeat(1 << 20)).collect();
        let space = AddressSpace::reserve().unwrap();
        candidates.extend((0..4).map(|_| b"ours".repeat(1 << 20)));
        let (addr, _) = beyond(&space, &candidates);

        let kept = space.mem();
        let fault = |write| Fault { addr, kind: FaultKind::Segv, write };
        assert_eq!(kept.load::<u32>(addr), Err(fault(false)));
        assert_eq!(kept.store::<u32>(addr, 0), Err(fault(true)));
        assert_eq!(kept.cas32(addr, 0, 0), Err(fault(true)));
        assert_eq!(kept.read(addr, &mut [0; 4]), Err(fault(false)));
        assert_eq!(kept.write(addr, b"no"), Err(fault(true)));
        assert!(kept.pointer(addr.0, 4).is_err() && kept.span(addr, 4).is_none());

        let space = space.without_isolation();
        let open = space.mem();
        let (_, ours) = beyond(&space, &candidates);
        let tagged = GuestAddr(addr.0 | 0xab << 56);
        assert_eq!(open.load::<u32>(addr), Ok(u32::from_le_bytes(*b"ours")));
        assert_eq!(open.load::<u32>(tagged), Ok(u32::from_le_bytes(*b"ours")));
        assert_eq!(open.cas32(addr, 0, 1), Ok(u32::from_le_bytes(*b"ours")));
        let mut read = [0; 4];
        open.read(addr, &mut read).unwrap();
        assert_eq!(&read, b"ours");
        assert_eq!(open.pointer(addr.0, 4).unwrap().host(), ours as usize);
        assert_eq!(open.span(addr, 4).unwrap().start().cast_const(), ours);
        open.store::<u8>(addr, b'0').unwrap();
        open.write(addr.offset(1), b"pen").unwrap();
        // SAFETY: `candidates` owns it.
        assert_eq!(unsafe { std::slice::from_raw_parts(ours, 4) }, b"0pen");
    }

    #[test]
    fn without_isolation_what_is_not_mapped_still_faults_at_the_guests_address() {
        crate::host::install_fault_handler().unwrap();
        let mem = AddressSpace::reserve().unwrap().without_isolation().mem();
        // In the guest's own space, in the guard behind it, and where no address space has anything.
        for addr in [0x8, SIZE + 8, 0x00ff_0000_0000_0000] {
            let fault = |write| Fault { addr: GuestAddr(addr), kind: FaultKind::Segv, write };
            let tagged = GuestAddr(addr | 0x5a << 56);
            assert_eq!(mem.load::<u64>(tagged), Err(fault(false)));
            assert_eq!(mem.store::<u128>(tagged, 0), Err(fault(true)));
            assert_eq!(mem.cas64(tagged, 0, 0), Err(fault(true)));
            assert_eq!(mem.read(tagged, &mut [0; 16]), Err(fault(false)));
            assert_eq!(mem.write(tagged, b"x"), Err(fault(true)));
        }
        assert!(mem.pointer(8, usize::MAX).is_err());
    }
}
