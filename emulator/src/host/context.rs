//! The interrupted program counter in the host's signal context.

macro_rules! accessors {
    ($context:ident => $place:expr, $second:expr) => {
        /// The host's program counter in `context`.
        ///
        /// # Safety
        /// `context` is the `ucontext_t` of a running handler.
        pub(super) unsafe fn program_counter(context: *mut libc::c_void) -> usize {
            let $context = context.cast::<libc::ucontext_t>();
            // SAFETY: the caller's promise.
            unsafe { $place as usize }
        }

        /// Sets the host's program counter in `context`.
        ///
        /// # Safety
        /// As above, and execution may go on at `pc`.
        pub(super) unsafe fn set_program_counter(context: *mut libc::c_void, pc: usize) {
            let $context = context.cast::<libc::ucontext_t>();
            // SAFETY: the caller's promise.
            unsafe { $place = pc as _ };
        }

        /// Sets the register that the C calling convention returns a second word in.
        ///
        /// # Safety
        /// As above, and the interrupted code expects it.
        pub(super) unsafe fn set_second(context: *mut libc::c_void, value: usize) {
            let $context = context.cast::<libc::ucontext_t>();
            // SAFETY: the caller's promise.
            unsafe { $second = value as _ };
        }
    };
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
accessors!(context => (*context).uc_mcontext.gregs[libc::REG_RIP as usize],
    (*context).uc_mcontext.gregs[libc::REG_RDX as usize]);
#[cfg(all(target_os = "linux", target_arch = "aarch64"))]
accessors!(context => (*context).uc_mcontext.pc, (*context).uc_mcontext.regs[1]);
#[cfg(all(target_os = "macos", target_arch = "x86_64"))]
accessors!(context => (*(*context).uc_mcontext).__ss.__rip, (*(*context).uc_mcontext).__ss.__rdx);
#[cfg(all(target_os = "macos", target_arch = "aarch64"))]
accessors!(context => (*(*context).uc_mcontext).__ss.__pc, (*(*context).uc_mcontext).__ss.__x[1]);
