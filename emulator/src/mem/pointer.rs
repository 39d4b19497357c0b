//! A guest pointer made ready for the host's kernel.

use super::access::Mem;
use super::addr::GuestAddr;
use crate::syscall::Errno;

/// The host address of a piece of guest memory, or null: the only kind of pointer that is handed to a call.
#[derive(Clone, Copy, Debug)]
pub struct GuestPtr(*mut u8);

impl GuestPtr {
    /// Null.
    pub const NULL: GuestPtr = GuestPtr(std::ptr::null_mut());

    /// The host address, for the kernel.
    pub(crate) fn host(self) -> usize {
        self.0 as usize
    }

    /// Is it null?
    pub fn is_null(self) -> bool {
        self.0.is_null()
    }
}

impl Mem {
    /// The pointer to `len` bytes at `addr`; null stays null.
    ///
    /// # Errors
    /// `EFAULT` when they do not lie in the guest's space. Whether they are mapped, the kernel says.
    pub fn pointer(self, addr: u64, len: usize) -> Result<GuestPtr, Errno> {
        if addr == 0 {
            return Ok(GuestPtr::NULL);
        }
        self.range(GuestAddr(addr), len).map(GuestPtr).ok_or(Errno::EFAULT)
    }
}
