//! All roundings and their flags: exact values in `f64`, rounded by looking for the neighbours.

use super::super::*;
use super::{MODES, Random, run};

/// The magnitudes of all finite halves in order, the first beyond them included.
fn halves() -> Vec<f64> {
    (0..=0x7c00_u32)
        .map(|bits| match (bits >> 10, f64::from(bits & 0x3ff)) {
            (0, frac) => frac * 2f64.powi(-24),
            (exp, frac) => (1024.0 + frac) * 2f64.powi(exp as i32 - 25),
        })
        .collect()
}

/// `value`, which is exact, not zero and finite, as a half, and the flags.
fn half_of(table: &[f64], value: f64, rounding: Rounding, flush: bool) -> (u64, u32) {
    let (sign, magnitude) = (if value < 0.0 { 0x8000 } else { 0 }, value.abs());
    if flush && magnitude < table[0x400] {
        return (sign, fpsr::UFC);
    }
    let below = table.partition_point(|&half| half <= magnitude) - 1;
    if below < 0x7c00 && table[below] == magnitude {
        return (sign | below as u64, 0);
    }
    let up = match rounding {
        Rounding::Plus => sign == 0,
        Rounding::Minus => sign != 0,
        Rounding::Zero | Rounding::Odd => false,
        Rounding::Even | Rounding::Away if below >= 0x7c00 => true,
        Rounding::Even | Rounding::Away => {
            let middle = (table[below] + table[below + 1]) / 2.0;
            magnitude > middle || magnitude == middle && (below % 2 == 1 || rounding == Rounding::Away)
        }
    };
    let mut flags = fpsr::IXC;
    if magnitude < table[0x400] {
        flags |= fpsr::UFC;
    }
    let mut bits = (below.min(0x7bff) + usize::from(up)) as u64;
    if rounding == Rounding::Odd && below < 0x7c00 {
        bits |= 1;
    }
    if below >= 0x7c00 || bits >= 0x7c00 {
        flags |= fpsr::OFC;
    }
    (sign | bits, flags)
}

fn value_of(table: &[f64], bits: u64) -> f64 {
    let magnitude = table[(bits & 0x7fff) as usize];
    if bits & 0x8000 != 0 { -magnitude } else { magnitude }
}

#[test]
fn half_precision_arithmetic_rounds_exactly_in_every_mode() {
    let table = halves();
    let mut random = Random::new(21);
    for _ in 0..200_000 {
        let [a, b, c] = [(); 3].map(|()| random.float::<Half>());
        if [a, b, c].iter().any(|bits| bits & 0x7c00 == 0x7c00) {
            continue;
        }
        let [x, y, z] = [a, b, c].map(|bits| value_of(&table, bits));
        for (control, rounding) in MODES {
            let check = |name: &str, exact: f64, got: (u64, u32)| {
                if exact != 0.0 {
                    let expected = half_of(&table, exact, rounding, false);
                    assert_eq!(got, expected, "{name} {a:x} {b:x} {c:x} {rounding:?}");
                }
            };
            check("add", x + y, run(control, |env| add::<Half>(a, b, env)));
            check("sub", x - y, run(control, |env| sub::<Half>(a, b, env)));
            check("mul", x * y, run(control, |env| mul::<Half>(a, b, env)));
            // Quotients and roots of 11-bit numbers are never so near to a half or to the middle between two that
            // 53 bits could not tell.
            if y != 0.0 {
                check("div", x / y, run(control, |env| div::<Half>(a, b, env)));
            }
            if x > 0.0 {
                check("sqrt", x.sqrt(), run(control, |env| sqrt::<Half>(a, env)));
            }
            let product = x * y;
            if (product + z) - z == product && (product + z) - product == z {
                check("mul_add", product + z, run(control, |env| mul_add::<Half>(c, a, b, env)));
                let step = 2.0 - product;
                if 2.0 - step == product {
                    check("recip_step", step, run(control, |env| recip_step::<Half>(a, b, env)));
                }
                let step = 3.0 - product;
                if 3.0 - step == product {
                    check("rsqrt_step", step / 2.0, run(control, |env| rsqrt_step::<Half>(a, b, env)));
                }
            }
        }
    }
}

#[test]
fn every_half_converts_there_and_back() {
    let table = halves();
    for bits in 0..0x1_0000_u64 {
        let (double, flags) = run(0, |env| convert::<Half, Double>(bits, Rounding::Even, env));
        let (single, single_flags) = run(0, |env| convert::<Half, Single>(bits, Rounding::Even, env));
        assert_eq!(flags, single_flags);
        if bits & 0x7c00 != 0x7c00 {
            assert_eq!(f64::from_bits(double), value_of(&table, bits));
            assert_eq!(f64::from(f32::from_bits(single as u32)), value_of(&table, bits));
            assert_eq!(flags, 0);
        }
        let quieted = if bits & 0x7c00 == 0x7c00 && bits & 0x3ff != 0 { bits | 0x200 } else { bits };
        assert_eq!(run(0, |env| convert::<Double, Half>(double, Rounding::Even, env)), (quieted, 0));
        assert_eq!(run(0, |env| convert::<Single, Half>(single, Rounding::Even, env)), (quieted, 0));
        // The alternative format has neither infinities nor NaNs.
        let (double, flags) = run(fpcr::AHP, |env| convert::<Half, Double>(bits, Rounding::Even, env));
        assert_eq!(flags, 0);
        assert_eq!(run(fpcr::AHP, |env| convert::<Double, Half>(double, Rounding::Even, env)), (bits, 0));
    }
}

#[test]
fn every_value_near_a_half_converts_in_every_mode() {
    let table = halves();
    let directed =
        [Rounding::Even, Rounding::Plus, Rounding::Minus, Rounding::Zero, Rounding::Away, Rounding::Odd];
    for bits in 0..0x7c00_usize {
        let middle = (table[bits] + table[bits + 1]) / 2.0;
        for value in [table[bits].next_up(), middle.next_down(), middle, middle.next_up()] {
            for value in [value, -value] {
                for rounding in directed {
                    let bits = value.to_bits();
                    let mut env = Env::new(0, 0);
                    let got = (convert::<Double, Half>(bits, rounding, &mut env), env.fpsr());
                    assert_eq!(got, half_of(&table, value, rounding, false), "{value:e} {rounding:?}");
                }
            }
        }
    }
}

#[test]
fn flushing_half_precision_shows_in_results_and_underflow_only() {
    let table = halves();
    let mut random = Random::new(22);
    for _ in 0..100_000 {
        let [a, b] = [(); 2].map(|()| random.float::<Half>());
        if [a, b].iter().any(|bits| bits & 0x7c00 == 0x7c00) {
            continue;
        }
        let flushed = |bits: u64| if bits & 0x7c00 == 0 { 0.0 } else { value_of(&table, bits) };
        let exact = flushed(a) * flushed(b);
        if exact != 0.0 {
            let expected = half_of(&table, exact, Rounding::Even, true);
            assert_eq!(run(fpcr::FZ16, |env| mul::<Half>(a, b, env)), expected, "{a:x} {b:x}");
        } else {
            let (bits, flags) = run(fpcr::FZ16, |env| mul::<Half>(a, b, env));
            assert_eq!((bits & 0x7fff, flags), (0, 0), "{a:x} {b:x}");
        }
    }
}

/// `value`, which is exact and not zero, as a single, and the flags.
fn single_of(value: f64, rounding: Rounding) -> (u64, u32) {
    let nearest = value as f32;
    let (below, above) = if f64::from(nearest) <= value {
        (nearest, if f64::from(nearest) == value { nearest } else { nearest.next_up() })
    } else {
        (nearest.next_down(), nearest)
    };
    let result = match rounding {
        Rounding::Plus => above,
        Rounding::Minus => below,
        Rounding::Zero => {
            if value > 0.0 {
                below
            } else {
                above
            }
        }
        _ => nearest,
    };
    let mut flags = 0;
    if f64::from(result) != value {
        flags |= fpsr::IXC;
        if value.abs() < f64::from(f32::MIN_POSITIVE) {
            flags |= fpsr::UFC;
        }
    }
    // Overflow is an unbounded exponent's result beyond the largest number: to nearest from the middle on.
    let limit = f64::from(f32::MAX);
    let step = 2f64.powi(104);
    let overflows = match rounding {
        Rounding::Even => value.abs() >= limit + step / 2.0,
        Rounding::Plus if value > 0.0 => value > limit,
        Rounding::Minus if value < 0.0 => -value > limit,
        _ => value.abs() >= limit + step,
    };
    if overflows {
        flags |= fpsr::OFC | fpsr::IXC;
    }
    (result.to_bits().into(), flags)
}

#[test]
fn single_precision_products_round_exactly_in_every_mode() {
    let mut random = Random::new(23);
    for _ in 0..200_000 {
        let [a, b] = [(); 2].map(|()| random.float::<Single>());
        let [x, y] = [a, b].map(|bits| f64::from(f32::from_bits(bits as u32)));
        let exact = x * y;
        if exact == 0.0 || !exact.is_finite() {
            continue;
        }
        for (control, rounding) in MODES {
            let got = run(control, |env| mul::<Single>(a, b, env));
            assert_eq!(got, single_of(exact, rounding), "{a:x} {b:x} {rounding:?}");
            let got = run(control, |env| convert::<Double, Single>(exact.to_bits(), rounding, env));
            assert_eq!(got, single_of(exact, rounding), "{exact:e} {rounding:?}");
        }
    }
}
