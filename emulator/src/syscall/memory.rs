//! Memory: mmap and its relatives.

use std::sync::Arc;

use super::errno::Errno;
use super::row::SysResult;
use crate::fd::Kind;
use crate::host::{self, Backing};
use crate::mem::{GuestAddr, MapRequest, Place, Prot};
use crate::task::{INFINITY, Task};

const MAP_SHARED: u64 = 1;
const MAP_PRIVATE: u64 = 2;
const MAP_SHARED_VALIDATE: u64 = 3;
const MAP_FIXED: u64 = 0x10;
const MAP_ANONYMOUS: u64 = 0x20;
const MAP_FIXED_NOREPLACE: u64 = 0x10_0000;
/// `PROT_READ|WRITE|EXEC`; `PROT_BTI` is accepted without effect, as on a processor without it.
const PROT_MASK: u64 = 7;
const RLIMIT_DATA: i32 = 2;

/// mmap(2).
pub fn mmap(task: &mut Task, [addr, len, prot, flags, fd, offset]: [u64; 6]) -> SysResult {
    let page = host::page_size();
    if offset % page != 0 || len == 0 {
        return Err(Errno::EINVAL);
    }
    let shared = match flags & 0xf {
        MAP_SHARED | MAP_SHARED_VALIDATE => true,
        MAP_PRIVATE => false,
        _ => return Err(Errno::EINVAL),
    };
    let place = if flags & MAP_FIXED_NOREPLACE != 0 {
        Place::Free(GuestAddr(addr).untagged())
    } else if flags & MAP_FIXED != 0 {
        Place::Fixed(GuestAddr(addr).untagged())
    } else {
        Place::Hint(addr)
    };
    let (backing, name) = if flags & MAP_ANONYMOUS != 0 {
        (if shared { Backing::SharedAnonymous } else { Backing::Anonymous }, None)
    } else {
        let offset = i64::try_from(offset).map_err(|_| Errno::EOVERFLOW)?;
        let fd = fd as i32;
        if !matches!(task.process.files.get(fd)?.kind(), Kind::Host | Kind::SyntheticFile(_)) {
            return Err(Errno::ENODEV);
        }
        let name = host::path_of(fd).map(|path| Arc::from(task.process.fs.guest_name(&path).0));
        (if shared { Backing::SharedFile { fd, offset } } else { Backing::File { fd, offset } }, name)
    };
    let prot = Prot((prot & PROT_MASK) as u32);
    task.process.space.map(&MapRequest { place, len, prot, backing, name })
}

/// munmap(2).
pub fn munmap(task: &mut Task, [addr, len, ..]: [u64; 6]) -> SysResult {
    task.process.space.unmap(addr, len).map(|()| 0)
}

/// mprotect(2).
pub fn mprotect(task: &mut Task, [addr, len, prot, ..]: [u64; 6]) -> SysResult {
    const GROWS: u64 = 0x0300_0000;
    if prot & GROWS == GROWS {
        return Err(Errno::EINVAL);
    }
    task.process.space.protect(addr, len, Prot((prot & PROT_MASK) as u32)).map(|()| 0)
}

/// mremap(2).
pub fn mremap(task: &mut Task, [addr, old, new, flags, to, _]: [u64; 6]) -> SysResult {
    const MAYMOVE: u64 = 1;
    const FIXED: u64 = 2;
    const DONTUNMAP: u64 = 4;
    if flags & !(MAYMOVE | FIXED | DONTUNMAP) != 0 || (flags & FIXED != 0 && flags & MAYMOVE == 0) {
        return Err(Errno::EINVAL);
    }
    let target = (flags & FIXED != 0).then(|| GuestAddr(to).untagged());
    if flags & DONTUNMAP != 0 {
        return Err(Errno::EINVAL);
    }
    task.process.space.remap(addr, old, new, flags & MAYMOVE != 0, target)
}

/// brk(2), as the kernel has it: the break as it is then.
pub fn brk(task: &mut Task, [to, ..]: [u64; 6]) -> SysResult {
    let limit = host::limit(RLIMIT_DATA).map_or(INFINITY, |(soft, _)| soft);
    Ok(task.process.space.set_break(to, limit))
}

/// madvise(2).
pub fn madvise(task: &mut Task, [addr, len, advice, ..]: [u64; 6]) -> SysResult {
    const DONTNEED: i32 = 4;
    let advice = advice as i32;
    // The numbers of asm-generic/mman-common.h; hints without effect on what the guest sees are only checked.
    if !matches!(advice, 0..=4 | 8..=23 | 100 | 101) {
        return Err(Errno::EINVAL);
    }
    let space = &task.process.space;
    let (start, end) = space.page_range(addr, len)?;
    if start == end {
        return Ok(0);
    }
    if matches!(advice, DONTNEED | 8 | 9 | 10 | 11 | 18 | 19) {
        space.advise(start, end, advice)?;
    }
    if space.is_mapped(start, end) { Ok(0) } else { Err(Errno::ENOMEM) }
}

/// msync(2).
pub fn msync(task: &mut Task, [addr, len, flags, ..]: [u64; 6]) -> SysResult {
    const ASYNC: u64 = 1;
    const INVALIDATE: u64 = 2;
    const SYNC: u64 = 4;
    if flags & !(ASYNC | INVALIDATE | SYNC) != 0 || flags & (ASYNC | SYNC) == ASYNC | SYNC {
        return Err(Errno::EINVAL);
    }
    let space = &task.process.space;
    let (start, end) = space.page_range(addr, len).map_err(|errno| {
        if GuestAddr(addr).untagged().is_multiple_of(host::page_size()) { Errno::ENOMEM } else { errno }
    })?;
    if !space.is_mapped(start, end) {
        return Err(Errno::ENOMEM);
    }
    space.sync(start, end, flags as i32).map(|()| 0)
}

/// mincore(2).
pub fn mincore(task: &mut Task, [addr, len, into, ..]: [u64; 6]) -> SysResult {
    let space = &task.process.space;
    let (start, end) = space.page_range(addr, len)?;
    if !space.is_mapped(start, end) {
        return Err(Errno::ENOMEM);
    }
    let pages = space.resident(start, end)?;
    space.mem().write(GuestAddr(into), &pages).map_err(|_| Errno::EFAULT)?;
    Ok(0)
}

fn set_lock(task: &Task, addr: u64, len: u64, on: bool) -> SysResult {
    let space = &task.process.space;
    let page = host::page_size();
    let start = GuestAddr(addr).untagged();
    let inner = start & (page - 1);
    let (start, end) = space.page_range(start - inner, len.checked_add(inner).ok_or(Errno::EINVAL)?)?;
    if !space.is_mapped(start, end) {
        return Err(Errno::ENOMEM);
    }
    space.lock_pages(start, end, on).map(|()| 0)
}

/// mlock(2).
pub fn mlock(task: &mut Task, [addr, len, ..]: [u64; 6]) -> SysResult {
    set_lock(task, addr, len, true)
}

/// mlock2(2): both kinds of locking are the same here.
pub fn mlock2(task: &mut Task, [addr, len, flags, ..]: [u64; 6]) -> SysResult {
    if flags & !1 != 0 {
        return Err(Errno::EINVAL);
    }
    set_lock(task, addr, len, true)
}

/// munlock(2).
pub fn munlock(task: &mut Task, [addr, len, ..]: [u64; 6]) -> SysResult {
    set_lock(task, addr, len, false)
}

/// mlockall(2): accepted, and nothing is locked.
pub fn mlockall(_task: &mut Task, [flags, ..]: [u64; 6]) -> SysResult {
    if flags == 0 || flags & !7 != 0 || flags == 4 { Err(Errno::EINVAL) } else { Ok(0) }
}

/// munlockall(2).
pub fn munlockall(_task: &mut Task, _args: [u64; 6]) -> SysResult {
    Ok(0)
}
