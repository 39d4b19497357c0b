//! The engine agrees with the interpreter: every row of the instruction table, and random blocks.
//!
//! `SOAK=1` runs ten million blocks; `SEED=N` starts elsewhere; `ROW=NAME` keeps to rows whose name contains it.

mod machine;
mod random;
mod threads;

use elfuse::isa::{self, Row};
use elfuse::jit::{OPTIMISATIONS, Switches};

use machine::{DZC, IOC, IXC, Machine, OFC, UFC};
use random::{Random, word};

fn soak() -> bool {
    std::env::var_os("SOAK").is_some_and(|soak| soak == "1")
}

fn seed() -> u64 {
    std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1)
}

/// The implemented rows.
fn rows() -> Vec<&'static Row> {
    let wanted = std::env::var("ROW").unwrap_or_default();
    isa::rows()
        .map(|(row, _)| row)
        .filter(|row| row.feature.implemented() && row.id.contains(&wanted))
        .collect()
}

fn branches(row: &Row) -> bool {
    matches!(row.subclass, s if s.contains("branch")) || row.field("imm26").is_some()
}

/// A branch must lead forward, where there are system calls, or far away, where nothing is mapped.
fn lead_forward(row: &Row, word: u32) -> u32 {
    lead_within(row, word, 16)
}

/// A direct branch leads forward, at most so many instructions.
fn lead_within(row: &Row, word: u32, most: usize) -> u32 {
    let field = ["imm26", "imm19", "imm14"].iter().find_map(|name| row.field(name));
    let Some((low, width)) = field.filter(|_| branches(row)) else { return word };
    let field = (1_u32 << width) - 1;
    let offset = 1 + (word >> low) % most as u32;
    word & !(field << low) | offset << low
}

#[test]
fn every_row_agrees() {
    let mut random = Random(seed());
    let rounds = if soak() { 20_000 } else { 400 };
    let mut wrong = Vec::new();
    for look_ahead in [true, false] {
        let mut machine = Machine::new(Switches { look_ahead, ..Switches::default() });
        for row in rows() {
            for _ in 0..rounds {
                let mut word = word(row, &mut random);
                word = lead_forward(row, word);
                if let Err(difference) = machine.compare(&[word], &mut random) {
                    wrong.push(format!("{}: {difference}", row.id));
                    break;
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} rows differ\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn random_blocks_agree() {
    let blocks = if soak() { 10_000_000 } else { 20_000 };
    blocks_agree(Switches::default(), blocks, seed());
}

#[test]
fn random_loops_agree() {
    let rows = rows();
    let mut random = Random(seed());
    // Twice round, and a loop has registers of its own.
    let mut machine = Machine::new(Switches { hot: 1, ..Switches::default() });
    for number in 0..if soak() { 1_000_000 } else { 10_000 } {
        let length = 2 + random.below(30) as usize;
        let mut words = vec![0xd280_009c]; // mov x28, #4
        for index in 0..length {
            let row = random.choose(&rows);
            let word = lead_within(row, word(row, &mut random), length - index);
            // Whatever may change the counter would go round for ever.
            let counts = [0, 5, 10, 16].iter().any(|low| matches!(word >> low & 31, 27 | 28));
            words.push(if counts && !branches(row) { 0xd503_201f } else { word });
        }
        words.push(0xf100_079c); // subs x28, x28, #1
        words.push(0x5400_0001 | (-(length as i32 + 1) as u32 & 0x7_ffff) << 5); // b.ne
        if let Err(difference) = machine.compare(&words, &mut random) {
            panic!("loop {number} of seed {}: {difference}", seed());
        }
    }
}

/// A load-exclusive and a store-exclusive of the same place, mostly, with something between; once and in a loop.
#[test]
fn exclusives_agree() {
    let rows = rows();
    let of = |names: [&str; 2]| -> Vec<&Row> {
        rows.iter().copied().filter(|row| names.contains(&row.id)).collect()
    };
    let (loads, stores) = (of(["Ldxr", "Ldxp"]), of(["Stxr", "Stxp"]));
    if loads.is_empty() || stores.is_empty() {
        return;
    }
    let mut random = Random(seed());
    let mut machine = Machine::new(Switches { hot: 1, ..Switches::default() });
    for number in 0..if soak() { 1_000_000 } else { 20_000 } {
        let load = word(random.choose(&loads), &mut random);
        let mut store = word(random.choose(&stores), &mut random);
        if random.below(8) != 0 {
            // The same place, size and kind.
            const SAME: u32 = 0xc020_03e0;
            store = store & !SAME | load & SAME;
        }
        let between = random.choose(&rows);
        let mut words = vec![load, lead_within(between, word(between, &mut random), 1), store];
        let counts = words.iter().any(|word| [0, 5, 10, 16].iter().any(|low| word >> low & 31 == 28));
        if random.below(2) == 0 && !counts && !branches(between) {
            words.insert(0, 0xd280_009c); // mov x28, #4
            words.extend([0xf100_079c, 0x54ff_ff81]); // subs x28, x28, #1; b.ne
        }
        if let Err(difference) = machine.compare(&words, &mut random) {
            panic!("block {number} of seed {}: {difference}", seed());
        }
    }
}

#[test]
fn random_blocks_agree_without_each_optimisation() {
    for (index, (_, leave_out)) in OPTIMISATIONS.iter().enumerate() {
        let mut switches = Switches::default();
        leave_out(&mut switches);
        blocks_agree(switches, 4_000, seed() + 1000 * index as u64);
    }
}

/// Comparisons, and all that reads their flags.
#[test]
fn comparisons_agree() {
    const NAMES: &[&str] =
        &["Fcmp", "Fccmp", "Fcsel", "CondSelect", "CondCompare", "BranchCond", "AddSubCarry"];
    let rows: Vec<&Row> =
        rows().into_iter().filter(|row| NAMES.iter().any(|name| row.id.starts_with(name))).collect();
    let mut random = Random(seed());
    let mut machine = Machine::new(Switches::default());
    for number in 0..if soak() { 1_000_000 } else { 10_000 } {
        let words: Vec<u32> = (0..2 + random.below(8))
            .map(|_| {
                let row = random.choose(&rows);
                let word = word(row, &mut random);
                let word = if row.field("ftype").is_some() { word & !(2 << 22) } else { word };
                if branches(row) { lead_forward(row, word) } else { word }
            })
            .collect();
        if let Err(difference) = machine.compare(&words, &mut random) {
            panic!("block {number} of seed {}: {difference}", seed());
        }
    }
}

/// Conditional comparisons of all kinds before a branch, with flags that are needed behind it or not; once and in a loop.
#[test]
fn conditional_comparisons_agree() {
    let rows = rows();
    let of =
        |start: &str| -> Vec<&Row> { rows.iter().copied().filter(|row| row.id.starts_with(start)).collect() };
    let (arithmetic, compares, conditional) = (of("AddSubReg"), of("CondCompare"), of("BranchCond"));
    let others = [&arithmetic[..], &of("CondSelect"), &compares].concat();
    if arithmetic.is_empty() || compares.is_empty() || conditional.is_empty() {
        return;
    }
    const SETS: u32 = 1 << 29;
    let mut random = Random(seed());
    let mut machine = Machine::new(Switches { hot: 1, ..Switches::default() });
    for number in 0..if soak() { 1_000_000 } else { 20_000 } {
        let mut words = vec![word(random.choose(&arithmetic), &mut random) | SETS];
        for _ in 0..1 + random.below(3) {
            words.push(word(random.choose(&compares), &mut random));
        }
        let branch = words.len();
        words.push(lead_within(conditional[0], word(conditional[0], &mut random), 4));
        for _ in 0..3 {
            words.push(word(random.choose(&others), &mut random));
        }
        for other in &mut words[branch + 1..] {
            if random.below(2) == 0 {
                *other = word(random.choose(&arithmetic), &mut random) | SETS;
            }
        }
        let counts = words.iter().any(|word| [0, 5, 16].iter().any(|low| word >> low & 31 == 28));
        if !counts && random.below(2) == 0 {
            let imm19 = |back: usize| (-(back as i32) as u32 & 0x7_ffff) << 5;
            words.insert(0, 0xd280_009c); // mov x28, #4
            if random.below(2) == 0 {
                // The branch leads back to what counts down, so that it ends.
                words.splice(1..1, [0xf100_079c, 0x5400_01ad]); // subs x28, x28, #1; b.le, to system calls
                words[branch + 3] = 0x5400_0000 | imm19(branch + 2) | words[branch + 3] & 15;
            } else {
                let back = imm19(words.len());
                words.extend([0xf100_079c, 0x5400_0001 | back]); // subs x28, x28, #1; b.ne
            }
        }
        if let Err(difference) = machine.compare(&words, &mut random) {
            panic!("block {number} of seed {}: {difference}", seed());
        }
    }
}

/// Each exception of translated arithmetic reaches FPSR, also one that only gathers in the host's status.
#[test]
fn exceptions_gather() {
    let (one, three, tiny, huge) = (1.0_f64, 3.0_f64, f64::MIN_POSITIVE, f64::MAX);
    let mut machine = Machine::new(Switches::default());
    // fdiv d0, d0, d1; fmul d0, d0, d1; fcvtzs x0, d0
    const FDIV: u32 = 0x1e61_1800;
    const FMUL: u32 = 0x1e61_0800;
    const FCVTZS: u32 = 0x9e78_0000;
    for (word, a, b, expected) in [
        (FDIV, one, one, 0),
        (FDIV, one, three, IXC),
        (FDIV, one, 0.0, DZC),
        (FDIV, 0.0, 0.0, IOC),
        (FMUL, huge, huge, OFC | IXC),
        (FMUL, tiny, one / three, UFC | IXC),
        (FMUL, tiny, 0.5, 0),
        (FCVTZS, three / 2.0, 0.0, IXC),
        (FCVTZS, huge, 0.0, IOC),
    ] {
        assert_eq!(machine.again(&[word], true, a, b).1, expected, "{word:08x} of {a} and {b}");
    }
}

/// What is invalid time and again is translated to the interpreter's function in the end, and stays right.
#[test]
fn repeated_exceptions_agree() {
    // fcvtzs x0, d0; fdiv d2, d1, d1; fcmpe d2, d2: out of range, a default NaN, a NaN compared.
    let words = [0x9e78_0000, 0x1e61_1822, 0x1e62_2050];
    let mut machine = Machine::new(Switches::default());
    for round in 0..100 {
        let (x0, status) = machine.again(&words, round == 0, 1e30, 0.0);
        assert_eq!((x0, status), (i64::MAX as u64, IOC), "round {round}");
    }
}

/// A round and the mixing behind it are translated together.
#[test]
fn aes_rounds_agree() {
    let rows: Vec<&Row> = rows().into_iter().filter(|row| row.subclass == "Cryptographic AES").collect();
    let mut random = Random(seed());
    let mut machine = Machine::new(Switches::default());
    for _ in 0..2_000 {
        let words: Vec<u32> = (0..6)
            .map(|_| {
                let [n, d] = [5, 0].map(|low| random.choose(&[0, 0, 1, 17, 17, 18]) << low);
                random.choose(&rows).value | n | d
            })
            .collect();
        if let Err(difference) = machine.compare(&words, &mut random) {
            panic!("{difference}");
        }
    }
}

fn blocks_agree(switches: Switches, count: u64, seed: u64) {
    let rows = rows();
    // Half of all instructions are ordinary integer ones, so that many blocks run to their end.
    let plain: Vec<&Row> = rows
        .iter()
        .copied()
        .filter(|row| {
            let top = row.value >> 25 & 15;
            row.mask >> 25 & 15 == 15 && matches!(top, 0b1000 | 0b1001 | 0b0101 | 0b1101)
        })
        .collect();
    let mut random = Random(seed);
    let mut machine = Machine::new(switches);
    for number in 0..count {
        let length = 2 + random.below(39) as usize;
        let words: Vec<u32> = (0..length)
            .map(|_| {
                let row = if random.below(2) == 0 && !plain.is_empty() {
                    random.choose(&plain)
                } else {
                    random.choose(&rows)
                };
                let word = word(row, &mut random);
                lead_forward(row, word)
            })
            .collect();
        if let Err(difference) = machine.compare(&words, &mut random) {
            panic!("block {number} of seed {seed} with {switches:?}: {difference}");
        }
    }
}
