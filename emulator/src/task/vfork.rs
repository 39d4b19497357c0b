//! The child of a vfork: a copy whose parent waits, and believes the memory shared.
//!
//! What such children really share is the parent's stack frame (posix_spawn leaves its error number there), so what the
//! child changed in it is told to the parent when it lets go.

use crate::host::Handshake;
use crate::mem::{GuestAddr, Mem};

/// How much of the parent's stack above its stack pointer is looked after, in bytes.
const WINDOW: u64 = 16 << 10;
/// Changed bytes nearer to each other than this are told of together.
const NEAR: usize = 64;

/// What the child of a vfork owes its parent.
#[derive(Debug)]
pub struct Borrowed {
    handshake: Handshake,
    start: u64,
    before: Vec<u8>,
}

impl Borrowed {
    /// The child's part, for a parent whose stack pointer is `sp` in a region that ends at `end`.
    pub fn new(handshake: Handshake, mem: Mem, sp: u64, end: u64) -> Borrowed {
        let mut before = vec![0; end.saturating_sub(sp).min(WINDOW) as usize];
        if mem.read(GuestAddr(sp), &mut before).is_err() {
            before.clear();
        }
        Borrowed { handshake, start: sp, before }
    }

    /// Tells what changed, and lets the parent go on.
    pub fn give_back(self, mem: Mem) {
        let mut now = vec![0; self.before.len()];
        if mem.read(GuestAddr(self.start), &mut now).is_err() {
            return;
        }
        for (from, to) in changes(&self.before, &now) {
            self.handshake.tell(self.start + from as u64, &now[from..to]);
        }
    }
}

/// The ranges in which two buffers of one length differ.
fn changes(before: &[u8], now: &[u8]) -> Vec<(usize, usize)> {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for at in (0..now.len()).filter(|&at| before[at] != now[at]) {
        match ranges.last_mut() {
            // What lies between did not change since, for the parent waits.
            Some((_, to)) if at - *to < NEAR => *to = at + 1,
            _ => ranges.push((at, at + 1)),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_joined_when_near() {
        let before = vec![0; 300];
        let mut now = before.clone();
        assert_eq!(changes(&before, &now), []);
        (now[3], now[9], now[200]) = (1, 1, 1);
        assert_eq!(changes(&before, &now), [(3, 10), (200, 201)]);
    }
}
