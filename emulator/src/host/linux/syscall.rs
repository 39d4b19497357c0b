//! A system call with nothing around it.

use std::io;

/// Makes system call `number` here, without a call of the C library's.
///
/// # Errors
/// The kernel's.
///
/// # Safety
/// As for the call itself.
///
/// # Source
/// syscall(2), "Architecture calling conventions".
#[inline(always)]
pub(in crate::host) unsafe fn syscall(number: libc::c_long, args: [usize; 6]) -> io::Result<u64> {
    let result: isize;
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the caller's promise; the kernel keeps all registers but these three.
    unsafe {
        std::arch::asm!(
            "syscall",
            inlateout("rax") number as isize => result,
            in("rdi") args[0],
            in("rsi") args[1],
            in("rdx") args[2],
            in("r10") args[3],
            in("r8") args[4],
            in("r9") args[5],
            lateout("rcx") _,
            lateout("r11") _,
            options(nostack),
        );
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: the caller's promise; the kernel keeps all registers but the result's.
    unsafe {
        std::arch::asm!(
            "svc #0",
            in("x8") number,
            inlateout("x0") args[0] => result,
            in("x1") args[1],
            in("x2") args[2],
            in("x3") args[3],
            in("x4") args[4],
            in("x5") args[5],
            options(nostack),
        );
    }
    if (-4095..0).contains(&result) {
        Err(io::Error::from_raw_os_error(-result as i32))
    } else {
        Ok(result as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_and_an_error_come_back() {
        // SAFETY: getpid has no arguments; no descriptor is closed.
        let (pid, refused) = unsafe {
            (syscall(libc::SYS_getpid, [0; 6]), syscall(libc::SYS_close, [usize::MAX, 0, 0, 0, 0, 0]))
        };
        assert_eq!(pid.ok(), Some(u64::from(std::process::id())));
        assert_eq!(refused.err().and_then(|error| error.raw_os_error()), Some(libc::EBADF));
    }
}
