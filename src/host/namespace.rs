//! Namespaces, in which an ordinary user may mount.

use std::fs;
use std::io;

use rustix::thread::UnshareFlags;

/// Moves this process into a user and a mount namespace of its own, in which its user and group keep their numbers.
///
/// Children inherit both. Supplementary groups show as the overflow group from then on.
///
/// # Errors
/// `EINVAL` when the process has a second thread, `EPERM` or `ENOSPC` where such namespaces are forbidden.
///
/// # Source
/// user_namespaces(7), "Defining user and group ID mappings".
pub fn enter_user_namespace() -> io::Result<()> {
    let (uid, gid) = (rustix::process::getuid().as_raw(), rustix::process::getgid().as_raw());
    // SAFETY: neither flag takes descriptors or memory away from anybody.
    unsafe { rustix::thread::unshare_unsafe(UnshareFlags::NEWUSER | UnshareFlags::NEWNS)? };
    fs::write("/proc/self/uid_map", format!("{uid} {uid} 1"))?;
    fs::write("/proc/self/setgroups", "deny")?;
    fs::write("/proc/self/gid_map", format!("{gid} {gid} 1"))
}

/// Raises the limit of open descriptors as far as it goes.
pub fn raise_descriptor_limit() {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let raised = rustix::process::Rlimit { current: limit.maximum, maximum: limit.maximum };
    // What stays is as before.
    let _ = rustix::process::setrlimit(rustix::process::Resource::Nofile, raised);
}

/// Lets modes be what they are asked to be in this process.
pub fn clear_umask() {
    rustix::process::umask(rustix::fs::Mode::empty());
}

/// Whether this process is root, in its namespace at least.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// The user and the group of what this process makes.
pub fn owner() -> (u32, u32) {
    (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw())
}
