//! Stores that are noted, so that they can be undone: what one engine did before another does it again.
//!
//! A watched handle has the limit 0, so that every access takes the way of one outside the guest's space, which asks here.
//! Ordinary handles pay nothing for that.

#![cfg_attr(
    not(target_arch = "x86_64"),
    allow(dead_code, reason = "two engines are there with an emitter only")
)]

use std::cell::RefCell;

use super::access::Mem;
use super::addr::GuestAddr;

/// The most bytes that one instruction writes in one access (`DC ZVA`).
const WIDEST: usize = 64;

/// One access that wrote, or tried to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Store {
    /// The first byte, without its tag.
    pub(crate) addr: u64,
    len: usize,
    old: [u8; WIDEST],
    new: [u8; WIDEST],
}

impl Store {
    /// What stood there before.
    pub(crate) fn before(&self) -> &[u8] {
        &self.old[..self.len]
    }

    /// What stood there when all was done.
    pub(crate) fn left(&self) -> &[u8] {
        &self.new[..self.len]
    }
}

/// What watched accesses of a thread go to, and the stores seen.
#[derive(Default)]
struct Watch {
    real: Option<Mem>,
    stores: Vec<Store>,
}

thread_local! {
    static WATCH: RefCell<Watch> = RefCell::default();
}

/// The stores of a run, in their order.
#[derive(Debug)]
pub(crate) struct Stores {
    mem: Mem,
    list: Vec<Store>,
}

impl Mem {
    /// Runs `run` with a handle whose stores are noted. The handle is of no use elsewhere or afterwards.
    pub(crate) fn watched<R>(self, run: impl FnOnce(Mem) -> R) -> (R, Stores) {
        WATCH.with_borrow_mut(|watch| watch.real = Some(self));
        let result = run(self.with_limit(0));
        let mut list = WATCH.with_borrow_mut(|watch| {
            watch.real = None;
            std::mem::take(&mut watch.stores)
        });
        for store in &mut list {
            let (addr, len) = (GuestAddr(store.addr), store.len);
            // What cannot be read was not written either.
            if self.read(addr, &mut store.new[..len]).is_err() {
                store.new = store.old;
            }
        }
        (result, Stores { mem: self, list })
    }

    /// What an access through this handle really goes to, if it is a watched one.
    pub(super) fn behind_watch(self) -> Option<Mem> {
        if self.is_watched() { WATCH.with_borrow(|watch| watch.real) } else { None }
    }

    /// The same for a store of `len` bytes at `addr`, at most 64, which is noted.
    pub(super) fn behind_watch_for_store(self, addr: GuestAddr, len: usize) -> Option<Mem> {
        let real = self.behind_watch()?;
        let mut store = Store { addr: addr.untagged(), len, old: [0; WIDEST], new: [0; WIDEST] };
        if real.read(addr, &mut store.old[..len]).is_ok() {
            WATCH.with_borrow_mut(|watch| watch.stores.push(store));
        }
        Some(real)
    }
}

impl Stores {
    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Store> {
        self.list.iter()
    }

    /// Puts back what stood there before the first of them.
    pub(crate) fn undo(&self) {
        for store in self.list.iter().rev() {
            // Where nothing may be written any more, nothing was or somebody took it away meanwhile.
            let _ = self.mem.write(GuestAddr(store.addr), store.before());
        }
    }

    /// The bytes that are not as the stores left them: address, before, as they left it, now.
    pub(crate) fn differences(&self) -> Vec<(u64, u8, u8, u8)> {
        let mut found = Vec::new();
        for store in &self.list {
            let mut now = [0; WIDEST];
            let now = &mut now[..store.len];
            if self.mem.read(GuestAddr(store.addr), now).is_err() || now == store.left() {
                continue;
            }
            let bytes = store.before().iter().zip(store.left()).zip(now.iter());
            let bytes = (store.addr..).zip(bytes).filter(|(_, ((_, left), now))| left != now);
            found.extend(bytes.map(|(addr, ((&old, &left), &now))| (addr, old, left, now)));
        }
        found.sort_unstable();
        found.dedup_by_key(|(addr, ..)| *addr);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::{self, Backing};
    use crate::mem::{AddressSpace, Fault, FaultKind, MapRequest, Place, Prot};

    #[test]
    fn watched_stores_are_noted_undone_and_compared() {
        host::install_fault_handler().unwrap();
        let space = AddressSpace::reserve().unwrap();
        let (place, backing) = (Place::Fixed(0x1_0000), Backing::Anonymous);
        space.map(&MapRequest { place, len: 1, prot: Prot(3), backing, name: None }).unwrap();
        let (mem, at) = (space.mem(), GuestAddr(0x1_0000));
        mem.store::<u64>(at, 1).unwrap();
        let (seen, stores) = mem.watched(|watched| {
            watched.store::<u64>(GuestAddr(at.0 | 0x5a << 56), 2).unwrap();
            watched.store::<u32>(at.offset(4), 3).unwrap();
            assert_eq!(watched.cas64(at.offset(8), 0, 4), Ok(0));
            watched.write(at.offset(64), &[5; 64]).unwrap();
            let fault = Fault { addr: GuestAddr(8), kind: FaultKind::Segv, write: true };
            assert_eq!(watched.store::<u64>(GuestAddr(8), 0), Err(fault));
            watched.load::<u64>(at).unwrap()
        });
        assert_eq!(seen, 3 << 32 | 2);
        assert_eq!(
            stores.iter().map(|store| (store.addr, store.len)).collect::<Vec<_>>(),
            [(at.0, 8), (at.0 + 4, 4), (at.0 + 8, 8), (at.0 + 64, 64)]
        );
        assert_eq!(stores.differences(), []);
        stores.undo();
        assert_eq!(mem.load::<u64>(at), Ok(1));
        assert_eq!(mem.load::<u8>(at.offset(127)), Ok(0));
        assert_eq!(stores.differences()[..3], [(at.0, 1, 2, 1), (at.0 + 4, 0, 3, 0), (at.0 + 8, 0, 4, 0)]);
        assert_eq!(stores.differences().len(), 3 + 64);
    }
}
