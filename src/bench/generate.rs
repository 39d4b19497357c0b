//! Data out of nothing but a name and a size: the same bytes on every machine. Pure.

use std::io::Write;

use flate2::{Compression, GzBuilder};

/// Bytes of a MB here.
const MEGABYTE: usize = 1_000_000;
/// Different words in a text.
const WORDS: u64 = 20_000;
/// One line of so many is changed in a changed copy.
const CHANGED: usize = 200;
/// Files in one directory of a tree.
const PER_DIRECTORY: u64 = 50;

/// Marsaglia's xorshift64, seeded by a name.
struct Random(u64);

impl Random {
    fn new(name: &str) -> Random {
        // FNV-1a.
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Random(hash | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

/// Lines of 4 to 11 words, `megabytes` MB of them: few words are frequent and many are rare, as in a language, and
/// every eighth or so is a number.
pub fn text(name: &str, megabytes: u64) -> Vec<u8> {
    let mut random = Random::new(name);
    let words: Vec<Vec<u8>> = (0..WORDS)
        .map(|_| {
            let bits = random.next();
            (0..2 + bits % 9).map(|at| b'a' + ((bits >> (4 * at + 4)) % 26) as u8).collect()
        })
        .collect();
    let size = megabytes as usize * MEGABYTE;
    let mut out = Vec::with_capacity(size + 256);
    while out.len() < size {
        let count = 4 + random.next() % 8;
        for at in 0..count {
            let bits = random.next();
            if bits.is_multiple_of(8) {
                out.extend((bits >> 32 >> (bits % 24)).to_string().bytes());
            } else {
                // The product of three chances: small numbers are likelier than large ones.
                let chance = |shift: u32| (bits >> shift) % 27;
                let index = chance(8) * chance(24) * chance(40);
                out.extend(words.get((index % WORDS) as usize).into_iter().flatten());
            }
            out.push(if at + 1 == count { b'\n' } else { b' ' });
        }
    }
    out
}

/// `megabytes` MB of bytes without any order.
pub fn binary(name: &str, megabytes: u64) -> Vec<u8> {
    let mut random = Random::new(name);
    (0..megabytes as usize * MEGABYTE / 8).flat_map(|_| random.next().to_le_bytes()).collect()
}

/// One number from 0 to 2^63 a line.
pub fn numbers(name: &str, count: u64) -> Vec<u8> {
    let mut random = Random::new(name);
    (0..count).flat_map(|_| format!("{}\n", random.next() >> 1).into_bytes()).collect()
}

/// One JSON object a line: numbers, text, a list and an object inside.
pub fn json(name: &str, count: u64) -> Vec<u8> {
    let mut random = Random::new(name);
    (0..count)
        .flat_map(|id| {
            let bits = random.next();
            let (size, weight, group) = (bits % 5000, (bits >> 20) % 1000, (bits >> 40) % 17);
            format!(
                "{{\"id\":{id},\"group\":\"g{group}\",\"size\":{size},\"tags\":[\"t{}\",\"t{}\"],\
                 \"at\":{{\"x\":{weight},\"y\":-{}.5}},\"open\":{}}}\n",
                size % 7,
                weight % 11,
                weight % 90,
                bits >> 63 == 1,
            )
            .into_bytes()
        })
        .collect()
}

/// The paths and contents of a tree of `count` small files.
pub fn tree(name: &str, count: u64) -> Vec<(String, Vec<u8>)> {
    let mut random = Random::new(name);
    (0..count)
        .map(|at| {
            let bits = random.next();
            let ending = ["txt", "c", "h", "md"][(bits % 4) as usize];
            let path = format!("d{:02}/file-{at:04}.{ending}", at / PER_DIRECTORY);
            let lines = 1 + (bits >> 8) % 40;
            (path, (0..lines).flat_map(|line| format!("{at} {line} {bits:x}\n").into_bytes()).collect())
        })
        .collect()
}

/// `text` with one of two hundred lines changed.
pub fn changed(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + text.len() / CHANGED);
    for (at, line) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
        if at % CHANGED == CHANGED / 2 {
            out.extend_from_slice(b"changed ");
        }
        out.extend_from_slice(line);
    }
    out
}

/// `bytes` in gzip's format, at its usual level and without a time.
pub fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzBuilder::new().mtime(0).write(Vec::new(), Compression::new(6));
    encoder.write_all(bytes)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn the_same_name_gives_the_same_bytes_and_another_name_others() {
        assert_eq!(text("a", 1), text("a", 1));
        assert_ne!(text("a", 1), text("b", 1));
        assert_eq!(&binary("a", 1)[..4], &binary("a", 2)[..4]);
        assert_eq!(binary("a", 1).len(), 1_000_000);
    }

    #[test]
    fn text_is_lines_of_plain_words() {
        let text = text("a", 1);
        assert!(text.len() >= 1_000_000 && text.len() < 1_000_300 && text.ends_with(b"\n"));
        assert!(
            text.iter()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b" \n".contains(byte))
        );
    }

    #[test]
    fn every_json_line_is_an_object() {
        for line in json("a", 50).split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let value: serde_json::Value = serde_json::from_slice(line).expect("JSON");
            assert!(value["size"].is_u64() && value["at"]["y"].is_f64(), "{value}");
        }
    }

    #[test]
    fn a_tree_has_as_many_files_as_were_asked_for() {
        let tree = tree("a", 120);
        assert_eq!(tree.len(), 120);
        assert!(tree[119].0.starts_with("d02/file-0119."), "{}", tree[119].0);
    }

    #[test]
    fn a_copy_differs_in_some_lines_only() {
        let text = numbers("a", 400);
        let changed = changed(&text);
        let (before, after) = (String::from_utf8(text).unwrap(), String::from_utf8(changed).unwrap());
        let differ = before.lines().zip(after.lines()).filter(|(a, b)| a != b).count();
        assert_eq!(differ, 2);
    }

    #[test]
    fn what_is_compressed_comes_back() {
        let text = numbers("a", 400);
        let mut back = Vec::new();
        flate2::read::GzDecoder::new(&gzip(&text).unwrap()[..]).read_to_end(&mut back).unwrap();
        assert_eq!(back, text);
    }
}
