//! A system call that a signal cannot slip past.
//!
//! A signal that arrives after the last look at the interrupt flag but before the kernel is entered would be lost
//! until the call returns by itself. So the look and the entry are one short piece of assembly: the signal handler
//! moves a program counter inside it to its end, where the call reports `EINTR` without having been made.

use std::arch::global_asm;
use std::io;
use std::sync::atomic::AtomicU32;

// elfuse_interruptible(number, arguments: *const [usize; 6], flag: *const u32) -> isize
#[cfg(target_arch = "x86_64")]
global_asm!(
    ".text",
    ".globl elfuse_interruptible",
    ".type elfuse_interruptible, @function",
    "elfuse_interruptible:",
    "mov rax, rdi",
    "mov r11, rdx",
    "mov rcx, rsi",
    "mov rdi, [rcx]",
    "mov rsi, [rcx + 8]",
    "mov rdx, [rcx + 16]",
    "mov r10, [rcx + 24]",
    "mov r8, [rcx + 32]",
    "mov r9, [rcx + 40]",
    ".globl elfuse_interruptible_start",
    "elfuse_interruptible_start:",
    "cmp dword ptr [r11], 0",
    "jne elfuse_interruptible_abort",
    "syscall",
    ".globl elfuse_interruptible_stop",
    "elfuse_interruptible_stop:",
    "ret",
    ".globl elfuse_interruptible_abort",
    "elfuse_interruptible_abort:",
    "mov rax, -4",
    "ret",
    ".size elfuse_interruptible, . - elfuse_interruptible",
);
#[cfg(target_arch = "aarch64")]
global_asm!(
    ".text",
    ".globl elfuse_interruptible",
    ".type elfuse_interruptible, %function",
    "elfuse_interruptible:",
    "mov x8, x0",
    "mov x9, x1",
    "mov x10, x2",
    "ldp x0, x1, [x9]",
    "ldp x2, x3, [x9, #16]",
    "ldp x4, x5, [x9, #32]",
    ".globl elfuse_interruptible_start",
    "elfuse_interruptible_start:",
    "ldr w11, [x10]",
    "cbnz w11, elfuse_interruptible_abort",
    "svc #0",
    ".globl elfuse_interruptible_stop",
    "elfuse_interruptible_stop:",
    "ret",
    ".globl elfuse_interruptible_abort",
    "elfuse_interruptible_abort:",
    "mov x0, #-4",
    "ret",
    ".size elfuse_interruptible, . - elfuse_interruptible",
);

unsafe extern "C" {
    fn elfuse_interruptible(number: libc::c_long, args: *const [usize; 6], flag: *const u32) -> isize;
    fn elfuse_interruptible_start();
    fn elfuse_interruptible_stop();
    fn elfuse_interruptible_abort();
}

/// Makes system call `number`, unless `interrupt` is or becomes set before the kernel is entered.
///
/// # Errors
/// The kernel's; `EINTR` when a signal came before or during the call.
///
/// # Safety
/// As for the call itself.
pub unsafe fn interruptible(
    number: libc::c_long,
    args: [usize; 6],
    interrupt: &AtomicU32,
) -> io::Result<usize> {
    // SAFETY: the caller's promise; both pointers live across the call.
    let result = unsafe { elfuse_interruptible(number, &raw const args, interrupt.as_ptr()) };
    if (-4095..0).contains(&result) {
        return Err(io::Error::from_raw_os_error(-result as i32));
    }
    Ok(result as usize)
}

/// Where a thread interrupted at `pc` must go on so that its call is not made; `None` outside the critical piece.
pub(in crate::host) fn divert(pc: usize) -> Option<usize> {
    let start = elfuse_interruptible_start as *const () as usize;
    let stop = elfuse_interruptible_stop as *const () as usize;
    (start..stop).contains(&pc).then_some(elfuse_interruptible_abort as *const () as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_made_while_the_flag_is_clear_and_not_when_it_is_set() {
        let flag = AtomicU32::new(0);
        // SAFETY: getpid has no arguments.
        let pid = unsafe { interruptible(libc::SYS_getpid, [0; 6], &flag) };
        assert_eq!(pid.ok(), Some(std::process::id() as usize));
        flag.store(1, std::sync::atomic::Ordering::Relaxed);
        // SAFETY: as above.
        let refused = unsafe { interruptible(libc::SYS_getpid, [0; 6], &flag) };
        assert_eq!(refused.err().and_then(|error| error.raw_os_error()), Some(libc::EINTR));
    }

    #[test]
    fn an_error_comes_back_as_one() {
        // SAFETY: closing no descriptor.
        let result =
            unsafe { interruptible(libc::SYS_close, [usize::MAX, 0, 0, 0, 0, 0], &AtomicU32::new(0)) };
        assert_eq!(result.err().and_then(|error| error.raw_os_error()), Some(libc::EBADF));
    }
}
