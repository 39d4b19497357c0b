//! Facts about this machine.

use std::ffi::CStr;

/// The machine's name, as `uname -n` prints it; `localhost` if it has none.
pub fn hostname() -> String {
    let mut buffer = [0 as libc::c_char; 256];
    // SAFETY: the buffer is writable for the length given; the last byte is never passed, so it stays NUL.
    let result = unsafe { libc::gethostname(buffer.as_mut_ptr(), buffer.len() - 1) };
    // SAFETY: the last byte is NUL.
    let name = unsafe { CStr::from_ptr(buffer.as_ptr()) }.to_string_lossy().into_owned();
    if result == 0 && !name.is_empty() { name } else { "localhost".to_owned() }
}

/// The number of the user for whom the files of this process are made.
///
/// # Source
/// geteuid(2)
pub fn user_id() -> u32 {
    // SAFETY: the call cannot fail and touches no memory.
    unsafe { libc::geteuid() }
}

/// The name of the user this process runs as: `$USER`, else `root` for user 0, else `user`.
pub fn user_name() -> String {
    let fallback = if user_id() == 0 { "root" } else { "user" };
    std::env::var("USER").ok().filter(|name| !name.is_empty()).unwrap_or_else(|| fallback.to_owned())
}

/// How many processes and threads a case's user may have in all while the case runs: those that exist now and
/// `more`, within the limit that holds already. The kernel does not apply it to root.
///
/// # Source
/// getrlimit(2), RLIMIT_NPROC: the limit counts the user, not the descendants.
pub fn process_limit(more: u64) -> u64 {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `limit` is writable and of the type the call fills.
    let known = unsafe { libc::getrlimit(libc::RLIMIT_NPROC, &mut limit) } == 0;
    let wanted = threads_now().saturating_add(more);
    if known { wanted.min(limit.rlim_cur) } else { wanted }
}

#[cfg(target_os = "linux")]
fn threads_now() -> u64 {
    use std::os::unix::fs::MetadataExt;
    // SAFETY: the call cannot fail and touches no memory.
    let user = unsafe { libc::getuid() };
    let mine = |entry: &std::fs::DirEntry| entry.metadata().is_ok_and(|facts| facts.uid() == user);
    let threads = |entry: std::fs::DirEntry| -> std::io::Result<u64> {
        Ok(std::fs::read_dir(entry.path().join("task"))?.count() as u64)
    };
    std::fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().parse::<u32>().is_ok())
        .filter(mine)
        .filter_map(|entry| threads(entry).ok())
        .sum()
}

#[cfg(not(target_os = "linux"))]
fn threads_now() -> u64 {
    // SAFETY: a null buffer asks for the number of processes only.
    let processes = unsafe { libc::proc_listallpids(std::ptr::null_mut(), 0) };
    u64::try_from(processes).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_has_a_name_and_a_user() {
        assert!(!hostname().is_empty());
        assert!(!user_name().is_empty());
    }

    #[test]
    fn the_process_limit_leaves_room() {
        assert!(process_limit(100) > 0);
    }
}
