//! Maps by guest address.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Guest addresses are spread well enough by one multiplication.
#[derive(Default)]
pub struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(u64::from(byte)));
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0 ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32);
    }
}

/// A map by guest address.
pub type ByAddress<T> = HashMap<u64, T, BuildHasherDefault<Spread>>;
