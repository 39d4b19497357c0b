//! Mapping and unmapping: the mmap family's meaning, apart from the calls' own argument checks.
//!
//! Each change is made in the host first and noted in the regions under the same lock.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use super::addr::{GuestAddr, SIZE};
use super::layout::{Break, MIN, MMAP_BASE};
use super::space::{AddressSpace, Prot, Region};
use crate::host::{self, Backing};
use crate::syscall::Errno;

/// Where a mapping may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Anywhere, near this address if it is free.
    Hint(u64),
    /// Exactly here, replacing what is there (`MAP_FIXED`).
    Fixed(u64),
    /// Exactly here, if nothing is there (`MAP_FIXED_NOREPLACE`).
    Free(u64),
}

/// A mapping to be made.
#[derive(Clone, Debug)]
pub struct MapRequest {
    /// Where.
    pub place: Place,
    /// Bytes; rounded up to pages.
    pub len: u64,
    /// What the guest may do.
    pub prot: Prot,
    /// What it shows.
    pub backing: Backing,
    /// Its name in `/proc/self/maps`.
    pub name: Option<Arc<[u8]>>,
}

impl AddressSpace {
    /// Rounds `len` up to pages; `None` when that overflows.
    pub fn round_up(&self, len: u64) -> Option<u64> {
        let page = host::page_size();
        Some(len.checked_add(page - 1)? & !(page - 1))
    }

    /// The page-aligned range of `len` bytes at `addr`, checked to lie within the space.
    ///
    /// # Errors
    /// `EINVAL` when `addr` is not aligned or the range leaves the space.
    pub fn page_range(&self, addr: u64, len: u64) -> Result<(u64, u64), Errno> {
        let start = GuestAddr(addr).untagged();
        let len = self.round_up(len).ok_or(Errno::EINVAL)?;
        if !start.is_multiple_of(host::page_size()) {
            return Err(Errno::EINVAL);
        }
        let end = start.checked_add(len).filter(|&end| end <= SIZE).ok_or(Errno::EINVAL)?;
        Ok((start, end))
    }

    /// Makes a mapping and returns its address.
    ///
    /// # Errors
    /// `EINVAL` for no length or an unaligned fixed address, `ENOMEM` without room, `EPERM` below the lowest address,
    /// `EEXIST` for a taken [`Place::Free`], and what the host refuses.
    pub fn map(&self, request: &MapRequest) -> Result<u64, Errno> {
        if request.len == 0 {
            return Err(Errno::EINVAL);
        }
        let len = self.round_up(request.len).filter(|&len| len <= SIZE).ok_or(Errno::ENOMEM)?;
        let page = host::page_size();
        let mut regions = self.regions_mut();
        let start = match request.place {
            Place::Hint(hint) => {
                let hint = GuestAddr(hint).untagged() & !(page - 1);
                let fits = hint >= MIN && hint.checked_add(len).is_some_and(|end| end <= SIZE);
                if fits && is_free(&regions, hint, hint + len) {
                    hint
                } else {
                    find_free(&regions, len).ok_or(Errno::ENOMEM)?
                }
            }
            Place::Fixed(at) | Place::Free(at) => {
                if at % page != 0 {
                    return Err(Errno::EINVAL);
                }
                if at.checked_add(len).is_none_or(|end| end > SIZE) {
                    return Err(Errno::ENOMEM);
                }
                if at < MIN {
                    return Err(Errno::EPERM);
                }
                if matches!(request.place, Place::Free(_)) && !is_free(&regions, at, at + len) {
                    return Err(Errno::EEXIST);
                }
                at
            }
        };
        let end = start + len;
        // SAFETY: the range lies in the reservation and is page-aligned.
        unsafe { host::map_over(self.host_at(start), len as usize, request.prot.0, request.backing)? };
        let touched_code = carve(&mut regions, start, end);
        let (shared, offset, anonymous) = match request.backing {
            Backing::Anonymous => (false, 0, true),
            Backing::SharedAnonymous => (true, 0, false),
            Backing::File { offset, .. } => (false, offset as u64, false),
            Backing::SharedFile { offset, .. } => (true, offset as u64, false),
        };
        let name = request.name.clone();
        insert(&mut regions, Region { start, end, prot: request.prot, shared, offset, anonymous, name });
        drop(regions);
        if touched_code || request.prot.has(Prot::EXEC) {
            self.invalidate_code(start, end);
        }
        Ok(start)
    }

    /// Unmaps `len` bytes at `addr`; what is not mapped stays so.
    ///
    /// # Errors
    /// `EINVAL` for an unaligned address, no length, or a range that leaves the space.
    pub fn unmap(&self, addr: u64, len: u64) -> Result<(), Errno> {
        let (start, end) = self.page_range(addr, len)?;
        if start == end {
            return Err(Errno::EINVAL);
        }
        let mut regions = self.regions_mut();
        if is_free(&regions, start, end) {
            return Ok(());
        }
        // SAFETY: the range lies in the reservation and is page-aligned.
        unsafe { host::reserve_over(self.host_at(start), (end - start) as usize)? };
        let touched_code = carve(&mut regions, start, end);
        drop(regions);
        if touched_code {
            self.invalidate_code(start, end);
        }
        Ok(())
    }

    /// Changes the protection of `len` bytes at `addr`.
    ///
    /// # Errors
    /// `EINVAL` for a bad range, `ENOMEM` when part of it is not mapped, what the host refuses (`EACCES` for writing
    /// to a shared file opened for reading).
    pub fn protect(&self, addr: u64, len: u64, prot: Prot) -> Result<(), Errno> {
        let (start, end) = self.page_range(addr, len).map_err(|errno| {
            if GuestAddr(addr).untagged().is_multiple_of(host::page_size()) { Errno::ENOMEM } else { errno }
        })?;
        if start == end {
            return Ok(());
        }
        let mut regions = self.regions_mut();
        let mut code = prot.has(Prot::EXEC);
        let mut at = start;
        while at < end {
            // What comes before a hole is changed, as Linux does.
            let Some(mut region) = region_in(&regions, at) else { return Err(Errno::ENOMEM) };
            let stop = region.end.min(end);
            // SAFETY: the range lies in the reservation and is page-aligned.
            unsafe { host::protect(self.host_at(at), (stop - at) as usize, prot.0)? };
            code |= carve(&mut regions, at, stop);
            if !region.anonymous {
                region.offset += at - region.start;
            }
            (region.start, region.end, region.prot) = (at, stop, prot);
            insert(&mut regions, region);
            at = stop;
        }
        drop(regions);
        if code {
            self.invalidate_code(start, end);
        }
        Ok(())
    }

    /// Is all of `start..end` mapped?
    pub fn is_mapped(&self, start: u64, end: u64) -> bool {
        let regions = self.regions();
        let mut at = start;
        while at < end {
            match region_in(&regions, at) {
                Some(region) => at = region.end,
                None => return false,
            }
        }
        true
    }

    /// Unmaps everything, for exec.
    ///
    /// # Errors
    /// The host's error.
    pub fn clear(&self) -> Result<(), Errno> {
        let mut regions = self.regions_mut();
        if !regions.is_empty() {
            // SAFETY: this is the whole reservation, page-aligned.
            unsafe { host::reserve_over(self.host_at(0), SIZE as usize)? };
        }
        regions.clear();
        *self.program_break.lock().unwrap_or_else(PoisonError::into_inner) = Break::default();
        drop(regions);
        self.invalidate_code(0, SIZE);
        Ok(())
    }

    /// Says where the heap starts.
    pub fn start_break(&self, at: u64) {
        let at = self.round_up(at).unwrap_or(at);
        *self.program_break.lock().unwrap_or_else(PoisonError::into_inner) = Break { start: at, end: at };
    }

    /// Moves the program break to `to` if that is possible; returns where it is then.
    ///
    /// `limit` is the largest heap, in bytes (`RLIMIT_DATA`).
    pub fn set_break(&self, to: u64, limit: u64) -> u64 {
        let mut current = self.program_break.lock().unwrap_or_else(PoisonError::into_inner);
        if to < current.start || to >= SIZE || to - current.start > limit {
            return current.end;
        }
        let (Some(old), Some(new)) = (self.round_up(current.end), self.round_up(to)) else {
            return current.end;
        };
        let done = if new > old {
            let request = MapRequest {
                place: Place::Free(old),
                len: new - old,
                prot: Prot(3),
                backing: Backing::Anonymous,
                name: Some(Arc::from(&b"[heap]"[..])),
            };
            self.map(&request).is_ok()
        } else {
            new == old || self.unmap(new, old - new).is_ok()
        };
        if done {
            current.end = to;
        }
        current.end
    }

    /// The host address of a guest address that is known to lie in the space.
    pub(super) fn host_at(&self, guest: u64) -> *mut u8 {
        self.mem().base().wrapping_add(guest as usize)
    }
}

/// The region that holds `at`.
pub(super) fn region_in(regions: &BTreeMap<u64, Region>, at: u64) -> Option<Region> {
    let (_, region) = regions.range(..=at).next_back()?;
    (at < region.end).then(|| region.clone())
}

/// Is nothing mapped in `start..end`?
pub(super) fn is_free(regions: &BTreeMap<u64, Region>, start: u64, end: u64) -> bool {
    regions.range(..end).next_back().is_none_or(|(_, region)| region.end <= start)
}

/// The highest free range of `len` bytes below the mapping base, or else above it.
pub(super) fn find_free(regions: &BTreeMap<u64, Region>, len: u64) -> Option<u64> {
    let mut top = MMAP_BASE;
    for region in regions.range(..MMAP_BASE).rev().map(|(_, region)| region) {
        if top.checked_sub(region.end).is_some_and(|gap| gap >= len) {
            return Some(top - len);
        }
        top = top.min(region.start);
    }
    top.checked_sub(len).filter(|&at| at >= MIN)
}

/// Takes `start..end` out of the regions; true when something executable was in it.
pub(super) fn carve(regions: &mut BTreeMap<u64, Region>, start: u64, end: u64) -> bool {
    let mut code = false;
    while let Some((&key, _)) = regions.range(..end).next_back() {
        let Some(region) = regions.remove(&key) else { break };
        if region.end <= start {
            regions.insert(key, region);
            break;
        }
        code |= region.prot.has(Prot::EXEC);
        if region.end > end {
            let mut rest = region.clone();
            rest.start = end;
            if !region.anonymous {
                rest.offset += end - region.start;
            }
            regions.insert(end, rest);
        }
        if region.start < start {
            regions.insert(key, Region { end: start, ..region });
        }
    }
    code
}

/// Adds a region, joined with a neighbour that continues it.
pub(super) fn insert(regions: &mut BTreeMap<u64, Region>, mut region: Region) {
    let joins = |a: &Region, b: &Region| {
        a.end == b.start
            && a.prot == b.prot
            && a.shared == b.shared
            && a.anonymous == b.anonymous
            && a.name == b.name
            && (a.anonymous || (a.name.is_some() && a.offset + (a.end - a.start) == b.offset))
    };
    if let Some((&key, before)) = regions.range(..region.start).next_back()
        && joins(before, &region)
    {
        (region.start, region.offset) = (key, before.offset);
        regions.remove(&key);
    }
    if let Some(after) = regions.get(&region.end)
        && joins(&region, after)
    {
        let end = after.end;
        regions.remove(&region.end);
        region.end = end;
    }
    regions.insert(region.start, region);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(start: u64, end: u64, prot: u32) -> Region {
        Region { start, end, prot: Prot(prot), shared: false, anonymous: true, offset: 0, name: None }
    }

    fn ranges(regions: &BTreeMap<u64, Region>) -> Vec<(u64, u64)> {
        regions.values().map(|region| (region.start, region.end)).collect()
    }

    #[test]
    fn neighbours_alike_are_joined() {
        let mut regions = BTreeMap::new();
        insert(&mut regions, region(0x1000, 0x2000, 3));
        insert(&mut regions, region(0x3000, 0x4000, 3));
        insert(&mut regions, region(0x4000, 0x5000, 1));
        insert(&mut regions, region(0x2000, 0x3000, 3));
        assert_eq!(ranges(&regions), [(0x1000, 0x4000), (0x4000, 0x5000)]);
    }

    #[test]
    fn carving_splits_and_tells_of_code() {
        let mut regions = BTreeMap::new();
        let file = Region { anonymous: false, offset: 0x8000, ..region(0x1000, 0x5000, 5) };
        insert(&mut regions, file);
        assert!(carve(&mut regions, 0x2000, 0x3000));
        assert_eq!(ranges(&regions), [(0x1000, 0x2000), (0x3000, 0x5000)]);
        assert_eq!(regions[&0x3000].offset, 0xa000);
        assert!(!carve(&mut regions, 0x2000, 0x3000));
    }

    #[test]
    fn room_is_found_from_the_top_down() {
        let mut regions = BTreeMap::new();
        assert_eq!(find_free(&regions, 0x1000), Some(MMAP_BASE - 0x1000));
        insert(&mut regions, region(MMAP_BASE - 0x3000, MMAP_BASE - 0x1000, 3));
        assert_eq!(find_free(&regions, 0x1000), Some(MMAP_BASE - 0x1000));
        assert_eq!(find_free(&regions, 0x2000), Some(MMAP_BASE - 0x5000));
        assert_eq!(find_free(&regions, SIZE), None);
        assert!(is_free(&regions, MIN, MMAP_BASE - 0x3000));
        assert!(!is_free(&regions, MIN, MMAP_BASE - 0x2fff));
    }
}
