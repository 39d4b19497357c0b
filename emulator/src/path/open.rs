//! From a path to an open file.

use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use super::guest::GuestPath;
use super::place::{Place, Target};
use super::resolve::{Resolved, View, resolve};
use super::synthetic::{self, Entry};
use super::walk::Intent;
use crate::fd::{HostDirectory, HostFile, OpenFile};
use crate::host::file;
use crate::syscall::Errno;
use crate::syscall::abi::OpenFlags;
use crate::task::Process;

/// How often a walk is repeated when somebody exchanges its last component for a symbolic link meanwhile.
const RETRIES: u32 = 8;

/// A file just opened, not yet in a descriptor table.
#[derive(Debug)]
pub struct Opened {
    /// The host's descriptor.
    pub fd: OwnedFd,
    /// What the table adds to it.
    pub open: Arc<dyn OpenFile>,
    /// A descriptor that was taken while it was opened, and is free again.
    pub beside: Option<RawFd>,
}

/// Opens `path`, relative to `dirfd`, with the guest's `flags` (already checked) and `mode`.
///
/// # Errors
/// As open(2); `EINTR` when interrupted.
pub fn open(
    process: &Process,
    tid: i32,
    dirfd: i32,
    path: &GuestPath,
    flags: OpenFlags,
    mode: u32,
    interrupt: &AtomicU32,
) -> Result<Opened, Errno> {
    let view = View { fs: &process.fs, files: &process.files, tid };
    let follow = !flags.has(OpenFlags::NOFOLLOW);
    let intent = if flags.has(OpenFlags::CREAT) {
        Intent::Create { follow: follow && !flags.has(OpenFlags::EXCL) }
    } else {
        Intent::Lookup { follow }
    };
    let mut retries = 0;
    loop {
        match resolve(view, dirfd, path, intent)? {
            Resolved::Synthetic(node) => {
                if flags.has(OpenFlags::CREAT | OpenFlags::EXCL) {
                    return Err(Errno::EEXIST);
                }
                return match node.entry {
                    Entry::Descriptor(fd) => reopen(process, fd, flags, interrupt),
                    _ => synthetic::open(process, tid, &node, flags),
                };
            }
            Resolved::Host(place) => match open_place(process, &place, flags, mode, interrupt) {
                Err(Errno::ELOOP) if follow && retries < RETRIES => retries += 1,
                // Somebody removed or respelled it meanwhile.
                Err(Errno::ENOENT) if place.inside && process.fs.has_layer() && retries < RETRIES => {
                    retries += 1;
                }
                other => return other,
            },
            Resolved::Name(target) => match create(process, &target, flags, mode, interrupt) {
                // Somebody else made it meanwhile.
                Err(Errno::EEXIST) if !flags.has(OpenFlags::EXCL) && retries < RETRIES => retries += 1,
                other => return other,
            },
        }
    }
}

/// Opens an object.
fn open_place(
    process: &Process,
    place: &Place,
    flags: OpenFlags,
    mode: u32,
    interrupt: &AtomicU32,
) -> Result<Opened, Errno> {
    let (dir, name) = place.at();
    let mut host_flags = flags | OpenFlags::NOFOLLOW;
    if flags.has(OpenFlags::CREAT) && place.inside && process.fs.has_layer() {
        // What is to be made anew here is made under the layer's lock, not by this call.
        if flags.has(OpenFlags::EXCL) {
            return Err(Errno::EEXIST);
        }
        if file::lstatat(dir, name)?.is(file::S_IFDIR) {
            return Err(Errno::EISDIR);
        }
        host_flags = host_flags.without(OpenFlags::CREAT);
    }
    let fd = file::openat_blocking(dir, name, host_flags, mode, interrupt)?;
    if !process.fs.is_exact(place)? {
        return Err(Errno::ENOENT);
    }
    let open = describe(process, &fd, place.inside, flags)?;
    Ok(Opened { fd, open, beside: place.dir.own() })
}

/// Makes a file and opens it.
fn create(
    process: &Process,
    target: &Target,
    flags: OpenFlags,
    mode: u32,
    interrupt: &AtomicU32,
) -> Result<Opened, Errno> {
    let layered = target.inside && process.fs.has_layer();
    let claim = if layered { OpenFlags::EXCL } else { OpenFlags::default() };
    let host_flags = flags | OpenFlags::NOFOLLOW | claim;
    let fd =
        process.fs.make(target, |dir, name| file::openat_blocking(dir, name, host_flags, mode, interrupt))?;
    let open = describe(process, &fd, target.inside, flags)?;
    // The layer's locks, too, took numbers for a while.
    let beside = if layered { Some(0) } else { target.dir.own() };
    Ok(Opened { fd, open, beside })
}

/// What the table must know of a file of the host's.
fn describe(
    process: &Process,
    fd: &OwnedFd,
    inside: bool,
    flags: OpenFlags,
) -> Result<Arc<dyn OpenFile>, Errno> {
    let directory = if flags.has(OpenFlags::TMPFILE_BIT) {
        false
    } else {
        flags.has(OpenFlags::DIRECTORY) || file::fstat(fd.as_raw_fd())?.is(file::S_IFDIR)
    };
    Ok(if directory { Arc::new(HostDirectory::new(&process.fs, inside)) } else { Arc::new(HostFile) })
}

/// Opens the object behind a descriptor once more, as `/proc/self/fd/N` does.
fn reopen(process: &Process, fd: RawFd, flags: OpenFlags, interrupt: &AtomicU32) -> Result<Opened, Errno> {
    let open = process.files.get(fd)?;
    let flags = flags.without(OpenFlags::CREAT | OpenFlags::NOFOLLOW);
    let fd = file::openat_blocking(file::CWD, &file::proc_fd(fd), flags, 0, interrupt)?;
    Ok(Opened { fd, open, beside: None })
}
