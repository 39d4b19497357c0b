//! Changes to what is mapped that leave the mapping as it is, and moves.

use super::addr::{GuestAddr, SIZE};
use super::layout::MIN;
use super::map::{carve, find_free, insert, is_free, region_in};
use super::space::{AddressSpace, Prot, Region};
use crate::host::{self, Backing};
use crate::syscall::Errno;

impl AddressSpace {
    /// Calls `each` for every mapped piece of `start..end`.
    fn each_piece(
        &self,
        start: u64,
        end: u64,
        mut each: impl FnMut(u64, u64, &Region) -> std::io::Result<()>,
    ) -> Result<(), Errno> {
        let regions = self.regions();
        let mut at = start;
        while at < end {
            let next = match region_in(&regions, at) {
                Some(region) => {
                    let stop = region.end.min(end);
                    each(at, stop, &region)?;
                    stop
                }
                None => regions.range(at..end).next().map_or(end, |(&next, _)| next),
            };
            at = next;
        }
        Ok(())
    }

    /// Applies `madvise` advice to what is mapped of `start..end`; `advice` has Linux's numbers.
    ///
    /// # Errors
    /// The host's.
    pub fn advise(&self, start: u64, end: u64, advice: i32) -> Result<(), Errno> {
        self.each_piece(start, end, |at, stop, region| {
            let len = (stop - at) as usize;
            if cfg!(target_os = "linux") {
                // SAFETY: the range is mapped guest memory.
                return unsafe { host::advise(self.host_at(at), len, advice) };
            }
            if advice == 4 && region.anonymous {
                // SAFETY: as above; a fresh mapping is what dropped private zeroes look like.
                return unsafe { host::map_over(self.host_at(at), len, region.prot.0, Backing::Anonymous) };
            }
            Ok(())
        })
    }

    /// Writes shared file mappings in `start..end` back; `flags` has Linux's numbers.
    ///
    /// # Errors
    /// The host's.
    pub fn sync(&self, start: u64, end: u64, flags: i32) -> Result<(), Errno> {
        self.each_piece(start, end, |at, stop, region| {
            if !region.shared {
                return Ok(());
            }
            // SAFETY: the range is mapped guest memory.
            unsafe { host::sync(self.host_at(at), (stop - at) as usize, flags) }
        })
    }

    /// Locks or unlocks the mapped pages of `start..end`.
    ///
    /// # Errors
    /// The host's.
    pub fn lock_pages(&self, start: u64, end: u64, on: bool) -> Result<(), Errno> {
        self.each_piece(start, end, |at, stop, _| {
            // SAFETY: the range is mapped guest memory.
            unsafe { host::lock(self.host_at(at), (stop - at) as usize, on) }
        })
    }

    /// Which pages of `start..end`, all mapped, are in memory: one byte each.
    ///
    /// # Errors
    /// The host's.
    pub fn resident(&self, start: u64, end: u64) -> Result<Vec<u8>, Errno> {
        let mut pages = vec![0; ((end - start) / host::page_size()) as usize];
        // SAFETY: the range lies in the reservation; there is a byte for each page.
        unsafe { host::resident(self.host_at(start), (end - start) as usize, &mut pages)? };
        Ok(pages)
    }

    /// Resizes or moves a mapping, as `mremap` does; returns its address.
    ///
    /// # Errors
    /// `EINVAL` for bad ranges, `EFAULT` when the old range is not one mapping, `ENOMEM` without room or leave to
    /// move.
    ///
    /// # Source
    /// mremap(2).
    pub fn remap(
        &self,
        addr: u64,
        old_len: u64,
        new_len: u64,
        may_move: bool,
        target: Option<u64>,
    ) -> Result<u64, Errno> {
        let page = host::page_size();
        let start = GuestAddr(addr).untagged();
        let old_len = self.round_up(old_len).ok_or(Errno::EINVAL)?;
        let new_len = self.round_up(new_len).filter(|&len| len > 0).ok_or(Errno::EINVAL)?;
        if !start.is_multiple_of(page) {
            return Err(Errno::EINVAL);
        }
        let end = start.checked_add(old_len).filter(|&end| end <= SIZE).ok_or(Errno::EINVAL)?;
        if new_len > SIZE {
            return Err(Errno::ENOMEM);
        }
        if let Some(to) = target {
            let target_end = to.checked_add(new_len).filter(|&end| end <= SIZE).ok_or(Errno::EINVAL)?;
            if to % page != 0 || (to < end && start < target_end) {
                return Err(Errno::EINVAL);
            }
            if to < MIN {
                return Err(Errno::EPERM);
            }
        }
        let mut regions = self.regions_mut();
        let region = region_in(&regions, start).ok_or(Errno::EFAULT)?;
        // A length of zero shows a shared mapping at a second place.
        if old_len == 0 && (!region.shared || !may_move) {
            return Err(Errno::EINVAL);
        }
        if target.is_none() && new_len <= old_len {
            if new_len < old_len {
                // SAFETY: the range lies in the reservation and is page-aligned.
                unsafe { host::reserve_over(self.host_at(start + new_len), (old_len - new_len) as usize)? };
                carve(&mut regions, start + new_len, end);
            }
            drop(regions);
            self.invalidate_code(start + new_len, end);
            return Ok(start);
        }
        if region.end < end {
            return Err(Errno::EFAULT);
        }
        let grows = new_len > old_len;
        let mut piece = region.clone();
        if !region.anonymous {
            piece.offset += start - region.start;
        }
        let fits = start + new_len <= SIZE && is_free(&regions, end, start + new_len);
        if target.is_none() && old_len > 0 && fits && (region.anonymous || region.shared) {
            if region.anonymous {
                self.grow(end, start + new_len, region.prot)?;
            } else {
                let aside = find_free(&regions, new_len).ok_or(Errno::ENOMEM)?;
                // SAFETY: the old mapping is ours, the rest is free; all lie in the reservation and are page-aligned.
                unsafe {
                    host::extend_pages(
                        self.host_at(start),
                        old_len as usize,
                        new_len as usize,
                        self.host_at(aside),
                    )?;
                }
            }
            carve(&mut regions, start, end);
            (piece.start, piece.end) = (start, start + new_len);
            insert(&mut regions, piece);
            return Ok(start);
        }
        if !may_move {
            return Err(Errno::ENOMEM);
        }
        let to = match target {
            Some(to) => to,
            None => find_free(&regions, new_len).ok_or(Errno::ENOMEM)?,
        };
        let kept = if grows && !region.anonymous { new_len } else { old_len.min(new_len) };
        // SAFETY: both ranges lie in the reservation, are page-aligned, and do not overlap (checked above, or free).
        unsafe {
            if kept > old_len {
                host::grow_pages(self.host_at(start), old_len as usize, self.host_at(to), kept as usize)?;
            } else {
                host::move_pages(self.host_at(start), self.host_at(to), kept as usize)?;
            }
            host::protect(self.host_at(to), kept as usize, region.prot.0)?;
            if old_len > kept {
                host::reserve_over(self.host_at(start + kept), (old_len - kept) as usize)?;
            }
        }
        carve(&mut regions, start, end);
        carve(&mut regions, to, to + new_len);
        if new_len > kept {
            self.grow(to + kept, to + new_len, region.prot)?;
        }
        (piece.start, piece.end) = (to, to + new_len);
        insert(&mut regions, piece);
        drop(regions);
        self.invalidate_code(start, end);
        self.invalidate_code(to, to + new_len);
        Ok(to)
    }

    fn grow(&self, start: u64, end: u64, prot: Prot) -> Result<(), Errno> {
        // SAFETY: the range lies in the reservation, is page-aligned and free or about to be replaced.
        unsafe { host::map_over(self.host_at(start), (end - start) as usize, prot.0, Backing::Anonymous)? };
        Ok(())
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::mem::{MapRequest, Place};

    fn shared(space: &AddressSpace, at: u64, len: u64) -> u64 {
        let request = MapRequest {
            place: Place::Fixed(at),
            len,
            prot: Prot(3),
            backing: Backing::SharedAnonymous,
            name: None,
        };
        space.map(&request).unwrap()
    }

    #[test]
    fn a_shared_mapping_is_shown_twice_and_moves_as_it_grows() {
        let space = AddressSpace::reserve().unwrap();
        let page = host::page_size();
        let one = shared(&space, 64 * page, 2 * page);
        let two = space.remap(one, 0, 2 * page, true, None).unwrap();
        space.mem().store(GuestAddr(two + page), 5_u32).unwrap();
        assert_eq!(space.mem().load::<u32>(GuestAddr(one + page)), Ok(5));
        shared(&space, one + 2 * page, page);
        assert_eq!(space.remap(one, 2 * page, 4 * page, false, None), Err(Errno::ENOMEM));
        let moved = space.remap(one, 2 * page, 4 * page, true, None).unwrap();
        assert_ne!(moved, one);
        assert_eq!(space.mem().load::<u32>(GuestAddr(moved + page)), Ok(5));
        assert!(space.mem().load::<u32>(GuestAddr(one)).is_err());
        assert!(space.is_mapped(moved, moved + 4 * page));
    }

    #[test]
    fn private_memory_has_no_second_place() {
        let space = AddressSpace::reserve().unwrap();
        let page = host::page_size();
        let request = MapRequest {
            place: Place::Fixed(64 * page),
            len: page,
            prot: Prot(3),
            backing: Backing::Anonymous,
            name: None,
        };
        let at = space.map(&request).unwrap();
        assert_eq!(space.remap(at, 0, page, true, None), Err(Errno::EINVAL));
    }
}
