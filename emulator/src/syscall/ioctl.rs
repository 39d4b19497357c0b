//! Device calls, by a table of what each reads and writes.

use std::sync::Arc;

use super::args::restartable;
use super::{Errno, SysResult};
use crate::fd::HostFile;
use crate::host::{file, transfer};
use crate::mem::GuestAddr;
use crate::task::Task;

/// What the argument is.
#[derive(Clone, Copy)]
enum Arg {
    /// A number, or nothing.
    Number,
    /// A number of the guest's descriptor.
    Descriptor,
    /// A pointer to that many bytes that the kernel reads.
    In(usize),
    /// A pointer to that many bytes that the kernel writes.
    Out(usize),
    /// A pointer to that many bytes that the kernel reads and writes.
    InOut(usize),
}

use Arg::{Descriptor, In, InOut, Number, Out};

/// `struct termios` of the kernel: four flag words, the line discipline, 19 characters.
const TERMIOS: usize = 36;
/// `struct termios2`: as above and two speeds.
const TERMIOS2: usize = 44;
/// `struct ifreq`.
const IFREQ: usize = 40;

/// The calls, by number (include/uapi/asm-generic/ioctls.h, linux/fs.h, linux/sockios.h).
const CALLS: &[(u32, Arg)] = &[
    (0x0002, Out(4)),             // FIGETBSZ
    (0x5401, Out(TERMIOS)),       // TCGETS
    (0x5402, In(TERMIOS)),        // TCSETS
    (0x5403, In(TERMIOS)),        // TCSETSW
    (0x5404, In(TERMIOS)),        // TCSETSF
    (0x5409, Number),             // TCSBRK
    (0x540a, Number),             // TCXONC
    (0x540b, Number),             // TCFLSH
    (0x540c, Number),             // TIOCEXCL
    (0x540d, Number),             // TIOCNXCL
    (0x540e, Number),             // TIOCSCTTY
    (0x540f, Out(4)),             // TIOCGPGRP
    (0x5410, In(4)),              // TIOCSPGRP
    (0x5411, Out(4)),             // TIOCOUTQ
    (0x5412, In(1)),              // TIOCSTI
    (0x5413, Out(8)),             // TIOCGWINSZ
    (0x5414, In(8)),              // TIOCSWINSZ
    (0x5415, Out(4)),             // TIOCMGET
    (0x5416, In(4)),              // TIOCMBIS
    (0x5417, In(4)),              // TIOCMBIC
    (0x5418, In(4)),              // TIOCMSET
    (0x541b, Out(4)),             // FIONREAD
    (0x5420, In(4)),              // TIOCPKT
    (0x5421, In(4)),              // FIONBIO
    (0x5422, Number),             // TIOCNOTTY
    (0x5423, In(4)),              // TIOCSETD
    (0x5424, Out(4)),             // TIOCGETD
    (0x5425, Number),             // TCSBRKP
    (0x5427, Number),             // TIOCSBRK
    (0x5428, Number),             // TIOCCBRK
    (0x5429, Out(4)),             // TIOCGSID
    (0x5452, In(4)),              // FIOASYNC
    (0x5460, Out(8)),             // FIOQSIZE
    (0x8905, Out(4)),             // SIOCATMARK
    (0x8910, InOut(IFREQ)),       // SIOCGIFNAME
    (0x8913, InOut(IFREQ)),       // SIOCGIFFLAGS
    (0x8915, InOut(IFREQ)),       // SIOCGIFADDR
    (0x8919, InOut(IFREQ)),       // SIOCGIFBRDADDR
    (0x891b, InOut(IFREQ)),       // SIOCGIFNETMASK
    (0x8921, InOut(IFREQ)),       // SIOCGIFMTU
    (0x8927, InOut(IFREQ)),       // SIOCGIFHWADDR
    (0x8933, InOut(IFREQ)),       // SIOCGIFINDEX
    (0x4004_5431, In(4)),         // TIOCSPTLCK
    (0x4004_9409, Descriptor),    // FICLONE
    (0x4008_6602, In(8)),         // FS_IOC_SETFLAGS
    (0x402c_542b, In(TERMIOS2)),  // TCSETS2
    (0x402c_542c, In(TERMIOS2)),  // TCSETSW2
    (0x402c_542d, In(TERMIOS2)),  // TCSETSF2
    (0x8004_5200, Out(4)),        // RNDGETENTCNT
    (0x8004_5430, Out(4)),        // TIOCGPTN
    (0x8004_5438, Out(4)),        // TIOCGPKT
    (0x8004_5439, Out(4)),        // TIOCGPTLCK
    (0x8008_1272, Out(8)),        // BLKGETSIZE64
    (0x8008_6601, Out(8)),        // FS_IOC_GETFLAGS
    (0x802c_542a, Out(TERMIOS2)), // TCGETS2
];

const FIONCLEX: u32 = 0x5450;
const FIOCLEX: u32 = 0x5451;
const TIOCGPTPEER: u32 = 0x5441;

/// Does something to a device.
///
/// # Errors
/// `ENOTTY` for a call that is not in the table; else as ioctl(2).
///
/// # Source
/// ioctl(2), ioctl_tty(2).
pub fn ioctl(task: &mut Task, args: [u64; 6]) -> SysResult {
    let (fd, request, arg) = (args[0] as i32, args[1] as u32, args[2]);
    task.process.files.get(fd)?;
    match request {
        FIOCLEX | FIONCLEX => {
            file::set_close_on_exec(fd, request == FIOCLEX)?;
            return Ok(0);
        }
        TIOCGPTPEER => return open_peer(task, fd, arg as u32),
        _ => {}
    }
    let (_, what) = CALLS.iter().find(|(number, _)| *number == request).ok_or(Errno::ENOTTY)?;
    let interrupt = &task.cpu.interrupt;
    let (size, reads, writes) = match *what {
        Number => return transfer::ioctl_number(fd, request, arg, interrupt).map_err(restartable),
        Descriptor => {
            task.process.files.get(arg as i32)?;
            return transfer::ioctl_number(fd, request, arg, interrupt).map_err(restartable);
        }
        In(size) => (size, true, false),
        Out(size) => (size, false, true),
        InOut(size) => (size, true, true),
    };
    let mut buffer = vec![0; size];
    if reads {
        task.mem().read(GuestAddr(arg), &mut buffer).map_err(|_| Errno::EFAULT)?;
    }
    let result = transfer::ioctl(fd, request, &mut buffer, interrupt).map_err(restartable)?;
    if writes {
        task.put(arg, &buffer)?;
    }
    Ok(result)
}

/// Opens the other side of a pseudoterminal.
fn open_peer(task: &Task, fd: i32, flags: u32) -> SysResult {
    let flags = crate::syscall::abi::OpenFlags(flags);
    let peer = file::open_terminal_peer(fd, flags)?;
    task.process.files.install(peer, Arc::new(HostFile), None).map(|fd| fd as u64)
}
