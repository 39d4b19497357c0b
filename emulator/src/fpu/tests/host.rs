//! To nearest: what the host computes.

use super::super::*;
use super::{Random, run};

/// The host's result, with its NaNs replaced by ours, whose rules are tested elsewhere.
fn same<F: Format>(host: u64, ours: u64, nan: bool) -> bool {
    if nan { ours & F::INFINITY == F::INFINITY && ours & F::FRAC_MASK != 0 } else { host == ours }
}

macro_rules! against_host {
    ($test:ident, $format:ty, $float:ty, $bits:ty, $seed:literal) => {
        #[test]
        fn $test() {
            let mut random = Random::new($seed);
            for _ in 0..60_000 {
                let [a, b, c] = [(); 3].map(|()| random.float::<$format>());
                let [x, y, z] = [a, b, c].map(|bits| <$float>::from_bits(bits as $bits));
                let check = |name: &str, host: $float, (ours, _): (u64, u32)| {
                    let host_bits = u64::from(host.to_bits());
                    let ok = same::<$format>(host_bits, ours, host.is_nan());
                    assert!(ok, "{name} {a:x} {b:x} {c:x}: host {host_bits:x}, ours {ours:x}");
                };
                check("add", x + y, run(0, |env| add::<$format>(a, b, env)));
                check("sub", x - y, run(0, |env| sub::<$format>(a, b, env)));
                check("mul", x * y, run(0, |env| mul::<$format>(a, b, env)));
                check("div", x / y, run(0, |env| div::<$format>(a, b, env)));
                check("sqrt", x.sqrt(), run(0, |env| sqrt::<$format>(a, env)));
                check("mul_add", x.mul_add(y, z), run(0, |env| mul_add::<$format>(c, a, b, env)));
                let integral = |rounding| run(0, |env| round_to_integral::<$format>(a, rounding, false, env));
                check("even", x.round_ties_even(), integral(Rounding::Even));
                check("away", x.round(), integral(Rounding::Away));
                check("floor", x.floor(), integral(Rounding::Minus));
                check("ceil", x.ceil(), integral(Rounding::Plus));
                check("trunc", x.trunc(), integral(Rounding::Zero));
                let to = |width, signed| {
                    run(0, |env| to_fixed::<$format>(a, width, signed, 0, Rounding::Zero, env)).0
                };
                assert_eq!(to(64, true), x as i64 as u64, "{a:x}");
                assert_eq!(to(64, false), x as u64, "{a:x}");
                assert_eq!(to(32, true), x as i32 as u32 as u64, "{a:x}");
                assert_eq!(to(32, false), x as u32 as u64, "{a:x}");
                let from = |width, signed| {
                    run(0, |env| from_fixed::<$format>(c, width, signed, 0, Rounding::Even, env))
                };
                check("scvtf", c as i64 as $float, from(64, true));
                check("ucvtf", c as $float, from(64, false));
                check("scvtf 32", c as i32 as $float, from(32, true));
                check("ucvtf 32", c as u32 as $float, from(32, false));
                let order = match x.partial_cmp(&y) {
                    Some(std::cmp::Ordering::Less) => Order::Less,
                    Some(std::cmp::Ordering::Equal) => Order::Equal,
                    Some(std::cmp::Ordering::Greater) => Order::Greater,
                    None => Order::Unordered,
                };
                assert_eq!(compare::<$format>(a, b, false, &mut Env::new(0, 0)), order, "{a:x} {b:x}");
            }
        }
    };
}

against_host!(single_precision, Single, f32, u32, 11);
against_host!(double_precision, Double, f64, u64, 12);

#[test]
fn widths_convert_as_on_the_host() {
    let mut random = Random::new(13);
    for _ in 0..200_000 {
        let bits = random.float::<Double>();
        let host = f64::from_bits(bits) as f32;
        let (ours, _) = run(0, |env| convert::<Double, Single>(bits, Rounding::Even, env));
        assert!(same::<Single>(host.to_bits().into(), ours, host.is_nan()), "{bits:x}: {ours:x}");
        let bits = random.float::<Single>();
        let host = f64::from(f32::from_bits(bits as u32));
        let (ours, _) = run(0, |env| convert::<Single, Double>(bits, Rounding::Even, env));
        assert!(same::<Double>(host.to_bits(), ours, host.is_nan()), "{bits:x}: {ours:x}");
    }
}
