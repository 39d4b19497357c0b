//! Operations as a guest asks for them: through the emulator's call table.

use std::sync::Arc;

use super::ops::{At, Base, Op, Outcome, SLOTS};
use super::world::World;
use elfuse::host::{self, Backing};
use elfuse::mem::{GuestAddr, MapRequest, Place, Prot};
use elfuse::syscall::abi::{Dirents, OpenFlags};
use elfuse::syscall::{Errno, dispatch};
use elfuse::task::{Config, Process, Task};

/// Where the guest's arguments lie: three buffers of this size.
const BUFFER: u64 = 1 << 16;
const AT_FDCWD: u64 = -100_i64 as u64;
/// A descriptor that is never open.
const CLOSED: u64 = 900;
const AT_SYMLINK_NOFOLLOW: u64 = 0x100;
const AT_REMOVEDIR: u64 = 0x200;
const AT_SYMLINK_FOLLOW: u64 = 0x400;

/// What answers the operations beside the model.
pub trait Judge {
    fn run(&mut self, op: &Op) -> Outcome;
}

/// A guest process without a program.
pub struct Guest {
    task: Task,
    memory: u64,
    world: World,
    slots: [Option<u64>; SLOTS],
}

impl Guest {
    pub fn new(world: &World) -> Result<Guest, String> {
        let limit = host::raise_file_limit().map_err(|error| error.to_string())?;
        let config = Config {
            sysroot: Some(world.sysroot.clone()),
            fallback: world.fallback,
            simulate_folding: world.folds,
            ..Config::default()
        };
        let process = Process::new(config, limit).map_err(|errno| errno.to_string())?;
        let request = MapRequest {
            place: Place::Hint(0),
            len: 3 * BUFFER,
            prot: Prot(3),
            backing: Backing::Anonymous,
            name: None,
        };
        let memory = process.space.map(&request).map_err(|errno| errno.to_string())?;
        Ok(Guest { task: Task::first(Arc::new(process)), memory, world: world.clone(), slots: [None; SLOTS] })
    }

    fn call(&mut self, number: u64, args: &[u64]) -> Result<u64, Errno> {
        for register in 0..6 {
            self.task.cpu.set_reg(register, args.get(usize::from(register)).copied().unwrap_or(0));
        }
        self.task.cpu.set_reg(8, number);
        dispatch(&mut self.task)
    }

    /// Puts a string into buffer `number`.
    fn text(&mut self, number: u64, text: &[u8]) -> Result<u64, Errno> {
        let addr = self.memory + number * BUFFER;
        let text = [text, b"\0"].concat();
        self.task.process.space.mem().write(GuestAddr(addr), &text).map_err(|_| Errno::EFAULT)?;
        Ok(addr)
    }

    fn bytes(&mut self, len: u64) -> Result<Vec<u8>, Errno> {
        let mut bytes = vec![0; len as usize];
        let addr = GuestAddr(self.memory + 2 * BUFFER);
        self.task.process.space.mem().read(addr, &mut bytes).map_err(|_| Errno::EFAULT)?;
        Ok(bytes)
    }

    /// Directory and path, the latter in buffer `number`.
    fn at(&mut self, number: u64, at: &At) -> Result<(u64, u64), Errno> {
        let dir = match at.base {
            Base::Cwd => AT_FDCWD,
            Base::Slot(slot) => self.slots[slot].unwrap_or(CLOSED),
        };
        let path = self.world.expand(&at.path);
        Ok((dir, self.text(number, &path)?))
    }

    fn open(&mut self, at: &At, flags: OpenFlags) -> Result<u64, Errno> {
        let (dir, path) = self.at(0, at)?;
        self.call(56, &[dir, path, u64::from(flags.0), 0o644])
    }

    fn close(&mut self, fd: u64) -> Result<u64, Errno> {
        self.call(57, &[fd])
    }

    fn create(&mut self, at: &At, exclusive: bool, follow: bool, size: u64) -> Result<Outcome, Errno> {
        let mut flags = OpenFlags::CREAT | OpenFlags::WRONLY | OpenFlags::NONBLOCK | OpenFlags::CLOEXEC;
        if exclusive {
            flags = flags | OpenFlags::EXCL;
        }
        if !follow {
            flags = flags | OpenFlags::NOFOLLOW;
        }
        let fd = self.open(at, flags)?;
        self.call(46, &[fd, size])?;
        self.close(fd)?;
        Ok(Outcome::Done)
    }

    fn stat(&mut self, dir: u64, path: u64, flags: u64) -> Result<(u32, u32, u64), Errno> {
        let out = self.memory + 2 * BUFFER;
        self.call(79, &[dir, path, out, flags])?;
        let bytes = self.bytes(128)?;
        let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
        let long = u64::from_le_bytes(bytes[48..56].try_into().expect("eight bytes"));
        Ok((word(16), word(20), long))
    }

    fn keep(&mut self, at: &At, flags: OpenFlags, slot: usize) -> Result<Outcome, Errno> {
        let fd = self.open(at, flags)?;
        let empty = self.text(0, b"")?;
        let (mode, ..) = self.stat(fd, empty, 0x1000)?;
        let old = if mode & host::file::S_IFMT == host::file::S_IFDIR {
            self.slots[slot].replace(fd)
        } else {
            Some(fd)
        };
        if let Some(old) = old {
            self.close(old)?;
        }
        Ok(Outcome::Done)
    }

    fn list(&mut self, at: &At) -> Result<Outcome, Errno> {
        let fd = self.open(at, OpenFlags::DIRECTORY | OpenFlags::CLOEXEC)?;
        let out = self.memory + 2 * BUFFER;
        let mut names = Vec::new();
        let mut result = Ok(());
        // So small that a listing takes several calls.
        const ROOM: u64 = 600;
        loop {
            match self.call(61, &[fd, out, ROOM]) {
                Ok(0) => break,
                Ok(len) => {
                    let bytes = self.bytes(len)?;
                    names.extend(Dirents::new(&bytes).map(|entry| entry.name.to_vec()));
                }
                Err(errno) => {
                    result = Err(errno);
                    break;
                }
            }
        }
        self.close(fd)?;
        result?;
        names.retain(|name| !matches!(name.as_slice(), b"." | b".."));
        names.sort();
        Ok(Outcome::Names(names))
    }

    /// A call that takes a socket and an address.
    fn with_socket(&mut self, number: u64, at: &At) -> Result<Outcome, Errno> {
        const DATAGRAM: u64 = 2;
        let address = [&[1, 0][..], &self.world.expand(&at.path), b"\0"].concat();
        let addr = self.text(0, &address)?;
        let fd = self.call(198, &[1, DATAGRAM, 0])?;
        let result = self.call(number, &[fd, addr, address.len() as u64]);
        self.close(fd)?;
        result.map(|_| Outcome::Done)
    }

    fn answer(&mut self, op: &Op) -> Result<Outcome, Errno> {
        let done = |_| Outcome::Done;
        match op {
            Op::Mkdir { at, mode } => {
                let (dir, path) = self.at(0, at)?;
                self.call(34, &[dir, path, u64::from(*mode)]).map(done)
            }
            Op::Rmdir(at) => {
                let (dir, path) = self.at(0, at)?;
                self.call(35, &[dir, path, AT_REMOVEDIR]).map(done)
            }
            Op::Unlink(at) => {
                let (dir, path) = self.at(0, at)?;
                self.call(35, &[dir, path, 0]).map(done)
            }
            Op::Fifo(at) => {
                let (dir, path) = self.at(0, at)?;
                self.call(33, &[dir, path, u64::from(host::file::S_IFIFO | 0o644), 0]).map(done)
            }
            Op::Bind(at) => self.with_socket(200, at),
            Op::Connect(at) => self.with_socket(203, at),
            Op::Symlink { target, at } => {
                let target = self.world.expand(target);
                let target = self.text(1, &target)?;
                let (dir, path) = self.at(0, at)?;
                self.call(36, &[target, dir, path]).map(done)
            }
            Op::Link { old, new, follow } => {
                let ((from, old), (to, new)) = (self.at(0, old)?, self.at(1, new)?);
                let flags = if *follow { AT_SYMLINK_FOLLOW } else { 0 };
                self.call(37, &[from, old, to, new, flags]).map(done)
            }
            Op::Rename { old, new, flags } => {
                let ((from, old), (to, new)) = (self.at(0, old)?, self.at(1, new)?);
                self.call(276, &[from, old, to, new, u64::from(*flags)]).map(done)
            }
            Op::Create { at, exclusive, follow, size } => self.create(at, *exclusive, *follow, *size),
            Op::Open { at, flags, slot } => self.keep(at, *flags, *slot),
            Op::Stat { at, follow } => {
                let (dir, path) = self.at(0, at)?;
                let flags = if *follow { 0 } else { AT_SYMLINK_NOFOLLOW };
                self.stat(dir, path, flags).map(|(mode, links, size)| Outcome::status(mode, links, size))
            }
            Op::Access(at) => {
                let (dir, path) = self.at(0, at)?;
                self.call(48, &[dir, path, 0]).map(done)
            }
            Op::Readlink(at) => {
                let (dir, path) = self.at(0, at)?;
                let len = self.call(78, &[dir, path, self.memory + 2 * BUFFER, 4096])?;
                self.bytes(len).map(Outcome::Bytes)
            }
            Op::Chmod { at, mode } => {
                let (dir, path) = self.at(0, at)?;
                self.call(53, &[dir, path, u64::from(*mode)]).map(done)
            }
            // truncate(2) starts at the working directory only.
            Op::Truncate { at, size } => {
                let (_, path) = self.at(0, at)?;
                self.call(45, &[path, *size]).map(done)
            }
            Op::Chdir(at) => {
                let (_, path) = self.at(0, at)?;
                self.call(49, &[path]).map(done)
            }
            Op::Fchdir(slot) => {
                let fd = self.slots[*slot].unwrap_or(CLOSED);
                self.call(50, &[fd]).map(done)
            }
            Op::Getcwd => {
                let len = self.call(17, &[self.memory + 2 * BUFFER, 4096])?;
                self.bytes(len.saturating_sub(1)).map(Outcome::Bytes)
            }
            Op::List(at) => self.list(at),
        }
    }
}

impl Judge for Guest {
    fn run(&mut self, op: &Op) -> Outcome {
        self.answer(op).unwrap_or_else(|errno| Outcome::Failed(errno.name()))
    }
}
