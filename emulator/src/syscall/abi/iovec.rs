//! `struct iovec`: base and length, 8 bytes each.

use super::bytes::Reader;
use crate::mem::{GuestAddr, Mem, Span};
use crate::syscall::Errno;

/// The most elements a vector may have (include/uapi/linux/uio.h, `UIO_MAXIOV`).
pub const IOV_MAX: u64 = 1024;
/// The most bytes one transfer moves (kernel: `MAX_RW_COUNT`, with 4 KiB pages).
pub const MAX_TRANSFER: usize = 0x7fff_f000;

/// The spans that the `count` elements at `addr` describe, cut at the kernel's limit for one transfer.
///
/// # Errors
/// `EINVAL` for more than [`IOV_MAX`] elements or a negative length; `EFAULT` when the array or a range lies outside
/// the guest's space.
pub fn read_iovec(mem: Mem, addr: GuestAddr, count: u64) -> Result<Vec<Span>, Errno> {
    if count > IOV_MAX {
        return Err(Errno::EINVAL);
    }
    let mut left = MAX_TRANSFER;
    let mut spans = Vec::with_capacity(count as usize);
    for index in 0..count {
        let element = Reader::<16>::copy(mem, addr.offset(16 * index))?;
        let len = element.i64(8);
        if len < 0 {
            return Err(Errno::EINVAL);
        }
        let span = mem.span(element.addr(0), len as usize).ok_or(Errno::EFAULT)?.first(left);
        left -= span.len();
        spans.push(span);
    }
    Ok(spans)
}
