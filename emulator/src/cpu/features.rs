//! Architecture features: which table rows are on, and what AT_HWCAP says.

macro_rules! features {
    ($($(#[$doc:meta])* $name:ident = $arm:literal, $implemented:literal, $hwcap:expr, $hwcap2:expr;)*) => {
        /// An architecture feature, by Arm's name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Feature { $($(#[$doc])* $name,)* }

        impl Feature {
            /// Every feature the table knows.
            pub const ALL: &'static [Feature] = &[$(Feature::$name,)*];

            /// Arm's name, such as `FEAT_LSE`.
            pub const fn arm_name(self) -> &'static str {
                match self { $(Feature::$name => $arm,)* }
            }

            /// Is it implemented? A row of another feature is a guest SIGILL.
            pub const fn implemented(self) -> bool {
                match self { $(Feature::$name => $implemented,)* }
            }

            const fn bits(self) -> (u64, u64) {
                match self { $(Feature::$name => ($hwcap, $hwcap2),)* }
            }
        }
    };
}

// The bits are those of the kernel's arch/arm64/include/uapi/asm/hwcap.h.
features! {
    /// Armv8.0 without options.
    Base = "Armv8.0", true, 0, 0;
    /// Floating point.
    Fp = "FEAT_FP", true, 1 << 0, 0;
    /// Advanced SIMD.
    AdvSimd = "FEAT_AdvSIMD", true, 1 << 1, 0;
    /// AES instructions.
    Aes = "FEAT_AES", true, 1 << 3, 0;
    /// 64-bit polynomial multiply.
    Pmull = "FEAT_PMULL", true, 1 << 4, 0;
    /// SHA-1 instructions.
    Sha1 = "FEAT_SHA1", true, 1 << 5, 0;
    /// SHA-256 instructions.
    Sha256 = "FEAT_SHA256", true, 1 << 6, 0;
    /// CRC-32 instructions.
    Crc32 = "FEAT_CRC32", true, 1 << 7, 0;
    /// Large System Extensions: atomic memory operations.
    Lse = "FEAT_LSE", true, 1 << 8, 0;
    /// Half-precision arithmetic, scalar and vector (two bits of AT_HWCAP).
    Fp16 = "FEAT_FP16", true, (1 << 9) | (1 << 10), 0;
    /// Rounding doubling multiply-accumulate.
    Rdm = "FEAT_RDM", true, 1 << 12, 0;
    /// JavaScript conversion.
    Jscvt = "FEAT_JSCVT", false, 1 << 13, 0;
    /// Complex-number arithmetic.
    Fcma = "FEAT_FCMA", false, 1 << 14, 0;
    /// Release-consistent, processor-consistent loads.
    Lrcpc = "FEAT_LRCPC", true, 1 << 15, 0;
    /// Clean to the point of persistence.
    Dpb = "FEAT_DPB", false, 1 << 16, 0;
    /// SHA-3 instructions.
    Sha3 = "FEAT_SHA3", false, 1 << 17, 0;
    /// SHA-512 instructions.
    Sha512 = "FEAT_SHA512", false, 1 << 21, 0;
    /// SM3 instructions.
    Sm3 = "FEAT_SM3", false, 1 << 18, 0;
    /// SM4 instructions.
    Sm4 = "FEAT_SM4", false, 1 << 19, 0;
    /// Dot product.
    DotProd = "FEAT_DotProd", true, 1 << 20, 0;
    /// Half-precision multiply-accumulate long.
    Fhm = "FEAT_FHM", false, 1 << 23, 0;
    /// Flag manipulation.
    FlagM = "FEAT_FlagM", false, 1 << 27, 0;
    /// Flag manipulation, further.
    FlagM2 = "FEAT_FlagM2", false, 0, 1 << 7;
    /// Speculation barrier.
    Sb = "FEAT_SB", false, 1 << 29, 0;
    /// Release-consistent loads and stores with an offset.
    Lrcpc2 = "FEAT_LRCPC2", false, 1 << 26, 0;
    /// Limited ordering regions (without a region they are plain ordered accesses; Linux tells no bit of them).
    Lor = "FEAT_LOR", true, 0, 0;
    /// Loads and stores of 64 bytes.
    Ls64 = "FEAT_LS64", false, 0, 0;
    /// Waiting with a timeout.
    Wfxt = "FEAT_WFxT", false, 0, 1 << 31;
    /// Barriers that do not wait for XS accesses.
    Xs = "FEAT_XS", false, 0, 0;
    /// Consistent conditional branches (a hint to the branch predictor).
    Hbc = "FEAT_HBC", false, 0, 1 << 44;
    /// Common short sequences: minimum, maximum, absolute value, population count.
    Cssc = "FEAT_CSSC", false, 0, 1 << 34;
    /// Pointer authentication (the hint forms do nothing without it).
    PAuth = "FEAT_PAuth", false, (1 << 30) | (1 << 31), 0;
    /// Matrix multiplication of 8-bit integers.
    I8mm = "FEAT_I8MM", false, 0, 1 << 13;
    /// Rounding to integral values that fit into 32 or 64 bits.
    Frintts = "FEAT_FRINTTS", false, 0, 1 << 8;
    /// Brain floating point.
    Bf16 = "FEAT_BF16", false, 0, 1 << 14;
    /// Branch target identification (a hint without it).
    Bti = "FEAT_BTI", false, 0, 1 << 17;
    /// Memory tagging.
    Mte = "FEAT_MTE2", false, 0, 1 << 18;
}

fn sum(part: fn((u64, u64)) -> u64) -> u64 {
    Feature::ALL.iter().filter(|f| f.implemented()).fold(0, |bits, f| bits | part(f.bits()))
}

/// The value of AT_HWCAP: exactly what is implemented.
pub fn hwcap() -> u64 {
    sum(|bits| bits.0)
}

/// The value of AT_HWCAP2: exactly what is implemented.
pub fn hwcap2() -> u64 {
    sum(|bits| bits.1)
}
