//! Loads and stores of general registers, and of SIMD&FP registers by the same addressing (Arm ARM C4.1.88).

use crate::isa::row::group;

group! {
    /// Loads and stores (Arm ARM C4.1.88).
    ["Load/store register (unsigned immediate)"]
    StrImm = "size:2 111 0 01 00 imm12:12 Rn:5 Rt:5", Base, "str{b|h||:size} {{W:Rt}|{W:Rt}|{W:Rt}|{X:Rt}:size}, [{Xsp:Rn}, #{x:imm12<<size}]";
    LdrImm = "size:2 111 0 01 01 imm12:12 Rn:5 Rt:5", Base, "ldr{b|h||:size} {{W:Rt}|{W:Rt}|{W:Rt}|{X:Rt}:size}, [{Xsp:Rn}, #{x:imm12<<size}]";
    PrfmImm = "11 111 0 01 10 imm12:12 Rn:5 Rt:5", Base, "prfm {prefetch:Rt}, [{Xsp:Rn}, #{x:imm12*8}]";
    LdrsImm = "size:2 111 0 01 1 w imm12:12 Rn:5 Rt:5", Base, "ldrs{b|h|w|:size} {{X:Rt}|{W:Rt}:w}, [{Xsp:Rn}, #{x:imm12<<size}]";
    StrFpImm = "size:2 111 1 01 q 0 imm12:12 Rn:5 Rt:5", Fp, "str {{B:Rt}|{H:Rt}|{S:Rt}|{D:Rt}|{Q:Rt}:q.size}, [{Xsp:Rn}, #{x:imm12<<q.size}]";
    LdrFpImm = "size:2 111 1 01 q 1 imm12:12 Rn:5 Rt:5", Fp, "ldr {{B:Rt}|{H:Rt}|{S:Rt}|{D:Rt}|{Q:Rt}:q.size}, [{Xsp:Rn}, #{x:imm12<<q.size}]";
    ["Load/store register (unscaled immediate)"]
    Stur = "size:2 111 0 00 00 0 imm9:9 00 Rn:5 Rt:5", Base, "stur{b|h||:size} {{W:Rt}|{W:Rt}|{W:Rt}|{X:Rt}:size}, [{Xsp:Rn}, #{s:imm9}]";
    Ldur = "size:2 111 0 00 01 0 imm9:9 00 Rn:5 Rt:5", Base, "ldur{b|h||:size} {{W:Rt}|{W:Rt}|{W:Rt}|{X:Rt}:size}, [{Xsp:Rn}, #{s:imm9}]";
    Prfum = "11 111 0 00 10 0 imm9:9 00 Rn:5 Rt:5", Base, "prfum {prefetch:Rt}, [{Xsp:Rn}, #{s:imm9}]";
    Ldurs = "size:2 111 0 00 1 w 0 imm9:9 00 Rn:5 Rt:5", Base, "ldurs{b|h|w|:size} {{X:Rt}|{W:Rt}:w}, [{Xsp:Rn}, #{s:imm9}]";
    SturFp = "size:2 111 1 00 q 0 0 imm9:9 00 Rn:5 Rt:5", Fp, "stur {{B:Rt}|{H:Rt}|{S:Rt}|{D:Rt}|{Q:Rt}:q.size}, [{Xsp:Rn}, #{s:imm9}]";
    LdurFp = "size:2 111 1 00 q 1 0 imm9:9 00 Rn:5 Rt:5", Fp, "ldur {{B:Rt}|{H:Rt}|{S:Rt}|{D:Rt}|{Q:Rt}:q.size}, [{Xsp:Rn}, #{s:imm9}]";
    ["Load/store register (immediate post-indexed)"]
    StrPost = "size:2 111 0 00 00 0 imm9:9 01 Rn:5 Rt:5", Base, "str{b|h||:size} {{W:Rt}|{W:Rt}|{W:Rt}|{X:Rt}:size}, [{Xsp:Rn}], #{s:imm9}";
    LdrPost = "size:2 111 0 00 01 0 imm9:9 01 Rn:5 Rt:5", Base, "ldr{b|h||:size} {{W:Rt}|{W:Rt}|{W:Rt}|{X:Rt}:size}, [{Xsp:Rn}], #{s:imm9}";
    LdrsPost = "size:2 111 0 00 1 w 0 imm9:9 01 Rn:5 Rt:5", Base, "ldrs{b|h|w|:size} {{X:Rt}|{W:Rt}:w}, [{Xsp:Rn}], #{s:imm9}";
    StrFpPost = "size:2 111 1 00 q 0 0 imm9:9 01 Rn:5 Rt:5", Fp, "str {{B:Rt}|{H:Rt}|{S:Rt}|{D:Rt}|{Q:Rt}:q.size}, [{Xsp:Rn}], #{s:imm9}";
    LdrFpPost = "size:2 111 1 00 q 1 0 imm9:9 01 Rn:5 Rt:5", Fp, "ldr {{B:Rt}|{H:Rt}|{S:Rt}|{D:Rt}|{Q:Rt}:q.size}, [{Xsp:Rn}], #{s:imm9}";
    ["Load/store register (immediate pre-indexed)"]
    StrPre = "size:2 111 0 00 00 0 imm9:9 11 Rn:5 Rt:5", Base, "str{b|h||:size} {{W:Rt}|{W:Rt}|{W:Rt}|{X:Rt}:size}, [{Xsp:Rn}, #{s:imm9}]!";
    LdrPre = "size:2 111 0 00 01 0 imm9:9 11 Rn:5 Rt:5", Base, "ldr{b|h||:size} {{W:Rt}|{W:Rt}|{W:Rt}|{X:Rt}:size}, [{Xsp:Rn}, #{s:imm9}]!";
    LdrsPre = "size:2 111 0 00 1 w 0 imm9:9 11 Rn:5 Rt:5", Base, "ldrs{b|h|w|:size} {{X:Rt}|{W:Rt}:w}, [{Xsp:Rn}, #{s:imm9}]!";
    StrFpPre = "size:2 111 1 00 q 0 0 imm9:9 11 Rn:5 Rt:5", Fp, "str {{B:Rt}|{H:Rt}|{S:Rt}|{D:Rt}|{Q:Rt}:q.size}, [{Xsp:Rn}, #{s:imm9}]!";
    LdrFpPre = "size:2 111 1 00 q 1 0 imm9:9 11 Rn:5 Rt:5", Fp, "ldr {{B:Rt}|{H:Rt}|{S:Rt}|{D:Rt}|{Q:Rt}:q.size}, [{Xsp:Rn}, #{s:imm9}]!";
    ["Load/store register (unprivileged)"]
    Sttr = "size:2 111 0 00 00 0 imm9:9 10 Rn:5 Rt:5", Base, "sttr{b|h||:size} {{W:Rt}|{W:Rt}|{W:Rt}|{X:Rt}:size}, [{Xsp:Rn}, #{s:imm9}]";
    Ldtr = "size:2 111 0 00 01 0 imm9:9 10 Rn:5 Rt:5", Base, "ldtr{b|h||:size} {{W:Rt}|{W:Rt}|{W:Rt}|{X:Rt}:size}, [{Xsp:Rn}, #{s:imm9}]";
    Ldtrs = "size:2 111 0 00 1 w 0 imm9:9 10 Rn:5 Rt:5", Base, "ldtrs{b|h|w|:size} {{X:Rt}|{W:Rt}:w}, [{Xsp:Rn}, #{s:imm9}]";
    ["Load/store register (register offset)"]
    StrReg = "size:2 111 0 00 00 1 Rm:5 option:3 S 10 Rn:5 Rt:5", Base, "str{b|h||:size} {{W:Rt}|{W:Rt}|{W:Rt}|{X:Rt}:size}, [{Xsp:Rn}, {offset}{| #{d:size}:S}]";
    LdrReg = "size:2 111 0 00 01 1 Rm:5 option:3 S 10 Rn:5 Rt:5", Base, "ldr{b|h||:size} {{W:Rt}|{W:Rt}|{W:Rt}|{X:Rt}:size}, [{Xsp:Rn}, {offset}{| #{d:size}:S}]";
    PrfmReg = "11 111 0 00 10 1 Rm:5 option:3 S 10 Rn:5 Rt:5", Base, "prfm {prefetch:Rt}, [{Xsp:Rn}, {offset}{| #3:S}]";
    LdrsReg = "size:2 111 0 00 1 w 1 Rm:5 option:3 S 10 Rn:5 Rt:5", Base, "ldrs{b|h|w|:size} {{X:Rt}|{W:Rt}:w}, [{Xsp:Rn}, {offset}{| #{d:size}:S}]";
    StrFpReg = "size:2 111 1 00 q 0 1 Rm:5 option:3 S 10 Rn:5 Rt:5", Fp, "str {{B:Rt}|{H:Rt}|{S:Rt}|{D:Rt}|{Q:Rt}:q.size}, [{Xsp:Rn}, {offset}{| #{d:q.size}:S}]";
    LdrFpReg = "size:2 111 1 00 q 1 1 Rm:5 option:3 S 10 Rn:5 Rt:5", Fp, "ldr {{B:Rt}|{H:Rt}|{S:Rt}|{D:Rt}|{Q:Rt}:q.size}, [{Xsp:Rn}, {offset}{| #{d:q.size}:S}]";
    ["Load/store register (pac)"]
    LdrAuth = "11 111 0 00 M S 1 imm9:9 W 1 Rn:5 Rt:5", PAuth, "ldra{a|b:M} {X:Rt}, [{Xsp:Rn}, #{s:S.imm9*8}]{|!:W}";
    ["Atomic memory operations"]
    Ldapr = "size:2 111 0 00 1 0 1 11111 1 100 00 Rn:5 Rt:5", Lrcpc, "ldapr{b|h||:size} {{W:Rt}|{W:Rt}|{W:Rt}|{X:Rt}:size}, [{Xsp:Rn}]";
    Ld64b = "11 111 0 00 0 0 1 11111 1 101 00 Rn:5 Rt:5", Ls64, "ld64b {X:Rt}, [{Xsp:Rn}]";
    St64b = "11 111 0 00 0 0 1 11111 1 001 00 Rn:5 Rt:5", Ls64, "st64b {X:Rt}, [{Xsp:Rn}]";
    St64bv = "11 111 0 00 0 0 1 Rs:5 1 01 v0 00 Rn:5 Rt:5", Ls64, "st64b{v0|v:v0} {X:Rs}, {X:Rt}, [{Xsp:Rn}]";
    Swp = "size:2 111 0 00 A R 1 Rs:5 1 000 00 Rn:5 Rt:5", Lse, "swp{|l|a|al:A.R}{b|h||:size} {{W:Rs}|{W:Rs}|{W:Rs}|{X:Rs}:size}, {{W:Rt}|{W:Rt}|{W:Rt}|{X:Rt}:size}, [{Xsp:Rn}]";
    LdAtomic = "size:2 111 0 00 A R 1 Rs:5 0 opc:3 00 Rn:5 Rt:5", Lse, "ld{add|clr|eor|set|smax|smin|umax|umin:opc}{|l|a|al:A.R}{b|h||:size} {{W:Rs}|{W:Rs}|{W:Rs}|{X:Rs}:size}, {{W:Rt}|{W:Rt}|{W:Rt}|{X:Rt}:size}, [{Xsp:Rn}]";
    ["Load register (literal)"]
    LdrLit = "0 x64 011 0 00 imm19:19 Rt:5", Base, "ldr {{W:Rt}|{X:Rt}:x64}, {target:imm19*4}";
    LdrswLit = "10 011 0 00 imm19:19 Rt:5", Base, "ldrsw {X:Rt}, {target:imm19*4}";
    PrfmLit = "11 011 0 00 imm19:19 Rt:5", Base, "prfm {prefetch:Rt}, {target:imm19*4}";
    LdrFpLit = "opc:2 011 1 00 imm19:19 Rt:5", Fp, "ldr {{S:Rt}|{D:Rt}|{Q:Rt}|:opc}, {target:imm19*4}";
    ["Load/store no-allocate pair (offset)"]
    Stnp = "x64 0 101 0 000 0 imm7:7 Rt2:5 Rn:5 Rt:5", Base, "stnp {{W:Rt}|{X:Rt}:x64}, {{W:Rt2}|{X:Rt2}:x64}, [{Xsp:Rn}, #{s:imm7*4<<x64}]";
    Ldnp = "x64 0 101 0 000 1 imm7:7 Rt2:5 Rn:5 Rt:5", Base, "ldnp {{W:Rt}|{X:Rt}:x64}, {{W:Rt2}|{X:Rt2}:x64}, [{Xsp:Rn}, #{s:imm7*4<<x64}]";
    StnpFp = "opc:2 101 1 000 0 imm7:7 Rt2:5 Rn:5 Rt:5", Fp, "stnp {{S:Rt}|{D:Rt}|{Q:Rt}|:opc}, {{S:Rt2}|{D:Rt2}|{Q:Rt2}|:opc}, [{Xsp:Rn}, #{s:imm7*4<<opc}]";
    LdnpFp = "opc:2 101 1 000 1 imm7:7 Rt2:5 Rn:5 Rt:5", Fp, "ldnp {{S:Rt}|{D:Rt}|{Q:Rt}|:opc}, {{S:Rt2}|{D:Rt2}|{Q:Rt2}|:opc}, [{Xsp:Rn}, #{s:imm7*4<<opc}]";
    ["Load/store register pair (offset)"]
    Stp = "x64 0 101 0 010 0 imm7:7 Rt2:5 Rn:5 Rt:5", Base, "stp {{W:Rt}|{X:Rt}:x64}, {{W:Rt2}|{X:Rt2}:x64}, [{Xsp:Rn}, #{s:imm7*4<<x64}]";
    Ldp = "x64 0 101 0 010 1 imm7:7 Rt2:5 Rn:5 Rt:5", Base, "ldp {{W:Rt}|{X:Rt}:x64}, {{W:Rt2}|{X:Rt2}:x64}, [{Xsp:Rn}, #{s:imm7*4<<x64}]";
    Ldpsw = "01 101 0 010 1 imm7:7 Rt2:5 Rn:5 Rt:5", Base, "ldpsw {X:Rt}, {X:Rt2}, [{Xsp:Rn}, #{s:imm7*4}]";
    Stgp = "01 101 0 010 0 imm7:7 Rt2:5 Rn:5 Rt:5", Mte, "stgp {X:Rt}, {X:Rt2}, [{Xsp:Rn}, #{s:imm7*16}]";
    StpFp = "opc:2 101 1 010 0 imm7:7 Rt2:5 Rn:5 Rt:5", Fp, "stp {{S:Rt}|{D:Rt}|{Q:Rt}|:opc}, {{S:Rt2}|{D:Rt2}|{Q:Rt2}|:opc}, [{Xsp:Rn}, #{s:imm7*4<<opc}]";
    LdpFp = "opc:2 101 1 010 1 imm7:7 Rt2:5 Rn:5 Rt:5", Fp, "ldp {{S:Rt}|{D:Rt}|{Q:Rt}|:opc}, {{S:Rt2}|{D:Rt2}|{Q:Rt2}|:opc}, [{Xsp:Rn}, #{s:imm7*4<<opc}]";
    ["Load/store register pair (post-indexed)"]
    StpPost = "x64 0 101 0 001 0 imm7:7 Rt2:5 Rn:5 Rt:5", Base, "stp {{W:Rt}|{X:Rt}:x64}, {{W:Rt2}|{X:Rt2}:x64}, [{Xsp:Rn}], #{s:imm7*4<<x64}";
    LdpPost = "x64 0 101 0 001 1 imm7:7 Rt2:5 Rn:5 Rt:5", Base, "ldp {{W:Rt}|{X:Rt}:x64}, {{W:Rt2}|{X:Rt2}:x64}, [{Xsp:Rn}], #{s:imm7*4<<x64}";
    LdpswPost = "01 101 0 001 1 imm7:7 Rt2:5 Rn:5 Rt:5", Base, "ldpsw {X:Rt}, {X:Rt2}, [{Xsp:Rn}], #{s:imm7*4}";
    StgpPost = "01 101 0 001 0 imm7:7 Rt2:5 Rn:5 Rt:5", Mte, "stgp {X:Rt}, {X:Rt2}, [{Xsp:Rn}], #{s:imm7*16}";
    StpFpPost = "opc:2 101 1 001 0 imm7:7 Rt2:5 Rn:5 Rt:5", Fp, "stp {{S:Rt}|{D:Rt}|{Q:Rt}|:opc}, {{S:Rt2}|{D:Rt2}|{Q:Rt2}|:opc}, [{Xsp:Rn}], #{s:imm7*4<<opc}";
    LdpFpPost = "opc:2 101 1 001 1 imm7:7 Rt2:5 Rn:5 Rt:5", Fp, "ldp {{S:Rt}|{D:Rt}|{Q:Rt}|:opc}, {{S:Rt2}|{D:Rt2}|{Q:Rt2}|:opc}, [{Xsp:Rn}], #{s:imm7*4<<opc}";
    ["Load/store register pair (pre-indexed)"]
    StpPre = "x64 0 101 0 011 0 imm7:7 Rt2:5 Rn:5 Rt:5", Base, "stp {{W:Rt}|{X:Rt}:x64}, {{W:Rt2}|{X:Rt2}:x64}, [{Xsp:Rn}, #{s:imm7*4<<x64}]!";
    LdpPre = "x64 0 101 0 011 1 imm7:7 Rt2:5 Rn:5 Rt:5", Base, "ldp {{W:Rt}|{X:Rt}:x64}, {{W:Rt2}|{X:Rt2}:x64}, [{Xsp:Rn}, #{s:imm7*4<<x64}]!";
    LdpswPre = "01 101 0 011 1 imm7:7 Rt2:5 Rn:5 Rt:5", Base, "ldpsw {X:Rt}, {X:Rt2}, [{Xsp:Rn}, #{s:imm7*4}]!";
    StgpPre = "01 101 0 011 0 imm7:7 Rt2:5 Rn:5 Rt:5", Mte, "stgp {X:Rt}, {X:Rt2}, [{Xsp:Rn}, #{s:imm7*16}]!";
    StpFpPre = "opc:2 101 1 011 0 imm7:7 Rt2:5 Rn:5 Rt:5", Fp, "stp {{S:Rt}|{D:Rt}|{Q:Rt}|:opc}, {{S:Rt2}|{D:Rt2}|{Q:Rt2}|:opc}, [{Xsp:Rn}, #{s:imm7*4<<opc}]!";
    LdpFpPre = "opc:2 101 1 011 1 imm7:7 Rt2:5 Rn:5 Rt:5", Fp, "ldp {{S:Rt}|{D:Rt}|{Q:Rt}|:opc}, {{S:Rt2}|{D:Rt2}|{Q:Rt2}|:opc}, [{Xsp:Rn}, #{s:imm7*4<<opc}]!";
    ["Load/store exclusive register"]
    Stxr = "size:2 001000 0 0 0 Rs:5 o0 xxxxx Rn:5 Rt:5", Base, "st{|l:o0}xr{b|h||:size} {W:Rs}, {{W:Rt}|{W:Rt}|{W:Rt}|{X:Rt}:size}, [{Xsp:Rn}]";
    Ldxr = "size:2 001000 0 1 0 xxxxx o0 xxxxx Rn:5 Rt:5", Base, "ld{|a:o0}xr{b|h||:size} {{W:Rt}|{W:Rt}|{W:Rt}|{X:Rt}:size}, [{Xsp:Rn}]";
    ["Load/store exclusive pair"]
    Stxp = "1 x64 001000 0 0 1 Rs:5 o0 Rt2:5 Rn:5 Rt:5", Base, "st{|l:o0}xp {W:Rs}, {{W:Rt}|{X:Rt}:x64}, {{W:Rt2}|{X:Rt2}:x64}, [{Xsp:Rn}]";
    Ldxp = "1 x64 001000 0 1 1 xxxxx o0 Rt2:5 Rn:5 Rt:5", Base, "ld{|a:o0}xp {{W:Rt}|{X:Rt}:x64}, {{W:Rt2}|{X:Rt2}:x64}, [{Xsp:Rn}]";
    ["Load/store ordered"]
    Stlr = "size:2 001000 1 0 0 xxxxx 1 xxxxx Rn:5 Rt:5", Base, "stlr{b|h||:size} {{W:Rt}|{W:Rt}|{W:Rt}|{X:Rt}:size}, [{Xsp:Rn}]";
    Ldar = "size:2 001000 1 1 0 xxxxx 1 xxxxx Rn:5 Rt:5", Base, "ldar{b|h||:size} {{W:Rt}|{W:Rt}|{W:Rt}|{X:Rt}:size}, [{Xsp:Rn}]";
    Stllr = "size:2 001000 1 0 0 xxxxx 0 xxxxx Rn:5 Rt:5", Lor, "stllr{b|h||:size} {{W:Rt}|{W:Rt}|{W:Rt}|{X:Rt}:size}, [{Xsp:Rn}]";
    Ldlar = "size:2 001000 1 1 0 xxxxx 0 xxxxx Rn:5 Rt:5", Lor, "ldlar{b|h||:size} {{W:Rt}|{W:Rt}|{W:Rt}|{X:Rt}:size}, [{Xsp:Rn}]";
    ["Compare and swap"]
    Cas = "size:2 001000 1 L 1 Rs:5 o0 11111 Rn:5 Rt:5", Lse, "cas{|l|a|al:L.o0}{b|h||:size} {{W:Rs}|{W:Rs}|{W:Rs}|{X:Rs}:size}, {{W:Rt}|{W:Rt}|{W:Rt}|{X:Rt}:size}, [{Xsp:Rn}]";
    ["Compare and swap pair"]
    Casp = "0 x64 001000 0 L 1 Rs:5 o0 11111 Rn:5 Rt:5", Lse, "casp{|l|a|al:L.o0} {{W:Rs}|{X:Rs}:x64}, {{W:Rs+1}|{X:Rs+1}:x64}, {{W:Rt}|{X:Rt}:x64}, {{W:Rt+1}|{X:Rt+1}:x64}, [{Xsp:Rn}]";
    ["LDAPR/STLR (unscaled immediate)"]
    Stlur = "size:2 011001 00 0 imm9:9 00 Rn:5 Rt:5", Lrcpc2, "stlur{b|h||:size} {{W:Rt}|{W:Rt}|{W:Rt}|{X:Rt}:size}, [{Xsp:Rn}, #{s:imm9}]";
    Ldapur = "size:2 011001 01 0 imm9:9 00 Rn:5 Rt:5", Lrcpc2, "ldapur{b|h||:size} {{W:Rt}|{W:Rt}|{W:Rt}|{X:Rt}:size}, [{Xsp:Rn}, #{s:imm9}]";
    Ldapurs = "size:2 011001 1 w 0 imm9:9 00 Rn:5 Rt:5", Lrcpc2, "ldapurs{b|h|w|:size} {{X:Rt}|{W:Rt}:w}, [{Xsp:Rn}, #{s:imm9}]";
    ["Load/store memory tags"]
    Ldg = "11011001 01 1 imm9:9 00 Rn:5 Rt:5", Mte, "ldg {X:Rt}, [{Xsp:Rn}, #{s:imm9*16}]";
    Stgm = "11011001 op:2 1 000000000 00 Rn:5 Rt:5", Mte, "{stzgm||stgm|ldgm:op} {X:Rt}, [{Xsp:Rn}]";
    Stg = "11011001 op:2 1 imm9:9 mode:2 Rn:5 Rt:5", Mte, "{stg|stzg|st2g|stz2g:op} {Xsp:Rt}, {|[{Xsp:Rn}], #{s:imm9*16}|[{Xsp:Rn}, #{s:imm9*16}]|[{Xsp:Rn}, #{s:imm9*16}]!:mode}";
}
