//! `struct stat`, `struct statx`, `struct statfs`.

use super::bytes::Writer;
use crate::host::{FsStat, Stat};

/// Size of `struct stat` (include/uapi/asm-generic/stat.h).
pub const STAT_SIZE: usize = 128;
/// Size of `struct statx` (include/uapi/linux/stat.h).
pub const STATX_SIZE: usize = 256;
/// Size of `struct statfs` (include/uapi/asm-generic/statfs.h).
pub const STATFS_SIZE: usize = 120;

/// A device number as the kernel packs it for user space (`new_encode_dev`, 64 bits wide).
pub fn pack_device(major: u32, minor: u32) -> u64 {
    let (major, minor) = (u64::from(major), u64::from(minor));
    (minor & 0xff) | (major & 0xfff) << 8 | (minor & !0xff) << 12 | (major & !0xfff) << 32
}

/// The two halves of a packed device number.
pub fn unpack_device(device: u64) -> (u32, u32) {
    let major = (device >> 8 & 0xfff) | (device >> 32 & !0xfff);
    let minor = (device & 0xff) | (device >> 12 & 0xffff_ff00);
    (major as u32, minor as u32)
}

/// `stat` as the guest's `struct stat`.
pub fn encode_stat(stat: &Stat) -> Writer<STAT_SIZE> {
    Writer::default()
        .u64(0, pack_device(stat.dev.0, stat.dev.1))
        .u64(8, stat.ino)
        .u32(16, stat.mode)
        .u32(20, u32::try_from(stat.nlink).unwrap_or(u32::MAX))
        .u32(24, stat.uid)
        .u32(28, stat.gid)
        .u64(32, pack_device(stat.rdev.0, stat.rdev.1))
        .u64(48, stat.size)
        .u32(56, stat.blksize)
        .u64(64, stat.blocks)
        .i64(72, stat.atime.sec)
        .i64(80, stat.atime.nsec)
        .i64(88, stat.mtime.sec)
        .i64(96, stat.mtime.nsec)
        .i64(104, stat.ctime.sec)
        .i64(112, stat.ctime.nsec)
}

/// `stat` as the guest's `struct statx`.
pub fn encode_statx(stat: &Stat) -> Writer<STATX_SIZE> {
    let mut writer = Writer::default()
        .u32(0, stat.mask)
        .u32(4, stat.blksize)
        .u64(8, stat.attributes)
        .u32(16, u32::try_from(stat.nlink).unwrap_or(u32::MAX))
        .u32(20, stat.uid)
        .u32(24, stat.gid)
        .u16(28, stat.mode as u16)
        .u64(32, stat.ino)
        .u64(40, stat.size)
        .u64(48, stat.blocks)
        .u64(56, stat.attributes_mask)
        .u32(128, stat.rdev.0)
        .u32(132, stat.rdev.1)
        .u32(136, stat.dev.0)
        .u32(140, stat.dev.1)
        .u64(144, stat.mount);
    for (at, time) in [(64, stat.atime), (80, stat.btime), (96, stat.ctime), (112, stat.mtime)] {
        writer = writer.i64(at, time.sec).u32(at + 8, time.nsec as u32);
    }
    writer
}

/// `stat` as the guest's `struct statfs`.
pub fn encode_statfs(stat: &FsStat) -> Writer<STATFS_SIZE> {
    Writer::default()
        .u64(0, stat.magic)
        .u64(8, stat.block_size)
        .u64(16, stat.blocks)
        .u64(24, stat.blocks_free)
        .u64(32, stat.blocks_available)
        .u64(40, stat.files)
        .u64(48, stat.files_free)
        .u64(56, stat.id)
        .u64(64, stat.name_max)
        .u64(72, stat.fragment_size)
        .u64(80, stat.flags)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syscall::abi::Timespec;

    fn sample() -> Stat {
        Stat {
            dev: (0x123, 0x45678),
            ino: 77,
            mode: 0o100_644,
            nlink: 3,
            uid: 1,
            gid: 2,
            rdev: (5, 1),
            size: 1 << 40,
            blksize: 4096,
            blocks: 9,
            atime: Timespec { sec: 1, nsec: 2 },
            mtime: Timespec { sec: 3, nsec: 4 },
            ctime: Timespec { sec: 5, nsec: 6 },
            btime: Timespec { sec: 7, nsec: 8 },
            mask: 0xfff,
            attributes: 0,
            attributes_mask: 0,
            mount: 21,
        }
    }

    fn u64_at(bytes: &[u8], at: usize) -> u64 {
        u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())
    }

    #[test]
    fn stat_has_the_generic_layout() {
        let bytes = encode_stat(&sample()).finish();
        assert_eq!(u64_at(&bytes, 0), 0x4561_2378);
        assert_eq!(u64_at(&bytes, 8), 77);
        assert_eq!(bytes[16..24], [0xa4, 0x81, 0, 0, 3, 0, 0, 0]);
        assert_eq!(u64_at(&bytes, 32), 0x501);
        assert_eq!(u64_at(&bytes, 48), 1 << 40);
        assert_eq!(u64_at(&bytes, 64), 9);
        assert_eq!([72, 80, 88, 96, 104, 112].map(|at| u64_at(&bytes, at)), [1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn statx_has_its_layout() {
        let bytes = encode_statx(&sample()).finish();
        assert_eq!(bytes[28..30], [0xa4, 0x81]);
        assert_eq!([64, 80, 96, 112].map(|at| u64_at(&bytes, at)), [1, 7, 5, 3]);
        assert_eq!(bytes[128], 5);
        assert_eq!(u64_at(&bytes, 144), 21);
    }

    #[test]
    fn devices_survive_packing() {
        for device in [(0, 0), (8, 1), (0x123, 0x45678), (0xf_ffff, 0xff_ffff)] {
            let (major, minor) = unpack_device(pack_device(device.0, device.1));
            assert_eq!((major, minor), device);
        }
    }
}
