//! What the guest's structures look like: AArch64's layouts, read and written field by field.

mod bytes;
mod control;
mod dirent;
mod flock;
mod iovec;
mod open_flags;
mod stat;
mod time;

pub use bytes::{Reader, Writer};
pub use control::rights;
pub use dirent::{Dirent, Dirents};
pub use flock::{FLOCK_SIZE, Flock};
pub use iovec::{IOV_MAX, MAX_TRANSFER, read_iovec};
pub use open_flags::OpenFlags;
pub use stat::{
    STAT_SIZE, STATFS_SIZE, STATX_SIZE, encode_stat, encode_statfs, encode_statx, pack_device, unpack_device,
};
pub use time::{TIMESPEC_SIZE, Timespec};
