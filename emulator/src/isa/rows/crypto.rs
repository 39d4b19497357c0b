//! Cryptographic instructions (Arm ARM C4.1.90).

use crate::isa::row::group;

group! {
    /// Cryptographic instructions (Arm ARM C4.1.90).
    ["Cryptographic AES"]
    Aese = "01001110 00 10100 00100 10 Rn:5 Rd:5", Aes, "aese {V:Rd}.16b, {V:Rn}.16b";
    Aesd = "01001110 00 10100 00101 10 Rn:5 Rd:5", Aes, "aesd {V:Rd}.16b, {V:Rn}.16b";
    Aesmc = "01001110 00 10100 00110 10 Rn:5 Rd:5", Aes, "aesmc {V:Rd}.16b, {V:Rn}.16b";
    Aesimc = "01001110 00 10100 00111 10 Rn:5 Rd:5", Aes, "aesimc {V:Rd}.16b, {V:Rn}.16b";
    ["Cryptographic three-register SHA"]
    Sha1c = "01011110 00 0 Rm:5 0 000 00 Rn:5 Rd:5", Sha1, "sha1c {Q:Rd}, {S:Rn}, {V:Rm}.4s";
    Sha1p = "01011110 00 0 Rm:5 0 001 00 Rn:5 Rd:5", Sha1, "sha1p {Q:Rd}, {S:Rn}, {V:Rm}.4s";
    Sha1m = "01011110 00 0 Rm:5 0 010 00 Rn:5 Rd:5", Sha1, "sha1m {Q:Rd}, {S:Rn}, {V:Rm}.4s";
    Sha1su0 = "01011110 00 0 Rm:5 0 011 00 Rn:5 Rd:5", Sha1, "sha1su0 {V:Rd}.4s, {V:Rn}.4s, {V:Rm}.4s";
    Sha256h = "01011110 00 0 Rm:5 0 100 00 Rn:5 Rd:5", Sha256, "sha256h {Q:Rd}, {Q:Rn}, {V:Rm}.4s";
    Sha256h2 = "01011110 00 0 Rm:5 0 101 00 Rn:5 Rd:5", Sha256, "sha256h2 {Q:Rd}, {Q:Rn}, {V:Rm}.4s";
    Sha256su1 = "01011110 00 0 Rm:5 0 110 00 Rn:5 Rd:5", Sha256, "sha256su1 {V:Rd}.4s, {V:Rn}.4s, {V:Rm}.4s";
    ["Cryptographic two-register SHA"]
    Sha1h = "01011110 00 10100 00000 10 Rn:5 Rd:5", Sha1, "sha1h {S:Rd}, {S:Rn}";
    Sha1su1 = "01011110 00 10100 00001 10 Rn:5 Rd:5", Sha1, "sha1su1 {V:Rd}.4s, {V:Rn}.4s";
    Sha256su0 = "01011110 00 10100 00010 10 Rn:5 Rd:5", Sha256, "sha256su0 {V:Rd}.4s, {V:Rn}.4s";
    ["Cryptographic three-register SHA 512"]
    Sha512h = "11001110011 Rm:5 1 0 00 00 Rn:5 Rd:5", Sha512, "sha512h {Q:Rd}, {Q:Rn}, {V:Rm}.2d";
    Sha512h2 = "11001110011 Rm:5 1 0 00 01 Rn:5 Rd:5", Sha512, "sha512h2 {Q:Rd}, {Q:Rn}, {V:Rm}.2d";
    Sha512su1 = "11001110011 Rm:5 1 0 00 10 Rn:5 Rd:5", Sha512, "sha512su1 {V:Rd}.2d, {V:Rn}.2d, {V:Rm}.2d";
    Rax1 = "11001110011 Rm:5 1 0 00 11 Rn:5 Rd:5", Sha3, "rax1 {V:Rd}.2d, {V:Rn}.2d, {V:Rm}.2d";
    Sm3partw1 = "11001110011 Rm:5 1 1 00 00 Rn:5 Rd:5", Sm3, "sm3partw1 {V:Rd}.4s, {V:Rn}.4s, {V:Rm}.4s";
    Sm3partw2 = "11001110011 Rm:5 1 1 00 01 Rn:5 Rd:5", Sm3, "sm3partw2 {V:Rd}.4s, {V:Rn}.4s, {V:Rm}.4s";
    Sm4ekey = "11001110011 Rm:5 1 1 00 10 Rn:5 Rd:5", Sm4, "sm4ekey {V:Rd}.4s, {V:Rn}.4s, {V:Rm}.4s";
    ["Cryptographic three-register, imm2"]
    Sm3tt = "11001110010 Rm:5 10 imm2:2 kind:2 Rn:5 Rd:5", Sm3, "sm3tt{1a|1b|2a|2b:kind} {V:Rd}.4s, {V:Rn}.4s, {V:Rm}.s[{d:imm2}]";
    ["Cryptographic three-register, imm6"]
    Xar = "11001110100 Rm:5 imm6:6 Rn:5 Rd:5", Sha3, "xar {V:Rd}.2d, {V:Rn}.2d, {V:Rm}.2d, #{d:imm6}";
    ["Cryptographic four-register"]
    Eor3 = "110011100 00 Rm:5 0 Ra:5 Rn:5 Rd:5", Sha3, "eor3 {V:Rd}.16b, {V:Rn}.16b, {V:Rm}.16b, {V:Ra}.16b";
    Bcax = "110011100 01 Rm:5 0 Ra:5 Rn:5 Rd:5", Sha3, "bcax {V:Rd}.16b, {V:Rn}.16b, {V:Rm}.16b, {V:Ra}.16b";
    Sm3ss1 = "110011100 10 Rm:5 0 Ra:5 Rn:5 Rd:5", Sm3, "sm3ss1 {V:Rd}.4s, {V:Rn}.4s, {V:Rm}.4s, {V:Ra}.4s";
    ["Cryptographic two-register SHA 512"]
    Sha512su0 = "11001110110000001000 00 Rn:5 Rd:5", Sha512, "sha512su0 {V:Rd}.2d, {V:Rn}.2d";
    Sm4e = "11001110110000001000 01 Rn:5 Rd:5", Sm4, "sm4e {V:Rd}.4s, {V:Rn}.4s";
}
