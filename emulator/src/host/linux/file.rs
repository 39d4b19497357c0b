//! Files on Linux hosts.

use std::ffi::CStr;
use std::os::fd::{OwnedFd, RawFd};

use crate::host::file::{FsStat, Stat};
use crate::host::result::{check, owned};
use crate::mem::Span;
use crate::syscall::Errno;
use crate::syscall::abi::{OpenFlags, Timespec};

/// The bits that AArch64 and other machines number differently, and those that both have alike.
const MOVED: [(OpenFlags, i32); 4] = [
    (OpenFlags::DIRECTORY, libc::O_DIRECTORY),
    (OpenFlags::NOFOLLOW, libc::O_NOFOLLOW),
    (OpenFlags::DIRECT, libc::O_DIRECT),
    // The C library hides the bit where files are always large.
    (OpenFlags::LARGEFILE, if cfg!(target_arch = "aarch64") { 0o400_000 } else { 0o100_000 }),
];
const MOVED_GUEST: u32 = 0o740_000;

/// The host's bits for `flags`.
pub fn open_flags(flags: OpenFlags) -> i32 {
    let same = (flags.0 & !MOVED_GUEST) as i32;
    MOVED.iter().filter(|(guest, _)| flags.has(*guest)).fold(same, |all, (_, host)| all | host)
}

/// The guest's bits for `flags`.
pub fn guest_flags(flags: i32) -> OpenFlags {
    let hosts = MOVED.iter().fold(0, |all, (_, host)| all | host);
    let same = OpenFlags((flags & !hosts) as u32);
    MOVED.iter().filter(|(_, host)| flags & host != 0).fold(same, |all, (guest, _)| all | *guest)
}

/// What `name` in `dir` is, or `dir` itself.
pub fn fstatat(dir: RawFd, name: Option<&CStr>) -> Result<Stat, Errno> {
    let mut out = std::mem::MaybeUninit::<libc::statx>::zeroed();
    let flags = libc::AT_SYMLINK_NOFOLLOW | libc::AT_NO_AUTOMOUNT | libc::AT_EMPTY_PATH;
    let mask = libc::STATX_BASIC_STATS | libc::STATX_BTIME | libc::STATX_MNT_ID;
    let name = name.unwrap_or(c"");
    // SAFETY: a C string, and a structure of ours to fill.
    check(unsafe { libc::statx(dir, name.as_ptr(), flags, mask, out.as_mut_ptr()) })?;
    // SAFETY: the call filled it, and zero is valid for the rest.
    let stat = unsafe { out.assume_init() };
    let time = |t: libc::statx_timestamp| Timespec { sec: t.tv_sec, nsec: i64::from(t.tv_nsec) };
    Ok(Stat {
        dev: (stat.stx_dev_major, stat.stx_dev_minor),
        ino: stat.stx_ino,
        mode: u32::from(stat.stx_mode),
        nlink: u64::from(stat.stx_nlink),
        uid: stat.stx_uid,
        gid: stat.stx_gid,
        rdev: (stat.stx_rdev_major, stat.stx_rdev_minor),
        size: stat.stx_size,
        blksize: stat.stx_blksize,
        blocks: stat.stx_blocks,
        atime: time(stat.stx_atime),
        mtime: time(stat.stx_mtime),
        ctime: time(stat.stx_ctime),
        btime: time(stat.stx_btime),
        mask: stat.stx_mask,
        attributes: stat.stx_attributes,
        attributes_mask: stat.stx_attributes_mask,
        mount: stat.stx_mnt_id,
    })
}

/// What file system `fd` lies on.
///
/// # Errors
/// The host's.
pub fn fstatfs(fd: RawFd) -> Result<FsStat, Errno> {
    let mut out = std::mem::MaybeUninit::<libc::statfs64>::zeroed();
    // SAFETY: a structure of ours to fill.
    check(unsafe { libc::fstatfs64(fd, out.as_mut_ptr()) })?;
    // SAFETY: the call filled it.
    let stat = unsafe { out.assume_init() };
    // SAFETY: `fsid_t` is two plain 32-bit numbers.
    let id: u64 = unsafe { std::mem::transmute(stat.f_fsid) };
    Ok(FsStat {
        magic: stat.f_type as u64,
        block_size: stat.f_bsize as u64,
        blocks: stat.f_blocks,
        blocks_free: stat.f_bfree,
        blocks_available: stat.f_bavail,
        files: stat.f_files,
        files_free: stat.f_ffree,
        id,
        name_max: stat.f_namelen as u64,
        fragment_size: stat.f_frsize as u64,
        flags: stat.f_flags as u64,
    })
}

/// Opens a handle on `name` itself, good for everything but its contents.
///
/// # Errors
/// The host's.
pub fn open_handle(dir: RawFd, name: &CStr) -> Result<OwnedFd, Errno> {
    let flags = libc::O_PATH | libc::O_NOFOLLOW | libc::O_CLOEXEC;
    // SAFETY: the name is a C string.
    owned(unsafe { libc::openat(dir, name.as_ptr(), flags) })
}

/// Opens the directory `name`, not following a symbolic link, to look names up in it.
///
/// # Errors
/// The host's; `ENOTDIR` for a symbolic link too.
pub fn open_search(dir: RawFd, name: &CStr) -> Result<OwnedFd, Errno> {
    let flags = libc::O_PATH | libc::O_NOFOLLOW | libc::O_DIRECTORY | libc::O_CLOEXEC;
    // SAFETY: the name is a C string.
    owned(unsafe { libc::openat(dir, name.as_ptr(), flags) })
}

/// Opens the directory `path` beneath `dir` to look names up in it, if no symbolic link lies on the way.
///
/// # Errors
/// The host's; any but `ENOENT` means that the path must be walked step by step.
///
/// # Source
/// openat2(2).
pub fn open_search_beneath(dir: RawFd, path: &CStr) -> Result<OwnedFd, Errno> {
    let flags = libc::O_PATH | libc::O_NOFOLLOW | libc::O_DIRECTORY | libc::O_CLOEXEC;
    // Flags, mode, restrictions.
    let how = [flags as u64, 0, libc::RESOLVE_BENEATH | libc::RESOLVE_NO_SYMLINKS];
    let (at, size) = (how.as_ptr(), size_of_val(&how));
    // SAFETY: a C string, and a structure of ours.
    owned(unsafe { libc::syscall(libc::SYS_openat2, dir, path.as_ptr(), at, size) } as i32)
}

/// Fills `into` with directory records as Linux lays them out; 0 at the end.
///
/// # Errors
/// The host's.
///
/// # Source
/// getdents64(2).
pub fn getdents(fd: RawFd, into: &mut [u8]) -> Result<usize, Errno> {
    // SAFETY: a buffer of ours.
    let len = unsafe { libc::syscall(libc::SYS_getdents64, fd, into.as_mut_ptr(), into.len()) };
    check(len).map(|len| len as usize)
}

/// The host path of an open file, as the host tells it.
///
/// # Errors
/// The host's.
pub fn path_of(fd: RawFd) -> Result<Vec<u8>, Errno> {
    crate::host::raw::readlinkat(libc::AT_FDCWD, &proc_fd(fd))
}

/// The host path of the working directory.
///
/// # Errors
/// The host's; `ENOENT` when it was removed.
pub fn working_directory() -> Result<Vec<u8>, Errno> {
    let mut path = vec![0_u8; 4097];
    // SAFETY: a buffer of ours.
    let len = check(unsafe { libc::syscall(libc::SYS_getcwd, path.as_mut_ptr(), path.len()) })?;
    path.truncate((len as usize).saturating_sub(1));
    Ok(path)
}

/// The name under which the host's `/proc` shows `fd`; works on handles too.
pub fn proc_fd(fd: RawFd) -> std::ffi::CString {
    std::ffi::CString::new(format!("/proc/self/fd/{fd}")).unwrap_or_default()
}

/// Sets the permission bits of `name` itself.
///
/// # Errors
/// The host's; `EOPNOTSUPP` for a symbolic link.
pub fn chmodat(dir: RawFd, name: &CStr, mode: u32) -> Result<(), Errno> {
    use std::os::fd::AsRawFd;
    let handle = open_handle(dir, name)?;
    if fstatat(handle.as_raw_fd(), None)?.is(crate::host::file::S_IFLNK) {
        return Err(Errno::EOPNOTSUPP);
    }
    // SAFETY: the name is a C string.
    check(unsafe { libc::chmod(proc_fd(handle.as_raw_fd()).as_ptr(), mode) }).map(|_| ())
}

/// Sets access and modification time of `name` itself, or of `dir`; `None` is now.
///
/// # Errors
/// The host's.
///
/// # Source
/// utimensat(2).
pub fn utimensat(dir: RawFd, name: Option<&CStr>, times: Option<[Timespec; 2]>) -> Result<(), Errno> {
    let times = times.map(|both| both.map(|t| libc::timespec { tv_sec: t.sec, tv_nsec: t.nsec }));
    let times = times.as_ref().map_or(std::ptr::null(), |both| both.as_ptr());
    let (name, flags) = match name {
        Some(name) => (name.as_ptr(), libc::AT_SYMLINK_NOFOLLOW),
        None => (std::ptr::null(), 0),
    };
    // SAFETY: a C string or nothing, and two times or nothing.
    check(unsafe { libc::syscall(libc::SYS_utimensat, dir, name, times, flags) }).map(|_| ())
}

/// May the caller access `name` itself so? `effective` asks for the effective rather than the real identity.
///
/// # Errors
/// The host's.
pub fn faccessat(dir: RawFd, name: &CStr, mode: u32, effective: bool) -> Result<(), Errno> {
    let flags = libc::AT_SYMLINK_NOFOLLOW | if effective { libc::AT_EACCESS } else { 0 };
    // SAFETY: the name is a C string.
    let result = check(unsafe { libc::syscall(libc::SYS_faccessat2, dir, name.as_ptr(), mode, flags) });
    match result {
        // Before Linux 5.8; the name is no link unless somebody just made it one.
        Err(Errno::ENOSYS) => {
            // SAFETY: the name is a C string.
            check(unsafe { libc::syscall(libc::SYS_faccessat, dir, name.as_ptr(), mode) }).map(|_| ())
        }
        other => other.map(|_| ()),
    }
}

/// Makes a file of any type.
///
/// # Errors
/// The host's.
pub fn mknodat(dir: RawFd, name: &CStr, mode: u32, device: (u32, u32)) -> Result<(), Errno> {
    let device = libc::makedev(device.0, device.1);
    // SAFETY: the name is a C string.
    check(unsafe { libc::mknodat(dir, name.as_ptr(), mode, device) }).map(|_| ())
}

/// Renames; `flags` are `RENAME_*` (1 no-replace, 2 exchange, 4 whiteout).
///
/// # Errors
/// The host's.
///
/// # Source
/// renameat2(2).
pub fn renameat2(from: RawFd, old: &CStr, to: RawFd, new: &CStr, flags: u32) -> Result<(), Errno> {
    // SAFETY: both are C strings.
    let result = unsafe { libc::syscall(libc::SYS_renameat2, from, old.as_ptr(), to, new.as_ptr(), flags) };
    check(result).map(|_| ())
}

/// Gives the file behind `fd`, even one without a name, the name `name` in `dir`.
///
/// # Errors
/// The host's.
pub fn link_open_file(fd: RawFd, dir: RawFd, name: &CStr) -> Result<(), Errno> {
    let from = proc_fd(fd);
    // SAFETY: both are C strings.
    let result =
        unsafe { libc::linkat(libc::AT_FDCWD, from.as_ptr(), dir, name.as_ptr(), libc::AT_SYMLINK_FOLLOW) };
    check(result).map(|_| ())
}

/// A new pipe, read end first; `flags` of `O_CLOEXEC`, `O_NONBLOCK`, `O_DIRECT`.
///
/// # Errors
/// The host's.
pub fn pipe(flags: OpenFlags) -> Result<(OwnedFd, OwnedFd), Errno> {
    let mut ends = [0; 2];
    // SAFETY: two integers of ours.
    check(unsafe { libc::pipe2(ends.as_mut_ptr(), open_flags(flags)) })?;
    Ok((owned(ends[0])?, owned(ends[1])?))
}

/// Makes `to` another descriptor for `fd`, closing what it was.
///
/// # Errors
/// The host's.
pub fn dup_onto(fd: RawFd, to: RawFd, close_on_exec: bool) -> Result<(), Errno> {
    let flags = if close_on_exec { libc::O_CLOEXEC } else { 0 };
    // SAFETY: no pointers; the caller owns the number `to`.
    check(unsafe { libc::dup3(fd, to, flags) }).map(|_| ())
}

/// A file without a name that holds what is written to it.
///
/// # Errors
/// The host's.
pub fn scratch_file() -> Result<OwnedFd, Errno> {
    memfd(c"elfuse", 1)
}

/// A file without a name, as `memfd_create` makes it, with the same flags.
///
/// # Errors
/// The host's.
pub fn memfd(name: &CStr, flags: u32) -> Result<OwnedFd, Errno> {
    // SAFETY: the name is a C string.
    owned(unsafe { libc::memfd_create(name.as_ptr(), flags) })
}

/// The open descriptors of this process.
///
/// # Errors
/// The host's.
pub fn open_descriptors() -> Result<Vec<RawFd>, Errno> {
    use std::os::fd::AsRawFd;
    if let Some(found) = low_descriptors() {
        return Ok(found);
    }
    let flags = OpenFlags::DIRECTORY | OpenFlags::CLOEXEC;
    let dir = crate::host::raw::openat(libc::AT_FDCWD, c"/proc/self/fd", flags, 0)?;
    let mut found = Vec::new();
    let mut buffer = vec![0; 4096];
    loop {
        let len = getdents(dir.as_raw_fd(), &mut buffer)?;
        if len == 0 {
            break;
        }
        let names = crate::syscall::abi::Dirents::new(&buffer[..len]).map(|entry| entry.name);
        let numbers = names.filter_map(|name| std::str::from_utf8(name).ok()?.parse().ok());
        found.extend(numbers.filter(|&fd: &RawFd| fd != dir.as_raw_fd()));
    }
    Ok(found)
}

/// The open descriptors by trying the numbers that they usually have; `None` when that are not all. Listing them costs
/// more than all other preparations of a run.
///
/// # Source
/// proc_pid_fd(5): the directory's size is their count, since Linux 6.2.
fn low_descriptors() -> Option<Vec<RawFd>> {
    const USUAL: RawFd = 64;
    let count = fstatat(libc::AT_FDCWD, Some(c"/proc/self/fd")).ok()?.size;
    let own = RawFd::try_from(crate::host::guest_limit()).ok()?;
    // Most runs start with three, and these few of their own.
    let numbers = (0..3).chain(own..own + 4).chain(3..USUAL).chain(own + 4..own + USUAL);
    // SAFETY: no pointers.
    let open = numbers.filter(|&fd| unsafe { libc::fcntl(fd, libc::F_GETFD) } >= 0);
    let found: Vec<_> = open.take(usize::try_from(count).ok()?).collect();
    (found.len() as u64 == count && count > 0).then_some(found)
}

/// Writes a file's data to its device.
///
/// # Errors
/// The host's.
pub fn fdatasync(fd: RawFd) -> Result<(), Errno> {
    // SAFETY: no pointers.
    check(unsafe { libc::fdatasync(fd) }).map(|_| ())
}

/// The host's number for a lock command of Linux's.
///
/// # Errors
/// `EINVAL` for one that the host does not have.
pub fn lock_command(command: u32) -> Result<i32, Errno> {
    Ok(command as i32)
}

/// An `fcntl` whose argument and result are plain numbers.
///
/// # Errors
/// The host's.
pub fn fcntl_number(fd: RawFd, command: u32, arg: i32) -> Result<u64, Errno> {
    // SAFETY: no pointers: the caller lets only such commands through.
    check(unsafe { libc::fcntl(fd, command as i32, arg) }).map(|value| value as u64)
}

/// May the caller access the open file so?
///
/// # Errors
/// The host's.
pub fn access_open(fd: RawFd, mode: u32, effective: bool) -> Result<(), Errno> {
    let flags = if effective { libc::AT_EACCESS } else { 0 };
    // SAFETY: the name is a C string.
    let result =
        unsafe { libc::syscall(libc::SYS_faccessat2, libc::AT_FDCWD, proc_fd(fd).as_ptr(), mode, flags) };
    check(result).map(|_| ())
}

/// Moves bytes at an offset, -1 for the position.
///
/// # Errors
/// The host's.
pub fn transfer_at(fd: RawFd, spans: &[Span], offset: i64, flags: i32, write: bool) -> Result<usize, Errno> {
    let number = if write { libc::SYS_pwritev2 } else { libc::SYS_preadv2 };
    // SAFETY: a span is laid out as an iovec and lies in guest memory.
    let moved = unsafe { libc::syscall(number, fd, spans.as_ptr(), spans.len(), offset, 0, flags) };
    check(moved).map(|count| count as usize)
}

/// Opens the other side of the pseudoterminal `fd`.
///
/// # Errors
/// The host's.
pub fn open_terminal_peer(fd: RawFd, flags: OpenFlags) -> Result<OwnedFd, Errno> {
    // SAFETY: the argument is a number.
    owned(unsafe { libc::ioctl(fd, libc::TIOCGPTPEER, open_flags(flags)) })
}
