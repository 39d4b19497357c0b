//! Accesses for AArch64 hosts.

use std::arch::asm;

/// Assembly whose instruction at label 2 (and at the second label, if given) may fault; its value is true when it did.
macro_rules! guarded {
    ($($body:literal),+ $(, or $second:literal)? ; $($operands:tt)*) => {{
        let failed: u32;
        asm!(
            "mov {failed:w}, wzr",
            $($body,)+
            "3:",
            fixup_section!(),
            "4:",
            "mov {failed:w}, #1",
            "b 3b",
            ".popsection",
            table_section!(),
            ".balign 8",
            ".quad 2b, 4b",
            $(concat!(".quad ", $second, ", 4b"),)?
            ".popsection",
            failed = out(reg) failed,
            $($operands)*
            options(nostack),
        );
        failed != 0
    }};
}

macro_rules! accesses {
    ($($ty:ty, $load:ident $load_insn:literal, $store:ident $store_insn:literal;)*) => { $(
        /// Loads from `host`.
        ///
        /// # Errors
        /// The host faulted; `last_fault` says where.
        ///
        /// # Safety
        /// `host` may be any address at which a load may be tried: mapped, or faulting without harm.
        #[inline(always)]
        pub unsafe fn $load(host: *const u8) -> Result<$ty, ()> {
            let value: u64;
            // SAFETY: one load, whose fault is in the table.
            let failed = unsafe { guarded!($load_insn; host = in(reg) host, value = out(reg) value,) };
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
            let wide = u64::from(value);
            // SAFETY: one store, whose fault is in the table.
            let failed = unsafe { guarded!($store_insn; host = in(reg) host, value = in(reg) wide,) };
            if failed { Err(()) } else { Ok(()) }
        }
    )* };
}

accesses! {
    u8, load8 "2: ldrb {value:w}, [{host}]", store8 "2: strb {value:w}, [{host}]";
    u16, load16 "2: ldrh {value:w}, [{host}]", store16 "2: strh {value:w}, [{host}]";
    u32, load32 "2: ldr {value:w}, [{host}]", store32 "2: str {value:w}, [{host}]";
    u64, load64 "2: ldr {value}, [{host}]", store64 "2: str {value}, [{host}]";
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
    let value: std::arch::aarch64::uint8x16_t;
    // SAFETY: one load, whose fault is in the table.
    let failed =
        unsafe { guarded!("2: ldr {value:q}, [{host}]"; host = in(reg) host, value = out(vreg) value,) };
    if failed {
        return Err(());
    }
    // SAFETY: both are 16 plain bytes.
    Ok(unsafe { std::mem::transmute::<std::arch::aarch64::uint8x16_t, u128>(value) })
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
    let value = unsafe { std::mem::transmute::<u128, std::arch::aarch64::uint8x16_t>(value) };
    // SAFETY: one store, whose fault is in the table.
    let failed =
        unsafe { guarded!("2: str {value:q}, [{host}]"; host = in(reg) host, value = in(vreg) value,) };
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
    for i in 0..len {
        // SAFETY: the caller's promise, byte by byte.
        unsafe { store8(to.wrapping_add(i), load8(from.wrapping_add(i))?)? };
    }
    Ok(())
}

macro_rules! cas {
    ($($name:ident, $ty:ty, $load:literal, $store:literal;)*) => { $(
        /// Compares and swaps; returns what stood there.
        ///
        /// # Errors
        /// The host faulted; `last_fault` says where.
        ///
        /// # Safety
        /// As for `store64`; `host` is aligned.
        #[inline(always)]
        pub unsafe fn $name(host: *mut u8, expected: $ty, new: $ty) -> Result<$ty, ()> {
            let seen: u64;
            // SAFETY: an exclusive pair; the faults of both halves are in the table.
            let failed = unsafe {
                guarded!($load, "cmp {seen}, {expected}", "b.ne 5f", $store, "cbnz {status:w}, 2b", "5: dmb ish", or "6b";
                    host = in(reg) host, expected = in(reg) u64::from(expected), new = in(reg) u64::from(new),
                    seen = out(reg) seen, status = out(reg) _,)
            };
            if failed { Err(()) } else { Ok(seen as $ty) }
        }
    )* };
}

cas! {
    cas8, u8, "2: ldaxrb {seen:w}, [{host}]", "6: stlxrb {status:w}, {new:w}, [{host}]";
    cas16, u16, "2: ldaxrh {seen:w}, [{host}]", "6: stlxrh {status:w}, {new:w}, [{host}]";
    cas32, u32, "2: ldaxr {seen:w}, [{host}]", "6: stlxr {status:w}, {new:w}, [{host}]";
    cas64, u64, "2: ldaxr {seen}, [{host}]", "6: stlxr {status:w}, {new}, [{host}]";
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
    // SAFETY: an exclusive pair, as above.
    let failed = unsafe {
        guarded!("2: ldaxp {low}, {high}, [{host}]", "cmp {low}, {el}", "ccmp {high}, {eh}, #0, eq", "b.ne 5f",
            "6: stlxp {status:w}, {nl}, {nh}, [{host}]", "cbnz {status:w}, 2b", "5: dmb ish", or "6b";
            host = in(reg) host, el = in(reg) expected as u64, eh = in(reg) (expected >> 64) as u64,
            nl = in(reg) new as u64, nh = in(reg) (new >> 64) as u64,
            low = out(reg) low, high = out(reg) high, status = out(reg) _,)
    };
    if failed { Err(()) } else { Ok(u128::from(low) | u128::from(high) << 64) }
}
