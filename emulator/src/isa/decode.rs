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
    entries: [Entry; ENTRIES],
}

/// What decides about a row, beside its fellows, and where it stands.
#[derive(Clone, Copy)]
struct Entry {
    mask: u32,
    value: u32,
    group: u8,
    row: u16,
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
    let none = Entry { mask: 0, value: 0, group: 0, row: 0 };
    let mut buckets = Buckets { start: [0; KEYS + 1], entries: [none; ENTRIES] };
    let (mut next, mut key) = (0, 0);
    while key < KEYS {
        buckets.start[key] = next as u16;
        let mut g = 0;
        while g < GROUPS.len() {
            let mut r = 0;
            while r < GROUPS[g].len() {
                if in_bucket(&GROUPS[g][r], key as u32) {
                    let Row { mask, value, .. } = GROUPS[g][r];
                    buckets.entries[next] = Entry { mask, value, group: g as u8, row: r as u16 };
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
    let entry = BUCKETS.entries[range].iter().find(|entry| word & entry.mask == entry.value)?;
    let (group, row) = (usize::from(entry.group), usize::from(entry.row));
    Some((&GROUPS[group][row], Opcode::at(group, row)))
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
