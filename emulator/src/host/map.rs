//! Memory from the host.

use std::io;
use std::sync::atomic::AtomicU32;

/// Reserves `len` bytes without access and without committing memory.
///
/// # Errors
/// The host's `mmap` error.
///
/// # Source
/// mmap(2).
pub fn reserve(len: usize) -> io::Result<*mut u8> {
    // SAFETY: a new anonymous mapping at a place the host chooses touches nothing of ours.
    let at = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            len,
            libc::PROT_NONE,
            libc::MAP_PRIVATE | libc::MAP_ANON | libc::MAP_NORESERVE,
            -1,
            0,
        )
    };
    if at == libc::MAP_FAILED { Err(io::Error::last_os_error()) } else { Ok(at.cast()) }
}

/// Reserves `len` bytes that code can be written to and run from, without committing memory.
///
/// # Errors
/// The host's `mmap` error; some hosts allow no memory that is both.
///
/// # Source
/// mmap(2).
pub fn reserve_code(len: usize) -> io::Result<*mut u8> {
    // SAFETY: a new anonymous mapping at a place the host chooses touches nothing of ours.
    let at = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            len,
            libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC,
            libc::MAP_PRIVATE | libc::MAP_ANON | libc::MAP_NORESERVE,
            -1,
            0,
        )
    };
    if at == libc::MAP_FAILED { Err(io::Error::last_os_error()) } else { Ok(at.cast()) }
}

/// Gives the pages of `len` bytes at `at` memory now, at once: one after the other, at its first use, costs several times
/// as much. Changes nothing that can be seen; what the host cannot do stays for the first use.
///
/// # Source
/// madvise(2), `MADV_POPULATE_WRITE`.
pub fn populate(at: usize, len: usize) {
    #[cfg(target_os = "linux")]
    {
        let page = page_size() as usize;
        let (start, end) = (at.next_multiple_of(page), (at + len) & !(page - 1));
        // SAFETY: no byte changes, wherever the range lies.
        unsafe {
            libc::madvise(start as *mut libc::c_void, end.saturating_sub(start), libc::MADV_POPULATE_WRITE)
        };
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (at, len);
}

/// The same of the memory that the allocator has got from the host so far.
///
/// # Source
/// brk(2).
pub fn populate_heap() {
    #[cfg(target_os = "linux")]
    {
        /// What the C library asks for at first, in bytes.
        const FIRST: usize = 128 << 10;
        // SAFETY: the break is only asked for.
        let end = unsafe { libc::sbrk(0) } as usize;
        populate(end.saturating_sub(FIRST), FIRST);
    }
}

/// A number of our own that stays common with children, zero at first and never freed.
///
/// # Errors
/// The host's `mmap` error.
///
/// # Source
/// mmap(2).
pub fn common_number() -> io::Result<&'static AtomicU32> {
    let flags = libc::MAP_SHARED | libc::MAP_ANON;
    // SAFETY: a new anonymous mapping at a place the host chooses touches nothing of ours.
    let at = unsafe { libc::mmap(std::ptr::null_mut(), 4, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0) };
    if at == libc::MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: page-aligned, zeroed, never unmapped, and only ever accessed atomically.
    Ok(unsafe { AtomicU32::from_ptr(at.cast()) })
}

/// The host's page size in bytes, which is the guest's too.
pub fn page_size() -> u64 {
    // SAFETY: no pointers involved.
    unsafe { libc::sysconf(libc::_SC_PAGESIZE) as u64 }
}

/// What a mapping shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backing {
    /// Zeroes of its own.
    Anonymous,
    /// Zeroes that stay common with children.
    SharedAnonymous,
    /// A private copy of a file, from `offset` on.
    File {
        /// A descriptor open for reading.
        fd: i32,
        /// A multiple of the page size.
        offset: i64,
    },
    /// The file itself, from `offset` on.
    SharedFile {
        /// A descriptor.
        fd: i32,
        /// A multiple of the page size.
        offset: i64,
    },
}

/// The host protection of guest protection bits: guest code is data to the host, never executable.
fn protection(guest: u32) -> libc::c_int {
    let mut host = libc::PROT_NONE;
    if guest & 5 != 0 {
        host |= libc::PROT_READ;
    }
    if guest & 2 != 0 {
        host |= libc::PROT_WRITE;
    }
    host
}

fn check(result: libc::c_int) -> io::Result<()> {
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Maps `backing` over `len` bytes at `at`, with guest protection bits `prot`.
///
/// # Errors
/// The host's `mmap` error; the range is still ours then.
///
/// # Safety
/// The range lies within a reservation of ours, page-aligned, and nothing of the emulator's is in it.
pub unsafe fn map_over(at: *mut u8, len: usize, prot: u32, backing: Backing) -> io::Result<()> {
    let (kind, fd, offset) = match backing {
        Backing::Anonymous => (libc::MAP_PRIVATE | libc::MAP_ANON | libc::MAP_NORESERVE, -1, 0),
        Backing::SharedAnonymous => (libc::MAP_SHARED | libc::MAP_ANON, -1, 0),
        Backing::File { fd, offset } => (libc::MAP_PRIVATE, fd, offset),
        Backing::SharedFile { fd, offset } => (libc::MAP_SHARED, fd, offset),
    };
    // SAFETY: the caller's promise.
    let got = unsafe { libc::mmap(at.cast(), len, protection(prot), kind | libc::MAP_FIXED, fd, offset) };
    if got != libc::MAP_FAILED {
        return Ok(());
    }
    let error = io::Error::last_os_error();
    // The old mapping may be gone already; a hole in the reservation must not stay open for the host's own mappings.
    #[cfg(target_os = "linux")]
    // SAFETY: maps only what is not mapped.
    unsafe {
        let kind = libc::MAP_PRIVATE | libc::MAP_ANON | libc::MAP_NORESERVE | libc::MAP_FIXED_NOREPLACE;
        libc::mmap(at.cast(), len, libc::PROT_NONE, kind, -1, 0);
    }
    Err(error)
}

/// Puts the bare reservation back over `len` bytes at `at`.
///
/// # Errors
/// The host's `mmap` error.
///
/// # Safety
/// As for [`map_over`].
pub unsafe fn reserve_over(at: *mut u8, len: usize) -> io::Result<()> {
    // SAFETY: the caller's promise.
    unsafe { map_over(at, len, 0, Backing::Anonymous) }
}

/// Changes the protection of `len` bytes at `at` to guest protection bits `prot`.
///
/// # Errors
/// The host's `mprotect` error.
///
/// # Safety
/// As for [`map_over`].
pub unsafe fn protect(at: *mut u8, len: usize, prot: u32) -> io::Result<()> {
    // SAFETY: the caller's promise.
    check(unsafe { libc::mprotect(at.cast(), len, protection(prot)) })
}

/// Passes advice (numbered as the host does) on.
///
/// # Errors
/// The host's `madvise` error.
///
/// # Safety
/// As for [`map_over`].
pub unsafe fn advise(at: *mut u8, len: usize, advice: i32) -> io::Result<()> {
    // SAFETY: the caller's promise.
    check(unsafe { libc::madvise(at.cast(), len, advice) })
}

/// Writes a shared file mapping back; `flags` numbered as the host does.
///
/// # Errors
/// The host's `msync` error.
///
/// # Safety
/// As for [`map_over`].
pub unsafe fn sync(at: *mut u8, len: usize, flags: i32) -> io::Result<()> {
    // SAFETY: the caller's promise.
    check(unsafe { libc::msync(at.cast(), len, flags) })
}

/// Locks pages into memory, or unlocks them.
///
/// # Errors
/// The host's `mlock` error.
///
/// # Safety
/// As for [`map_over`].
pub unsafe fn lock(at: *mut u8, len: usize, on: bool) -> io::Result<()> {
    // SAFETY: the caller's promise.
    check(unsafe { if on { libc::mlock(at.cast(), len) } else { libc::munlock(at.cast(), len) } })
}

/// Says of each page at `at` whether it is in memory, one byte a page into `into`.
///
/// # Errors
/// The host's `mincore` error.
///
/// # Safety
/// As for [`map_over`]; `into` has a byte for each page.
pub unsafe fn resident(at: *mut u8, len: usize, into: &mut [u8]) -> io::Result<()> {
    // SAFETY: the caller's promise.
    check(unsafe { libc::mincore(at.cast(), len, into.as_mut_ptr().cast()) })
}

/// Moves `len` bytes of mappings from `from` to `to`, leaving the bare reservation behind.
///
/// # Errors
/// The host's error; both ranges are still ours then.
///
/// # Safety
/// As for [`map_over`], for both ranges, which do not overlap.
pub unsafe fn move_pages(from: *mut u8, to: *mut u8, len: usize) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    // SAFETY: the caller's promise.
    unsafe {
        let flags = libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED;
        if libc::mremap(from.cast(), len, len, flags, to) == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        reserve_over(from, len)
    }
    #[cfg(not(target_os = "linux"))]
    // SAFETY: the caller's promise; a private copy stands in for a move, which this host does not have.
    unsafe {
        map_over(to, len, 3, Backing::Anonymous)?;
        if super::extable::copy(to, from, len).is_err() {
            return Err(io::Error::from_raw_os_error(libc::EFAULT));
        }
        reserve_over(from, len)
    }
}

/// Moves the file or shared mapping of `len` bytes at `from` to `to` and lets it go on there up to `new_len` bytes,
/// leaving the bare reservation behind. A `len` of 0 leaves a shared mapping where it is and shows it at `to` too.
///
/// # Errors
/// The host's error; `ENOMEM` on hosts that cannot.
///
/// # Safety
/// As for [`map_over`], for both ranges, which do not overlap.
///
/// # Source
/// mremap(2).
pub unsafe fn grow_pages(from: *mut u8, len: usize, to: *mut u8, new_len: usize) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    // SAFETY: the caller's promise.
    unsafe {
        let flags = libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED;
        if libc::mremap(from.cast(), len, new_len, flags, to) == libc::MAP_FAILED {
            let error = io::Error::last_os_error();
            reserve_over(to, new_len)?;
            return Err(error);
        }
        if len > 0 { reserve_over(from, len) } else { Ok(()) }
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (from, len, to, new_len);
        Err(io::Error::from_raw_os_error(libc::ENOMEM))
    }
}

/// Lets the shared mapping of `len` bytes at `at` go on behind itself, up to `new_len` bytes, by way of the free range
/// of `new_len` bytes at `aside`. What is mapped stays in place all the time.
///
/// # Errors
/// As [`grow_pages`].
///
/// # Safety
/// As for [`map_over`], for all three ranges, which do not overlap.
pub unsafe fn extend_pages(at: *mut u8, len: usize, new_len: usize, aside: *mut u8) -> io::Result<()> {
    // SAFETY: the caller's promise.
    unsafe {
        grow_pages(at, 0, aside, new_len)?;
        move_pages(aside.wrapping_add(len), at.wrapping_add(len), new_len - len)?;
        reserve_over(aside, len)
    }
}
