//! The guest's address space: which ranges are mapped, how, and from what.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::access::Mem;
use super::addr::{GUARD, GuestAddr, SIZE};
use super::layout::Break;
use crate::host;

/// Guest protection bits, numbered as Linux numbers `PROT_*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prot(pub u32);

impl Prot {
    /// No access.
    pub const NONE: Prot = Prot(0);
    /// Loads.
    pub const READ: Prot = Prot(1);
    /// Stores.
    pub const WRITE: Prot = Prot(2);
    /// Instruction fetch.
    pub const EXEC: Prot = Prot(4);

    /// Are all bits of `other` set?
    pub const fn has(self, other: Prot) -> bool {
        self.0 & other.0 == other.0
    }
}

/// One mapped range, `start..end` in guest addresses, page-aligned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// First byte.
    pub start: u64,
    /// One past the last byte.
    pub end: u64,
    /// What the guest may do.
    pub prot: Prot,
    /// `MAP_SHARED`?
    pub shared: bool,
    /// Private zeroes, without file or sharing?
    pub anonymous: bool,
    /// Offset into the file of `start`.
    pub offset: u64,
    /// What `/proc/self/maps` names it: a guest path, `[heap]`, `[stack]`, or nothing.
    pub name: Option<std::sync::Arc<[u8]>>,
}

/// The hull of no range.
const NOTHING: (u64, u64) = (u64::MAX, 0);

/// How many changes are remembered one by one.
const REMEMBERED: usize = 32;

/// What became of code.
#[derive(Debug)]
struct Changes {
    /// The hull of what changed since somebody asked.
    stale: (u64, u64),
    /// The last changes, each at its generation.
    last: [(u64, u64); REMEMBERED],
}

/// The whole space. One per process; `fork` copies it with the process.
#[derive(Debug)]
pub struct AddressSpace {
    mem: Mem,
    regions: RwLock<BTreeMap<u64, Region>>,
    code_generation: AtomicU64,
    changes: Mutex<Changes>,
    pub(super) program_break: Mutex<Break>,
}

/// A space that nobody changes meanwhile.
#[derive(Debug)]
pub(crate) struct Held<'a> {
    _program_break: MutexGuard<'a, Break>,
    _regions: RwLockWriteGuard<'a, BTreeMap<u64, Region>>,
    _changes: MutexGuard<'a, Changes>,
}

impl AddressSpace {
    /// Reserves the space; nothing in it is mapped.
    ///
    /// # Errors
    /// The host's error when it will not reserve that much.
    pub fn reserve() -> std::io::Result<AddressSpace> {
        let base = host::reserve(SIZE as usize + 2 * GUARD as usize)?.wrapping_add(GUARD as usize);
        // SAFETY: just reserved with its guards, and never unmapped.
        let mem = unsafe { Mem::new(base) };
        Ok(AddressSpace {
            mem,
            regions: RwLock::default(),
            code_generation: AtomicU64::new(0),
            changes: Mutex::new(Changes { stale: NOTHING, last: [NOTHING; REMEMBERED] }),
            program_break: Mutex::default(),
        })
    }

    /// Gives up isolation (`--no-isolate`): every address outside the space stands for the emulator's own memory that
    /// far from the space's start. What is not mapped there stays a fault, and so does fetching instructions there.
    #[must_use]
    pub fn without_isolation(self) -> AddressSpace {
        AddressSpace { mem: self.mem.without_isolation(), ..self }
    }

    /// The handle for loads and stores.
    pub fn mem(&self) -> Mem {
        self.mem
    }

    /// The mapped ranges by start, for reading.
    pub fn regions(&self) -> RwLockReadGuard<'_, BTreeMap<u64, Region>> {
        self.regions.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The mapped ranges by start, for changing.
    pub(crate) fn regions_mut(&self) -> RwLockWriteGuard<'_, BTreeMap<u64, Region>> {
        self.regions.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// All of it, locked, for fork: the program break, the regions, the changes of code.
    pub(crate) fn hold(&self) -> Held<'_> {
        Held {
            _program_break: self.program_break.lock().unwrap_or_else(PoisonError::into_inner),
            _regions: self.regions_mut(),
            _changes: self.changes.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// The range that holds `addr`.
    pub fn region_at(&self, addr: GuestAddr) -> Option<Region> {
        let plain = addr.untagged();
        let regions = self.regions();
        let (_, region) = regions.range(..=plain).next_back()?;
        (plain < region.end).then(|| region.clone())
    }

    /// A number that changes whenever code may have changed; translations made under another one are stale.
    #[inline(always)]
    pub fn code_generation(&self) -> u64 {
        self.code_generation.load(Ordering::Acquire)
    }

    /// Declares translations of `start..end` stale: after `IC IVAU`, and after a change to an executable mapping.
    pub fn invalidate_code(&self, start: u64, end: u64) {
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        changes.stale = (changes.stale.0.min(start), changes.stale.1.max(end));
        let generation = self.code_generation.load(Ordering::Relaxed);
        changes.last[generation as usize % REMEMBERED] = (start, end);
        // Whoever sees the new generation must find the range.
        self.code_generation.store(generation + 1, Ordering::Release);
    }

    /// The ranges that were declared stale since `generation`, and the generation that they led to; `None` for ranges
    /// when there were too many.
    pub fn changes_since(&self, generation: u64) -> (u64, Option<Vec<(u64, u64)>>) {
        let changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.code_generation.load(Ordering::Relaxed);
        let known = now - generation <= REMEMBERED as u64;
        let range = |at: u64| changes.last[at as usize % REMEMBERED];
        (now, known.then(|| (generation..now).map(range).collect()))
    }

    /// The hull of all ranges that were declared stale since the last call; its end is its start or less when there
    /// is none. Only one engine may ask.
    pub fn take_stale(&self) -> (u64, u64) {
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut changes.stale, NOTHING)
    }
}
