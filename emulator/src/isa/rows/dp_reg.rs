//! Data processing, register (Arm ARM C4.1.89).

use crate::isa::row::group;

group! {
    /// Data processing, register (Arm ARM C4.1.89).
    ["Data-processing (2 source)"]
    Udiv = "sf 0 0 11010110 Rm:5 000010 Rn:5 Rd:5", Base, "udiv {R:Rd}, {R:Rn}, {R:Rm}";
    Sdiv = "sf 0 0 11010110 Rm:5 000011 Rn:5 Rd:5", Base, "sdiv {R:Rd}, {R:Rn}, {R:Rm}";
    ShiftVar = "sf 0 0 11010110 Rm:5 0010 op2:2 Rn:5 Rd:5", Base, "{lsl|lsr|asr|ror:op2} {R:Rd}, {R:Rn}, {R:Rm}";
    Crc32 = "sf 0 0 11010110 Rm:5 010 C sz:2 Rn:5 Rd:5", Crc32, "crc32{|c:C}{b|h|w|x:sz} {W:Rd}, {W:Rn}, {R:Rm}";
    MinMaxReg = "sf 0 0 11010110 Rm:5 0110 op:2 Rn:5 Rd:5", Cssc, "{smax|umax|smin|umin:op} {R:Rd}, {R:Rn}, {R:Rm}";
    Subp = "1 0 S 11010110 Rm:5 000000 Rn:5 Rd:5", Mte, "subp{|s:S} {X:Rd}, {Xsp:Rn}, {Xsp:Rm}";
    Irg = "1 0 0 11010110 Rm:5 000100 Rn:5 Rd:5", Mte, "irg {Xsp:Rd}, {Xsp:Rn}, {X:Rm}";
    Gmi = "1 0 0 11010110 Rm:5 000101 Rn:5 Rd:5", Mte, "gmi {X:Rd}, {Xsp:Rn}, {X:Rm}";
    Pacga = "1 0 0 11010110 Rm:5 001100 Rn:5 Rd:5", PAuth, "pacga {X:Rd}, {X:Rn}, {Xsp:Rm}";
    ["Data-processing (1 source)"]
    Rbit = "sf 1 0 11010110 00000 000000 Rn:5 Rd:5", Base, "rbit {R:Rd}, {R:Rn}";
    Rev16 = "sf 1 0 11010110 00000 000001 Rn:5 Rd:5", Base, "rev16 {R:Rd}, {R:Rn}";
    Rev32 = "sf 1 0 11010110 00000 000010 Rn:5 Rd:5", Base, "{rev|rev32:sf} {R:Rd}, {R:Rn}";
    Rev64 = "1 1 0 11010110 00000 000011 Rn:5 Rd:5", Base, "rev {X:Rd}, {X:Rn}";
    Clz = "sf 1 0 11010110 00000 000100 Rn:5 Rd:5", Base, "clz {R:Rd}, {R:Rn}";
    Cls = "sf 1 0 11010110 00000 000101 Rn:5 Rd:5", Base, "cls {R:Rd}, {R:Rn}";
    Ctz = "sf 1 0 11010110 00000 000110 Rn:5 Rd:5", Cssc, "ctz {R:Rd}, {R:Rn}";
    Cnt = "sf 1 0 11010110 00000 000111 Rn:5 Rd:5", Cssc, "cnt {R:Rd}, {R:Rn}";
    Abs = "sf 1 0 11010110 00000 001000 Rn:5 Rd:5", Cssc, "abs {R:Rd}, {R:Rn}";
    Pac = "1 1 0 11010110 00001 00 Z 0 D key Rn:5 Rd:5", PAuth, "pac{i|d:D}{|z:Z}{a|b:key} {X:Rd}, {Xsp:Rn}";
    Aut = "1 1 0 11010110 00001 00 Z 1 D key Rn:5 Rd:5", PAuth, "aut{i|d:D}{|z:Z}{a|b:key} {X:Rd}, {Xsp:Rn}";
    Xpac = "1 1 0 11010110 00001 01000 D 11111 Rd:5", PAuth, "xpac{i|d:D} {X:Rd}";
    ["Logical (shifted register)"]
    LogicalReg = "sf opc:2 01010 shift:2 N Rm:5 imm6:6 Rn:5 Rd:5", Base, "{and|bic|orr|orn|eor|eon|ands|bics:opc.N} {R:Rd}, {R:Rn}, {R:Rm}{shift}";
    ["Add/subtract (shifted register)"]
    AddSubReg = "sf op S 01011 shift:2 0 Rm:5 imm6:6 Rn:5 Rd:5", Base, "{add|sub:op}{|s:S} {R:Rd}, {R:Rn}, {R:Rm}{shift}";
    ["Add/subtract (extended register)"]
    AddSubExt = "sf op 0 01011 00 1 Rm:5 option:3 imm3:3 Rn:5 Rd:5", Base, "{add|sub:op} {Rsp:Rd}, {Rsp:Rn}, {extended}";
    AddsSubsExt = "sf op 1 01011 00 1 Rm:5 option:3 imm3:3 Rn:5 Rd:5", Base, "{adds|subs:op} {R:Rd}, {Rsp:Rn}, {extended}";
    ["Add/subtract (with carry)"]
    AddSubCarry = "sf op S 11010000 Rm:5 000000 Rn:5 Rd:5", Base, "{adc|sbc:op}{|s:S} {R:Rd}, {R:Rn}, {R:Rm}";
    ["Rotate right into flags"]
    Rmif = "1 0 1 11010000 imm6:6 00001 Rn:5 0 mask:4", FlagM, "rmif {X:Rn}, #{d:imm6}, #{d:mask}";
    ["Evaluate into flags"]
    Setf = "0 0 1 11010000 000000 sz 0010 Rn:5 0 1101", FlagM, "setf{8|16:sz} {W:Rn}";
    ["Conditional compare (register)"]
    CondCompareReg = "sf op 1 11010010 Rm:5 cond:4 0 0 Rn:5 0 nzcv:4", Base, "{ccmn|ccmp:op} {R:Rn}, {R:Rm}, #{d:nzcv}, {cond:cond}";
    ["Conditional compare (immediate)"]
    CondCompareImm = "sf op 1 11010010 imm5:5 cond:4 1 0 Rn:5 0 nzcv:4", Base, "{ccmn|ccmp:op} {R:Rn}, #{d:imm5}, #{d:nzcv}, {cond:cond}";
    ["Conditional select"]
    CondSelect = "sf op 0 11010100 Rm:5 cond:4 0 op2 Rn:5 Rd:5", Base, "{csel|csinc|csinv|csneg:op.op2} {R:Rd}, {R:Rn}, {R:Rm}, {cond:cond}";
    ["Data-processing (3 source)"]
    MultiplyAdd = "sf 00 11011 000 Rm:5 o0 Ra:5 Rn:5 Rd:5", Base, "{madd|msub:o0} {R:Rd}, {R:Rn}, {R:Rm}, {R:Ra}";
    MultiplyAddLong = "1 00 11011 U 01 Rm:5 o0 Ra:5 Rn:5 Rd:5", Base, "{s|u:U}{madd|msub:o0}l {X:Rd}, {W:Rn}, {W:Rm}, {X:Ra}";
    MultiplyHigh = "1 00 11011 U 10 Rm:5 0 xxxxx Rn:5 Rd:5", Base, "{s|u:U}mulh {X:Rd}, {X:Rn}, {X:Rm}";
}
