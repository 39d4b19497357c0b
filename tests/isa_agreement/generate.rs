//! Random words and random states.

use elfuse::interp;
use elfuse::isa::{Row, bits};

use super::exclude;
use super::oracle::slot;
use super::ours::Machine;
use super::record::{BRK, CODE, CODE_MARGIN, Record, SLOT_BYTES, WINDOW, WINDOW_BYTES};
use super::rng::Rng;

/// So many tries a record, before a row is given up.
const TRIES: usize = 400;

pub struct Batch {
    pub records: Vec<Record>,
    /// Our result of each, and whether the word was executed rather than unallocated.
    pub expected: Vec<(Record, bool)>,
}

impl Batch {
    pub fn executed(&self) -> usize {
        self.expected.iter().filter(|(_, executed)| *executed).count()
    }
}

pub struct Generator {
    row: &'static Row,
    rng: Rng,
}

impl Generator {
    pub fn new(row: &'static Row, rng: Rng) -> Generator {
        Generator { row, rng }
    }

    /// Enough records to execute the row `target` times, with some unallocated words between.
    pub fn records(&mut self, machine: &mut Machine, target: usize) -> Batch {
        let mut batch = Batch { records: Vec::new(), expected: Vec::new() };
        let (mut executed, mut unallocated) = (0, 0);
        for _ in 0..target * TRIES {
            if executed == target {
                break;
            }
            let pc = slot(batch.records.len());
            let Some((word, legal)) = self.word(pc) else { continue };
            if !legal && unallocated >= target / 4 {
                continue;
            }
            let Some(record) = self.record(machine, word, pc) else { continue };
            let result = machine.run(&record);
            if self.strays(&record, &result) || exclude::ending(self.row, result.signal).is_some() {
                continue;
            }
            *(if legal { &mut executed } else { &mut unallocated }) += 1;
            batch.records.push(record);
            batch.expected.push((result, legal));
        }
        batch
    }

    /// A word of the row, and whether we execute it.
    fn word(&mut self, pc: u64) -> Option<(u32, bool)> {
        let row = self.row;
        let mut word = row.value | self.rng.next() as u32 & !row.mask;
        if let (true, Some((low, width))) = (row.subclass == "Load register (literal)", row.field("imm19")) {
            let target = self.target(4) & !3;
            let offset = (target.wrapping_sub(pc) / 4) as u32;
            word = word & !(bits(u32::MAX, width - 1, 0) << low) | bits(offset, width - 1, 0) << low;
        }
        let wanted = word != BRK && !exclude::hidden(row, word) && exclude::word(row, word).is_none();
        wanted.then(|| (word, interp::select(word, pc).is_some()))
    }

    /// An address in the window, mostly aligned to 16, sometimes so near its end that a wide access crosses it.
    fn target(&mut self, slack: u64) -> u64 {
        let rng = &mut self.rng;
        let at = match rng.below(10) {
            0..6 => rng.below(WINDOW_BYTES as u64 - 64) & !15,
            6..9 => rng.below(WINDOW_BYTES as u64 - 64),
            _ => WINDOW_BYTES as u64 - slack + rng.below(2 * slack),
        };
        WINDOW + at
    }

    fn record(&mut self, machine: &mut Machine, word: u32, pc: u64) -> Option<Record> {
        let mut record = Record::idle(pc);
        for i in 0..31 {
            record.x[i] = self.general();
        }
        record.sp = self.target(16) & !15;
        let lane = self.rng.pick(&[8, 16, 32, 64]);
        for i in 0..32 {
            record.v[i] = vector(&mut self.rng, lane);
        }
        let rng = &mut self.rng;
        record.nzcv = rng.below(16) << 28;
        // RMode, FZ, DN, AHP and FZ16; half the time all clear, as programs have them.
        record.fpcr = if rng.once_in(2) { 0 } else { rng.next() & 0x07c8_0000 };
        record.fpsr = if rng.once_in(2) { 0 } else { rng.next() & 0x0800_009f };
        record.tpidr = rng.next();
        for bytes in record.window.chunks_exact_mut(16) {
            bytes.copy_from_slice(&vector(rng, lane).to_le_bytes());
        }
        record.words[0] = word;
        self.prefix(&mut record, word);
        let field = |name: &str| self.row.field(name).map(|(low, width)| bits(word, low + width - 1, low));
        if matches!(self.row.id, "Br" | "Blr" | "Ret") {
            let at = CODE - CODE_MARGIN + (self.rng.below(CODE_MARGIN) & !3);
            let at = if self.rng.once_in(4) { at | self.rng.below(128) << 56 } else { at };
            set_register(&mut record, field("Rn")?, at);
            return Some(record);
        }
        if record.words[1] == BRK && matches!(self.row.id, "Stxr" | "Stxp") {
            // Without its load it fails before it accesses anything.
            let at = self.target(16);
            set_register(&mut record, field("Rn")?, if field("Rn") == Some(31) { at & !15 } else { at });
        }
        if let Some(address) = machine.accesses(&record) {
            // Registers that scale an index would throw it out of the window again.
            let base = field("Rn").or(field("Rt"))?;
            let wanted = self.target(40);
            if self.row.subclass != "Load register (literal)" {
                let old = if base == 31 { record.sp } else { record.x[base as usize] };
                let mut moved = old.wrapping_add(wanted.wrapping_sub(address)) & 0x00ff_ffff_ffff_ffff;
                if base == 31 {
                    moved &= !15;
                } else if self.rng.once_in(8) {
                    moved |= self.rng.next() << 56;
                }
                set_register(&mut record, base, moved);
            }
            let now = machine.accesses(&record)?;
            if !(WINDOW..WINDOW + WINDOW_BYTES as u64 + 64).contains(&now) {
                return None;
            }
            self.expect_stored(&mut record, word, now);
        }
        Some(record)
    }

    /// A store-exclusive gets its load-exclusive, most times.
    fn prefix(&mut self, record: &mut Record, word: u32) {
        if !matches!(self.row.id, "Stxr" | "Stxp") || self.rng.once_in(8) {
            return;
        }
        // The same size, pair bit and base; loaded into registers that the store does not use.
        let used = [bits(word, 4, 0), bits(word, 9, 5), bits(word, 14, 10), bits(word, 20, 16)];
        let mut free = (0..31).filter(|register| !used.contains(register));
        let (Some(rt), Some(rt2)) = (free.next(), free.next()) else { return };
        let load = word & 0xc020_03e0 | 0x085f_0000 & 0x3f80_0000 | 1 << 22 | 31 << 16 | rt2 << 10 | rt;
        record.words = [load, word, BRK, BRK];
    }

    /// A compare-and-swap finds what it expects, half the time.
    fn expect_stored(&mut self, record: &mut Record, word: u32, at: u64) {
        let offset = (at - WINDOW) as usize;
        if !matches!(self.row.id, "Cas" | "Casp") || self.rng.once_in(2) || offset + 16 > WINDOW_BYTES {
            return;
        }
        let register = bits(word, 20, 16);
        let number =
            |at: usize| u64::from_le_bytes(record.window[at..at + 8].try_into().expect("eight bytes"));
        let (first, second) = match (self.row.id, word >> 30 & 1) {
            ("Casp", 0) => (number(offset), number(offset) >> 32),
            _ => (number(offset), number(offset + 8)),
        };
        if register != bits(word, 9, 5) && register != 31 {
            record.x[register as usize] = first;
            if self.row.id == "Casp" && register + 1 != bits(word, 9, 5) && register != 30 {
                record.x[register as usize + 1] = second;
            }
        }
    }

    /// Would the oracle run on, into another record or in a circle?
    fn strays(&self, record: &Record, result: &Record) -> bool {
        let next = record.pc + 4 * record.length();
        let slots = CODE..CODE + 64 * SLOT_BYTES;
        result.pc != next
            && result.signal == 5
            && slots.contains(&(result.pc & 0x00ff_ffff_ffff_ffff))
            && record.words[0] >> 21 != BRK >> 21
    }

    /// A general register's value: random, small, near a boundary, or a power of two.
    fn general(&mut self) -> u64 {
        let rng = &mut self.rng;
        match rng.below(8) {
            0 => rng.below(64),
            1 => rng.below(64).wrapping_neg(),
            2 => (1 << rng.below(64) as u32) - rng.below(2),
            3 => rng.pick(&[0, u64::MAX, 1 << 63, (1 << 63) - 1, 1 << 31, (1 << 31) - 1, 0xffff_ffff]),
            4 => rng.next() & 0xffff_ffff,
            5 => scalar(rng, 64),
            _ => rng.next(),
        }
    }
}

fn set_register(record: &mut Record, register: u32, value: u64) {
    match register {
        31 => record.sp = value,
        _ => record.x[register as usize] = value,
    }
}

/// Lanes of `lane` bits, one in four of them any bits.
fn vector(rng: &mut Rng, lane: u32) -> u128 {
    (0..128 / lane).fold(0, |value, i| value | u128::from(scalar(rng, lane)) << (i * lane))
}

/// A number of `lane` bits: any bits, an integer near a boundary, or a floating-point number of some class.
fn scalar(rng: &mut Rng, lane: u32) -> u64 {
    let mask = u64::MAX >> (64 - lane);
    let fraction = match lane {
        64 => 52,
        32 => 23,
        _ => 10,
    };
    if lane == 8 || rng.once_in(4) {
        let near =
            rng.pick(&[0, mask, mask >> 1, (mask >> 1) + 1]).wrapping_add(rng.below(5)).wrapping_sub(2);
        return mask & if rng.once_in(3) { near } else { rng.next() };
    }
    let sign = rng.below(2) << (lane - 1);
    let top_exponent = (mask >> 1) >> fraction;
    let bias = top_exponent >> 1;
    let low = rng.next() & ((1 << fraction) - 1);
    // Few significant bits make exact results and ties.
    let low = if rng.once_in(2) { low & 7 << (fraction - 3) } else { low };
    let exponent = match rng.below(12) {
        0 => return sign,
        1 => return sign | top_exponent << fraction,
        2 => top_exponent,
        3 => 0,
        4 => 1 + rng.below(2),
        5 => top_exponent - 1,
        6 => rng.below(top_exponent + 1),
        // Around one, and around where integers stop having a fraction.
        7 | 8 => (bias + rng.below(lane.into())).min(top_exponent - 1),
        _ => bias - 3 + rng.below(7),
    };
    mask & (sign | exponent << fraction | low)
}
