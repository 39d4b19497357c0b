//! Operands and results that the encoding classes share.

use crate::cpu::{Cpu, Vector};
use crate::interp::lane::{Int, Lane, Narrow};
use crate::interp::{Exec, Flow, Insn};
use crate::isa::bits;

/// FPSR.QC: an Advanced SIMD integer instruction has saturated.
pub(super) const QC: u32 = 1 << 27;

/// In `Insn::ra`: the source is the high half of its register (the `2` forms).
const HIGH_SOURCE: u8 = 0x80;

/// Bit 30: is the vector 128 bits long?
pub(super) fn is_full(word: u32) -> bool {
    bits(word, 30, 30) == 1
}

/// Bit 28: is this the scalar form of an instruction that has both?
pub(super) fn is_scalar(word: u32) -> bool {
    bits(word, 28, 28) == 1
}

/// Bits 23–22: the lane has `8 << size` bits.
pub(super) fn size(word: u32) -> u32 {
    bits(word, 23, 22)
}

/// Bytes of a result with lanes of `8 << size` bits.
pub(super) fn result_bytes(word: u32, size: u32) -> u8 {
    match (is_scalar(word), is_full(word)) {
        (true, _) => 1 << size,
        (false, true) => 16,
        (false, false) => 8,
    }
}

/// `exec` on the registers of `word`, with a result of `bytes` bytes.
pub(super) fn with_bytes(exec: Exec, word: u32, bytes: u8) -> Insn {
    Insn {
        rd: bits(word, 4, 0) as u8,
        rn: bits(word, 9, 5) as u8,
        rm: bits(word, 20, 16) as u8,
        ra: bytes,
        ..Insn::new(exec, word)
    }
}

/// `exec` lane by lane; `None` for the one 64-bit lane in a 64-bit vector, which only the scalar form may have.
pub(super) fn lanewise(exec: Exec, word: u32, size: u32) -> Option<Insn> {
    let reserved = size == 3 && !is_scalar(word) && !is_full(word);
    (!reserved).then(|| with_bytes(exec, word, result_bytes(word, size)))
}

/// `exec` with a result twice as wide as the sources' lanes of `8 << size` bits.
pub(super) fn widening(exec: Exec, word: u32, size: u32) -> Insn {
    match (is_scalar(word), is_full(word)) {
        (true, _) => with_bytes(exec, word, 2 << size),
        (false, full) => with_bytes(exec, word, 16 | if full { HIGH_SOURCE } else { 0 }),
    }
}

/// The half of `source` that a widening instruction reads, in the low half.
#[inline(always)]
pub(super) fn source_half(insn: &Insn, source: Vector) -> Vector {
    if insn.ra & HIGH_SOURCE != 0 { source.high() } else { source }
}

/// Writes a narrowed result, which is in the low half of `value`: to the high half of the destination in the `2`
/// forms (`ra` is 16), else to the low one.
#[inline(always)]
pub(super) fn put_narrow(cpu: &mut Cpu, insn: &Insn, value: Vector) -> Flow {
    if insn.ra < 16 {
        return cpu.put(insn, value);
    }
    let low = u64::get(&cpu.vector(insn.rd), 0);
    cpu.set_vector(insn.rd, Vector::from_halves(low, u64::get(&value, 0)));
    Flow::Next
}

/// The vector whose lane `i` is `exact(i)` moved into range; sets QC if one of its low `bytes` bytes was moved.
#[inline(always)]
pub(super) fn saturate<T: Int>(cpu: &mut Cpu, bytes: u8, exact: impl Fn(usize) -> i128) -> Vector {
    let lost = T::generate(|i| T::mask(T::clamp_exact(exact(i)).exact() != exact(i)));
    if lost.keep(bytes) != Vector::default() {
        cpu.fpsr |= QC;
    }
    T::generate(|i| T::clamp_exact(exact(i)))
}

/// Writes the saturated lanes `exact(i)`.
#[inline(always)]
pub(super) fn put_saturated<T: Int>(cpu: &mut Cpu, insn: &Insn, exact: impl Fn(usize) -> i128) -> Flow {
    let value = saturate::<T>(cpu, insn.ra, exact);
    cpu.put(insn, value)
}

/// Writes the saturated narrow lanes `exact(i)` of the wide lanes `i`.
#[inline(always)]
pub(super) fn put_narrow_saturated<T: Narrow>(
    cpu: &mut Cpu,
    insn: &Insn,
    exact: impl Fn(usize) -> i128,
) -> Flow {
    // Wide lanes are counted modulo their number: the high half repeats the low one and is cut off.
    let value = saturate::<T>(cpu, insn.ra.min(8), exact);
    put_narrow(cpu, insn, value)
}

/// Declares `fn name<T: Int>`: each lane from the lanes of the first source.
macro_rules! unary {
    ($($name:ident = |$a:ident| $lane:expr;)*) => { $(
        fn $name<T: Int>(cpu: &mut Cpu, insn: &Insn) -> Flow {
            let value = T::map(cpu.vector(insn.rn), |$a| $lane);
            cpu.put(insn, value)
        }
    )* };
}

/// Declares `fn name<T: Int>`: each lane from the lanes of two sources.
macro_rules! binary {
    ($($name:ident = |$a:ident, $b:ident| $lane:expr;)*) => { $(
        fn $name<T: Int>(cpu: &mut Cpu, insn: &Insn) -> Flow {
            let value = T::zip(cpu.vector(insn.rn), cpu.vector(insn.rm), |$a, $b| $lane);
            cpu.put(insn, value)
        }
    )* };
}

/// Declares `fn name<T: Int>`: each lane from the lanes of the destination and of two sources.
macro_rules! ternary {
    ($($name:ident = |$d:ident, $a:ident, $b:ident| $lane:expr;)*) => { $(
        fn $name<T: Int>(cpu: &mut Cpu, insn: &Insn) -> Flow {
            let value = T::zip3(cpu.vector(insn.rd), cpu.vector(insn.rn), cpu.vector(insn.rm), |$d, $a, $b| $lane);
            cpu.put(insn, value)
        }
    )* };
}

/// Declares `fn name<T: Int>`: each lane saturated from the exact values of the lanes of two sources.
macro_rules! binary_saturated {
    ($($name:ident = |$a:ident, $b:ident| $lane:expr;)*) => { $(
        fn $name<T: Int>(cpu: &mut Cpu, insn: &Insn) -> Flow {
            let (n, m) = (cpu.vector(insn.rn), cpu.vector(insn.rm));
            put_saturated::<T>(cpu, insn, |i| {
                let ($a, $b) = (T::get(&n, i).exact(), T::get(&m, i).exact());
                $lane
            })
        }
    )* };
}

/// `sized!(size, f, [i8 i16 i32 i64])`: `f` for the type that `size` numbers, `None` beyond the list.
macro_rules! sized {
    ($size:expr, $f:ident $(::<$($more:ty),+>)?, [i8 i16 i32 i64]) => {
        sized!(@ $size, $f, [0 i8, 1 i16, 2 i32, 3 i64] $(, $($more),+)?)
    };
    ($size:expr, $f:ident $(::<$($more:ty),+>)?, [u8 u16 u32 u64]) => {
        sized!(@ $size, $f, [0 u8, 1 u16, 2 u32, 3 u64] $(, $($more),+)?)
    };
    ($size:expr, $f:ident $(::<$($more:ty),+>)?, [i8 i16 i32]) => {
        sized!(@ $size, $f, [0 i8, 1 i16, 2 i32] $(, $($more),+)?)
    };
    ($size:expr, $f:ident $(::<$($more:ty),+>)?, [u8 u16 u32]) => {
        sized!(@ $size, $f, [0 u8, 1 u16, 2 u32] $(, $($more),+)?)
    };
    ($size:expr, $f:ident $(::<$($more:ty),+>)?, [i16 i32]) => {
        sized!(@ $size, $f, [1 i16, 2 i32] $(, $($more),+)?)
    };
    ($size:expr, $f:ident $(::<$($more:ty),+>)?, [u16 u32]) => {
        sized!(@ $size, $f, [1 u16, 2 u32] $(, $($more),+)?)
    };
    (@ $size:expr, $f:ident, [$($n:literal $ty:ty),*]) => {
        match $size { $($n => Some($f::<$ty> as Exec),)* _ => None }
    };
    (@ $size:expr, $f:ident, [$($n:literal $ty:ty),*], $more:ty) => {
        match $size { $($n => Some($f::<$ty, $more> as Exec),)* _ => None }
    };
}

pub(super) use {binary, binary_saturated, sized, ternary, unary};
