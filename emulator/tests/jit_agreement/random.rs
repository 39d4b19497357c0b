//! Numbers that are random but the same for the same seed, and states and words made of them.

use elfuse::cpu::Cpu;
use elfuse::isa::{self, Row};

use crate::machine::{DATA, DATA_LEN};

/// SplitMix64.
pub struct Random(pub u64);

impl Random {
    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// One of `choices`.
    pub fn choose<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }
}

/// Patterns that floating point and saturation treat specially, in 64, 32, 16 and 8 bits.
const SPECIAL: &[u64] = &[
    0,
    1,
    u64::MAX,
    1 << 63,
    i64::MAX as u64,
    0x8000_0000,
    0x7fff_ffff,
    0xffff_ffff,
    0x7ff0_0000_0000_0000,
    0xfff0_0000_0000_0000,
    0x7ff8_0000_0000_0001,
    0x7ff0_0000_0000_0001,
    0xfff8_1234_5678_9abc,
    0x0010_0000_0000_0000,
    0x000f_ffff_ffff_ffff,
    0x7fef_ffff_ffff_ffff,
    0x3ff0_0000_0000_0000,
    0x3fdf_ffff_ffff_ffff,
    0x43e0_0000_0000_0000,
    0x7f80_0000_7f80_0001,
    0xff80_0000_7fc0_0001,
    0x0080_0000_007f_ffff,
    0x7f7f_ffff_3f80_0000,
    0x4f00_0000_cf00_0000,
    0x3eff_ffff_4b00_0001,
    0x7fff_8000_7fff_8000,
    0x7f80_ff00_017f_80ff,
];

/// A value for a general register: often an address in the data.
fn general(random: &mut Random) -> u64 {
    match random.below(8) {
        0 => random.next(),
        1 => random.next() as u32 as u64,
        2 => random.choose(SPECIAL),
        3 => random.below(65),
        4 => (random.below(256) as i64 - 128) as u64,
        5 => DATA + (random.below(DATA_LEN / 16) << 4),
        _ => DATA + DATA_LEN / 4 + (random.below(DATA_LEN / 32) << 4),
    }
}

fn lanes(random: &mut Random) -> u64 {
    match random.below(8) {
        0..=2 => random.next(),
        // Ordinary numbers, close enough to each other for sums to be inexact.
        3 => (random.next() >> 12) | (0x3f0 + random.below(32)) << 52,
        4 => u64::from((random.next() as u32 >> 9) | (0x70 + random.below(32) as u32) << 23) * 0x1_0000_0001,
        _ => random.choose(SPECIAL),
    }
}

/// Fills every register of `cpu` but FPCR.
pub fn fill(cpu: &mut Cpu, random: &mut Random) {
    for index in 0..32 {
        cpu.x[index] = general(random);
        let (low, high) = (lanes(random), lanes(random));
        cpu.set_vec(index as u8, u128::from(low) | u128::from(high) << 64);
    }
    // An aligned stack pointer, three times in four.
    if random.below(4) != 0 {
        cpu.x[31] = DATA + DATA_LEN / 2 + (random.below(DATA_LEN / 64) << 4);
    }
    cpu.nzcv = (random.next() as u32) & 0xf000_0000;
    cpu.fpsr = (random.next() as u32) & 0x0800_009f & (random.below(2) as u32).wrapping_neg();
    cpu.tpidr = random.next();
}

const NOP: u32 = 0xd503_201f;

/// A word of `row`.
pub fn word(row: &Row, random: &mut Random) -> u32 {
    let fill = random.next() as u32;
    // Few registers, so that instructions meet.
    let fill = if random.below(2) == 0 { fill & !0x0018_0318 } else { fill };
    let word = row.value | fill & !row.mask;
    // The time is another at each look.
    if isa::decode(word).is_some_and(|(row, _)| row.id == "MrsCntvct") { NOP } else { word }
}
