//! What is not compared, and why.

use elfuse::isa::{self, Row, bits};

use super::record::Record;

/// Why a whole row is left out.
pub fn row(id: &str) -> Option<&'static str> {
    Some(match id {
        "Svc" => "it would be a real system call",
        "MrsCntvct" => "two clocks never agree",
        "MrsCntfrq" => "the frequency is ours to choose",
        "MrsReg" => {
            "qemu lets user code read identification registers; without HWCAP_CPUID it is SIGILL here"
        }
        "MsrReg" | "Sys" | "Sysl" => {
            "at EL0 they are undefined or trapped, and qemu offers a few to user code"
        }
        _ => return None,
    })
}

/// Why this word is left out: what the manual calls CONSTRAINED UNPREDICTABLE, and what would hang the oracle.
pub fn word(row: &Row, word: u32) -> Option<&'static str> {
    let field = |name: &str| row.field(name).map(|(low, width)| bits(word, low + width - 1, low));
    let (rt, rt2, rn, rs) = (field("Rt"), field("Rt2"), field("Rn"), field("Rs"));
    let id = row.id;
    let writes_back = id.ends_with("Post") || id.ends_with("Pre");
    let general = !id.contains("Fp");
    let base_is = |register: Option<u32>| register.is_some() && register == rn && rn != Some(31);
    if id == "Hlt" && field("imm16") == Some(0xf000) {
        return Some("semihosting in qemu");
    }
    if id == "MsrImm" && field("op1") == Some(3) && field("op2") == Some(1) {
        return Some("FEAT_SSBS, which the model has and we do not");
    }
    if id == "Hint" && field("CRm") == Some(0) && matches!(field("op2"), Some(2 | 3)) {
        return Some("waits for an event or an interrupt");
    }
    if !row.subclass.starts_with("Load") {
        return None;
    }
    if writes_back && general && (base_is(rt) || base_is(rt2)) {
        return Some("unpredictable: a transferred register is written back");
    }
    if (id.starts_with("Ld") && rt2.is_some()) && rt == rt2 {
        return Some("unpredictable: a pair loaded into one register");
    }
    if id.starts_with("Stx") && (rs == rt || (rt2.is_some() && rs == rt2) || base_is(rs)) {
        return Some("unpredictable: the status register is also an operand");
    }
    None
}

/// Why an execution is left out that ends with `signal` here.
pub fn ending(row: &Row, signal: u64) -> Option<&'static str> {
    match (row.id, signal) {
        ("IcIvau" | "DcCvac" | "DcCvau" | "DcCivac", 11) => Some("qemu does not check the access"),
        ("Stxr" | "Stxp", 7) => Some("qemu does not check the alignment of a store that the monitor stops"),
        ("Ldapr", 7) => Some("qemu 7.2 does not check its alignment"),
        _ => None,
    }
}

/// Undoes what qemu 7.2 is known to get wrong in the state after `word`.
pub fn repair(row: &Row, word: u32, theirs: &mut Record) {
    // It leaves the sign in bits 31–16 of the vector register; the manual has them zero.
    if row.id == "FcvtzsFixedScalarHalf" {
        theirs.v[bits(word, 4, 0) as usize] &= 0xffff;
    }
}

/// A word that is another row's.
pub fn hidden(row: &Row, word: u32) -> bool {
    isa::decode(word).is_none_or(|(found, _)| found.id != row.id)
}
