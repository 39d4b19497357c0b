//! Branches, exception generation and system instructions (Arm ARM C4.1.87), and the reserved encodings (C4.1.85).

use crate::isa::row::group;

group! {
    /// Branches, exception generation and system instructions (Arm ARM C4.1.87).
    ["Conditional branch (immediate)"]
    BranchCond = "0101010 0 imm19:19 0 cond:4", Base, "b.{cond:cond} {target:imm19*4}";
    BranchConsistent = "0101010 0 imm19:19 1 cond:4", Hbc, "bc.{cond:cond} {target:imm19*4}";
    ["Exception generation"]
    Svc = "11010100 000 imm16:16 000 01", Base, "svc #{x:imm16}";
    Hvc = "11010100 000 imm16:16 000 10", Base, "hvc #{x:imm16}";
    Smc = "11010100 000 imm16:16 000 11", Base, "smc #{x:imm16}";
    Brk = "11010100 001 imm16:16 000 00", Base, "brk #{x:imm16}";
    Hlt = "11010100 010 imm16:16 000 00", Base, "hlt #{x:imm16}";
    Dcps1 = "11010100 101 imm16:16 000 01", Base, "dcps1 #{x:imm16}";
    Dcps2 = "11010100 101 imm16:16 000 10", Base, "dcps2 #{x:imm16}";
    Dcps3 = "11010100 101 imm16:16 000 11", Base, "dcps3 #{x:imm16}";
    ["System instructions with register argument"]
    WaitTimeout = "11010101000000110001 0000 00 op2 Rd:5", Wfxt, "{wfet|wfit:op2} {X:Rd}";
    ["Hints"]
    Hint = "11010101000000110010 CRm:4 op2:3 11111", Base, "{hint:CRm.op2}";
    ["Barriers"]
    Clrex = "11010101000000110011 CRm:4 010 11111", Base, "clrex #{d:CRm}";
    DsbXs = "11010101000000110011 imm2:2 10 001 11111", Xs, "dsb {oshnxs|nshnxs|ishnxs|synxs:imm2}";
    Dsb = "11010101000000110011 CRm:4 100 11111", Base, "dsb {barrier:CRm}";
    Dmb = "11010101000000110011 CRm:4 101 11111", Base, "dmb {barrier:CRm}";
    Isb = "11010101000000110011 CRm:4 110 11111", Base, "isb #{d:CRm}";
    Sb = "11010101000000110011 CRm:4 111 11111", Sb, "sb";
    ["PSTATE"]
    Cfinv = "1101010100000 000 0100 CRm:4 000 11111", FlagM, "cfinv";
    Xaflag = "1101010100000 000 0100 CRm:4 001 11111", FlagM2, "xaflag";
    Axflag = "1101010100000 000 0100 CRm:4 010 11111", FlagM2, "axflag";
    MsrImm = "1101010100000 op1:3 0100 CRm:4 op2:3 11111", Base, "msr {pstate:op1.op2}, #{d:CRm}";
    ["System instructions"]
    DcZva = "1101010100001 011 0111 0100 001 Rt:5", Base, "dc zva, {X:Rt}";
    DcGva = "1101010100001 011 0111 0100 op2:3 Rt:5", Mte, "dc {|||gva|gzva|||:op2}, {X:Rt}";
    IcIvau = "1101010100001 011 0111 0101 001 Rt:5", Base, "ic ivau, {X:Rt}";
    DcCvac = "1101010100001 011 0111 1010 001 Rt:5", Base, "dc cvac, {X:Rt}";
    DcCvau = "1101010100001 011 0111 1011 001 Rt:5", Base, "dc cvau, {X:Rt}";
    DcCvap = "1101010100001 011 0111 1100 001 Rt:5", Dpb, "dc cvap, {X:Rt}";
    DcCivac = "1101010100001 011 0111 1110 001 Rt:5", Base, "dc civac, {X:Rt}";
    Sys = "1101010100001 op1:3 CRn:4 CRm:4 op2:3 Rt:5", Base, "sys #{d:op1}, c{d:CRn}, c{d:CRm}, #{d:op2}, {X:Rt}";
    Sysl = "1101010100101 op1:3 CRn:4 CRm:4 op2:3 Rt:5", Base, "sysl {X:Rt}, #{d:op1}, c{d:CRn}, c{d:CRm}, #{d:op2}";
    ["System register move"]
    MsrNzcv = "1101010100011 011 0100 0010 000 Rt:5", Base, "msr nzcv, {X:Rt}";
    MsrFpcr = "1101010100011 011 0100 0100 000 Rt:5", Base, "msr fpcr, {X:Rt}";
    MsrFpsr = "1101010100011 011 0100 0100 001 Rt:5", Base, "msr fpsr, {X:Rt}";
    MsrTpidr = "1101010100011 011 1101 0000 010 Rt:5", Base, "msr tpidr_el0, {X:Rt}";
    MrsNzcv = "1101010100111 011 0100 0010 000 Rt:5", Base, "mrs {X:Rt}, nzcv";
    MrsFpcr = "1101010100111 011 0100 0100 000 Rt:5", Base, "mrs {X:Rt}, fpcr";
    MrsFpsr = "1101010100111 011 0100 0100 001 Rt:5", Base, "mrs {X:Rt}, fpsr";
    MrsTpidr = "1101010100111 011 1101 0000 010 Rt:5", Base, "mrs {X:Rt}, tpidr_el0";
    MrsTpidrro = "1101010100111 011 1101 0000 011 Rt:5", Base, "mrs {X:Rt}, tpidrro_el0";
    MrsCtr = "1101010100111 011 0000 0000 001 Rt:5", Base, "mrs {X:Rt}, ctr_el0";
    MrsDczid = "1101010100111 011 0000 0000 111 Rt:5", Base, "mrs {X:Rt}, dczid_el0";
    MrsCntfrq = "1101010100111 011 1110 0000 000 Rt:5", Base, "mrs {X:Rt}, cntfrq_el0";
    MrsCntvct = "1101010100111 011 1110 0000 010 Rt:5", Base, "mrs {X:Rt}, cntvct_el0";
    MsrReg = "110101010001 o0 op1:3 CRn:4 CRm:4 op2:3 Rt:5", Base, "msr {sysreg:o0.op1.CRn.CRm.op2}, {X:Rt}";
    MrsReg = "110101010011 o0 op1:3 CRn:4 CRm:4 op2:3 Rt:5", Base, "mrs {X:Rt}, {sysreg:o0.op1.CRn.CRm.op2}";
    ["Unconditional branch (register)"]
    Br = "1101011 0000 11111 000000 Rn:5 00000", Base, "br {X:Rn}";
    Blr = "1101011 0001 11111 000000 Rn:5 00000", Base, "blr {X:Rn}";
    Ret = "1101011 0010 11111 000000 Rn:5 00000", Base, "ret {X:Rn}";
    Eret = "1101011 0100 11111 000000 11111 00000", Base, "eret";
    Drps = "1101011 0101 11111 000000 11111 00000", Base, "drps";
    BranchAuth = "1101011 1 000 11111 00001 key Rn:5 Rm:5", PAuth, "bra{a|b:key} {X:Rn}, {Xsp:Rm}";
    BranchAuthZero = "1101011 0 000 11111 00001 key Rn:5 11111", PAuth, "bra{a|b:key}z {X:Rn}";
    BranchLinkAuth = "1101011 1 001 11111 00001 key Rn:5 Rm:5", PAuth, "blra{a|b:key} {X:Rn}, {Xsp:Rm}";
    BranchLinkAuthZero = "1101011 0 001 11111 00001 key Rn:5 11111", PAuth, "blra{a|b:key}z {X:Rn}";
    RetAuth = "1101011 0 010 11111 00001 key 11111 11111", PAuth, "reta{a|b:key}";
    EretAuth = "1101011 0 100 11111 00001 key 11111 11111", PAuth, "ereta{a|b:key}";
    ["Unconditional branch (immediate)"]
    BranchImm = "op 00101 imm26:26", Base, "{b|bl:op} {target:imm26*4}";
    ["Compare and branch (immediate)"]
    CompareBranch = "sf 011010 op imm19:19 Rt:5", Base, "{cbz|cbnz:op} {R:Rt}, {target:imm19*4}";
    ["Test and branch (immediate)"]
    TestBranch = "b5 011011 op b40:5 imm14:14 Rt:5", Base, "{tbz|tbnz:op} {{W:Rt}|{X:Rt}:b5}, #{d:b5.b40}, {target:imm14*4}";
    ["Reserved"]
    Udf = "0000000000000000 imm16:16", Base, "udf #{d:imm16}";
}
