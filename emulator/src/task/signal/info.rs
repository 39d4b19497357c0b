//! The kernel's `siginfo_t`, as AArch64 lays it out; x86-64 has the same layout.

use crate::mem::GuestAddr;

/// What is known of one signal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SigInfo(pub [u8; 128]);

impl std::fmt::Debug for SigInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigInfo {{ signal: {}, code: {} }}", self.signal(), self.code())
    }
}

impl SigInfo {
    /// A signal with a code and nothing else.
    pub fn new(signal: i32, code: i32) -> SigInfo {
        let mut info = SigInfo([0; 128]);
        info.put(0, &signal.to_le_bytes());
        info.put(8, &code.to_le_bytes());
        info
    }

    /// A signal from a fault at `addr`.
    pub fn fault(signal: i32, code: i32, addr: GuestAddr) -> SigInfo {
        let mut info = SigInfo::new(signal, code);
        info.put(16, &addr.untagged().to_le_bytes());
        info
    }

    /// A signal sent by a process: its id and user.
    pub fn user(signal: i32, code: i32, pid: i32, uid: u32) -> SigInfo {
        let mut info = SigInfo::new(signal, code);
        info.put(16, &pid.to_le_bytes());
        info.put(20, &uid.to_le_bytes());
        info
    }

    /// `si_signo`.
    pub fn signal(&self) -> i32 {
        self.int(0)
    }

    /// `si_code`.
    pub fn code(&self) -> i32 {
        self.int(8)
    }

    /// `si_addr`.
    pub fn addr(&self) -> u64 {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&self.0[16..24]);
        u64::from_le_bytes(bytes)
    }

    /// `si_pid`.
    pub fn pid(&self) -> i32 {
        self.int(16)
    }

    /// Writes `bytes` at `at`.
    pub fn put(&mut self, at: usize, bytes: &[u8]) {
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn int(&self, at: usize) -> i32 {
        let mut bytes = [0; 4];
        bytes.copy_from_slice(&self.0[at..at + 4]);
        i32::from_le_bytes(bytes)
    }
}
