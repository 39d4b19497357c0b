//! Little-endian fields at fixed offsets.

use crate::mem::{GuestAddr, Mem};
use crate::syscall::Errno;

/// Reads fields of a structure copied out of guest memory. A field beyond its end reads as zero.
#[derive(Debug)]
pub struct Reader<const N: usize>([u8; N]);

impl<const N: usize> Reader<N> {
    /// Copies the structure at `addr`.
    ///
    /// # Errors
    /// `EFAULT`.
    pub fn copy(mem: Mem, addr: GuestAddr) -> Result<Reader<N>, Errno> {
        let mut bytes = [0; N];
        mem.read(addr, &mut bytes).map_err(|_| Errno::EFAULT)?;
        Ok(Reader(bytes))
    }

    /// The structure in `bytes`, if there are enough of them.
    pub fn from_slice(bytes: &[u8]) -> Option<Reader<N>> {
        bytes.get(..N)?.try_into().ok().map(Reader)
    }

    /// `K` bytes at `at`.
    pub fn array<const K: usize>(&self, at: usize) -> [u8; K] {
        self.0.get(at..at + K).and_then(|part| part.try_into().ok()).unwrap_or([0; K])
    }

    /// A 16-bit field.
    pub fn u16(&self, at: usize) -> u16 {
        u16::from_le_bytes(self.array(at))
    }

    /// A 32-bit field.
    pub fn u32(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.array(at))
    }

    /// A signed 32-bit field.
    pub fn i32(&self, at: usize) -> i32 {
        i32::from_le_bytes(self.array(at))
    }

    /// A 64-bit field.
    pub fn u64(&self, at: usize) -> u64 {
        u64::from_le_bytes(self.array(at))
    }

    /// A signed 64-bit field.
    pub fn i64(&self, at: usize) -> i64 {
        i64::from_le_bytes(self.array(at))
    }

    /// A pointer.
    pub fn addr(&self, at: usize) -> GuestAddr {
        GuestAddr(self.u64(at))
    }
}

/// Builds a structure of `N` bytes, zero where nothing is put. A field that does not fit is dropped.
#[derive(Debug)]
pub struct Writer<const N: usize>([u8; N]);

impl<const N: usize> Default for Writer<N> {
    fn default() -> Self {
        Writer([0; N])
    }
}

impl<const N: usize> Writer<N> {
    /// Puts `bytes` at `at`.
    #[must_use]
    pub fn bytes(mut self, at: usize, bytes: &[u8]) -> Self {
        if let Some(place) = self.0.get_mut(at..at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
        self
    }

    /// Puts a 16-bit field.
    #[must_use]
    pub fn u16(self, at: usize, value: u16) -> Self {
        self.bytes(at, &value.to_le_bytes())
    }

    /// Puts a 32-bit field.
    #[must_use]
    pub fn u32(self, at: usize, value: u32) -> Self {
        self.bytes(at, &value.to_le_bytes())
    }

    /// Puts a 64-bit field.
    #[must_use]
    pub fn u64(self, at: usize, value: u64) -> Self {
        self.bytes(at, &value.to_le_bytes())
    }

    /// Puts a signed 64-bit field.
    #[must_use]
    pub fn i64(self, at: usize, value: i64) -> Self {
        self.bytes(at, &value.to_le_bytes())
    }

    /// The finished structure.
    pub fn finish(self) -> [u8; N] {
        self.0
    }

    /// Copies the finished structure to `addr`.
    ///
    /// # Errors
    /// `EFAULT`.
    pub fn put(self, mem: Mem, addr: GuestAddr) -> Result<(), Errno> {
        mem.write(addr, &self.0).map_err(|_| Errno::EFAULT)
    }
}
