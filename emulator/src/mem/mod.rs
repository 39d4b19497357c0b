//! Guest memory: addresses, checked access, the address space.
//!
//! Whatever address a guest uses, it reaches only the reservation made here: the top byte is ignored as Linux
//! has it (Arm ARM D8.8, "Address tagging"), the rest is compared with [`SIZE`], and a host fault inside the
//! reservation comes back as a [`Fault`] through the table in `access`. Only `--no-isolate` leaves the comparison out.
#![allow(unsafe_code)]

mod access;
mod addr;
mod atomic;
mod change;
mod layout;
mod map;
mod pointer;
mod segment;
mod space;
mod span;
mod spread;
mod watch;

pub use access::{Mem, Value};
pub use addr::{Fault, FaultKind, GUARD, GuestAddr, SIZE};
pub use layout::{MIN, MMAP_BASE, PIE_BASE, STACK_END};
pub use map::{MapRequest, Place};
pub use pointer::GuestPtr;
pub use space::{AddressSpace, Prot, Region};
pub use span::Span;
pub use spread::ByAddress;
#[cfg(target_arch = "x86_64")]
pub(crate) use watch::Stores;
