//! Times of a file that may be a symbolic link, which the standard library cannot set.

use std::io;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, utimensat};

/// Sets the times of `path` itself, also when it is a symbolic link.
///
/// # Errors
/// Whatever the system answers.
///
/// # Source
/// utimensat(2)
pub fn set_times(path: &Path, accessed: SystemTime, modified: SystemTime) -> io::Result<()> {
    let times = Timestamps { last_access: timespec(accessed), last_modification: timespec(modified) };
    Ok(utimensat(CWD, path, &times, AtFlags::SYMLINK_NOFOLLOW)?)
}

/// Nanoseconds count forward from the second, also before the epoch.
fn timespec(time: SystemTime) -> Timespec {
    let (tv_sec, tv_nsec) = match time.duration_since(UNIX_EPOCH) {
        Ok(after) => (after.as_secs() as i64, after.subsec_nanos()),
        Err(before) => {
            let before = before.duration();
            match before.subsec_nanos() {
                0 => (-(before.as_secs() as i64), 0),
                nanos => (-(before.as_secs() as i64) - 1, 1_000_000_000 - nanos),
            }
        }
    };
    Timespec { tv_sec, tv_nsec: tv_nsec.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_before_the_epoch_count_forward_from_their_second() {
        let time = UNIX_EPOCH - std::time::Duration::new(1, 250_000_000);
        assert_eq!(timespec(time), Timespec { tv_sec: -2, tv_nsec: 750_000_000 });
        assert_eq!(timespec(UNIX_EPOCH), Timespec { tv_sec: 0, tv_nsec: 0 });
    }
}
