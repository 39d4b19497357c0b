//! Compare-and-swap on guest memory, from which every atomic instruction is built.

use super::access::{Mem, outside};
use super::addr::{Fault, FaultKind, GuestAddr};
use crate::host::extable;

macro_rules! cas {
    ($(#[$doc:meta] $name:ident, $ty:ty, $bytes:literal;)*) => {
        impl Mem { $(
            #[$doc]
            ///
            /// Returns what stood there; the swap happened exactly when that equals `expected`. Sequentially consistent.
            ///
            /// # Errors
            /// `Alignment` when `addr` is not a multiple of the size, else the host's fault.
            pub fn $name(self, addr: GuestAddr, expected: $ty, new: $ty) -> Result<$ty, Fault> {
                let Some(host) = self.host(addr) else {
                    let real = self.behind_watch_for_store(addr, $bytes);
                    return real.map_or(Err(outside(addr, true)), |real| real.$name(addr, expected, new));
                };
                if !addr.0.is_multiple_of($bytes) {
                    return Err(Fault { addr, kind: FaultKind::Alignment, write: true });
                }
                // SAFETY: `host()` checked the start and the alignment keeps the rest inside.
                unsafe { extable::$name(host, expected, new) }.map_err(|()| self.faulted(addr, true))
            }
        )* }
    };
}

cas! {
    /// One byte.
    cas8, u8, 1;
    /// Two bytes.
    cas16, u16, 2;
    /// Four bytes.
    cas32, u32, 4;
    /// Eight bytes.
    cas64, u64, 8;
    /// Sixteen bytes.
    cas128, u128, 16;
}
