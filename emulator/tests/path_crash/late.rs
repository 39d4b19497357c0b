//! A name that is made without the lock after another process mapped it, by a maker that is killed before it can look
//! again: nobody may see what it made, and it goes with the row.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::sync::Arc;

use super::crash::{agree, check, model, path, world};
use super::guest::{Guest, Judge};
use super::ops::{Op, Outcome};
use super::scenarios::operations;
use super::{Scratch, again, disk};
use elfuse::host::{self, file};
use elfuse::path::{AT_FDCWD, GuestPath, Intent, View, failpoint, resolve};
use elfuse::syscall::abi::OpenFlags;
use elfuse::task::{Config, Process};

/// What the others do between the maker's first look and its making `foo`.
const MEANWHILE: &str = "dir d / file d/Foo / file d/foo / remove d/Foo";
const KINDS: [&str; 4] = ["file", "directory", "symlink", "fifo"];
/// How the row of the name goes.
const ENDS: [&str; 2] = ["remove d/foo", "move d/foo d/bar"];

/// Kills makers of each kind.
///
/// # Errors
/// What a guest or the host sees of them.
pub fn all() -> Result<String, String> {
    for kind in KINDS {
        for (number, end) in ENDS.iter().enumerate() {
            let told = format!("a late {kind}, then '{end}'");
            let scratch = Scratch::new()?;
            let output = again(&["late", kind], &scratch)?;
            if output.status.signal() != Some(9) {
                let text = String::from_utf8_lossy(&output.stdout).into_owned();
                return Err(format!("{told}: {text}{}", String::from_utf8_lossy(&output.stderr)));
            }
            if std::fs::symlink_metadata(scratch.0.join("s/d/foo")).is_err() {
                return Err(format!("{told}: the maker left nothing, so nothing is shown"));
            }
            let output = again(&["after-late", &number.to_string()], &scratch)?;
            if !output.status.success() {
                let text = String::from_utf8_lossy(&output.stdout).into_owned();
                return Err(format!("{told}: {text}{}", String::from_utf8_lossy(&output.stderr)));
            }
        }
    }
    Ok(format!("{} late makers left no trace", KINDS.len() * ENDS.len()))
}

/// Makes `foo` late, and dies.
///
/// # Errors
/// When it survives.
pub fn kill(kind: &str, base: &Path) -> Result<(), String> {
    std::fs::create_dir(base.join("s")).map_err(|error| error.to_string())?;
    file::umask(super::model::UMASK);
    let world = world(base);
    let mut others = Guest::new(&world)?;
    let mut meanwhile = operations(&format!("{MEANWHILE} / {}", ENDS[0]));
    meanwhile.pop();
    let mut do_it = |op: &Op| match others.run(op) {
        Outcome::Done => Ok(()),
        outcome => Err(format!("{op:?}: {outcome:?}")),
    };
    do_it(&meanwhile[0])?;

    let config = Config {
        sysroot: Some(world.sysroot.clone()),
        fallback: world.fallback,
        simulate_folding: world.folds,
        ..Config::default()
    };
    let limit = host::raise_file_limit().map_err(|error| error.to_string())?;
    let maker = Arc::new(Process::new(config, limit).map_err(|errno| errno.to_string())?);
    let view = View { fs: &maker.fs, files: &maker.files, tid: 1 };
    let found = resolve(view, AT_FDCWD, &GuestPath::from(&b"/d/foo"[..]), Intent::Mutate);
    let target = found.and_then(|found| found.target_or(elfuse::syscall::Errno::EPERM));
    let target = target.map_err(|errno| errno.to_string())?;
    let mut told = Ok(());
    let made = maker.fs.make(&target, |dir, name| {
        told = meanwhile[1..].iter().try_for_each(&mut do_it);
        failpoint::arm("create-moved", 1);
        match kind {
            "directory" => file::mkdirat(dir, name, 0o755),
            "symlink" => file::symlinkat(c"nowhere", dir, name),
            "fifo" => file::mknodat(dir, name, file::S_IFIFO | 0o644, (0, 0)),
            _ => {
                let flags = OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::EXCL | OpenFlags::CLOEXEC;
                file::openat(dir, name, flags, 0o644).map(|_| ())
            }
        }
    });
    Err(format!("the others: {told:?}; the maker survived: {made:?}"))
}

/// Looks at what is left as a guest, lets the row go by the end with this number, and looks again.
///
/// # Errors
/// What is not as if the maker had never been.
pub fn look(number: usize, base: &Path) -> Result<(), String> {
    file::umask(super::model::UMASK);
    let mut guest = Guest::new(&world(base))?;
    let last = format!("{MEANWHILE} / {}", ENDS[number]);
    let operations = operations(&last);
    let (end, before) = operations.split_last().ok_or("no operation")?;
    let mut model = model(base, before);
    agree(&mut guest, &mut model)?;
    check(&mut guest, &mut model, end)?;
    agree(&mut guest, &mut model)?;
    let gone = guest.run(&Op::Stat { at: path(&model, model.root, b"d/foo"), follow: false });
    if gone != Outcome::Failed("ENOENT") {
        return Err(format!("foo is there again: {gone:?}"));
    }
    disk::compare(&model, model.root, &model.world.sysroot, true)
}
