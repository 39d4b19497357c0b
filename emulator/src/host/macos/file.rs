//! Files on macOS hosts.

use std::ffi::{CStr, CString};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use crate::host::file::{self, FsStat, Stat};
use crate::host::raw;
use crate::host::result::{check, last, owned};
use crate::mem::Span;
use crate::syscall::Errno;
use crate::syscall::abi::{Dirent, OpenFlags, Timespec};

/// The flags that both have, under different numbers. The access mode is the same.
const FLAGS: [(OpenFlags, i32); 11] = [
    (OpenFlags::CREAT, libc::O_CREAT),
    (OpenFlags::EXCL, libc::O_EXCL),
    (OpenFlags::NOCTTY, libc::O_NOCTTY),
    (OpenFlags::TRUNC, libc::O_TRUNC),
    (OpenFlags::APPEND, libc::O_APPEND),
    (OpenFlags::NONBLOCK, libc::O_NONBLOCK),
    (OpenFlags::DSYNC, libc::O_DSYNC),
    (OpenFlags::ASYNC, libc::O_ASYNC),
    (OpenFlags::DIRECTORY, libc::O_DIRECTORY),
    (OpenFlags::NOFOLLOW, libc::O_NOFOLLOW),
    (OpenFlags::CLOEXEC, libc::O_CLOEXEC),
];
/// Opens a directory to search it only (sys/fcntl.h, `O_SEARCH`).
const O_SEARCH: i32 = 0x4000_0000 | libc::O_DIRECTORY;

/// The host's bits for `flags`. Those without a counterpart ask for nothing that a file here could refuse.
pub fn open_flags(flags: OpenFlags) -> i32 {
    let mut host = (flags.0 & 3) as i32;
    for (guest, bit) in FLAGS {
        if flags.has(guest) {
            host |= bit;
        }
    }
    if flags.has(OpenFlags::SYNC_BIT) {
        host |= libc::O_SYNC;
    }
    if flags.has(OpenFlags::PATH) {
        host |= libc::O_EVTONLY;
        if flags.has(OpenFlags::NOFOLLOW) {
            host = host & !libc::O_NOFOLLOW | libc::O_SYMLINK;
        }
    }
    host
}

/// The guest's bits for `flags`.
pub fn guest_flags(flags: i32) -> OpenFlags {
    let same = OpenFlags((flags & 3) as u32);
    FLAGS.iter().filter(|(_, host)| flags & host != 0).fold(same, |all, (guest, _)| all | *guest)
}

/// C functions with a variable number of arguments, with the number that is used here.
pub mod fixed {
    /// openat(2).
    ///
    /// # Safety
    /// `name` is a C string.
    pub unsafe fn openat(dir: i32, name: *const libc::c_char, flags: i32, mode: u32) -> i32 {
        // SAFETY: the caller's promise.
        unsafe { libc::openat(dir, name, flags, mode) }
    }

    /// fcntl(2) with a lock.
    ///
    /// # Safety
    /// `lock` may be read and written.
    pub unsafe fn lock(fd: i32, command: i32, lock: *mut libc::flock) -> i32 {
        // SAFETY: the caller's promise.
        unsafe { libc::fcntl(fd, command, lock) }
    }
}

/// What `name` in `dir` is, or `dir` itself.
pub fn fstatat(dir: RawFd, name: Option<&CStr>) -> Result<Stat, Errno> {
    // SAFETY: zero is valid for every field.
    let mut stat: libc::stat = unsafe { std::mem::zeroed() };
    // SAFETY: a C string, and a structure of ours to fill.
    check(unsafe {
        match name {
            Some(name) => libc::fstatat(dir, name.as_ptr(), &raw mut stat, libc::AT_SYMLINK_NOFOLLOW),
            None => libc::fstat(dir, &raw mut stat),
        }
    })?;
    let device = |packed: libc::dev_t| ((packed >> 24 & 0xff) as u32, (packed & 0xff_ffff) as u32);
    let time = |sec, nsec| Timespec { sec, nsec };
    Ok(Stat {
        dev: device(stat.st_dev),
        ino: stat.st_ino,
        mode: u32::from(stat.st_mode),
        nlink: u64::from(stat.st_nlink),
        uid: stat.st_uid,
        gid: stat.st_gid,
        rdev: device(stat.st_rdev),
        size: stat.st_size as u64,
        blksize: stat.st_blksize as u32,
        blocks: stat.st_blocks as u64,
        atime: time(stat.st_atime, stat.st_atime_nsec),
        mtime: time(stat.st_mtime, stat.st_mtime_nsec),
        ctime: time(stat.st_ctime, stat.st_ctime_nsec),
        btime: time(stat.st_birthtime, stat.st_birthtime_nsec),
        mask: 0xfff,
        ..Stat::default()
    })
}

/// What file system `fd` lies on.
///
/// # Errors
/// The host's.
pub fn fstatfs(fd: RawFd) -> Result<FsStat, Errno> {
    // SAFETY: zero is valid for every field.
    let mut stat: libc::statfs = unsafe { std::mem::zeroed() };
    // SAFETY: a structure of ours to fill.
    check(unsafe { libc::fstatfs(fd, &raw mut stat) })?;
    Ok(FsStat {
        // The number of the nearest kind that Linux has, HFS+.
        magic: 0x482b,
        block_size: u64::from(stat.f_bsize),
        blocks: stat.f_blocks,
        blocks_free: stat.f_bfree,
        blocks_available: stat.f_bavail,
        files: stat.f_files,
        files_free: stat.f_ffree,
        id: 0,
        name_max: 255,
        fragment_size: u64::from(stat.f_bsize),
        flags: 0,
    })
}

/// Opens a handle on `name` itself, good for everything but its contents.
///
/// # Errors
/// The host's.
pub fn open_handle(dir: RawFd, name: &CStr) -> Result<OwnedFd, Errno> {
    let flags = libc::O_EVTONLY | libc::O_SYMLINK | libc::O_CLOEXEC | libc::O_NONBLOCK;
    // SAFETY: the name is a C string.
    owned(unsafe { libc::openat(dir, name.as_ptr(), flags) })
}

/// Opens the directory `name`, not following a symbolic link, to look names up in it.
///
/// # Errors
/// The host's; `ENOTDIR` or `ELOOP` for a symbolic link.
pub fn open_search(dir: RawFd, name: &CStr) -> Result<OwnedFd, Errno> {
    let flags = libc::O_DIRECTORY | libc::O_NOFOLLOW | libc::O_CLOEXEC;
    // SAFETY: the name is a C string.
    match owned(unsafe { libc::openat(dir, name.as_ptr(), flags) }) {
        // SAFETY: as above.
        Err(Errno::EACCES) => owned(unsafe { libc::openat(dir, name.as_ptr(), flags | O_SEARCH) }),
        other => other,
    }
}

/// The host cannot promise that no symbolic link lies on a way of several names.
///
/// # Errors
/// `ENOSYS`: the path must be walked step by step.
pub fn open_search_beneath(_dir: RawFd, _path: &CStr) -> Result<OwnedFd, Errno> {
    Err(Errno::ENOSYS)
}

unsafe extern "C" {
    fn __getdirentries64(fd: libc::c_int, into: *mut u8, len: usize, base: *mut i64) -> isize;
}

/// Fills `into` with directory records as Linux lays them out; 0 at the end.
///
/// The host's own: inode, position of the next (8 each), sizes of record and name (2 each), type (1), name.
///
/// # Errors
/// The host's; `EINVAL` when not even one record fits.
pub fn getdents(fd: RawFd, into: &mut [u8]) -> Result<usize, Errno> {
    const HEADER: usize = 21;
    let mut host = vec![0_u8; into.len().max(2048)];
    let mut base = 0_i64;
    // SAFETY: both are ours.
    let len = check(unsafe { __getdirentries64(fd, host.as_mut_ptr(), host.len(), &raw mut base) })? as usize;
    let mut rest = &host[..len];
    let mut out = Vec::new();
    let mut position = None;
    while rest.len() > HEADER {
        let word = |at: usize| u64::from_le_bytes(rest[at..at + 8].try_into().unwrap_or_default());
        let half = |at: usize| usize::from(u16::from_le_bytes([rest[at], rest[at + 1]]));
        let (size, name) = (half(16), half(18));
        if size < HEADER || size > rest.len() || HEADER + name > size {
            return Err(Errno::EIO);
        }
        let name = &rest[HEADER..HEADER + name];
        let entry = Dirent { ino: word(0), next: word(8) as i64, kind: rest[20], name };
        if entry.ino != 0 {
            if out.len() + entry.size() > into.len() {
                let back = position.ok_or(Errno::EINVAL)?;
                file::lseek(fd, back, 0)?;
                break;
            }
            entry.encode(&mut out);
        }
        position = Some(entry.next);
        rest = &rest[size..];
    }
    into[..out.len()].copy_from_slice(&out);
    Ok(out.len())
}

/// The host path of an open file, as the host tells it.
///
/// # Errors
/// The host's.
pub fn path_of(fd: RawFd) -> Result<Vec<u8>, Errno> {
    let mut path = vec![0_u8; libc::PATH_MAX as usize];
    // SAFETY: the buffer has the size the call asks for.
    check(unsafe { libc::fcntl(fd, libc::F_GETPATH, path.as_mut_ptr()) })?;
    Ok(path.split(|&byte| byte == 0).next().unwrap_or_default().to_vec())
}

/// The host path of the working directory.
///
/// # Errors
/// The host's; `ENOENT` when it was removed.
pub fn working_directory() -> Result<Vec<u8>, Errno> {
    let mut path = vec![0_u8; libc::PATH_MAX as usize];
    // SAFETY: a buffer of ours.
    if unsafe { libc::getcwd(path.as_mut_ptr().cast(), path.len()) }.is_null() {
        return Err(last());
    }
    Ok(path.split(|&byte| byte == 0).next().unwrap_or_default().to_vec())
}

/// The name under which the host shows `fd`.
pub fn proc_fd(fd: RawFd) -> CString {
    CString::new(format!("/dev/fd/{fd}")).unwrap_or_default()
}

/// Sets the permission bits of `name` itself.
///
/// # Errors
/// The host's; `EOPNOTSUPP` for a symbolic link.
pub fn chmodat(dir: RawFd, name: &CStr, mode: u32) -> Result<(), Errno> {
    if fstatat(dir, Some(name))?.is(file::S_IFLNK) {
        return Err(Errno::EOPNOTSUPP);
    }
    let mode = mode as libc::mode_t;
    // SAFETY: the name is a C string.
    check(unsafe { libc::fchmodat(dir, name.as_ptr(), mode, libc::AT_SYMLINK_NOFOLLOW) }).map(|_| ())
}

/// Sets access and modification time of `name` itself, or of `dir`; `None` is now.
///
/// # Errors
/// The host's.
pub fn utimensat(dir: RawFd, name: Option<&CStr>, times: Option<[Timespec; 2]>) -> Result<(), Errno> {
    /// Linux's marks for "now" and "leave it", which the host numbers -1 and -2.
    const NOW: i64 = (1 << 30) - 1;
    const OMIT: i64 = (1 << 30) - 2;
    let times = times.map(|both| {
        both.map(|t| {
            let tv_nsec = match t.nsec {
                NOW => -1,
                OMIT => -2,
                nsec => nsec,
            };
            libc::timespec { tv_sec: t.sec, tv_nsec }
        })
    });
    let times = times.as_ref().map_or(std::ptr::null(), |both| both.as_ptr());
    // SAFETY: a C string or nothing, and two times or nothing.
    check(unsafe {
        match name {
            Some(name) => libc::utimensat(dir, name.as_ptr(), times, libc::AT_SYMLINK_NOFOLLOW),
            None => libc::futimens(dir, times),
        }
    })
    .map(|_| ())
}

/// May the caller access `name` itself so? `effective` asks for the effective rather than the real identity.
///
/// # Errors
/// The host's.
pub fn faccessat(dir: RawFd, name: &CStr, mode: u32, effective: bool) -> Result<(), Errno> {
    let flags = if effective { libc::AT_EACCESS } else { 0 };
    // SAFETY: the name is a C string.
    check(unsafe { libc::faccessat(dir, name.as_ptr(), mode as i32, flags) }).map(|_| ())
}

/// May the caller access the open file so?
///
/// # Errors
/// The host's.
pub fn access_open(fd: RawFd, mode: u32, effective: bool) -> Result<(), Errno> {
    faccessat(file::CWD, &proc_fd(fd), mode, effective)
}

/// Makes a regular file or a FIFO.
///
/// # Errors
/// The host's; `EPERM` for other types.
pub fn mknodat(dir: RawFd, name: &CStr, mode: u32, _device: (u32, u32)) -> Result<(), Errno> {
    match mode & file::S_IFMT {
        0 | file::S_IFREG => {
            let flags = OpenFlags::CREAT | OpenFlags::EXCL | OpenFlags::WRONLY | OpenFlags::CLOEXEC;
            raw::openat(dir, name, flags, mode & 0o7777).map(|_| ())
        }
        file::S_IFIFO => {
            let mut path = if dir == file::CWD { b".".to_vec() } else { path_of(dir)? };
            path.push(b'/');
            path.extend_from_slice(name.to_bytes());
            let path = CString::new(path).map_err(|_| Errno::EINVAL)?;
            // SAFETY: a C string.
            check(unsafe { libc::mkfifo(path.as_ptr(), (mode & 0o7777) as libc::mode_t) }).map(|_| ())
        }
        _ => Err(Errno::EPERM),
    }
}

/// Renames; `flags` are `RENAME_*` (1 no-replace, 2 exchange).
///
/// # Errors
/// The host's; `EINVAL` for other flags.
pub fn renameat2(from: RawFd, old: &CStr, to: RawFd, new: &CStr, flags: u32) -> Result<(), Errno> {
    let flags = match flags {
        0 => 0,
        1 => libc::RENAME_EXCL,
        2 => libc::RENAME_SWAP,
        _ => return Err(Errno::EINVAL),
    };
    // SAFETY: both are C strings.
    check(unsafe { libc::renameatx_np(from, old.as_ptr(), to, new.as_ptr(), flags) }).map(|_| ())
}

/// A file that has no name cannot get one here; one that has one is linked by it.
///
/// # Errors
/// The host's.
pub fn link_open_file(fd: RawFd, dir: RawFd, name: &CStr) -> Result<(), Errno> {
    let path = CString::new(path_of(fd)?).map_err(|_| Errno::EINVAL)?;
    raw::linkat(file::CWD, &path, dir, name)
}

fn set_flags(fd: &OwnedFd, flags: OpenFlags) -> Result<(), Errno> {
    file::set_close_on_exec(fd.as_raw_fd(), flags.has(OpenFlags::CLOEXEC))?;
    if flags.has(OpenFlags::NONBLOCK) {
        file::set_status_flags(fd.as_raw_fd(), OpenFlags::NONBLOCK)?;
    }
    Ok(())
}

/// A new pipe, read end first; `flags` of `O_CLOEXEC`, `O_NONBLOCK`.
///
/// # Errors
/// The host's.
pub fn pipe(flags: OpenFlags) -> Result<(OwnedFd, OwnedFd), Errno> {
    let mut ends = [0; 2];
    // SAFETY: two integers of ours.
    check(unsafe { libc::pipe(ends.as_mut_ptr()) })?;
    let (read, write) = (owned(ends[0])?, owned(ends[1])?);
    set_flags(&read, flags)?;
    set_flags(&write, flags)?;
    Ok((read, write))
}

/// Makes `to` another descriptor for `fd`, closing what it was.
///
/// # Errors
/// The host's.
pub fn dup_onto(fd: RawFd, to: RawFd, close_on_exec: bool) -> Result<(), Errno> {
    // SAFETY: no pointers; the caller owns the number `to`.
    check(unsafe { libc::dup2(fd, to) })?;
    file::set_close_on_exec(to, close_on_exec)
}

/// A file without a name that holds what is written to it, closed on exec.
///
/// # Errors
/// The host's.
pub fn scratch_file() -> Result<OwnedFd, Errno> {
    let mut name = std::env::temp_dir().join("elfuse.XXXXXX").into_os_string().into_encoded_bytes();
    name.push(0);
    // SAFETY: the template ends in six X and a zero.
    let fd = owned(unsafe { libc::mkstemp(name.as_mut_ptr().cast()) })?;
    // SAFETY: the name is still a C string.
    check(unsafe { libc::unlink(name.as_ptr().cast()) })?;
    file::set_close_on_exec(fd.as_raw_fd(), true)?;
    Ok(fd)
}

/// A file without a name; of `memfd_create`'s flags only close-on-exec (1) is known.
///
/// # Errors
/// The host's; `EINVAL` for other flags.
pub fn memfd(_name: &CStr, flags: u32) -> Result<OwnedFd, Errno> {
    if flags & !1 != 0 {
        return Err(Errno::EINVAL);
    }
    let fd = scratch_file()?;
    file::set_close_on_exec(fd.as_raw_fd(), flags & 1 != 0)?;
    Ok(fd)
}

/// The open descriptors of this process.
///
/// # Errors
/// The host's.
pub fn open_descriptors() -> Result<Vec<RawFd>, Errno> {
    let listed = file::numbers_in(c"/dev/fd")?;
    Ok(listed.into_iter().filter(|fd| file::closes_on_exec(*fd).is_ok()).collect())
}

/// Writes a file's data to its device.
///
/// # Errors
/// The host's.
pub fn fdatasync(fd: RawFd) -> Result<(), Errno> {
    file::fsync(fd)
}

/// The host's number for a lock command of Linux's.
///
/// # Errors
/// `EINVAL` for one that the host does not have.
pub fn lock_command(command: u32) -> Result<i32, Errno> {
    match command {
        5 => Ok(libc::F_GETLK),
        6 => Ok(libc::F_SETLK),
        7 => Ok(libc::F_SETLKW),
        _ => Err(Errno::EINVAL),
    }
}

/// An `fcntl` whose argument and result are plain numbers: the owner of asynchronous input only.
///
/// # Errors
/// The host's; `EINVAL` for other commands.
pub fn fcntl_number(fd: RawFd, command: u32, arg: i32) -> Result<u64, Errno> {
    let command = match command {
        8 => libc::F_SETOWN,
        9 => libc::F_GETOWN,
        _ => return Err(Errno::EINVAL),
    };
    // SAFETY: no pointers.
    check(unsafe { libc::fcntl(fd, command, arg) }).map(|value| value as u64)
}

/// Moves bytes at an offset, -1 for the position.
///
/// # Errors
/// The host's; `EOPNOTSUPP` for flags.
pub fn transfer_at(fd: RawFd, spans: &[Span], offset: i64, flags: i32, write: bool) -> Result<usize, Errno> {
    if flags != 0 {
        return Err(Errno::EOPNOTSUPP);
    }
    let mut moved = 0;
    for span in spans {
        let at = offset + moved as i64;
        let count = if write { file::pwrite(fd, *span, at) } else { file::pread(fd, *span, at) };
        match count {
            Ok(count) => moved += count,
            Err(errno) if moved == 0 => return Err(errno),
            Err(_) => break,
        }
        if !matches!(count, Ok(count) if count == span.len()) {
            break;
        }
    }
    Ok(moved)
}

/// Opens the other side of the pseudoterminal `fd`.
///
/// # Errors
/// The host's.
pub fn open_terminal_peer(fd: RawFd, flags: OpenFlags) -> Result<OwnedFd, Errno> {
    // SAFETY: the name is copied before another thread could ask for one.
    let name = unsafe {
        let name = libc::ptsname(fd);
        if name.is_null() {
            return Err(last());
        }
        CStr::from_ptr(name).to_owned()
    };
    raw::openat(file::CWD, &name, flags, 0)
}
