//! The interrupted program counter in the host's signal context.

macro_rules! accessors {
    ($context:ident => $place:expr) => {
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
    };
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
accessors!(context => (*context).uc_mcontext.gregs[libc::REG_RIP as usize]);
#[cfg(all(target_os = "linux", target_arch = "aarch64"))]
accessors!(context => (*context).uc_mcontext.pc);
#[cfg(all(target_os = "macos", target_arch = "x86_64"))]
accessors!(context => (*(*context).uc_mcontext).__ss.__rip);
#[cfg(all(target_os = "macos", target_arch = "aarch64"))]
accessors!(context => (*(*context).uc_mcontext).__ss.__pc);
