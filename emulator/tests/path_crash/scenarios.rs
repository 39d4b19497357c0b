//! Colliding names, and one change of them. A line of a scenario is one operation; the last one is killed.

use super::ops::{At, Base, Op};

/// Operation that is killed, what was there before, the change.
pub const SCENARIOS: &[(&str, &str)] = &[
    ("create", "file bar / file Foo"),
    ("create", "file Foo / file foo"),
    ("create", "file Foo / dir foo"),
    ("create", "file Foo / link-to Foo foo"),
    ("create", "file Foo / fifo foo"),
    ("create", "dir Foo / file foo"),
    ("create", "file caf\u{e9} / file cafe\u{301}"),
    ("create", "file Foo / file foo / file FOO"),
    ("create", "file Foo / file foo / file bar"),
    ("create", "file Foo / file foo / remove Foo / file FOO"),
    ("create", "dir d / file d/Foo / file d/foo"),
    ("link", "file Foo / file bar / second bar foo"),
    ("link", "file Foo / second Foo foo"),
    ("link", "file Foo / file foo / second foo bar"),
    ("link", "file Foo / file foo / second foo FOO"),
    ("link", "dir d / file d/Foo / file bar / second bar d/foo"),
    ("rename", "file Foo / file foo / move foo bar"),
    ("rename", "file Foo / file bar / move bar foo"),
    ("rename", "file Foo / file foo / move foo FOO"),
    ("rename", "file Foo / file foo / file bar / move bar foo"),
    ("rename", "file Foo / file foo / move Foo bar"),
    ("rename", "file Foo / move Foo foo"),
    ("rename", "dir Foo / move Foo foo"),
    ("rename", "file Foo / second Foo bar / move Foo foo"),
    ("rename", "file Foo / file foo / move foo Foo"),
    ("rename", "file Foo / file foo / move Foo foo"),
    ("rename", "file Foo / file foo / exchange Foo foo"),
    ("rename", "file Foo / file foo / file FOO / exchange foo FOO"),
    ("rename", "file Foo / file foo / gently foo FOO"),
    ("rename", "dir d / file d/Foo / file d/foo / dir e / file e/FOO / move d/foo e/foo"),
    ("rename", "dir d / file d/Foo / file d/foo / dir e / file e/FOO / move e/FOO d/FOO"),
    ("rename", "dir d / file d/Foo / file d/foo / dir e / file e/Foo / file e/foo / exchange d/foo e/Foo"),
    ("rename", "dir d / file d/Foo / file d/foo / dir e / file e/Foo / file e/foo / move d/foo e/foo"),
    ("rename", "dir d / file d/Foo / dir d/foo / file d/foo/x / dir e / move d/foo e/foo"),
    ("rename", "dir d / dir e / file e/Foo / file e/foo / remove e/foo / remove e/Foo / move d e"),
    ("unlink", "file Foo / file foo / remove foo"),
    ("unlink", "file Foo / file foo / remove Foo"),
    ("unlink", "file Foo / file foo / file FOO / remove foo"),
    ("unlink", "file Foo / dir foo / rmdir foo"),
    ("unlink", "dir d / file d/Foo / file d/foo / remove d/Foo / remove d/foo / rmdir d"),
    ("unlink", "dir Foo / file Foo/x / dir foo / file foo/X / file foo/x / remove foo/x"),
];

/// The operations of a scenario's text, in the sysroot.
pub fn operations(text: &str) -> Vec<Op> {
    let lines: Vec<&str> = text.split(" / ").collect();
    // Who is killed just after it made a file has not written to it.
    let size = |at: usize| if at + 1 == lines.len() { 0 } else { at as u64 + 1 };
    lines
        .iter()
        .enumerate()
        .map(|(at, line)| operation(&line.split(' ').collect::<Vec<_>>(), size(at)))
        .collect()
}

fn operation(words: &[&str], size: u64) -> Op {
    let at = |word: &str| At { base: Base::Cwd, path: format!("/{word}").into_bytes() };
    match *words {
        ["file", name] => Op::Create { at: at(name), exclusive: true, follow: true, size },
        ["dir", name] => Op::Mkdir { at: at(name), mode: 0o755 },
        ["fifo", name] => Op::Fifo(at(name)),
        ["link-to", target, name] => Op::Symlink { target: target.as_bytes().to_vec(), at: at(name) },
        ["second", old, new] => Op::Link { old: at(old), new: at(new), follow: false },
        ["move", old, new] => Op::Rename { old: at(old), new: at(new), flags: 0 },
        ["gently", old, new] => Op::Rename { old: at(old), new: at(new), flags: 1 },
        ["exchange", old, new] => Op::Rename { old: at(old), new: at(new), flags: 2 },
        ["remove", name] => Op::Unlink(at(name)),
        ["rmdir", name] => Op::Rmdir(at(name)),
        _ => panic!("a scenario's line that means nothing: {words:?}"),
    }
}
