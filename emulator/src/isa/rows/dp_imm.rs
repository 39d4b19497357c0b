//! Data processing, immediate (Arm ARM C4.1.86).

use crate::isa::row::group;

group! {
    /// Data processing, immediate.
    ["PC-rel. addressing"]
    Adr = "0 immlo:2 10000 immhi:19 Rd:5", Base, "adr {X:Rd}, {target:immhi.immlo}";
    Adrp = "1 immlo:2 10000 immhi:19 Rd:5", Base, "adrp {X:Rd}, {page:immhi.immlo}";
    ["Add/subtract (immediate)"]
    AddSubImm = "sf op 0 100010 sh imm12:12 Rn:5 Rd:5", Base, "{add|sub:op} {Rsp:Rd}, {Rsp:Rn}, #{x:imm12}{|, lsl #12:sh}";
    AddsSubsImm = "sf op 1 100010 sh imm12:12 Rn:5 Rd:5", Base, "{adds|subs:op} {R:Rd}, {Rsp:Rn}, #{x:imm12}{|, lsl #12:sh}";
    ["Add/subtract (immediate, with tags)"]
    Addg = "1 0 0 100011 0 imm6:6 xx imm4:4 Rn:5 Rd:5", Mte, "addg {Xsp:Rd}, {Xsp:Rn}, #{d:imm6*16}, #{d:imm4}";
    Subg = "1 1 0 100011 0 imm6:6 xx imm4:4 Rn:5 Rd:5", Mte, "subg {Xsp:Rd}, {Xsp:Rn}, #{d:imm6*16}, #{d:imm4}";
    ["Logical (immediate)"]
    LogicalImm = "sf opc:2 100100 N immr:6 imms:6 Rn:5 Rd:5", Base, "{and|orr|eor|ands:opc} {{Rsp:Rd}|{Rsp:Rd}|{Rsp:Rd}|{R:Rd}:opc}, {R:Rn}, #{bitmask}";
    ["Move wide (immediate)"]
    MoveWide = "sf opc:2 100101 hw:2 imm16:16 Rd:5", Base, "{movn||movz|movk:opc} {R:Rd}, #{x:imm16}{|, lsl #16|, lsl #32|, lsl #48:hw}";
    ["Bitfield"]
    Bitfield = "sf opc:2 100110 N immr:6 imms:6 Rn:5 Rd:5", Base, "{sbfm|bfm|ubfm:opc} {R:Rd}, {R:Rn}, #{d:immr}, #{d:imms}";
    ["Extract"]
    Extr = "sf 00 100111 N 0 Rm:5 imms:6 Rn:5 Rd:5", Base, "extr {R:Rd}, {R:Rn}, {R:Rm}, #{d:imms}";
}
