//! Names of conditions, system registers, hints, barriers and the like.

use std::borrow::Cow;

/// A condition (Arm ARM C1.2.4).
pub(super) fn condition(value: u64) -> &'static str {
    const NAMES: [&str; 16] =
        ["eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le", "al", "nv"];
    NAMES[value as usize & 15]
}

/// A system register by `o0.op1.CRn.CRm.op2`, 15 bits (Arm ARM D19).
pub(super) fn system_register(value: u64) -> Cow<'static, str> {
    let fields = (2 + (value >> 14 & 1), value >> 11 & 7, value >> 7 & 15, value >> 3 & 15, value & 7);
    let name = match fields {
        (3, 3, 4, 2, 0) => "nzcv",
        (3, 3, 4, 4, 0) => "fpcr",
        (3, 3, 4, 4, 1) => "fpsr",
        (3, 3, 13, 0, 2) => "tpidr_el0",
        (3, 3, 13, 0, 3) => "tpidrro_el0",
        (3, 3, 0, 0, 1) => "ctr_el0",
        (3, 3, 0, 0, 7) => "dczid_el0",
        (3, 3, 14, 0, 0) => "cntfrq_el0",
        (3, 3, 14, 0, 1) => "cntpct_el0",
        (3, 3, 14, 0, 2) => "cntvct_el0",
        (3, 0, 0, 0, 0) => "midr_el1",
        (3, 0, 0, 0, 5) => "mpidr_el1",
        (3, 0, 0, 4, 0) => "id_aa64pfr0_el1",
        (3, 0, 0, 4, 1) => "id_aa64pfr1_el1",
        (3, 0, 0, 6, 0) => "id_aa64isar0_el1",
        (3, 0, 0, 6, 1) => "id_aa64isar1_el1",
        (3, 0, 0, 7, 0) => "id_aa64mmfr0_el1",
        (op0, op1, crn, crm, op2) => return format!("s{op0}_{op1}_c{crn}_c{crm}_{op2}").into(),
    };
    name.into()
}

/// A hint by `CRm.op2` (Arm ARM C6.2, `HINT`).
pub(super) fn hint(value: u64) -> Cow<'static, str> {
    let name = match value {
        0 => "nop",
        1 => "yield",
        2 => "wfe",
        3 => "wfi",
        4 => "sev",
        5 => "sevl",
        6 => "dgh",
        7 => "xpaclri",
        8 => "pacia1716",
        10 => "pacib1716",
        12 => "autia1716",
        14 => "autib1716",
        16 => "esb",
        17 => "psb csync",
        18 => "tsb csync",
        20 => "csdb",
        24 => "paciaz",
        25 => "paciasp",
        26 => "pacibz",
        27 => "pacibsp",
        28 => "autiaz",
        29 => "autiasp",
        30 => "autibz",
        31 => "autibsp",
        32 => "bti",
        34 => "bti c",
        36 => "bti j",
        38 => "bti jc",
        _ => return format!("hint #{value}").into(),
    };
    name.into()
}

/// A barrier's domain and kind of accesses by `CRm` (Arm ARM C6.2, `DMB`).
pub(super) fn barrier(value: u64) -> Cow<'static, str> {
    const NAMES: [&str; 16] = [
        "", "oshld", "oshst", "osh", "", "nshld", "nshst", "nsh", "", "ishld", "ishst", "ish", "", "ld",
        "st", "sy",
    ];
    match NAMES[value as usize & 15] {
        "" => format!("#{value}").into(),
        name => name.into(),
    }
}

/// A prefetch operation (Arm ARM C6.2, `PRFM (immediate)`).
pub(super) fn prefetch(value: u64) -> Cow<'static, str> {
    let (kind, level, policy) = (value >> 3 & 3, value >> 1 & 3, value & 1);
    if kind == 3 || level == 3 {
        return format!("#{value}").into();
    }
    let kind = ["pld", "pli", "pst"][kind as usize];
    format!("{kind}l{}{}", level + 1, ["keep", "strm"][policy as usize]).into()
}

/// A PSTATE field by `op1.op2` (Arm ARM C6.2, `MSR (immediate)`).
pub(super) fn pstate(value: u64) -> Cow<'static, str> {
    let name = match value {
        0o03 => "uao",
        0o04 => "pan",
        0o05 => "spsel",
        0o31 => "ssbs",
        0o32 => "dit",
        0o34 => "tco",
        0o36 => "daifset",
        0o37 => "daifclr",
        _ => return format!("s0_{}_c4_{}", value >> 3, value & 7).into(),
    };
    name.into()
}
