//! Accesses for x86-64 hosts.

use std::arch::asm;

/// Assembly whose instruction at label 2 may fault; its value is true when it did. What stands after `finally` runs
/// either way.
macro_rules! guarded {
    ($($body:literal),+ $(, finally $restore:literal)? ; $($operands:tt)*) => {{
        let failed: u32;
        asm!(
            "xor {failed:e}, {failed:e}",
            $($body,)+
            "3:",
            $($restore,)?
            fixup_section!(),
            "4:",
            "mov {failed:e}, 1",
            "jmp 3b",
            ".popsection",
            table_section!(),
            ".balign 8",
            ".quad 2b, 4b",
            ".popsection",
            failed = out(reg) failed,
            $($operands)*
            options(nostack),
        );
        failed != 0
    }};
}

macro_rules! accesses {
    ($($ty:ty, $raw:ty, $load:ident $load_insn:literal, $store:ident $store_insn:literal, $class:ident;)*) => { $(
        /// Loads from `host`.
        ///
        /// # Errors
        /// The host faulted; `last_fault` says where.
        ///
        /// # Safety
        /// `host` may be any address at which a load may be tried: mapped, or faulting without harm.
        #[inline(always)]
        pub unsafe fn $load(host: *const u8) -> Result<$ty, ()> {
            let value: $raw;
            // SAFETY: one load, whose fault is in the table.
            let failed = unsafe {
                guarded!($load_insn; host = in(reg) host, value = out($class) value,)
            };
            if failed { Err(()) } else { Ok(value as $ty) }
        }

        /// Stores to `host`.
        ///
        /// # Errors
        /// The host faulted; `last_fault` says where.
        ///
        /// # Safety
        /// `host` may be any address at which a store may be tried: guest memory, or faulting without harm.
        #[inline(always)]
        pub unsafe fn $store(host: *mut u8, value: $ty) -> Result<(), ()> {
            // SAFETY: one store, whose fault is in the table.
            let failed = unsafe {
                guarded!($store_insn; host = in(reg) host, value = in($class) value,)
            };
            if failed { Err(()) } else { Ok(()) }
        }
    )* };
}

accesses! {
    u8, u8, load8 "2: mov {value}, byte ptr [{host}]", store8 "2: mov byte ptr [{host}], {value}", reg_byte;
    u16, u16, load16 "2: mov {value:x}, word ptr [{host}]", store16 "2: mov word ptr [{host}], {value:x}", reg;
    u32, u32, load32 "2: mov {value:e}, dword ptr [{host}]", store32 "2: mov dword ptr [{host}], {value:e}", reg;
    u64, u64, load64 "2: mov {value}, qword ptr [{host}]", store64 "2: mov qword ptr [{host}], {value}", reg;
}

/// Loads sixteen bytes from `host`, in one access.
///
/// # Errors
/// The host faulted; `last_fault` says where.
///
/// # Safety
/// As for `load64`.
#[inline(always)]
pub unsafe fn load128(host: *const u8) -> Result<u128, ()> {
    let value: std::arch::x86_64::__m128i;
    // SAFETY: one load, whose fault is in the table.
    let failed = unsafe {
        guarded!("2: movdqu {value}, xmmword ptr [{host}]"; host = in(reg) host, value = out(xmm_reg) value,)
    };
    if failed {
        return Err(());
    }
    // SAFETY: both are 16 plain bytes.
    Ok(unsafe { std::mem::transmute::<std::arch::x86_64::__m128i, u128>(value) })
}

/// Stores sixteen bytes to `host`, in one access.
///
/// # Errors
/// The host faulted; `last_fault` says where.
///
/// # Safety
/// As for `store64`.
#[inline(always)]
pub unsafe fn store128(host: *mut u8, value: u128) -> Result<(), ()> {
    // SAFETY: both are 16 plain bytes.
    let value = unsafe { std::mem::transmute::<u128, std::arch::x86_64::__m128i>(value) };
    // SAFETY: one store, whose fault is in the table.
    let failed = unsafe {
        guarded!("2: movdqu xmmword ptr [{host}], {value}"; host = in(reg) host, value = in(xmm_reg) value,)
    };
    if failed { Err(()) } else { Ok(()) }
}

/// Copies `len` bytes; guest memory may be on either side.
///
/// # Errors
/// The host faulted; `last_fault` says where. What was copied stays copied.
///
/// # Safety
/// Each side is ours and large enough, or guest memory.
pub unsafe fn copy(to: *mut u8, from: *const u8, len: usize) -> Result<(), ()> {
    // SAFETY: one string move, whose fault is in the table; the direction flag is clear by the ABI.
    let failed = unsafe {
        guarded!("2: rep movsb"; inout("rcx") len => _, inout("rdi") to => _, inout("rsi") from => _,)
    };
    if failed { Err(()) } else { Ok(()) }
}

macro_rules! cas {
    ($($name:ident, $ty:ty, $insn:literal, $acc:tt, $class:ident;)*) => { $(
        /// Compares and swaps; returns what stood there.
        ///
        /// # Errors
        /// The host faulted; `last_fault` says where.
        ///
        /// # Safety
        /// As for `store64`; `host` is aligned.
        #[inline(always)]
        pub unsafe fn $name(host: *mut u8, expected: $ty, new: $ty) -> Result<$ty, ()> {
            let seen: $ty;
            // SAFETY: one locked access, whose fault is in the table.
            let failed = unsafe {
                guarded!($insn; host = in(reg) host, new = in($class) new, inout($acc) expected => seen,)
            };
            if failed { Err(()) } else { Ok(seen) }
        }
    )* };
}

cas! {
    cas8, u8, "2: lock cmpxchg byte ptr [{host}], {new}", "al", reg_byte;
    cas16, u16, "2: lock cmpxchg word ptr [{host}], {new:x}", "ax", reg;
    cas32, u32, "2: lock cmpxchg dword ptr [{host}], {new:e}", "eax", reg;
    cas64, u64, "2: lock cmpxchg qword ptr [{host}], {new}", "rax", reg;
}

/// Compares and swaps sixteen bytes; returns what stood there.
///
/// # Errors
/// The host faulted; `last_fault` says where.
///
/// # Safety
/// As for `store64`; `host` is a multiple of 16.
pub unsafe fn cas128(host: *mut u8, expected: u128, new: u128) -> Result<u128, ()> {
    let (low, high): (u64, u64);
    // SAFETY: one locked access, whose fault is in the table. rbx is reserved by the compiler, so it is swapped in
    // and out around the access, also on the way of a fault; both operands have registers by name, for any other might
    // be rbx itself.
    let failed = unsafe {
        guarded!("xchg rsi, rbx", "2: lock cmpxchg16b xmmword ptr [rdi]", finally "xchg rsi, rbx";
            in("rdi") host,
            inout("rsi") new as u64 => _,
            in("rcx") (new >> 64) as u64,
            inout("rax") expected as u64 => low,
            inout("rdx") (expected >> 64) as u64 => high,)
    };
    if failed { Err(()) } else { Ok(u128::from(low) | u128::from(high) << 64) }
}
