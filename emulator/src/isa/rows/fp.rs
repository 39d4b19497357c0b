//! Scalar floating point (Arm ARM C4.1.90).

use crate::isa::row::group;

group! {
    /// Scalar floating point (Arm ARM C4.1.90).
    ["Floating-point data-processing (1 source)"]
    FmovReg = "0 0 0 11110 ftype:2 1 000000 10000 Rn:5 Rd:5", Fp, "fmov {s|d||h:ftype}{d:Rd}, {s|d||h:ftype}{d:Rn}";
    FabsScalar = "0 0 0 11110 ftype:2 1 000001 10000 Rn:5 Rd:5", Fp, "fabs {s|d||h:ftype}{d:Rd}, {s|d||h:ftype}{d:Rn}";
    FnegScalar = "0 0 0 11110 ftype:2 1 000010 10000 Rn:5 Rd:5", Fp, "fneg {s|d||h:ftype}{d:Rd}, {s|d||h:ftype}{d:Rn}";
    FsqrtScalar = "0 0 0 11110 ftype:2 1 000011 10000 Rn:5 Rd:5", Fp, "fsqrt {s|d||h:ftype}{d:Rd}, {s|d||h:ftype}{d:Rn}";
    FrintnScalar = "0 0 0 11110 ftype:2 1 001000 10000 Rn:5 Rd:5", Fp, "frintn {s|d||h:ftype}{d:Rd}, {s|d||h:ftype}{d:Rn}";
    FrintpScalar = "0 0 0 11110 ftype:2 1 001001 10000 Rn:5 Rd:5", Fp, "frintp {s|d||h:ftype}{d:Rd}, {s|d||h:ftype}{d:Rn}";
    FrintmScalar = "0 0 0 11110 ftype:2 1 001010 10000 Rn:5 Rd:5", Fp, "frintm {s|d||h:ftype}{d:Rd}, {s|d||h:ftype}{d:Rn}";
    FrintzScalar = "0 0 0 11110 ftype:2 1 001011 10000 Rn:5 Rd:5", Fp, "frintz {s|d||h:ftype}{d:Rd}, {s|d||h:ftype}{d:Rn}";
    FrintaScalar = "0 0 0 11110 ftype:2 1 001100 10000 Rn:5 Rd:5", Fp, "frinta {s|d||h:ftype}{d:Rd}, {s|d||h:ftype}{d:Rn}";
    FrintxScalar = "0 0 0 11110 ftype:2 1 001110 10000 Rn:5 Rd:5", Fp, "frintx {s|d||h:ftype}{d:Rd}, {s|d||h:ftype}{d:Rn}";
    FrintiScalar = "0 0 0 11110 ftype:2 1 001111 10000 Rn:5 Rd:5", Fp, "frinti {s|d||h:ftype}{d:Rd}, {s|d||h:ftype}{d:Rn}";
    Bfcvt = "0 0 0 11110 01 1 000110 10000 Rn:5 Rd:5", Bf16, "bfcvt {H:Rd}, {S:Rn}";
    FcvtSingle = "0 0 0 11110 00 1 0001 opc:2 10000 Rn:5 Rd:5", Fp, "fcvt {s|d||h:opc}{d:Rd}, {S:Rn}";
    FcvtDouble = "0 0 0 11110 01 1 0001 opc:2 10000 Rn:5 Rd:5", Fp, "fcvt {s|d||h:opc}{d:Rd}, {D:Rn}";
    FcvtHalf = "0 0 0 11110 11 1 0001 opc:2 10000 Rn:5 Rd:5", Fp, "fcvt {s|d||h:opc}{d:Rd}, {H:Rn}";
    Frint32zScalar = "0 0 0 11110 0 sz 1 010000 10000 Rn:5 Rd:5", Frintts, "frint32z {s|d:sz}{d:Rd}, {s|d:sz}{d:Rn}";
    Frint32xScalar = "0 0 0 11110 0 sz 1 010001 10000 Rn:5 Rd:5", Frintts, "frint32x {s|d:sz}{d:Rd}, {s|d:sz}{d:Rn}";
    Frint64zScalar = "0 0 0 11110 0 sz 1 010010 10000 Rn:5 Rd:5", Frintts, "frint64z {s|d:sz}{d:Rd}, {s|d:sz}{d:Rn}";
    Frint64xScalar = "0 0 0 11110 0 sz 1 010011 10000 Rn:5 Rd:5", Frintts, "frint64x {s|d:sz}{d:Rd}, {s|d:sz}{d:Rn}";
    ["Floating-point data-processing (2 source)"]
    FmulScalar = "0 0 0 11110 ftype:2 1 Rm:5 0000 10 Rn:5 Rd:5", Fp, "fmul {s|d||h:ftype}{d:Rd}, {s|d||h:ftype}{d:Rn}, {s|d||h:ftype}{d:Rm}";
    FdivScalar = "0 0 0 11110 ftype:2 1 Rm:5 0001 10 Rn:5 Rd:5", Fp, "fdiv {s|d||h:ftype}{d:Rd}, {s|d||h:ftype}{d:Rn}, {s|d||h:ftype}{d:Rm}";
    FaddScalar = "0 0 0 11110 ftype:2 1 Rm:5 0010 10 Rn:5 Rd:5", Fp, "fadd {s|d||h:ftype}{d:Rd}, {s|d||h:ftype}{d:Rn}, {s|d||h:ftype}{d:Rm}";
    FsubScalar = "0 0 0 11110 ftype:2 1 Rm:5 0011 10 Rn:5 Rd:5", Fp, "fsub {s|d||h:ftype}{d:Rd}, {s|d||h:ftype}{d:Rn}, {s|d||h:ftype}{d:Rm}";
    FmaxScalar = "0 0 0 11110 ftype:2 1 Rm:5 0100 10 Rn:5 Rd:5", Fp, "fmax {s|d||h:ftype}{d:Rd}, {s|d||h:ftype}{d:Rn}, {s|d||h:ftype}{d:Rm}";
    FminScalar = "0 0 0 11110 ftype:2 1 Rm:5 0101 10 Rn:5 Rd:5", Fp, "fmin {s|d||h:ftype}{d:Rd}, {s|d||h:ftype}{d:Rn}, {s|d||h:ftype}{d:Rm}";
    FmaxnmScalar = "0 0 0 11110 ftype:2 1 Rm:5 0110 10 Rn:5 Rd:5", Fp, "fmaxnm {s|d||h:ftype}{d:Rd}, {s|d||h:ftype}{d:Rn}, {s|d||h:ftype}{d:Rm}";
    FminnmScalar = "0 0 0 11110 ftype:2 1 Rm:5 0111 10 Rn:5 Rd:5", Fp, "fminnm {s|d||h:ftype}{d:Rd}, {s|d||h:ftype}{d:Rn}, {s|d||h:ftype}{d:Rm}";
    FnmulScalar = "0 0 0 11110 ftype:2 1 Rm:5 1000 10 Rn:5 Rd:5", Fp, "fnmul {s|d||h:ftype}{d:Rd}, {s|d||h:ftype}{d:Rn}, {s|d||h:ftype}{d:Rm}";
    ["Floating-point data-processing (3 source)"]
    Fmadd = "0 0 0 11111 ftype:2 0 Rm:5 0 Ra:5 Rn:5 Rd:5", Fp, "fmadd {s|d||h:ftype}{d:Rd}, {s|d||h:ftype}{d:Rn}, {s|d||h:ftype}{d:Rm}, {s|d||h:ftype}{d:Ra}";
    Fmsub = "0 0 0 11111 ftype:2 0 Rm:5 1 Ra:5 Rn:5 Rd:5", Fp, "fmsub {s|d||h:ftype}{d:Rd}, {s|d||h:ftype}{d:Rn}, {s|d||h:ftype}{d:Rm}, {s|d||h:ftype}{d:Ra}";
    Fnmadd = "0 0 0 11111 ftype:2 1 Rm:5 0 Ra:5 Rn:5 Rd:5", Fp, "fnmadd {s|d||h:ftype}{d:Rd}, {s|d||h:ftype}{d:Rn}, {s|d||h:ftype}{d:Rm}, {s|d||h:ftype}{d:Ra}";
    Fnmsub = "0 0 0 11111 ftype:2 1 Rm:5 1 Ra:5 Rn:5 Rd:5", Fp, "fnmsub {s|d||h:ftype}{d:Rd}, {s|d||h:ftype}{d:Rn}, {s|d||h:ftype}{d:Rm}, {s|d||h:ftype}{d:Ra}";
    ["Floating-point compare"]
    FcmpReg = "0 0 0 11110 ftype:2 1 Rm:5 00 1000 Rn:5 00000", Fp, "fcmp {s|d||h:ftype}{d:Rn}, {s|d||h:ftype}{d:Rm}";
    FcmpZero = "0 0 0 11110 ftype:2 1 xxxxx 00 1000 Rn:5 01000", Fp, "fcmp {s|d||h:ftype}{d:Rn}, #0.0";
    FcmpeReg = "0 0 0 11110 ftype:2 1 Rm:5 00 1000 Rn:5 10000", Fp, "fcmpe {s|d||h:ftype}{d:Rn}, {s|d||h:ftype}{d:Rm}";
    FcmpeZero = "0 0 0 11110 ftype:2 1 xxxxx 00 1000 Rn:5 11000", Fp, "fcmpe {s|d||h:ftype}{d:Rn}, #0.0";
    ["Floating-point conditional compare"]
    Fccmp = "0 0 0 11110 ftype:2 1 Rm:5 cond:4 01 Rn:5 0 nzcv:4", Fp, "fccmp {s|d||h:ftype}{d:Rn}, {s|d||h:ftype}{d:Rm}, #{d:nzcv}, {cond:cond}";
    Fccmpe = "0 0 0 11110 ftype:2 1 Rm:5 cond:4 01 Rn:5 1 nzcv:4", Fp, "fccmpe {s|d||h:ftype}{d:Rn}, {s|d||h:ftype}{d:Rm}, #{d:nzcv}, {cond:cond}";
    ["Floating-point conditional select"]
    Fcsel = "0 0 0 11110 ftype:2 1 Rm:5 cond:4 11 Rn:5 Rd:5", Fp, "fcsel {s|d||h:ftype}{d:Rd}, {s|d||h:ftype}{d:Rn}, {s|d||h:ftype}{d:Rm}, {cond:cond}";
    ["Floating-point immediate"]
    FmovImm = "0 0 0 11110 ftype:2 1 imm8:8 100 00000 Rd:5", Fp, "fmov {s|d||h:ftype}{d:Rd}, #{fp:imm8}";
    ["Conversion between floating-point and integer"]
    FmovFromTop = "1 0 0 11110 10 1 01 110 000000 Rn:5 Rd:5", Fp, "fmov {X:Rd}, {V:Rn}.d[1]";
    FmovToTop = "1 0 0 11110 10 1 01 111 000000 Rn:5 Rd:5", Fp, "fmov {V:Rd}.d[1], {X:Rn}";
    FmovToGeneral = "sf 0 0 11110 ftype:2 1 00 110 000000 Rn:5 Rd:5", Fp, "fmov {R:Rd}, {s|d||h:ftype}{d:Rn}";
    FmovFromGeneral = "sf 0 0 11110 ftype:2 1 00 111 000000 Rn:5 Rd:5", Fp, "fmov {s|d||h:ftype}{d:Rd}, {R:Rn}";
    FcvtnsInt = "sf 0 0 11110 ftype:2 1 00 000 000000 Rn:5 Rd:5", Fp, "fcvtns {R:Rd}, {s|d||h:ftype}{d:Rn}";
    FcvtnuInt = "sf 0 0 11110 ftype:2 1 00 001 000000 Rn:5 Rd:5", Fp, "fcvtnu {R:Rd}, {s|d||h:ftype}{d:Rn}";
    FcvtpsInt = "sf 0 0 11110 ftype:2 1 01 000 000000 Rn:5 Rd:5", Fp, "fcvtps {R:Rd}, {s|d||h:ftype}{d:Rn}";
    FcvtpuInt = "sf 0 0 11110 ftype:2 1 01 001 000000 Rn:5 Rd:5", Fp, "fcvtpu {R:Rd}, {s|d||h:ftype}{d:Rn}";
    FcvtmsInt = "sf 0 0 11110 ftype:2 1 10 000 000000 Rn:5 Rd:5", Fp, "fcvtms {R:Rd}, {s|d||h:ftype}{d:Rn}";
    FcvtmuInt = "sf 0 0 11110 ftype:2 1 10 001 000000 Rn:5 Rd:5", Fp, "fcvtmu {R:Rd}, {s|d||h:ftype}{d:Rn}";
    FcvtzsInt = "sf 0 0 11110 ftype:2 1 11 000 000000 Rn:5 Rd:5", Fp, "fcvtzs {R:Rd}, {s|d||h:ftype}{d:Rn}";
    FcvtzuInt = "sf 0 0 11110 ftype:2 1 11 001 000000 Rn:5 Rd:5", Fp, "fcvtzu {R:Rd}, {s|d||h:ftype}{d:Rn}";
    FcvtasInt = "sf 0 0 11110 ftype:2 1 00 100 000000 Rn:5 Rd:5", Fp, "fcvtas {R:Rd}, {s|d||h:ftype}{d:Rn}";
    FcvtauInt = "sf 0 0 11110 ftype:2 1 00 101 000000 Rn:5 Rd:5", Fp, "fcvtau {R:Rd}, {s|d||h:ftype}{d:Rn}";
    ScvtfInt = "sf 0 0 11110 ftype:2 1 00 010 000000 Rn:5 Rd:5", Fp, "scvtf {s|d||h:ftype}{d:Rd}, {R:Rn}";
    UcvtfInt = "sf 0 0 11110 ftype:2 1 00 011 000000 Rn:5 Rd:5", Fp, "ucvtf {s|d||h:ftype}{d:Rd}, {R:Rn}";
    Fjcvtzs = "0 0 0 11110 01 1 11 110 000000 Rn:5 Rd:5", Jscvt, "fjcvtzs {W:Rd}, {D:Rn}";
    ["Conversion between floating-point and fixed-point"]
    ScvtfFixed = "sf 0 0 11110 ftype:2 0 00 010 scale:6 Rn:5 Rd:5", Fp, "scvtf {s|d||h:ftype}{d:Rd}, {R:Rn}, #{d:64-scale}";
    UcvtfFixed = "sf 0 0 11110 ftype:2 0 00 011 scale:6 Rn:5 Rd:5", Fp, "ucvtf {s|d||h:ftype}{d:Rd}, {R:Rn}, #{d:64-scale}";
    FcvtzsFixed = "sf 0 0 11110 ftype:2 0 11 000 scale:6 Rn:5 Rd:5", Fp, "fcvtzs {R:Rd}, {s|d||h:ftype}{d:Rn}, #{d:64-scale}";
    FcvtzuFixed = "sf 0 0 11110 ftype:2 0 11 001 scale:6 Rn:5 Rd:5", Fp, "fcvtzu {R:Rd}, {s|d||h:ftype}{d:Rn}, #{d:64-scale}";
}
