//! The guest's `O_*` bits.

use std::ops::BitOr;

/// `open` flags, numbered as AArch64 numbers them.
///
/// # Source
/// include/uapi/asm-generic/fcntl.h and arch/arm64/include/uapi/asm/fcntl.h, which differs in four bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct OpenFlags(pub u32);

#[allow(missing_docs, reason = "fcntl.h's names")]
impl OpenFlags {
    pub const RDONLY: OpenFlags = OpenFlags(0);
    pub const WRONLY: OpenFlags = OpenFlags(0o1);
    pub const RDWR: OpenFlags = OpenFlags(0o2);
    pub const CREAT: OpenFlags = OpenFlags(0o100);
    pub const EXCL: OpenFlags = OpenFlags(0o200);
    pub const NOCTTY: OpenFlags = OpenFlags(0o400);
    pub const TRUNC: OpenFlags = OpenFlags(0o1000);
    pub const APPEND: OpenFlags = OpenFlags(0o2000);
    pub const NONBLOCK: OpenFlags = OpenFlags(0o4000);
    pub const DSYNC: OpenFlags = OpenFlags(0o10000);
    pub const ASYNC: OpenFlags = OpenFlags(0o20000);
    pub const DIRECTORY: OpenFlags = OpenFlags(0o40000);
    pub const NOFOLLOW: OpenFlags = OpenFlags(0o100_000);
    pub const DIRECT: OpenFlags = OpenFlags(0o200_000);
    pub const LARGEFILE: OpenFlags = OpenFlags(0o400_000);
    pub const NOATIME: OpenFlags = OpenFlags(0o1_000_000);
    pub const CLOEXEC: OpenFlags = OpenFlags(0o2_000_000);
    /// The bit that `O_SYNC` adds to `O_DSYNC`.
    pub const SYNC_BIT: OpenFlags = OpenFlags(0o4_000_000);
    pub const PATH: OpenFlags = OpenFlags(0o10_000_000);
    /// The bit that `O_TMPFILE` adds to `O_DIRECTORY`.
    pub const TMPFILE_BIT: OpenFlags = OpenFlags(0o20_000_000);
    /// Every bit that `open` knows.
    pub const KNOWN: OpenFlags = OpenFlags(0o37_777_703);
}

impl OpenFlags {
    /// Are all bits of `other` set?
    pub const fn has(self, other: OpenFlags) -> bool {
        self.0 & other.0 == other.0
    }

    /// These without the bits of `other`.
    #[must_use]
    pub const fn without(self, other: OpenFlags) -> OpenFlags {
        OpenFlags(self.0 & !other.0)
    }

    /// May what is opened be written?
    pub const fn writes(self) -> bool {
        self.0 & 3 != 0
    }
}

impl BitOr for OpenFlags {
    type Output = OpenFlags;
    fn bitor(self, other: OpenFlags) -> OpenFlags {
        OpenFlags(self.0 | other.0)
    }
}
