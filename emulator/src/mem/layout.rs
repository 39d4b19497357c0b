//! Where things lie in a fresh address space.

use super::addr::SIZE;

/// The lowest address a guest may map (kernel: `vm.mmap_min_addr`).
pub const MIN: u64 = 64 << 10;
/// The end of the stack.
pub const STACK_END: u64 = SIZE - (64 << 10);
/// What lies between the highest mapping and the end of the space: room for the stack (kernel: `mmap_base`).
const STACK_ROOM: u64 = 2 << 30;
/// Where the kernel's choice of addresses starts, downwards.
pub const MMAP_BASE: u64 = SIZE - STACK_ROOM;
/// Where a position-independent program goes (kernel: `ELF_ET_DYN_BASE`).
pub const PIE_BASE: u64 = (SIZE / 3 * 2) & !0xffff;

/// The program break.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Break {
    /// Where the heap starts.
    pub start: u64,
    /// Its end, as the guest set it; not rounded.
    pub end: u64,
}
