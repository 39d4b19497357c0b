//! Operations as the real kernel answers them, in a chroot.

use std::ffi::CString;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};

use super::guest::Judge;
use super::ops::{At, Base, Op, Outcome, SLOTS};
use elfuse::host::{Stat, file, net};
use elfuse::syscall::Errno;
use elfuse::syscall::abi::{Dirents, OpenFlags};

/// A descriptor that is never open.
const CLOSED: RawFd = 900;

/// The process itself, which has changed its root.
#[derive(Default)]
pub struct Kernel {
    slots: [Option<OwnedFd>; SLOTS],
}

fn name(path: &[u8]) -> Result<CString, Errno> {
    CString::new(path).map_err(|_| Errno::EINVAL)
}

impl Kernel {
    fn at(&self, at: &At) -> Result<(RawFd, CString), Errno> {
        let dir = match at.base {
            Base::Cwd => file::CWD,
            Base::Slot(slot) => self.slots[slot].as_ref().map_or(CLOSED, AsRawFd::as_raw_fd),
        };
        Ok((dir, name(&at.path)?))
    }

    fn open(&self, at: &At, flags: OpenFlags) -> Result<OwnedFd, Errno> {
        let (dir, path) = self.at(at)?;
        file::openat(dir, &path, flags, 0o644)
    }

    /// A handle on what the path leads to, links followed.
    fn handle(&self, at: &At) -> Result<OwnedFd, Errno> {
        self.open(at, OpenFlags::PATH | OpenFlags::CLOEXEC)
    }

    fn stat(&self, at: &At, follow: bool) -> Result<Stat, Errno> {
        if follow {
            return file::fstat(self.handle(at)?.as_raw_fd());
        }
        let (dir, path) = self.at(at)?;
        // An empty path would mean the directory itself.
        if at.path.is_empty() { Err(Errno::ENOENT) } else { file::lstatat(dir, &path) }
    }

    fn list(&self, at: &At) -> Result<Outcome, Errno> {
        let dir = self.open(at, OpenFlags::DIRECTORY | OpenFlags::CLOEXEC)?;
        let mut buffer = vec![0; 4096];
        let mut names = Vec::new();
        loop {
            let len = file::getdents(dir.as_raw_fd(), &mut buffer)?;
            if len == 0 {
                break;
            }
            names.extend(Dirents::new(&buffer[..len]).map(|entry| entry.name.to_vec()));
        }
        names.retain(|name| !matches!(name.as_slice(), b"." | b".."));
        names.sort();
        Ok(Outcome::Names(names))
    }

    fn answer(&mut self, op: &Op) -> Result<Outcome, Errno> {
        let done = |()| Outcome::Done;
        match op {
            Op::Mkdir { at, mode } => {
                let (dir, path) = self.at(at)?;
                file::mkdirat(dir, &path, *mode).map(done)
            }
            Op::Rmdir(at) | Op::Unlink(at) => {
                let (dir, path) = self.at(at)?;
                file::unlinkat(dir, &path, matches!(op, Op::Rmdir(_))).map(done)
            }
            Op::Fifo(at) => {
                let (dir, path) = self.at(at)?;
                file::mknodat(dir, &path, file::S_IFIFO | 0o644, (0, 0)).map(done)
            }
            Op::Bind(at) | Op::Connect(at) => {
                let address = [&[1, 0][..], &at.path, b"\0"].concat();
                let socket = net::socket(1, 2, 0)?;
                let idle = std::sync::atomic::AtomicU32::new(0);
                match op {
                    Op::Bind(_) => net::bind(socket.as_raw_fd(), &address),
                    _ => net::connect(socket.as_raw_fd(), &address, &idle),
                }
                .map(done)
            }
            Op::Symlink { target, at } => {
                let (dir, path) = self.at(at)?;
                file::symlinkat(&name(target)?, dir, &path).map(done)
            }
            Op::Link { old, new, .. } => {
                let ((from, old), (to, new)) = (self.at(old)?, self.at(new)?);
                file::linkat(from, &old, to, &new).map(done)
            }
            Op::Rename { old, new, flags } => {
                let ((from, old), (to, new)) = (self.at(old)?, self.at(new)?);
                file::renameat2(from, &old, to, &new, *flags).map(done)
            }
            Op::Create { at, exclusive, follow, size } => {
                let mut flags =
                    OpenFlags::CREAT | OpenFlags::WRONLY | OpenFlags::NONBLOCK | OpenFlags::CLOEXEC;
                if *exclusive {
                    flags = flags | OpenFlags::EXCL;
                }
                if !follow {
                    flags = flags | OpenFlags::NOFOLLOW;
                }
                file::ftruncate(self.open(at, flags)?.as_raw_fd(), *size as i64).map(done)
            }
            Op::Open { at, flags, slot } => {
                let opened = self.open(at, *flags)?;
                if file::fstat(opened.as_raw_fd())?.is(file::S_IFDIR) {
                    self.slots[*slot] = Some(opened);
                }
                Ok(Outcome::Done)
            }
            Op::Stat { at, follow } => {
                self.stat(at, *follow).map(|stat| Outcome::status(stat.mode, stat.nlink as u32, stat.size))
            }
            Op::Access(at) => self.handle(at).map(|_| Outcome::Done),
            Op::Readlink(at) => {
                let (dir, path) = self.at(at)?;
                file::readlinkat(dir, &path).map(Outcome::Bytes)
            }
            Op::Chmod { at, mode } => {
                let opened = self.open(at, OpenFlags::NONBLOCK | OpenFlags::CLOEXEC)?;
                file::fchmod(opened.as_raw_fd(), *mode).map(done)
            }
            Op::Truncate { at, size } => {
                if file::fstat(self.handle(at)?.as_raw_fd())?.is(file::S_IFIFO) {
                    return Err(Errno::EINVAL);
                }
                let opened = self.open(at, OpenFlags::WRONLY | OpenFlags::NONBLOCK | OpenFlags::CLOEXEC)?;
                file::ftruncate(opened.as_raw_fd(), *size as i64).map(done)
            }
            Op::Chdir(at) => {
                let flags = OpenFlags::PATH | OpenFlags::DIRECTORY | OpenFlags::CLOEXEC;
                file::fchdir(self.open(at, flags)?.as_raw_fd()).map(done)
            }
            Op::Fchdir(slot) => {
                file::fchdir(self.slots[*slot].as_ref().map_or(CLOSED, AsRawFd::as_raw_fd)).map(done)
            }
            Op::Getcwd => file::working_directory().map(Outcome::Bytes),
            Op::List(at) => self.list(at),
        }
    }
}

impl Judge for Kernel {
    fn run(&mut self, op: &Op) -> Outcome {
        self.answer(op).unwrap_or_else(|errno| Outcome::Failed(errno.name()))
    }
}
