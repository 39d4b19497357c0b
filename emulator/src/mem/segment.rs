//! Attaching System V segments, and detaching them.

use std::sync::Arc;

use super::addr::{GuestAddr, SIZE};
use super::layout::MIN;
use super::map::{Place, carve, find_free, insert, is_free};
use super::space::{AddressSpace, Prot, Region};
use crate::host;
use crate::syscall::Errno;

/// How `/proc/self/maps` names a segment, before its key (kernel: ipc/shm.c).
const NAME: &[u8] = b"/SYSV";

impl AddressSpace {
    /// Maps segment `id`; gives its address.
    ///
    /// # Errors
    /// `EINVAL` for a bad place or one that is taken, `ENOMEM` without room, and the host's.
    ///
    /// # Source
    /// shmat(2).
    pub fn attach(&self, id: i32, place: Place, prot: Prot) -> Result<u64, Errno> {
        let segment = host::segment(id)?;
        let len = self.round_up(segment.len).filter(|&len| len > 0 && len <= SIZE).ok_or(Errno::EINVAL)?;
        let mut regions = self.regions_mut();
        let start = match place {
            Place::Hint(_) => find_free(&regions, len).ok_or(Errno::ENOMEM)?,
            Place::Fixed(at) | Place::Free(at) => {
                let end = at.checked_add(len).filter(|&end| end <= SIZE && at >= MIN).ok_or(Errno::EINVAL)?;
                if at % host::page_size() != 0
                    || (matches!(place, Place::Free(_)) && !is_free(&regions, at, end))
                {
                    return Err(Errno::EINVAL);
                }
                at
            }
        };
        // SAFETY: the range lies in the reservation and is page-aligned.
        unsafe { host::attach_segment(id, self.host_at(start), len as usize, !prot.has(Prot::WRITE))? };
        let touched_code = carve(&mut regions, start, start + len);
        let name = [NAME, format!("{:08x} (deleted)", segment.key).as_bytes()].concat();
        insert(
            &mut regions,
            Region {
                start,
                end: start + len,
                prot,
                shared: true,
                anonymous: false,
                offset: 0,
                name: Some(Arc::from(name)),
            },
        );
        drop(regions);
        if touched_code || prot.has(Prot::EXEC) {
            self.invalidate_code(start, start + len);
        }
        Ok(start)
    }

    /// Unmaps what is left of the segment attached at `addr`.
    ///
    /// # Errors
    /// `EINVAL` when none is.
    ///
    /// # Source
    /// shmdt(2).
    pub fn detach(&self, addr: u64) -> Result<(), Errno> {
        let base = GuestAddr(addr).untagged();
        let mut regions = self.regions_mut();
        let is_segment = |region: &&Region| region.name.as_ref().is_some_and(|name| name.starts_with(NAME));
        // Its start may be unmapped already: what counts is where it would be.
        let pieces: Vec<(u64, u64)> = regions
            .range(base..)
            .map(|(_, region)| region)
            .filter(is_segment)
            .filter(|region| region.start.wrapping_sub(region.offset) == base)
            .map(|region| (region.start, region.end))
            .collect();
        if pieces.is_empty() {
            return Err(Errno::EINVAL);
        }
        let mut touched_code = None;
        for (start, end) in pieces {
            // SAFETY: the range lies in the reservation and is page-aligned.
            unsafe { host::reserve_over(self.host_at(start), (end - start) as usize)? };
            if carve(&mut regions, start, end) {
                let (first, _) = touched_code.unwrap_or((start, end));
                touched_code = Some((first, end));
            }
        }
        drop(regions);
        if let Some((start, end)) = touched_code {
            self.invalidate_code(start, end);
        }
        Ok(())
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::host::{Direct, direct};

    const PRIVATE_KEY: u64 = 0;
    const REMOVE: u64 = 0;

    #[test]
    fn a_segment_attached_twice_is_one_memory_until_it_is_detached() {
        let space = AddressSpace::reserve().unwrap();
        let page = host::page_size();
        let id = direct(Direct::Shmget, space.mem(), [PRIVATE_KEY, page + 1, 0o600, 0, 0, 0]).unwrap();
        let both = Prot(3);
        let one = space.attach(id as i32, Place::Hint(0), both).unwrap();
        let two = space.attach(id as i32, Place::Free(one - 4 * page), both).unwrap();
        direct(Direct::Shmctl, space.mem(), [id, REMOVE, 0, 0, 0, 0]).unwrap();
        space.mem().store(GuestAddr(one + page), 7_u32).unwrap();
        assert_eq!(space.mem().load::<u32>(GuestAddr(two + page)), Ok(7));
        let region = space.region_at(GuestAddr(one)).unwrap();
        assert_eq!(
            (region.end - region.start, region.name.as_deref()),
            (2 * page, Some(&b"/SYSV00000000 (deleted)"[..]))
        );
        assert_eq!(space.attach(id as i32, Place::Free(two), both), Err(Errno::EINVAL));
        space.unmap(two, page).unwrap();
        assert_eq!(space.detach(two), Ok(()));
        assert_eq!(space.detach(two), Err(Errno::EINVAL));
        assert!(space.region_at(GuestAddr(two + page)).is_none());
        assert_eq!(space.detach(one), Ok(()));
        assert!(space.attach(id as i32, Place::Hint(0), both).is_err());
    }
}
