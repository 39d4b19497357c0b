//! Limits that the guest sees changed.

use std::sync::atomic::{AtomicU64, Ordering};

/// "No limit".
pub const INFINITY: u64 = u64::MAX;

/// The limits that the host does not keep for the guest.
#[derive(Debug)]
pub struct Limits {
    /// Hard limit of descriptors; the last ones are the emulator's.
    files_hard: AtomicU64,
    /// Soft and hard limit of the address space, which the emulator's own reservation would break.
    space: [AtomicU64; 2],
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            files_hard: AtomicU64::new(INFINITY),
            space: [AtomicU64::new(INFINITY), AtomicU64::new(INFINITY)],
        }
    }
}

impl Limits {
    /// The guest's hard limit of descriptors, given that the host allows `host`.
    pub fn files_hard(&self, host: u64) -> u64 {
        self.files_hard.load(Ordering::Relaxed).min(host)
    }

    /// Sets the guest's hard limit of descriptors.
    pub fn set_files_hard(&self, hard: u64) {
        self.files_hard.store(hard, Ordering::Relaxed);
    }

    /// Soft and hard limit of the address space.
    pub fn space(&self) -> (u64, u64) {
        (self.space[0].load(Ordering::Relaxed), self.space[1].load(Ordering::Relaxed))
    }

    /// Sets soft and hard limit of the address space.
    pub fn set_space(&self, soft: u64, hard: u64) {
        self.space[0].store(soft, Ordering::Relaxed);
        self.space[1].store(hard, Ordering::Relaxed);
    }
}
