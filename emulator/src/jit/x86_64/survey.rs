//! Which registers code names, and how often.
//!
//! Compilers differ: one keeps to x0–x5 and x19 up, another takes x8 and its neighbours first. So a program's registers
//! are looked at before the first of its blocks is translated.

use crate::isa::bits;
use crate::mem::{AddressSpace, GuestAddr, Prot};

/// Words looked at in each executable mapping.
const SAMPLES: u64 = 256;
/// Executable mappings looked at.
const MAPPINGS: usize = 4;

/// How often registers are named. A guess costs speed, never rightness.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    pub(super) general: [u32; 32],
    pub(super) vectors: [u32; 32],
}

impl Counts {
    /// Those of words spread over the executable mappings.
    pub(super) fn survey(space: &AddressSpace) -> Counts {
        let mut counts = Counts::default();
        let regions: Vec<_> = space
            .regions()
            .values()
            .filter(|region| region.prot.has(Prot::EXEC))
            .map(|region| (region.start, region.end))
            .take(MAPPINGS)
            .collect();
        for (start, end) in regions {
            let step = ((end - start) / SAMPLES).next_multiple_of(4).max(4);
            for pc in (start..end).step_by(step as usize) {
                let Ok(word) = space.mem().load::<u32>(GuestAddr(pc)) else { break };
                counts.add(u32::from_le(word), 1);
            }
        }
        counts
    }

    /// Adds the registers that `word` names, `weight` times.
    pub(super) fn add(&mut self, word: u32, weight: u32) {
        let field = |low: u32| (word >> low & 31) as usize;
        let (d, n, m, a) = (field(0), field(5), field(16), field(10));
        let mut general = |index: usize, sp: bool| {
            if sp || index != 31 {
                self.general[index] += weight;
            }
        };
        match bits(word, 28, 25) {
            // PC-relative addresses and wide moves name one.
            0b1000 | 0b1001 => {
                general(d, false);
                if !matches!(bits(word, 25, 23), 0 | 1 | 5) {
                    general(n, true);
                }
            }
            0b1010 | 0b1011 => general(d, false),
            0b0101 | 0b1101 => {
                [d, n, m].iter().for_each(|&index| general(index, false));
                if bits(word, 28, 24) == 0b11011 {
                    general(a, false);
                }
            }
            0b0111 | 0b1111 => [d, n, m].iter().for_each(|&index| self.vectors[index] += weight),
            0b0100 | 0b0110 | 0b1100 | 0b1110 => {
                let pair = bits(word, 29, 27) == 0b101;
                let indexed =
                    bits(word, 29, 27) == 0b111 && bits(word, 24, 24) == 0 && bits(word, 11, 10) == 2;
                general(n, true);
                if indexed && bits(word, 21, 21) == 1 {
                    general(m, false);
                }
                for index in [Some(d), pair.then_some(a)].into_iter().flatten() {
                    if bits(word, 26, 26) != 0 {
                        self.vectors[index] += weight;
                    } else {
                        general(index, false);
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operands_are_counted() {
        let mut counts = Counts::default();
        counts.add(0x8b02_0020, 1); // add x0, x1, x2
        counts.add(0xa9bf_7bfd, 1); // stp x29, x30, [sp, #-16]!
        counts.add(0x3dc0_0061, 2); // ldr q1, [x3]
        let named = |index: usize| counts.general[index];
        assert_eq!([0, 1, 2, 3, 29, 30, 31].map(named), [1, 1, 1, 2, 1, 1, 1]);
        assert_eq!((counts.vectors[1], counts.vectors[3]), (2, 0));
    }
}
