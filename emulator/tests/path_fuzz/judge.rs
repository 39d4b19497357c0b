//! One batch: the operations one by one, on the model and on what it judges.

use std::path::Path;

use super::disk;
use super::guest::{Guest, Judge};
use super::kernel::Kernel;
use super::model::{Model, UMASK};
use super::ops::{Generator, Op, Random};
use super::world::World;
use elfuse::host::file;
use elfuse::task::Fallback;

/// After how many operations the whole state is compared.
const COMPARE_EVERY: usize = 50;

/// What is run.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Is the real kernel judged, not the emulator?
    pub kernel: bool,
    pub folds: bool,
    pub fallback: Fallback,
    pub seed: u64,
    pub count: usize,
}

impl Batch {
    /// Does the guest reach the host's directory?
    fn reaches_host(&self) -> bool {
        self.fallback != Fallback::Off
    }

    pub fn operations(&self) -> Vec<Op> {
        let generator =
            Generator { random: Random(self.seed), host: self.reaches_host(), kernel: self.kernel, count: 0 };
        generator.take(self.count).collect()
    }

    fn world(&self, base: &Path) -> World {
        World {
            sysroot: if self.kernel { "/".into() } else { base.join("s") },
            mirror: self.reaches_host().then(|| base.join("h").into_os_string().into_encoded_bytes()),
            fallback: self.fallback,
            folds: self.folds,
            has_host: !self.kernel,
        }
    }

    /// Runs the operations that `keep` names, or all, in the fresh directory `base`; tells how many were done.
    ///
    /// # Errors
    /// The first disagreement.
    pub fn run(&self, base: &Path, keep: Option<&[usize]>) -> Result<usize, String> {
        let told = |error: std::io::Error| error.to_string();
        for tree in ["h", "s"] {
            std::fs::create_dir(base.join(tree)).map_err(told)?;
        }
        file::umask(UMASK);
        let world = self.world(base);
        let mut judge: Box<dyn Judge> = if self.kernel {
            std::os::unix::fs::chroot(base.join("s")).map_err(told)?;
            std::env::set_current_dir("/").map_err(told)?;
            Box::new(Kernel::default())
        } else {
            let start = if self.reaches_host() { "h" } else { "s" };
            std::env::set_current_dir(base.join(start)).map_err(told)?;
            Box::new(Guest::new(&world)?)
        };
        let mut model = Model::new(world);
        let mut done = 0;
        for (at, op) in self.operations().iter().enumerate() {
            if keep.is_some_and(|keep| keep.binary_search(&at).is_err()) {
                continue;
            }
            let Some(expected) = model.apply(op) else { continue };
            let actual = judge.run(op);
            done += 1;
            if actual != expected {
                return Err(format!("operation {at}: {op:?}\n  gave   {actual:?}\n  not    {expected:?}"));
            }
            if let Some((dir, name)) = model.made.take()
                && self.folds
                && model.is_inside(dir)
            {
                disk::needs_its_token(&model, dir, &name)
                    .map_err(|what| format!("operation {at}: {op:?}\n  {what}"))?;
            }
            if done % COMPARE_EVERY == 0 || at + 1 == self.count {
                self.compare(&model, base)
                    .map_err(|what| format!("after operation {at}: {op:?}\n  {what}"))?;
            }
        }
        self.compare(&model, base).map_err(|what| format!("at the end: {what}"))?;
        Ok(done)
    }

    /// Compares both trees, and looks for anything beside them.
    fn compare(&self, model: &Model, base: &Path) -> Result<(), String> {
        let sysroot = model.world.sysroot.clone();
        disk::compare(model, model.root, &sysroot, self.folds)?;
        if self.kernel {
            return Ok(());
        }
        if let Some(top) = model.host_root {
            let names = base.components().skip(1).map(|name| name.as_os_str().as_encoded_bytes().to_vec());
            let at = names.fold(top, |dir, name| model.entries(dir)[&name]);
            disk::compare(model, at, base, false)?;
        } else {
            let left = std::fs::read_dir(base.join("h")).map_err(|error| error.to_string())?.count();
            if left > 0 {
                return Err(format!("{} is not empty", base.join("h").display()));
            }
        }
        untouched(base)
    }
}

/// No name that the operations use may appear above the trees.
fn untouched(base: &Path) -> Result<(), String> {
    for above in base.ancestors().skip(1) {
        for name in ["a", "A", "b", "B", "\u{e9}", "e\u{301}", "\u{c9}", ".elfuse_case_index"] {
            if above.join(name).symlink_metadata().is_ok() {
                return Err(format!("{} appeared", above.join(name).display()));
            }
        }
    }
    Ok(())
}
