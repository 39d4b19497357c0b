//! The standards' own examples, computed with the instructions.

use crate::cpu::Cpu;
use crate::interp::step;
use crate::interp::testing::processor;

/// v0 after `word` on v0 = `d`, v1 = `n`, v2 = `m`.
fn run(cpu: &mut Cpu, word: u32, d: u128, n: u128, m: u128) -> u128 {
    cpu.set_vec(0, d);
    cpu.set_vec(1, n);
    cpu.set_vec(2, m);
    assert_eq!(step(cpu, word), Ok(()), "{word:08x}");
    cpu.vec(0)
}

const AESE: u32 = 0x4e28_4820;
const AESD: u32 = 0x4e28_5820;
const AESMC: u32 = 0x4e28_6820;
const AESIMC: u32 = 0x4e28_7820;

/// FIPS 197, 5.2, for 128 bits; AESE without key and with equal columns substitutes a word.
fn round_keys(cpu: &mut Cpu, key: [u8; 16]) -> Vec<u128> {
    let mut words: Vec<u32> =
        key.chunks(4).map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect();
    let mut constant = 1_u32;
    for i in 4..44 {
        let mut word = words[i - 1];
        if i % 4 == 0 {
            let repeated = u128::from(word.rotate_right(8)) * 0x1_0000_0001_0000_0001_0000_0001;
            word = run(cpu, AESE, repeated, 0, 0) as u32 ^ constant;
            constant = if constant == 0x80 { 0x1b } else { constant << 1 };
        }
        words.push(words[i - 4] ^ word);
    }
    words.chunks(4).map(|w| (0..4).fold(0, |key, i| key | u128::from(w[i]) << (32 * i))).collect()
}

#[test]
fn aes_example_of_fips_197_appendix_b() {
    let mut cpu = processor();
    let key = 0x2b7e_1516_28ae_d2a6_abf7_1588_09cf_4f3c_u128.to_be_bytes();
    let plain = 0x3243_f6a8_885a_308d_3131_98a2_e037_0734_u128.swap_bytes();
    let keys = round_keys(&mut cpu, key);
    let mut state = plain;
    for key in &keys[..9] {
        state = run(&mut cpu, AESE, state, *key, 0);
        state = run(&mut cpu, AESMC, 0, state, 0);
    }
    state = run(&mut cpu, AESE, state, keys[9], 0) ^ keys[10];
    assert_eq!(state.swap_bytes(), 0x3925_841d_02dc_09fb_dc11_8597_196a_0b32);

    state = run(&mut cpu, AESD, state, keys[10], 0);
    for key in keys[1..10].iter().rev() {
        let key = run(&mut cpu, AESIMC, 0, *key, 0);
        state = run(&mut cpu, AESIMC, 0, state, 0);
        state = run(&mut cpu, AESD, state, key, 0);
    }
    assert_eq!(state ^ keys[0], plain);
}

/// The block of the message `abc` as four schedule vectors.
fn abc() -> Vec<u128> {
    let mut words = [0_u32; 16];
    words[0] = 0x6162_6380;
    words[15] = 24;
    words.chunks(4).map(vector).collect()
}

fn vector(words: &[u32]) -> u128 {
    (0..4).fold(0, |all, i| all | u128::from(words[i]) << (32 * i))
}

fn lanewise_sum(a: u128, b: u128) -> u128 {
    let lane = |v: u128, i: u32| (v >> (32 * i)) as u32;
    (0..4).fold(0, |all, i| all | u128::from(lane(a, i).wrapping_add(lane(b, i))) << (32 * i))
}

#[test]
fn sha1_example_of_fips_180() {
    let mut cpu = processor();
    let initial = vector(&[0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476]);
    let constants = [0x5a82_7999, 0x6ed9_eba1, 0x8f1b_bcdc, 0xca62_c1d6];
    let (mut x, mut e, mut schedule) = (initial, 0xc3d2_e1f0_u128, abc());
    for round in 0..20 {
        let constant = constants[round / 5];
        let input = lanewise_sum(schedule[round], vector(&[constant; 4]));
        // sha1c, sha1p, sha1m, sha1p; sha1h
        let word = [0x5e02_0020, 0x5e02_1020, 0x5e02_2020, 0x5e02_1020][round / 5];
        let next = run(&mut cpu, 0x5e28_0820, 0, x & 0xffff_ffff, 0);
        x = run(&mut cpu, word, x, e, input);
        e = next;
        // sha1su0, sha1su1
        let [a, b, c, d] = schedule[round..round + 4] else { unreachable!("four vectors at least") };
        let mixed = run(&mut cpu, 0x5e02_3020, a, b, c);
        schedule.push(run(&mut cpu, 0x5e28_1820, mixed, d, 0));
    }
    let digest = lanewise_sum(x, initial);
    assert_eq!(digest, vector(&[0xa999_3e36, 0x4706_816a, 0xba3e_2571, 0x7850_c26c]));
    assert_eq!((e as u32).wrapping_add(0xc3d2_e1f0), 0x9cd0_d89d);
}

/// The first 32 bits of the fractional parts of `root` of the first primes (FIPS 180, 4.2.2 and 5.3.3).
fn fractions(root: fn(f64) -> f64, count: usize) -> Vec<u32> {
    let is_prime = |n: &u32| (2..*n).all(|d| !n.is_multiple_of(d));
    (2..).filter(is_prime).take(count).map(|p| (root(p.into()).fract() * 4_294_967_296.0) as u32).collect()
}

#[test]
fn sha256_example_of_fips_180() {
    let mut cpu = processor();
    let constants = fractions(f64::cbrt, 64);
    let initial = fractions(f64::sqrt, 8);
    let (first_x, first_y) = (vector(&initial[..4]), vector(&initial[4..]));
    let (mut x, mut y, mut schedule) = (first_x, first_y, abc());
    for round in 0..16 {
        let input = lanewise_sum(schedule[round], vector(&constants[4 * round..]));
        // sha256h, sha256h2
        let next_x = run(&mut cpu, 0x5e02_4020, x, y, input);
        y = run(&mut cpu, 0x5e02_5020, y, x, input);
        x = next_x;
        // sha256su0, sha256su1
        let [a, b, c, d] = schedule[round..round + 4] else { unreachable!("four vectors at least") };
        let mixed = run(&mut cpu, 0x5e28_2820, a, b, 0);
        schedule.push(run(&mut cpu, 0x5e02_6020, mixed, c, d));
    }
    let expected = [
        0xba78_16bf,
        0x8f01_cfea,
        0x4141_40de,
        0x5dae_2223,
        0xb003_61a3,
        0x9617_7a9c,
        0xb410_ff61,
        0xf200_15ad,
    ];
    assert_eq!(lanewise_sum(x, first_x), vector(&expected[..4]));
    assert_eq!(lanewise_sum(y, first_y), vector(&expected[4..]));
}
