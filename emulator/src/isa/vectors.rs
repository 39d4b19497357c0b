//! Vector shapes that hide in an immediate: the disassembler's kinds for shifts and copies.
//!
//! In a shift the highest one of `immh` gives the lane's width, in a copy the lowest one of `imm5`.

const ARRANGEMENTS: [&str; 8] = ["8b", "16b", "4h", "8h", "2s", "4s", "1d", "2d"];
const LANES: [&str; 4] = ["b", "h", "s", "d"];

/// The text of `value`, if `kind` is one of these.
pub(super) fn text(kind: &str, value: u64) -> Option<String> {
    let highest = |bits: u64| bits.checked_ilog2().map_or(usize::MAX, |bit| bit as usize);
    let lowest = |bits: u64| bits.trailing_zeros() as usize;
    let arrangement = |size: usize| name(&ARRANGEMENTS, size.saturating_mul(2) | (value & 1) as usize);
    Some(match kind {
        "shape" => arrangement(highest(value >> 1)),
        "lane" => name(&LANES, highest(value)),
        "right" => ((16 << highest(value >> 3).min(8)) - value as i64).to_string(),
        "left" => (value as i64 - (8 << highest(value >> 3).min(8))).to_string(),
        "copyshape" => arrangement(lowest(value >> 1)),
        "copylane" => name(&LANES, lowest(value)),
        "index" => (value >> (lowest(value).min(5) + 1)).to_string(),
        "fromindex" => (value >> 5 >> lowest(value & 31).min(5)).to_string(),
        "general" => {
            let letter = if lowest(value >> 5) == 3 { 'x' } else { 'w' };
            match value & 31 {
                31 => format!("{letter}zr"),
                register => format!("{letter}{register}"),
            }
        }
        _ => return None,
    })
}

fn name(names: &[&str], index: usize) -> String {
    (*names.get(index).unwrap_or(&"?")).into()
}
