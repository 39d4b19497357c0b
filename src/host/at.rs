//! File calls that take a directory handle and a name, and calls on extended attributes.
//!
//! They come from rustix, whose functions are safe; only what the harness uses stands here.

pub use rustix::fs::{
    Access, CWD, XattrFlags, access, getxattr, lgetxattr, llistxattr, lremovexattr, lsetxattr, setxattr,
};

#[cfg(target_os = "linux")]
pub use rustix::{
    fs::{
        AtFlags, Dir, FallocateFlags, FileType, Gid, Mode, OFlags, RenameFlags, SeekFrom, Stat, StatVfs,
        Timespec, Timestamps, UTIME_NOW, UTIME_OMIT, Uid, chmodat, chownat, copy_file_range, fallocate,
        fstat, fstatvfs, ftruncate, linkat, listxattr, makedev, mkdirat, mknodat, openat, readlinkat,
        removexattr, renameat, renameat_with, seek, statat, symlinkat, unlinkat, utimensat,
    },
    io::Errno,
};
