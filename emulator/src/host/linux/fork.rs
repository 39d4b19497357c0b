//! What makes a fork's child start quickly.

use std::ffi::{c_int, c_void};
use std::sync::Once;

/// Makes forks copy where the pages of the emulator's own code and tables are.
///
/// Linux leaves a mapping of a file out of what it copies, for the child can find the pages again, and each costs a
/// page fault. Of a mapping that has a page of the process's own it copies everything: so one page of each is written,
/// with the byte that it has. Where a policy forbids this, forks are slower.
///
/// # Source
/// The kernel's `vma_needs_copy` in mm/memory.c; fork(2), mprotect(2).
pub(in crate::host) fn prepare() {
    static DONE: Once = Once::new();
    DONE.call_once(|| {
        // SAFETY: the function below keeps to the callback's contract.
        unsafe { libc::dl_iterate_phdr(Some(own_pages), std::ptr::null_mut()) };
    });
}

/// Does so for the object that `info` describes, and says that there need be no more: the first is the program.
unsafe extern "C" fn own_pages(info: *mut libc::dl_phdr_info, _: usize, _: *mut c_void) -> c_int {
    // SAFETY: the C library gives a valid description, whose headers stay mapped.
    let (base, headers) = unsafe {
        let info = &*info;
        (info.dlpi_addr, std::slice::from_raw_parts(info.dlpi_phdr, usize::from(info.dlpi_phnum)))
    };
    for header in headers.iter().filter(|it| it.p_type == libc::PT_LOAD && it.p_flags & libc::PF_W == 0) {
        let (start, end) = (base + header.p_vaddr, base + header.p_vaddr + header.p_memsz);
        let page = start as usize & !(PAGE - 1);
        let len = end as usize - page;
        let protection = libc::PROT_READ | if header.p_flags & libc::PF_X != 0 { libc::PROT_EXEC } else { 0 };
        let (byte, page) = (start as *mut u8, page as *mut c_void);
        // SAFETY: the program's own memory, which others may go on reading and executing: it keeps its bytes. All of
        // it gets the same protection, for a part would become a mapping of its own.
        unsafe {
            if libc::mprotect(page, len, protection | libc::PROT_WRITE) == 0 {
                byte.write_volatile(byte.read_volatile());
                libc::mprotect(page, len, protection);
            }
        }
    }
    1
}

/// The size of a page on every host that runs translated code; elsewhere the calls fail and nothing is lost.
const PAGE: usize = 4096;
