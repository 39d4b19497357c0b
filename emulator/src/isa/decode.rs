//! From a word to its row.

use super::row::Row;
use super::rows::{GROUPS, Opcode};

/// Bits 28–21 choose the bucket; within one, rows are tried in table order.
const KEY_SHIFT: u32 = 21;
const KEYS: usize = 256;

const ENTRIES: usize = {
    let mut count = 0;
    let mut key = 0;
    while key < KEYS {
        count += bucket_len(key as u32);
        key += 1;
    }
    count
};

struct Buckets {
    start: [u16; KEYS + 1],
    /// Group and row within it.
    entries: [(u8, u16); ENTRIES],
}

static BUCKETS: Buckets = fill();

const fn in_bucket(row: &Row, key: u32) -> bool {
    let mask = (row.mask >> KEY_SHIFT) & 0xff;
    key & mask == (row.value >> KEY_SHIFT) & mask
}

const fn bucket_len(key: u32) -> usize {
    let (mut count, mut g) = (0, 0);
    while g < GROUPS.len() {
        let mut r = 0;
        while r < GROUPS[g].len() {
            count += in_bucket(&GROUPS[g][r], key) as usize;
            r += 1;
        }
        g += 1;
    }
    count
}

#[allow(long_running_const_eval, reason = "256 keys × all rows, once per build")]
const fn fill() -> Buckets {
    let mut buckets = Buckets { start: [0; KEYS + 1], entries: [(0, 0); ENTRIES] };
    let (mut next, mut key) = (0, 0);
    while key < KEYS {
        buckets.start[key] = next as u16;
        let mut g = 0;
        while g < GROUPS.len() {
            let mut r = 0;
            while r < GROUPS[g].len() {
                if in_bucket(&GROUPS[g][r], key as u32) {
                    buckets.entries[next] = (g as u8, r as u16);
                    next += 1;
                }
                r += 1;
            }
            g += 1;
        }
        key += 1;
    }
    buckets.start[KEYS] = next as u16;
    buckets
}

/// The row that `word` matches first, and its opcode; `None` for an unallocated encoding.
pub fn decode(word: u32) -> Option<(&'static Row, Opcode)> {
    let key = (word >> KEY_SHIFT) as usize % KEYS;
    let range = usize::from(BUCKETS.start[key])..usize::from(BUCKETS.start[key + 1]);
    BUCKETS.entries[range].iter().find_map(|&(group, row)| {
        let (group, row) = (usize::from(group), usize::from(row));
        let found = &GROUPS[group][row];
        found.matches(word).then(|| (found, Opcode::at(group, row)))
    })
}

/// Every row with its opcode, in table order.
pub fn rows() -> impl Iterator<Item = (&'static Row, Opcode)> {
    GROUPS.iter().enumerate().flat_map(|(group, rows)| {
        rows.iter().enumerate().map(move |(row, found)| (found, Opcode::at(group, row)))
    })
}

/// How many rows there are.
pub fn row_count() -> usize {
    GROUPS.iter().map(|rows| rows.len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_found_by_its_own_value_or_hidden_by_a_more_specific_one() {
        for (row, _) in rows() {
            let found = decode(row.value).map(|(found, _)| found);
            let found = found.unwrap_or_else(|| panic!("{} is not found by its own value", row.id));
            assert!(found.matches(row.value));
        }
    }

    #[test]
    fn ids_are_unique() {
        let mut ids: Vec<_> = rows().map(|(row, _)| row.id).collect();
        ids.sort_unstable();
        for pair in ids.windows(2) {
            assert_ne!(pair[0], pair[1]);
        }
    }
}
