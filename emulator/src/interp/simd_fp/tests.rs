//! Known words: which lanes, which half, which element.

use crate::cpu::Cpu;
use crate::interp::step;
use crate::interp::testing::processor;

fn singles(lanes: [f32; 4]) -> u128 {
    lanes.iter().rev().fold(0, |bits, lane| bits << 32 | u128::from(lane.to_bits()))
}

fn doubles(lanes: [f64; 2]) -> u128 {
    u128::from(lanes[1].to_bits()) << 64 | u128::from(lanes[0].to_bits())
}

/// Runs `word` with v0 to v2 set.
fn run(word: u32, v: [u128; 3]) -> Cpu {
    let mut cpu = processor();
    for (index, value) in (0..).zip(v) {
        cpu.set_vec(index, value);
    }
    step(&mut cpu, word).expect("it does not trap");
    cpu
}

#[test]
fn lanes_go_separately_and_the_short_form_clears_the_high_half() {
    let (a, b) = (singles([1.0, 2.0, 3.0, 4.0]), singles([10.0, 20.0, 30.0, 40.0]));
    // fadd v0.4s and v0.2s
    assert_eq!(run(0x4e22_d420, [0, a, b]).vec(0), singles([11.0, 22.0, 33.0, 44.0]));
    assert_eq!(run(0x0e22_d420, [u128::MAX, a, b]).vec(0), singles([11.0, 22.0, 0.0, 0.0]));
    // fadd v0.8h
    let halves = u128::from_ne_bytes([0, 0x3c].repeat(8).try_into().expect("16 bytes"));
    let twos = u128::from_ne_bytes([0, 0x40].repeat(8).try_into().expect("16 bytes"));
    assert_eq!(run(0x4e42_1420, [0, halves, halves]).vec(0), twos);
    // fmla v0.2d, fmls v0.2d
    let (c, d) = (doubles([2.0, 3.0]), doubles([5.0, 7.0]));
    assert_eq!(run(0x4e62_cc20, [doubles([1.0, 1.0]), c, d]).vec(0), doubles([11.0, 22.0]));
    assert_eq!(run(0x4ee2_cc20, [doubles([1.0, 1.0]), c, d]).vec(0), doubles([-9.0, -20.0]));
}

#[test]
fn comparisons_make_masks() {
    let (a, b) = (singles([1.0, 2.0, f32::NAN, -4.0]), singles([1.0, 1.0, 1.0, 1.0]));
    let mask = |lanes: [u32; 4]| lanes.iter().rev().fold(0, |bits, &lane| bits << 32 | u128::from(lane));
    // fcmge v0.4s: the NaN is invalid.
    let cpu = run(0x6e22_e420, [0, a, b]);
    assert_eq!((cpu.vec(0), cpu.fpsr), (mask([u32::MAX, u32::MAX, 0, 0]), 1));
    // fcmeq v0.4s: it is not.
    let cpu = run(0x4e22_e420, [0, a, b]);
    assert_eq!((cpu.vec(0), cpu.fpsr), (mask([u32::MAX, 0, 0, 0]), 0));
    // fcmlt v0.4s, v1.4s, #0.0
    assert_eq!(run(0x4ea0_e820, [0, a, 0]).vec(0), mask([0, 0, 0, u32::MAX]));
    // fcmgt s0, s1, s2
    assert_eq!(run(0x7ea2_e420, [u128::MAX, b, singles([0.5; 4])]).vec(0), u32::MAX.into());
}

#[test]
fn neighbours_and_whole_vectors_combine() {
    let (a, b) = (singles([1.0, 2.0, 3.0, 4.0]), singles([10.0, 20.0, 30.0, 40.0]));
    // faddp v0.4s, faddp v0.2s
    assert_eq!(run(0x6e22_d420, [0, a, b]).vec(0), singles([3.0, 7.0, 30.0, 70.0]));
    assert_eq!(run(0x2e22_d420, [0, a, b]).vec(0), singles([3.0, 30.0, 0.0, 0.0]));
    // faddp d0, v1.2d
    assert_eq!(run(0x7e70_d820, [0, doubles([2.0, 3.0]), 0]).vec(0), doubles([5.0, 0.0]));
    // fmaxv s0, v1.4s; fminnmv s0, v1.4s
    assert_eq!(run(0x6e30_f820, [0, a, 0]).vec(0), singles([4.0, 0.0, 0.0, 0.0]));
    assert_eq!(run(0x6eb0_c820, [0, a, 0]).vec(0), singles([1.0, 0.0, 0.0, 0.0]));
}

#[test]
fn an_element_goes_with_every_lane() {
    let (a, b) = (singles([1.0, 2.0, 3.0, 4.0]), singles([10.0, 20.0, 30.0, 40.0]));
    // fmul v0.4s, v1.4s, v2.s[3]
    assert_eq!(run(0x4fa2_9820, [0, a, b]).vec(0), singles([40.0, 80.0, 120.0, 160.0]));
    // fmla d0, d1, v2.d[1]
    let (c, d) = (doubles([2.0, 3.0]), doubles([5.0, 7.0]));
    assert_eq!(run(0x5fc2_1820, [doubles([1.0, 9.0]), c, d]).vec(0), doubles([15.0, 0.0]));
    // fmul h0, h1, v2.h[7]
    let b = 0x4000_u128 << 112;
    assert_eq!(run(0x5f32_9820, [0, 0x3c00, b]).vec(0), 0x4000);
}

#[test]
fn widths_change_in_the_low_or_the_high_half() {
    let c = doubles([2.0, 3.0]);
    // fcvtn v0.2s, v1.2d; fcvtn2 v0.4s, v1.2d
    assert_eq!(run(0x0e61_6820, [u128::MAX, c, 0]).vec(0), singles([2.0, 3.0, 0.0, 0.0]));
    let kept = singles([8.0, 9.0, 0.0, 0.0]);
    assert_eq!(run(0x4e61_6820, [kept, c, 0]).vec(0), singles([8.0, 9.0, 2.0, 3.0]));
    // fcvtl v0.2d, v1.2s; fcvtl2 v0.2d, v1.4s
    let a = singles([1.0, 2.0, 3.0, 4.0]);
    assert_eq!(run(0x0e61_7820, [0, a, 0]).vec(0), doubles([1.0, 2.0]));
    assert_eq!(run(0x4e61_7820, [0, a, 0]).vec(0), doubles([3.0, 4.0]));
    // fcvtxn s0, d1 rounds to odd.
    let cpu = run(0x7e61_6820, [0, 1.0_f64.next_up().to_bits().into(), 0]);
    assert_eq!((cpu.vec(0), cpu.fpsr), (0x3f80_0001, 0x10));
}

#[test]
fn integers_and_fixed_point_convert_in_place() {
    // fcvtzs v0.4s, v1.4s
    let cpu = run(0x4ea1_b820, [0, singles([1.5, -1.5, 3e9, f32::NAN]), 0]);
    assert_eq!((cpu.vec(0), cpu.fpsr), (0x0000_0000_7fff_ffff_ffff_ffff_0000_0001, 0x11));
    // scvtf v0.4s, v1.4s, #4
    let cpu = run(0x4f3c_e420, [0, 0x0000_0018_ffff_fff8_0000_0010_0000_0001, 0]);
    assert_eq!(cpu.vec(0), singles([0.0625, 1.0, -0.5, 1.5]));
    // urecpe v0.2s, v1.2s
    assert_eq!(run(0x0ea1_c820, [0, 0x8000_0000, 0]).vec(0), 0xffff_ffff_ff80_0000);
}
