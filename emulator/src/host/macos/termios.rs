//! Terminal settings: Linux's `struct termios` and the host's.
//!
//! Linux (asm-generic/termbits.h): input, output, control, local flags (4 each), line discipline (1), 19 characters.

use std::os::fd::RawFd;

use crate::host::result::check;
use crate::syscall::Errno;

type Bits = [(u32, libc::tcflag_t)];

const INPUT: &Bits = &[
    (0o1, libc::IGNBRK),
    (0o2, libc::BRKINT),
    (0o4, libc::IGNPAR),
    (0o10, libc::PARMRK),
    (0o20, libc::INPCK),
    (0o40, libc::ISTRIP),
    (0o100, libc::INLCR),
    (0o200, libc::IGNCR),
    (0o400, libc::ICRNL),
    (0o2000, libc::IXON),
    (0o4000, libc::IXANY),
    (0o10000, libc::IXOFF),
    (0o20000, libc::IMAXBEL),
    (0o40000, libc::IUTF8),
];
const OUTPUT: &Bits =
    &[(0o1, libc::OPOST), (0o4, libc::ONLCR), (0o10, libc::OCRNL), (0o20, libc::ONOCR), (0o40, libc::ONLRET)];
const CONTROL: &Bits = &[
    (0o100, libc::CSTOPB),
    (0o200, libc::CREAD),
    (0o400, libc::PARENB),
    (0o1000, libc::PARODD),
    (0o2000, libc::HUPCL),
    (0o4000, libc::CLOCAL),
];
const LOCAL: &Bits = &[
    (0o1, libc::ISIG),
    (0o2, libc::ICANON),
    (0o10, libc::ECHO),
    (0o20, libc::ECHOE),
    (0o40, libc::ECHOK),
    (0o100, libc::ECHONL),
    (0o200, libc::NOFLSH),
    (0o400, libc::TOSTOP),
    (0o1000, libc::ECHOCTL),
    (0o4000, libc::ECHOKE),
    (0o100_000, libc::IEXTEN),
];
/// The characters, in Linux's order: the host's index of each.
const CHARACTERS: [Option<usize>; 19] = [
    Some(libc::VINTR),
    Some(libc::VQUIT),
    Some(libc::VERASE),
    Some(libc::VKILL),
    Some(libc::VEOF),
    Some(libc::VTIME),
    Some(libc::VMIN),
    None,
    Some(libc::VSTART),
    Some(libc::VSTOP),
    Some(libc::VSUSP),
    Some(libc::VEOL),
    Some(libc::VREPRINT),
    Some(libc::VDISCARD),
    Some(libc::VWERASE),
    Some(libc::VLNEXT),
    Some(libc::VEOL2),
    None,
    None,
];
/// Character size in Linux's control flags, and 38,400 baud.
const SIZE: u32 = 0o60;
const SPEED: u32 = 0o17;

fn to_linux(bits: &Bits, host: libc::tcflag_t) -> u32 {
    bits.iter().filter(|(_, bit)| host & bit != 0).fold(0, |all, (linux, _)| all | linux)
}

fn to_host(bits: &Bits, linux: u32) -> libc::tcflag_t {
    bits.iter().filter(|(bit, _)| linux & bit != 0).fold(0, |all, (_, host)| all | host)
}

fn read(fd: RawFd) -> Result<libc::termios, Errno> {
    // SAFETY: zero is valid for every field.
    let mut host: libc::termios = unsafe { std::mem::zeroed() };
    // SAFETY: the structure is ours.
    check(unsafe { libc::tcgetattr(fd, &raw mut host) })?;
    Ok(host)
}

/// Fills `into` with the settings in Linux's form.
///
/// # Errors
/// The host's.
pub fn get(fd: RawFd, into: &mut [u8]) -> Result<u64, Errno> {
    let host = read(fd)?;
    let control = to_linux(CONTROL, host.c_cflag) | SIZE | SPEED;
    let flags = [
        to_linux(INPUT, host.c_iflag),
        to_linux(OUTPUT, host.c_oflag),
        control,
        to_linux(LOCAL, host.c_lflag),
    ];
    let mut out: Vec<u8> = flags.iter().flat_map(|word| word.to_le_bytes()).collect();
    out.push(0);
    out.extend(CHARACTERS.map(|at| at.map_or(0, |at| host.c_cc[at])));
    let len = into.len().min(out.len());
    into[..len].copy_from_slice(&out[..len]);
    Ok(0)
}

/// Makes the settings in `from`; `when` is 0 now, 1 after output, 2 also dropping input.
///
/// # Errors
/// The host's.
pub fn set(fd: RawFd, when: i32, from: &[u8]) -> Result<u64, Errno> {
    let word = |at: usize| {
        from.get(at..at + 4)
            .and_then(|word| word.try_into().ok())
            .map(u32::from_le_bytes)
            .ok_or(Errno::EINVAL)
    };
    let mut host = read(fd)?;
    host.c_iflag = to_host(INPUT, word(0)?);
    host.c_oflag = to_host(OUTPUT, word(4)?);
    host.c_cflag = to_host(CONTROL, word(8)?) | libc::CS8;
    host.c_lflag = to_host(LOCAL, word(12)?);
    for (index, at) in CHARACTERS.iter().enumerate() {
        if let (Some(at), Some(value)) = (at, from.get(17 + index)) {
            host.c_cc[*at] = *value;
        }
    }
    // SAFETY: the structure is ours.
    check(unsafe { libc::tcsetattr(fd, when, &raw const host) }).map(|_| 0)
}
