//! Answers to the kernel's requests. Names and inodes are the tree's business; file contents pass by it.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use fuser::{
    BsdFileFlags, CopyFileRangeFlags, Errno, FileHandle, Filesystem, FopenFlags, Generation, INodeNo,
    InitFlags, KernelConfig, LockOwner, OpenAccMode, OpenFlags, RenameFlags, ReplyAttr, ReplyCreate,
    ReplyData, ReplyDirectory, ReplyEmpty, ReplyEntry, ReplyLseek, ReplyOpen, ReplyStatfs, ReplyWrite,
    ReplyXattr, Request, TimeOrNow, WriteFlags,
};

use super::attributes::{attributes, kind, timespec};
use super::fold::LONGEST;
use super::tree::{Caller, Change, Found, Listed, New, Tree};
use crate::host::at::{self, FileType, Mode, OFlags};

/// The largest write that the kernel sends at once, in bytes.
const WRITE: u32 = 1 << 20;
/// A name that the kernel keeps could be a ghost: another spelling of it may have been removed.
const NAME_VALID: Duration = Duration::ZERO;
/// The tree never gives a number to a second inode.
const GENERATION: Generation = Generation(0);

/// The filesystem: the tree, and what is open in it.
#[derive(Debug)]
pub(super) struct Folding {
    tree: Mutex<Tree>,
    files: Mutex<HashMap<u64, Arc<File>>>,
    listings: Mutex<HashMap<u64, Arc<Mutex<Vec<Listed>>>>>,
    next: AtomicU64,
}

impl Folding {
    pub(super) fn new(tree: Tree) -> Folding {
        Folding {
            tree: Mutex::new(tree),
            files: Mutex::default(),
            listings: Mutex::default(),
            next: AtomicU64::new(1),
        }
    }

    fn tree(&self) -> MutexGuard<'_, Tree> {
        lock(&self.tree)
    }

    fn file(&self, handle: FileHandle) -> Result<Arc<File>, at::Errno> {
        lock(&self.files).get(&handle.0).cloned().ok_or(at::Errno::BADF)
    }

    fn keep(&self, file: File) -> FileHandle {
        let handle = self.next.fetch_add(1, Ordering::Relaxed);
        lock(&self.files).insert(handle, Arc::new(file));
        FileHandle(handle)
    }

    fn renamed(
        &self,
        from: (INodeNo, &OsStr),
        to: (INodeNo, &OsStr),
        flags: RenameFlags,
    ) -> Result<(), at::Errno> {
        let flags = at::RenameFlags::from_bits_retain(flags.bits());
        if !(at::RenameFlags::NOREPLACE | at::RenameFlags::EXCHANGE).contains(flags) {
            return Err(at::Errno::INVAL);
        }
        self.tree().rename((from.0.0, from.1), (to.0.0, to.1), flags)
    }
}

/// A panic in one request must not take the others along.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn errno(error: at::Errno) -> Errno {
    Errno::from_i32(error.raw_os_error())
}

fn failure(error: &io::Error) -> Errno {
    Errno::from_i32(error.raw_os_error().unwrap_or(libc::EIO))
}

fn caller(request: &Request) -> Caller {
    Caller { uid: request.uid(), gid: request.gid() }
}

fn access(flags: OpenFlags) -> OFlags {
    match flags.acc_mode() {
        OpenAccMode::O_RDONLY => OFlags::RDONLY,
        OpenAccMode::O_WRONLY => OFlags::WRONLY,
        OpenAccMode::O_RDWR => OFlags::RDWR,
    }
}

fn entry(found: Result<Found, at::Errno>, reply: ReplyEntry) {
    match found {
        // The protocol's answer has one field for both numbers here; for another spelling the facts are not valid at
        // all, so that the kernel asks for them, and gets the inode number that all spellings share.
        Ok(found) => reply.entry_with_ttls(
            &found.valid,
            &NAME_VALID,
            &attributes(found.number, &found.facts),
            GENERATION,
        ),
        Err(error) => reply.error(errno(error)),
    }
}

fn empty(result: Result<(), at::Errno>, reply: ReplyEmpty) {
    match result {
        Ok(()) => reply.ok(),
        Err(error) => reply.error(errno(error)),
    }
}

fn value(result: Result<Vec<u8>, at::Errno>, size: u32, reply: ReplyXattr) {
    match result {
        Ok(value) if size == 0 => reply.size(value.len() as u32),
        Ok(value) if value.len() > size as usize => reply.error(Errno::ERANGE),
        Ok(value) => reply.data(&value),
        Err(error) => reply.error(errno(error)),
    }
}

/// The largest value and the largest list of an inode's attributes, in bytes (xattr(7)).
const ATTRIBUTE: usize = 64 << 10;

fn filled(read: impl FnOnce(&mut Vec<u8>) -> Result<usize, at::Errno>) -> Result<Vec<u8>, at::Errno> {
    let mut buffer = vec![0; ATTRIBUTE];
    let length = read(&mut buffer)?;
    buffer.truncate(length);
    Ok(buffer)
}

impl Filesystem for Folding {
    fn init(&mut self, _: &Request, config: &mut KernelConfig) -> io::Result<()> {
        // Each helps only speed; an older kernel without them serves as well.
        for wish in [InitFlags::FUSE_PARALLEL_DIROPS, InitFlags::FUSE_CACHE_SYMLINKS] {
            let _ = config.add_capabilities(wish);
        }
        let _ = config.set_max_write(WRITE);
        Ok(())
    }

    fn lookup(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        entry(self.tree().lookup(parent.0, name), reply);
    }

    fn forget(&self, _: &Request, inode: INodeNo, count: u64) {
        self.tree().forget(inode.0, count);
    }

    fn getattr(&self, _: &Request, inode: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        let facts = self.tree().facts(inode.0);
        match facts {
            Ok((facts, valid)) => reply.attr(&valid, &attributes(facts.st_ino, &facts)),
            Err(error) => reply.error(errno(error)),
        }
    }

    fn setattr(
        &self,
        _: &Request,
        inode: INodeNo,
        mode: Option<u32>,
        uid: Option<u32>,
        gid: Option<u32>,
        size: Option<u64>,
        atime: Option<TimeOrNow>,
        mtime: Option<TimeOrNow>,
        _: Option<SystemTime>,
        handle: Option<FileHandle>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        let file = handle.and_then(|handle| self.file(handle).ok());
        let timed = atime.is_some() || mtime.is_some();
        let times = || at::Timestamps { last_access: timespec(atime), last_modification: timespec(mtime) };
        let change = Change {
            mode: mode.map(|mode| Mode::from_raw_mode(mode & 0o7777)),
            owner: (uid, gid),
            size,
            times: timed.then(times),
            file: file.as_deref(),
        };
        let changed = self.tree().change(inode.0, &change);
        match changed {
            Ok((facts, valid)) => reply.attr(&valid, &attributes(facts.st_ino, &facts)),
            Err(error) => reply.error(errno(error)),
        }
    }

    fn readlink(&self, _: &Request, inode: INodeNo, reply: ReplyData) {
        let target = self.tree().readlink(inode.0);
        match target {
            Ok(target) => reply.data(&target),
            Err(error) => reply.error(errno(error)),
        }
    }

    fn mknod(
        &self,
        request: &Request,
        parent: INodeNo,
        name: &OsStr,
        mode: u32,
        _: u32,
        device: u32,
        reply: ReplyEntry,
    ) {
        // The protocol packs a device number as the kernel itself does: 12 bits major in the middle of 20 bits minor.
        let device = at::makedev((device >> 8) & 0xfff, (device & 0xff) | ((device >> 12) & 0xf_ff00));
        let new = New::Special(FileType::from_raw_mode(mode), Mode::from_raw_mode(mode & 0o7777), device);
        entry(self.tree().make(parent.0, name, new, caller(request)), reply);
    }

    fn mkdir(&self, request: &Request, parent: INodeNo, name: &OsStr, mode: u32, _: u32, reply: ReplyEntry) {
        let new = New::Directory(Mode::from_raw_mode(mode & 0o7777));
        entry(self.tree().make(parent.0, name, new, caller(request)), reply);
    }

    fn unlink(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        empty(self.tree().remove(parent.0, name, false), reply);
    }

    fn rmdir(&self, _: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        empty(self.tree().remove(parent.0, name, true), reply);
    }

    fn symlink(&self, request: &Request, parent: INodeNo, name: &OsStr, target: &Path, reply: ReplyEntry) {
        entry(self.tree().make(parent.0, name, New::Symlink(target), caller(request)), reply);
    }

    fn rename(
        &self,
        _: &Request,
        parent: INodeNo,
        name: &OsStr,
        new_parent: INodeNo,
        new_name: &OsStr,
        flags: RenameFlags,
        reply: ReplyEmpty,
    ) {
        empty(self.renamed((parent, name), (new_parent, new_name), flags), reply);
    }

    fn link(&self, _: &Request, inode: INodeNo, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        entry(self.tree().link(inode.0, parent.0, name), reply);
    }

    fn open(&self, _: &Request, inode: INodeNo, flags: OpenFlags, reply: ReplyOpen) {
        let opened = self.tree().open(inode.0, access(flags));
        match opened {
            Ok((file, pages_good)) => {
                let flags = if pages_good { FopenFlags::FOPEN_KEEP_CACHE } else { FopenFlags::empty() };
                reply.opened(self.keep(file), flags);
            }
            Err(error) => reply.error(errno(error)),
        }
    }

    fn create(
        &self,
        request: &Request,
        parent: INodeNo,
        name: &OsStr,
        mode: u32,
        _: u32,
        flags: i32,
        reply: ReplyCreate,
    ) {
        let exclusive = flags & libc::O_EXCL != 0;
        let truncate = if flags & libc::O_TRUNC != 0 { OFlags::TRUNC } else { OFlags::empty() };
        let how = access(OpenFlags(flags)) | truncate;
        let mode = Mode::from_raw_mode(mode & 0o7777);
        let created = self.tree().create(parent.0, name, how, exclusive, mode, caller(request));
        match created {
            // One validity for name and facts: that of the name.
            Ok((found, file)) => reply.created(
                &NAME_VALID,
                &attributes(found.number, &found.facts),
                GENERATION,
                self.keep(file),
                FopenFlags::empty(),
            ),
            Err(error) => reply.error(errno(error)),
        }
    }

    fn read(
        &self,
        _: &Request,
        _: INodeNo,
        handle: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        let file = match self.file(handle) {
            Ok(file) => file,
            Err(error) => return reply.error(errno(error)),
        };
        let mut buffer = vec![0; size as usize];
        let mut done = 0;
        while done < buffer.len() {
            match file.read_at(&mut buffer[done..], offset + done as u64) {
                Ok(0) => break,
                Ok(count) => done += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return reply.error(failure(&error)),
            }
        }
        reply.data(&buffer[..done]);
    }

    fn write(
        &self,
        _: &Request,
        _: INodeNo,
        handle: FileHandle,
        offset: u64,
        data: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        let file = match self.file(handle) {
            Ok(file) => file,
            Err(error) => return reply.error(errno(error)),
        };
        match file.write_all_at(data, offset) {
            Ok(()) => reply.written(data.len() as u32),
            Err(error) => reply.error(failure(&error)),
        }
    }

    fn release(
        &self,
        _: &Request,
        _: INodeNo,
        handle: FileHandle,
        _: OpenFlags,
        _: Option<LockOwner>,
        _: bool,
        reply: ReplyEmpty,
    ) {
        lock(&self.files).remove(&handle.0);
        reply.ok();
    }

    fn fsync(&self, _: &Request, _: INodeNo, handle: FileHandle, _: bool, reply: ReplyEmpty) {
        // The bytes are in the backing file already; a volume that ends with its run does not wait for the disk.
        empty(self.file(handle).map(drop), reply);
    }

    fn opendir(&self, _: &Request, _: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        let handle = self.next.fetch_add(1, Ordering::Relaxed);
        lock(&self.listings).insert(handle, Arc::default());
        reply.opened(FileHandle(handle), FopenFlags::empty());
    }

    fn readdir(
        &self,
        _: &Request,
        inode: INodeNo,
        handle: FileHandle,
        offset: u64,
        mut reply: ReplyDirectory,
    ) {
        let Some(listing) = lock(&self.listings).get(&handle.0).cloned() else {
            return reply.error(Errno::EBADF);
        };
        let mut listing = lock(&listing);
        // From the start, also after rewinddir(3): as it is now.
        if offset == 0 {
            let read = self.tree().listing(inode.0);
            match read {
                Ok(entries) => *listing = entries,
                Err(error) => return reply.error(errno(error)),
            }
        }
        for (index, entry) in listing.iter().enumerate().skip(offset as usize) {
            if reply.add(INodeNo(entry.number), index as u64 + 1, kind(entry.kind), &entry.name) {
                break;
            }
        }
        reply.ok();
    }

    fn releasedir(&self, _: &Request, _: INodeNo, handle: FileHandle, _: OpenFlags, reply: ReplyEmpty) {
        lock(&self.listings).remove(&handle.0);
        reply.ok();
    }

    fn fsyncdir(&self, _: &Request, _: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        reply.ok();
    }

    fn statfs(&self, _: &Request, _: INodeNo, reply: ReplyStatfs) {
        let space = self.tree().space();
        match space {
            Ok(space) => reply.statfs(
                space.f_blocks,
                space.f_bfree,
                space.f_bavail,
                space.f_files,
                space.f_ffree,
                space.f_bsize as u32,
                LONGEST as u32,
                space.f_frsize as u32,
            ),
            Err(error) => reply.error(errno(error)),
        }
    }

    fn setxattr(
        &self,
        _: &Request,
        inode: INodeNo,
        name: &OsStr,
        value: &[u8],
        flags: i32,
        _: u32,
        reply: ReplyEmpty,
    ) {
        let flags = at::XattrFlags::from_bits_retain(flags as u32);
        let set = self.tree().path(inode.0).and_then(|(path, follow)| match follow {
            true => at::setxattr(path, name, value, flags),
            false => at::lsetxattr(path, name, value, flags),
        });
        empty(set, reply);
    }

    fn getxattr(&self, _: &Request, inode: INodeNo, name: &OsStr, size: u32, reply: ReplyXattr) {
        let got = self.tree().path(inode.0).and_then(|(path, follow)| {
            filled(|buffer| match follow {
                true => at::getxattr(path, name, &mut buffer[..]),
                false => at::lgetxattr(path, name, &mut buffer[..]),
            })
        });
        value(got, size, reply);
    }

    fn listxattr(&self, _: &Request, inode: INodeNo, size: u32, reply: ReplyXattr) {
        let list = self.tree().path(inode.0).and_then(|(path, follow)| {
            filled(|buffer| match follow {
                true => at::listxattr(path, &mut buffer[..]),
                false => at::llistxattr(path, &mut buffer[..]),
            })
        });
        value(list, size, reply);
    }

    fn removexattr(&self, _: &Request, inode: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        let removed = self.tree().path(inode.0).and_then(|(path, follow)| match follow {
            true => at::removexattr(path, name),
            false => at::lremovexattr(path, name),
        });
        empty(removed, reply);
    }

    fn fallocate(
        &self,
        _: &Request,
        _: INodeNo,
        handle: FileHandle,
        offset: u64,
        length: u64,
        mode: i32,
        reply: ReplyEmpty,
    ) {
        let mode = at::FallocateFlags::from_bits_retain(mode as u32);
        empty(self.file(handle).and_then(|file| at::fallocate(&*file, mode, offset, length)), reply);
    }

    fn lseek(
        &self,
        _: &Request,
        _: INodeNo,
        handle: FileHandle,
        offset: i64,
        whence: i32,
        reply: ReplyLseek,
    ) {
        // The kernel asks only for holes and data.
        let from = match whence {
            libc::SEEK_DATA => at::SeekFrom::Data(offset as u64),
            libc::SEEK_HOLE => at::SeekFrom::Hole(offset as u64),
            _ => return reply.error(Errno::EINVAL),
        };
        match self.file(handle).and_then(|file| at::seek(&*file, from)) {
            Ok(offset) => reply.offset(offset as i64),
            Err(error) => reply.error(errno(error)),
        }
    }

    fn copy_file_range(
        &self,
        _: &Request,
        _: INodeNo,
        from: FileHandle,
        mut from_offset: u64,
        _: INodeNo,
        to: FileHandle,
        mut to_offset: u64,
        length: u64,
        _: CopyFileRangeFlags,
        reply: ReplyWrite,
    ) {
        let length = usize::try_from(length).unwrap_or(usize::MAX).min(1 << 30);
        let copied = self.file(from).and_then(|from| {
            let to = self.file(to)?;
            at::copy_file_range(&*from, Some(&mut from_offset), &*to, Some(&mut to_offset), length)
        });
        match copied {
            Ok(count) => reply.written(count as u32),
            Err(error) => reply.error(errno(error)),
        }
    }
}
