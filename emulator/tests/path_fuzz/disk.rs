//! What is stored, as the host sees it, against the model.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use super::model::{Id, Kind, Model};
use super::ops::Outcome;

/// The names that the sidecar layer keeps for itself.
const OWN: [&str; 3] = [".elfuse_case_index", ".elfuse_case_index.lock", ".elfuse_case_index.tmp"];

/// A directory's index: guest name to token, of tokens that exist.
pub struct Index {
    pub rows: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Rows whose token does not exist.
    pub stale: usize,
}

impl Index {
    /// Reads the index in `dir`; one that is malformed is a failure of the emulator's.
    pub fn read(dir: &Path) -> Index {
        let text = std::fs::read(dir.join(OWN[0])).unwrap_or_default();
        let mut index = Index { rows: BTreeMap::new(), stale: 0 };
        for line in text.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            let tab = line.iter().position(|&byte| byte == b'\t').expect("each row has a TAB");
            let (name, token) = (unhex(&line[..tab]), line[tab + 1..].to_vec());
            assert!(is_token(&token), "a token has its form: {}", token.escape_ascii());
            if dir.join(OsStr::from_bytes(&token)).symlink_metadata().is_err() {
                index.stale += 1;
                continue;
            }
            assert!(!index.rows.values().any(|other| *other == token), "a token has one row");
            assert!(index.rows.insert(name, token).is_none(), "a name has one row");
        }
        index
    }

    pub fn stored(&self, name: &[u8]) -> Vec<u8> {
        self.rows.get(name).map_or_else(|| name.to_vec(), Clone::clone)
    }
}

fn unhex(text: &[u8]) -> Vec<u8> {
    let digits = std::str::from_utf8(text).expect("hex digits");
    assert!(digits.len().is_multiple_of(2), "hex digits in pairs");
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).expect("hex digits"))
        .collect()
}

pub fn is_token(name: &[u8]) -> bool {
    name.len() == 20
        && name.starts_with(b".ef_")
        && name[4..].iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

/// Compares the stored tree at `path` with the model's `dir`, whose names may be mapped if `folds`.
///
/// # Errors
/// The first difference.
pub fn compare(model: &Model, dir: Id, path: &Path, folds: bool) -> Result<(), String> {
    let index = if folds { Index::read(path) } else { Index { rows: BTreeMap::new(), stale: 0 } };
    let mut guest: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
    for entry in std::fs::read_dir(path).map_err(|error| format!("{}: {error}", path.display()))? {
        let stored = entry.map_err(|error| error.to_string())?.file_name().as_bytes().to_vec();
        if folds && OWN.iter().any(|own| own.as_bytes() == stored) {
            continue;
        }
        let row = index.rows.iter().find(|(_, token)| **token == stored);
        if row.is_none() && is_token(&stored) {
            return Err(format!("{}: token {} has no row", path.display(), stored.escape_ascii()));
        }
        let name = row.map_or_else(|| stored.clone(), |(name, _)| name.clone());
        if let Some(other) = guest.insert(name.clone(), stored) {
            return Err(format!(
                "{}: {} is stored twice, also as {}",
                path.display(),
                name.escape_ascii(),
                other.escape_ascii()
            ));
        }
    }
    let expected = model.entries(dir);
    if !guest.keys().eq(expected.keys()) {
        let show = |names: Vec<&Vec<u8>>| {
            names.iter().map(|name| name.escape_ascii().to_string()).collect::<Vec<_>>().join(" ")
        };
        return Err(format!(
            "{}: holds [{}], not [{}]",
            path.display(),
            show(guest.keys().collect()),
            show(expected.keys().collect())
        ));
    }
    for (name, node) in expected {
        let at = path.join(OsStr::from_bytes(&guest[name]));
        if *node == model.root {
            continue;
        }
        let actual = status(&at)?;
        let wanted = model.status(*node);
        if actual != wanted {
            return Err(format!("{} ({}): {actual:?}, not {wanted:?}", at.display(), name.escape_ascii()));
        }
        match &model.nodes[*node].kind {
            Kind::Dir(_) => compare(model, *node, &at, folds)?,
            Kind::Link(target) => {
                let stored = std::fs::read_link(&at).map_err(|error| error.to_string())?;
                if stored.as_os_str().as_bytes() != model.world.expand(target) {
                    return Err(format!("{}: points to {}", at.display(), stored.display()));
                }
            }
            Kind::File | Kind::Fifo | Kind::Socket => {}
        }
    }
    Ok(())
}

/// A name got a token only because the volume cannot store it: that refuses the bytes, or has another spelling.
///
/// # Errors
/// When it could have.
pub fn needs_its_token(model: &Model, dir: Id, name: &[u8]) -> Result<(), String> {
    let index = Index::read(&model.world.stored(model, dir));
    if !index.rows.contains_key(name) {
        return Ok(());
    }
    let taken = model
        .entries(dir)
        .keys()
        .any(|other| other != name && !index.rows.contains_key(other) && class(other) == class(name));
    if taken || std::str::from_utf8(name).is_err() {
        Ok(())
    } else {
        Err(format!("{} has a token without need", name.escape_ascii()))
    }
}

/// What the operations' names have in common when they fold to one.
fn class(name: &[u8]) -> Vec<u8> {
    match name {
        b"\xc3\xa9" | b"e\xcc\x81" | b"\xc3\x89" => b"\xc3\xa9".to_vec(),
        _ => name.to_ascii_lowercase(),
    }
}

fn status(at: &Path) -> Result<Outcome, String> {
    let meta = at.symlink_metadata().map_err(|error| format!("{}: {error}", at.display()))?;
    let kind = meta.file_type();
    let sized = kind.is_file() || kind.is_symlink();
    assert!(
        sized || kind.is_dir() || kind.is_fifo() || kind.is_socket(),
        "{}: an object of no kind we make",
        at.display()
    );
    Ok(Outcome::Status {
        mode: meta.mode(),
        links: if kind.is_dir() { 1 } else { meta.nlink() as u32 },
        size: if sized { meta.len() } else { 0 },
    })
}
