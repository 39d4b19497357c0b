//! What the host says of itself and its processes.

use std::ffi::CStr;

use super::file::{self, Stat};
use super::result::check;
use crate::syscall::Errno;
use crate::syscall::abi::{OpenFlags, Timespec};

/// The content of a file of the host's; empty when there is none.
pub fn host_text(path: &str) -> Vec<u8> {
    std::fs::read(path).unwrap_or_default()
}

/// The numbers among the names in a directory of the host's, ascending.
///
/// # Errors
/// The host's.
pub fn numbers_in(path: &CStr) -> Result<Vec<i32>, Errno> {
    use std::os::fd::AsRawFd;
    let dir = file::openat(file::CWD, path, OpenFlags::DIRECTORY | OpenFlags::CLOEXEC, 0)?;
    let mut found = Vec::new();
    let mut buffer = vec![0; 16384];
    loop {
        let len = file::getdents(dir.as_raw_fd(), &mut buffer)?;
        if len == 0 {
            break;
        }
        let names = crate::syscall::abi::Dirents::new(&buffer[..len]).map(|entry| entry.name);
        found.extend(names.filter_map(|name| std::str::from_utf8(name).ok()?.parse::<i32>().ok()));
    }
    found.sort_unstable();
    Ok(found)
}

/// Does the host's `/dev` have `name`?
pub fn exists_in_dev(name: &CStr) -> bool {
    stat_in_dev(name).is_ok()
}

/// What `name` in the host's `/dev` is.
///
/// # Errors
/// The host's.
pub fn stat_in_dev(name: &CStr) -> Result<Stat, Errno> {
    let dev = file::open_search(file::CWD, c"/dev")?;
    file::lstatat(std::os::fd::AsRawFd::as_raw_fd(&dev), name)
}

/// The time of day.
pub fn now() -> Timespec {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timespec { sec: now.as_secs() as i64, nsec: i64::from(now.subsec_nanos()) }
}

/// The machine's memory, in bytes.
pub fn memory_size() -> u64 {
    // SAFETY: no pointers.
    let pages = unsafe { libc::sysconf(libc::_SC_PHYS_PAGES) };
    u64::try_from(pages).unwrap_or(0) * super::page_size()
}

/// The machine's name, without a zero.
pub fn host_name() -> Vec<u8> {
    let mut name = vec![0_u8; 256];
    // SAFETY: a buffer of ours.
    if check(unsafe { libc::gethostname(name.as_mut_ptr().cast(), name.len()) }).is_err() {
        return b"localhost".to_vec();
    }
    name.split(|&byte| byte == 0).next().unwrap_or_default().to_vec()
}
