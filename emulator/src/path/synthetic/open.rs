//! Opening, and what `stat` shows.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::fd::{AsRawFd, RawFd};
use std::sync::Arc;

use super::find::{Entry, Node, find, list, row};
use super::numbers::pattern;
use super::table::{Is, Scene};
use crate::fd::{Kind, OpenFile, SyntheticDirectory, SyntheticFile};

use crate::host::file::{self, FsStat, S_IFDIR, S_IFLNK, S_IFREG, Stat};
use crate::path::guest::GuestPath;
use crate::path::open::Opened;
use crate::path::resolve::View;
use crate::syscall::Errno;
use crate::syscall::abi::{Dirent, OpenFlags};
use crate::task::Process;

/// Opens `node`; a directory's file holds its records, a file's what its generator makes now.
///
/// # Errors
/// `ELOOP` for a link; `EISDIR`, `ENOTDIR` as open(2) has them.
pub fn open(process: &Process, tid: i32, node: &Node, flags: OpenFlags) -> Result<Opened, Errno> {
    let view = View { fs: &process.fs, files: &process.files, tid };
    let stat = stat(node)?;
    let path = node.path.clone();
    let (content, open): (Vec<u8>, Arc<dyn OpenFile>) = match &node.entry {
        Entry::Directory if flags.writes() || flags.has(OpenFlags::CREAT) => return Err(Errno::EISDIR),
        Entry::Directory => (records(view, node)?, Arc::new(SyntheticDirectory { path, stat })),
        _ if flags.has(OpenFlags::DIRECTORY) => return Err(Errno::ENOTDIR),
        Entry::File => (content(process, &path)?, Arc::new(SyntheticFile { path, stat })),
        Entry::DescriptorInfo(fd) => (descriptor_info(*fd), Arc::new(SyntheticFile { path, stat })),
        _ => return Err(Errno::ELOOP),
    };
    let fd = file::scratch_file()?;
    file::pwrite_own(fd.as_raw_fd(), &content, 0)?;
    let writes = flags.writes();
    // A file that is only read must refuse to be written: open it once more, for reading.
    let fd = if writes || matches!(node.entry, Entry::Directory) {
        file::set_close_on_exec(fd.as_raw_fd(), flags.has(OpenFlags::CLOEXEC))?;
        fd
    } else {
        let scratch = fd;
        let fd = file::openat(
            file::CWD,
            &file::proc_fd(scratch.as_raw_fd()),
            OpenFlags(flags.0 & OpenFlags::CLOEXEC.0),
            0,
        )?;
        return Ok(Opened { beside: Some(scratch.as_raw_fd()), fd, open });
    };
    Ok(Opened { fd, open, beside: None })
}

fn content(process: &Process, path: &GuestPath) -> Result<Vec<u8>, Errno> {
    let pattern = pattern(path.as_bytes()).ok_or(Errno::ENOENT)?;
    match row(&pattern.path) {
        Some(super::table::Row(_, Is::File(make))) => Ok(make(&Scene { process, pid: pattern.pid })),
        _ => Err(Errno::ENOENT),
    }
}

fn descriptor_info(fd: RawFd) -> Vec<u8> {
    let position = file::lseek(fd, 0, 1).unwrap_or(0);
    let flags = file::status_flags(fd).unwrap_or_default().0;
    let exec = if file::closes_on_exec(fd).unwrap_or(false) { OpenFlags::CLOEXEC.0 } else { 0 };
    format!(
        "pos:\t{position}\nflags:\t0{:o}\nmnt_id:\t1\nino:\t{}\n",
        flags | exec,
        file::fstat(fd).map_or(0, |s| s.ino)
    )
    .into_bytes()
}

/// The records of a directory.
fn records(view: View<'_>, node: &Node) -> Result<Vec<u8>, Errno> {
    let parent =
        node.path.0.iter().rposition(|&byte| byte == b'/').map(|end| node.path.0[..end.max(1)].to_vec());
    let parent = GuestPath(parent.unwrap_or_else(|| b"/".to_vec()));
    let mut all = vec![(b".".to_vec(), inode(&node.path), 4_u8), (b"..".to_vec(), inode(&parent), 4)];
    for name in list(view, &node.path) {
        let path = node.path.join(&name);
        let kind = match find(view, &path) {
            Some(Entry::Directory | Entry::HostDirectory(_)) => 4,
            Some(Entry::File | Entry::DescriptorInfo(_)) => 8,
            Some(Entry::Device(name)) => {
                if !file::exists_in_dev(name) {
                    continue;
                }
                2
            }
            Some(Entry::Link(_) | Entry::WorkingDirectory | Entry::Descriptor(_)) => 10,
            None => continue,
        };
        all.push((name, inode(&path), kind));
    }
    let mut out = Vec::new();
    for (name, ino, kind) in all {
        let mut entry = Dirent { ino, next: 0, kind, name: &name };
        entry.next = (out.len() + entry.size()) as i64;
        entry.encode(&mut out);
    }
    Ok(out)
}

fn inode(path: &GuestPath) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    // Never 0, which listings skip, and small enough for 32-bit readers.
    (hasher.finish() & 0x7fff_ffff) | 1 << 30
}

/// What `stat` shows of `node`, a last link not followed.
///
/// # Errors
/// The host's.
pub fn stat(node: &Node) -> Result<Stat, Errno> {
    let (mode, nlink, size) = match &node.entry {
        Entry::Directory | Entry::HostDirectory(_) => (S_IFDIR | 0o555, 2, 0),
        Entry::File | Entry::DescriptorInfo(_) => (S_IFREG | 0o444, 1, 0),
        Entry::Link(target) if node.path.0.starts_with(b"/dev/") => (S_IFLNK | 0o777, 1, target.len()),
        Entry::Link(_) | Entry::WorkingDirectory => (S_IFLNK | 0o777, 1, 0),
        Entry::Descriptor(_) => (S_IFLNK | 0o700, 1, 64),
        Entry::Device(name) => return file::stat_in_dev(name),
    };
    let mode = match node.path.as_bytes() {
        b"/dev" => S_IFDIR | 0o755,
        path if path.ends_with(b"/oom_score_adj") || path.ends_with(b"/comm") => S_IFREG | 0o644,
        _ => mode,
    };
    let now = file::now();
    Ok(Stat {
        // Anonymous devices of their own, as the kernel gives each such file system.
        dev: (
            0,
            if node.path.0.starts_with(b"/proc") {
                0x15
            } else if node.path.0.starts_with(b"/sys") {
                0x16
            } else {
                5
            },
        ),
        ino: inode(&node.path),
        mode,
        nlink,
        size: size as u64,
        blksize: if node.path.0.starts_with(b"/proc") { 1024 } else { 4096 },
        atime: now,
        mtime: now,
        ctime: now,
        mask: 0x7ff,
        ..Stat::default()
    })
}

/// The text of a link.
///
/// # Errors
/// `EINVAL` when it is none; the host's.
pub fn readlink(process: &Process, node: &Node) -> Result<Vec<u8>, Errno> {
    match &node.entry {
        Entry::Link(target) => Ok(target.clone()),
        Entry::WorkingDirectory => Ok(process.fs.cwd_name()?.0),
        Entry::Descriptor(fd) => match process.files.get(*fd)?.kind() {
            Kind::SyntheticDirectory(path) | Kind::SyntheticFile(path) => Ok(path.0),
            Kind::Host | Kind::Directory { .. } => Ok(process.fs.guest_name(&file::path_of(*fd)?).0),
        },
        _ => Err(Errno::EINVAL),
    }
}

/// What file system `node` lies on.
pub fn statfs(node: &Node) -> FsStat {
    let magic = match node.path.as_bytes() {
        path if path.starts_with(b"/proc") => 0x9fa0,
        path if path.starts_with(b"/sys") => 0x6265_6572,
        _ => 0x0102_1994,
    };
    FsStat { magic, block_size: 4096, fragment_size: 4096, name_max: 255, ..FsStat::default() }
}
