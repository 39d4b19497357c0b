//! Inode facts in the words of the kernel's protocol.

use std::time::{Duration, SystemTime};

use fuser::{FileAttr, FileType, INodeNo, TimeOrNow};

use crate::host::at::{self, Stat, Timespec};

/// What `facts` say, under the number `number`.
pub(super) fn attributes(number: u64, facts: &Stat) -> FileAttr {
    FileAttr {
        ino: INodeNo(number),
        size: facts.st_size as u64,
        blocks: facts.st_blocks as u64,
        atime: time(facts.st_atime, facts.st_atime_nsec),
        mtime: time(facts.st_mtime, facts.st_mtime_nsec),
        ctime: time(facts.st_ctime, facts.st_ctime_nsec),
        crtime: SystemTime::UNIX_EPOCH,
        kind: kind(at::FileType::from_raw_mode(facts.st_mode)),
        perm: (facts.st_mode & 0o7777) as u16,
        nlink: facts.st_nlink as u32,
        uid: facts.st_uid,
        gid: facts.st_gid,
        rdev: facts.st_rdev as u32,
        blksize: facts.st_blksize as u32,
        flags: 0,
    }
}

/// The kind of an inode.
pub(super) fn kind(kind: at::FileType) -> FileType {
    match kind {
        at::FileType::Directory => FileType::Directory,
        at::FileType::Symlink => FileType::Symlink,
        at::FileType::Fifo => FileType::NamedPipe,
        at::FileType::Socket => FileType::Socket,
        at::FileType::CharacterDevice => FileType::CharDevice,
        at::FileType::BlockDevice => FileType::BlockDevice,
        _ => FileType::RegularFile,
    }
}

fn time(seconds: impl TryInto<i64>, nanoseconds: impl TryInto<u32>) -> SystemTime {
    let (seconds, nanoseconds) = (seconds.try_into().unwrap_or(0), nanoseconds.try_into().unwrap_or(0));
    let whole = Duration::from_secs(seconds.unsigned_abs());
    let base = if seconds < 0 { SystemTime::UNIX_EPOCH - whole } else { SystemTime::UNIX_EPOCH + whole };
    base + Duration::from_nanos(nanoseconds.into())
}

/// The time in the words of utimensat(2); `None` leaves it as it is.
pub(super) fn timespec(time: Option<TimeOrNow>) -> Timespec {
    match time {
        None => Timespec { tv_sec: 0, tv_nsec: at::UTIME_OMIT },
        Some(TimeOrNow::Now) => Timespec { tv_sec: 0, tv_nsec: at::UTIME_NOW },
        Some(TimeOrNow::SpecificTime(time)) => match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => Timespec { tv_sec: after.as_secs() as i64, tv_nsec: after.subsec_nanos().into() },
            Err(before) => {
                let before = before.duration();
                let (seconds, nanoseconds) = (before.as_secs() as i64, i64::from(before.subsec_nanos()));
                // Nanoseconds count forwards also before the epoch.
                if nanoseconds == 0 {
                    Timespec { tv_sec: -seconds, tv_nsec: 0 }
                } else {
                    Timespec { tv_sec: -seconds - 1, tv_nsec: 1_000_000_000 - nanoseconds }
                }
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_keep_their_nanoseconds_on_both_sides_of_the_epoch() {
        for (seconds, nanoseconds) in [(0, 0), (1_700_000_000, 123_456_789), (-1, 999_999_999), (-5, 0)] {
            let there = timespec(Some(TimeOrNow::SpecificTime(time(seconds, nanoseconds))));
            assert_eq!((there.tv_sec, there.tv_nsec), (seconds, i64::from(nanoseconds)));
        }
    }
}
