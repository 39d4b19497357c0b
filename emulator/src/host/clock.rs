//! The host's clocks.

/// Nanoseconds of the monotonic clock, from a start the host chooses.
///
/// # Source
/// clock_gettime(2).
pub fn monotonic_nanos() -> u64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a live timespec.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut now) };
    (now.tv_sec as u64).wrapping_mul(1_000_000_000).wrapping_add(now.tv_nsec as u64)
}

/// Seconds and nanoseconds of `clock`, which has Linux's number. On Linux most clocks take no system call.
///
/// # Errors
/// `EINVAL` for a clock that the host does not have.
///
/// # Source
/// clock_gettime(2).
pub fn clock_time(clock: i32) -> std::io::Result<(i64, i64)> {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    #[cfg(not(target_os = "linux"))]
    let clock = super::os::process::clock(clock);
    // SAFETY: the pointer is to a live timespec.
    let result = unsafe { libc::clock_gettime(clock, &raw mut now) };
    if result == 0 { Ok((now.tv_sec, now.tv_nsec)) } else { Err(std::io::Error::last_os_error()) }
}
