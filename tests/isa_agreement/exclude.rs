//! What is not compared, and why.

use elfuse::isa::{self, Row, bits};

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

/// A word that is another row's.
pub fn hidden(row: &Row, word: u32) -> bool {
    isa::decode(word).is_none_or(|(found, _)| found.id != row.id)
}
