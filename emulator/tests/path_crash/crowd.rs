//! Four processes on one set of names that all fold to one.

use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Child;
use std::time::Duration;

use super::disk::{Index, is_token};
use super::guest::{Guest, Judge};
use super::ops::{At, Base, Op, Outcome, Random};
use super::world::World;
use super::{Scratch, again, say, start};
use elfuse::host::file;
use elfuse::task::Fallback;

const PROCESSES: u64 = 4;
/// What a call on names that others change meanwhile may say.
const EXPECTED: [&str; 6] = ["EEXIST", "ENOENT", "ENOTDIR", "EISDIR", "ENOTEMPTY", "EINVAL"];

fn world(base: &Path) -> World {
    World { sysroot: base.join("s"), mirror: None, fallback: Fallback::Off, folds: true, has_host: true }
}

/// The 50 names.
fn names() -> Vec<Vec<u8>> {
    let spelled = |bits: u32| {
        let letters = b"collide".iter().enumerate();
        letters
            .map(|(at, byte)| if bits >> at & 1 == 1 { byte.to_ascii_uppercase() } else { *byte })
            .collect()
    };
    (0..50).map(|number| spelled(number * 5 % 128)).collect()
}

/// Lets four processes loose and looks at what they leave.
///
/// # Errors
/// The first invariant that does not hold.
pub fn all(operations: u64, seed: u64) -> Result<String, String> {
    let mut report = String::new();
    for replaces in [false, true] {
        let scratch = Scratch::new()?;
        let children = gather(operations, seed, replaces, &scratch)?;
        let mut balance = 0_i64;
        let mut replaced = 0;
        for child in children {
            let output = child.wait_with_output().map_err(|error| error.to_string())?;
            let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            if !output.status.success() {
                return Err(format!("{text}{}", String::from_utf8_lossy(&output.stderr)));
            }
            let mut words = text.split(' ').map(|word| word.parse::<i64>().unwrap_or(0));
            balance += words.next().unwrap_or(0);
            replaced += words.next().unwrap_or(0);
        }
        let left = inspect(&scratch.0.join("s/d"))?;
        if scratch.0.join("s/d/.elfuse_case_index.tmp").exists() {
            return Err("an unpublished index is left".into());
        }
        let count = left.len() as i64;
        // A move over another name, or between two names of one object, changes the count as it finds them.
        if count > balance || count < balance - replaced {
            return Err(format!("{count} names are left of {balance} made, {replaced} of them moved"));
        }
        check_listing(&left, &scratch)?;
        report += &format!(
            "{PROCESSES} processes x {operations} operations{}, {count} names left; ",
            if replaces { " with moves over names" } else { "" }
        );
    }
    Ok(report + "every invariant holds")
}

/// Starts the processes.
fn gather(operations: u64, seed: u64, replaces: bool, scratch: &Scratch) -> Result<Vec<Child>, String> {
    std::fs::create_dir_all(scratch.0.join("s/d")).map_err(|error| error.to_string())?;
    let words = |number: u64| {
        let replaces = u8::from(replaces).to_string();
        ["crowd".to_string(), (seed * 100 + number).to_string(), operations.to_string(), replaces]
    };
    (0..PROCESSES).map(|number| start(&words(number), scratch)).collect()
}

/// Kills half of the processes at some moment, and looks at what all leave.
///
/// # Errors
/// The first invariant that does not hold.
pub fn kill_half(rounds: u64, seed: u64) -> Result<String, String> {
    let mut random = Random(seed);
    for _ in 0..rounds {
        let scratch = Scratch::new()?;
        let mut children = gather(60, random.below(1 << 20), true, &scratch)?;
        for child in children.iter_mut().take(PROCESSES as usize / 2) {
            std::thread::sleep(Duration::from_millis(5 + random.below(120)));
            child.kill().map_err(|error| error.to_string())?;
        }
        for child in children {
            let output = child.wait_with_output().map_err(|error| error.to_string())?;
            if output.status.signal() != Some(9) && !output.status.success() {
                return Err(String::from_utf8_lossy(&output.stdout).into_owned());
            }
        }
        check_listing(&inspect(&scratch.0.join("s/d"))?, &scratch)?;
    }
    Ok(format!("half of {PROCESSES} processes killed {rounds} times"))
}

/// Does a fresh guest list these names?
fn check_listing(left: &BTreeSet<Vec<u8>>, scratch: &Scratch) -> Result<(), String> {
    let output = again(&["listing"], scratch)?;
    let lines = output.stdout.split(|&byte| byte == b'\n').filter(|name| !name.is_empty());
    let listed: BTreeSet<Vec<u8>> = lines.map(<[u8]>::to_vec).collect();
    if listed == *left { Ok(()) } else { Err("a fresh guest lists other names than the host stores".into()) }
}

/// The guest's names in the stored directory, each there once.
fn inspect(dir: &Path) -> Result<BTreeSet<Vec<u8>>, String> {
    let index = Index::read(dir);
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(dir).map_err(|error| error.to_string())? {
        let stored = entry.map_err(|error| error.to_string())?.file_name().as_bytes().to_vec();
        if stored.starts_with(b".elfuse_case_index") {
            continue;
        }
        let row = index.rows.iter().find(|(_, token)| **token == stored);
        if row.is_none() && is_token(&stored) {
            return Err(format!("token {} has no row", stored.escape_ascii()));
        }
        let name = row.map_or(stored, |(name, _)| name.clone());
        if !names.insert(name.clone()) {
            return Err(format!("{} is stored twice", name.escape_ascii()));
        }
    }
    let literals = names.iter().filter(|name| !index.rows.contains_key(*name)).count();
    if literals > 1 {
        return Err(format!("{literals} names share one slot of the volume"));
    }
    Ok(names)
}

/// One of the processes: tells how many names it made more than it removed, and how many it moved over others.
///
/// # Errors
/// An answer that no order of the processes explains.
pub fn one(seed: u64, operations: u64, replaces: bool, base: &Path) -> Result<(), String> {
    file::umask(0o022);
    let mut guest = Guest::new(&world(base))?;
    let names = names();
    let mut random = Random(seed);
    let (mut balance, mut replaced) = (0_i64, 0_i64);
    for count in 0..operations {
        let mut at = || {
            let name = &names[random.below(names.len() as u64) as usize];
            At { base: Base::Cwd, path: [b"/d/", name.as_slice()].concat() }
        };
        let (first, second) = (at(), at());
        let kind = random.below(100);
        let op = match kind {
            0..35 => Op::Create { at: first, exclusive: true, follow: true, size: seed * 10_000 + count },
            35..60 => Op::Unlink(first),
            60..70 => Op::Rename { old: first, new: second, flags: 1 },
            70..78 => Op::Rename { old: first, new: second, flags: 2 },
            78..84 if replaces => Op::Rename { old: first, new: second, flags: 0 },
            78..88 => Op::Link { old: first, new: second, follow: false },
            88..94 => Op::Stat { at: first, follow: false },
            _ => Op::List(At { base: Base::Cwd, path: b"/d".to_vec() }),
        };
        match (guest.run(&op), &op) {
            (Outcome::Failed(errno), _) if EXPECTED.contains(&errno) => {}
            (Outcome::Failed(errno), _) => return Err(format!("{op:?}: {errno}")),
            (Outcome::Names(listed), _) => {
                let known = listed.iter().all(|name| names.contains(name));
                let once = listed.iter().collect::<BTreeSet<_>>().len() == listed.len();
                if !known || !once {
                    return Err(format!("a listing: {:?}", Outcome::Names(listed)));
                }
            }
            (_, Op::Create { .. } | Op::Link { .. }) => balance += 1,
            (_, Op::Unlink(_)) => balance -= 1,
            (_, Op::Rename { flags: 0, .. }) => replaced += 1,
            _ => {}
        }
    }
    say(&format!("{balance} {replaced}"));
    Ok(())
}

/// Prints what a guest lists.
///
/// # Errors
/// When it cannot.
pub fn listing(base: &Path) -> Result<(), String> {
    let mut guest = Guest::new(&world(base))?;
    match guest.run(&Op::List(At { base: Base::Cwd, path: b"/d".to_vec() })) {
        Outcome::Names(names) => {
            names.iter().for_each(|name| say(&String::from_utf8_lossy(name)));
            Ok(())
        }
        other => Err(format!("{other:?}")),
    }
}
