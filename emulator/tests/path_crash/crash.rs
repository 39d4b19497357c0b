//! Killed at a step: what is left must be the old state or the new one.

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;

use super::disk;
use super::guest::{Guest, Judge};
use super::model::{Id, Model};
use super::ops::{At, Base, Op, Outcome};
use super::scenarios::{SCENARIOS, operations};
use super::world::World;
use super::{Scratch, again, say};
use elfuse::host::file;
use elfuse::path::failpoint;
use elfuse::task::Fallback;

/// How often one change may come by a step.
const MOST: u32 = 4;

pub fn world(base: &Path) -> World {
    World { sysroot: base.join("s"), mirror: None, fallback: Fallback::Off, folds: true, has_host: true }
}

/// Does the operations in the model; each must succeed.
pub fn model(base: &Path, operations: &[Op]) -> Model {
    let mut model = Model::new(world(base));
    for op in operations {
        let outcome = model.apply(op);
        assert_eq!(outcome, Some(Outcome::Done), "{op:?} is possible");
    }
    model
}

/// Kills every scenario at every step of its change.
///
/// # Errors
/// Each state that is neither the old nor the new one; each step that no scenario comes by.
pub fn all() -> Result<String, String> {
    let mut reached = BTreeSet::new();
    let mut wrong = Vec::new();
    let mut killed = 0;
    for (number, (operation, text)) in SCENARIOS.iter().enumerate() {
        for point in failpoint::NAMES.iter().filter(|name| name.starts_with(&format!("{operation}-"))) {
            for count in 1..=MOST {
                let scratch = Scratch::new()?;
                let output = again(&["kill", &number.to_string(), point, &count.to_string()], &scratch)?;
                if output.status.success() {
                    break;
                }
                let told = format!("'{text}' killed at {point}, time {count}");
                if output.status.signal() != Some(9) {
                    let text = String::from_utf8_lossy(&output.stdout).into_owned();
                    return Err(format!("{told}: {text}{}", String::from_utf8_lossy(&output.stderr)));
                }
                reached.insert(*point);
                killed += 1;
                if let Err(what) = inspect(number, &scratch) {
                    wrong.push(format!("{told}: {what}"));
                }
            }
        }
    }
    for point in failpoint::NAMES.iter().filter(|name| !reached.contains(*name)) {
        wrong.push(format!("no scenario comes by {point}"));
    }
    if wrong.is_empty() {
        Ok(format!("{killed} kills at {} steps left the old state or the new one", reached.len()))
    } else {
        Err(wrong.join("\n"))
    }
}

/// Looks from the host, then through a fresh emulator, which goes on with the names.
fn inspect(number: usize, scratch: &Scratch) -> Result<(), String> {
    let states = states(number, &scratch.0);
    let matching = |model: &Model| disk::compare(model, model.root, &model.world.sysroot, true);
    let differences: Vec<String> = states.iter().filter_map(|model| matching(model).err()).collect();
    if differences.len() == states.len() {
        return Err(format!("the host sees neither state: {}", differences.join("; ")));
    }
    let output = again(&["look", &number.to_string()], scratch)?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Err(format!("{text}{}", String::from_utf8_lossy(&output.stderr)))
}

/// The state before the change, and that after it.
fn states(number: usize, base: &Path) -> [Model; 2] {
    let operations = operations(SCENARIOS[number].1);
    [model(base, &operations[..operations.len() - 1]), model(base, &operations)]
}

/// Does a scenario, and dies at a step of its change.
///
/// # Errors
/// When an operation fails.
pub fn kill(number: usize, point: &str, count: u32, base: &Path) -> Result<(), String> {
    std::fs::create_dir(base.join("s")).map_err(|error| error.to_string())?;
    file::umask(super::model::UMASK);
    let mut guest = Guest::new(&world(base))?;
    let operations = operations(SCENARIOS[number].1);
    for (at, op) in operations.iter().enumerate() {
        if at + 1 == operations.len() {
            failpoint::arm(point, count);
        }
        let outcome = guest.run(op);
        if outcome != Outcome::Done {
            return Err(format!("{op:?}: {outcome:?}"));
        }
    }
    say("survived");
    Ok(())
}

/// Looks at what is left as a guest, then goes on with the same names.
///
/// # Errors
/// When it is neither state, or something is in the way.
pub fn look(number: usize, base: &Path) -> Result<(), String> {
    file::umask(super::model::UMASK);
    let mut guest = Guest::new(&world(base))?;
    let mut differences = Vec::new();
    for mut model in states(number, base) {
        match agree(&mut guest, &mut model) {
            Ok(()) => return go_on(&mut guest, &mut model),
            Err(what) => differences.push(what),
        }
    }
    Err(format!("a fresh guest sees neither state: {}", differences.join("; ")))
}

/// The place of `name` in a directory of the model.
pub fn path(model: &Model, dir: Id, name: &[u8]) -> At {
    let mut path: Vec<u8> = model.names(dir).iter().flat_map(|name| [&b"/"[..], name].concat()).collect();
    path.push(b'/');
    path.extend(name);
    At { base: Base::Cwd, path }
}

/// The directories below `dir`, itself included.
fn directories(model: &Model, dir: Id) -> Vec<Id> {
    let below = model.entries(dir).values().filter(|node| model.is_dir(**node));
    std::iter::once(dir).chain(below.flat_map(|node| directories(model, *node))).collect()
}

/// Does the guest answer as the model?
///
/// # Errors
/// When it does not.
pub fn check(guest: &mut Guest, model: &mut Model, op: &Op) -> Result<(), String> {
    let expected = model.apply(op);
    let actual = guest.run(op);
    if expected.as_ref() == Some(&actual) {
        Ok(())
    } else {
        Err(format!("{op:?}: {actual:?}, not {expected:?}"))
    }
}

/// Does the guest see the names and objects of the model, and no others?
///
/// # Errors
/// The first difference.
pub fn agree(guest: &mut Guest, model: &mut Model) -> Result<(), String> {
    for dir in directories(model, model.root) {
        check(guest, model, &Op::List(path(model, dir, b"")))?;
        for name in model.entries(dir).keys().cloned().collect::<Vec<_>>() {
            check(guest, model, &Op::Stat { at: path(model, dir, &name), follow: false })?;
        }
    }
    Ok(())
}

/// Makes, moves and removes colliding names in every directory, which sweeps what the killed process left.
fn go_on(guest: &mut Guest, model: &mut Model) -> Result<(), String> {
    for dir in directories(model, model.root) {
        let at = |model: &Model, name: &[u8]| path(model, dir, name);
        for name in [&b"fOO"[..], b"foO", b"Zoo", b"zoo"] {
            check(
                guest,
                model,
                &Op::Create { at: at(model, name), exclusive: true, follow: true, size: 99 },
            )?;
        }
        check(guest, model, &Op::Rename { old: at(model, b"zoo"), new: at(model, b"fOO"), flags: 2 })?;
        check(guest, model, &Op::Rename { old: at(model, b"zoo"), new: at(model, b"FoO"), flags: 0 })?;
        for name in [&b"fOO"[..], b"foO", b"FoO", b"Zoo"] {
            check(guest, model, &Op::Unlink(at(model, name)))?;
        }
        agree(guest, model)?;
        let stored = model.world.stored(model, dir);
        let index = disk::Index::read(&stored);
        if index.stale > 0 {
            return Err(format!("{}: {} stale rows outlive a change", stored.display(), index.stale));
        }
        if stored.join(".elfuse_case_index.tmp").exists() {
            return Err(format!("{}: the unpublished index outlives a change", stored.display()));
        }
    }
    disk::compare(model, model.root, &model.world.sysroot, true)
}
