//! The volumes of a run, and the sysroots on them.
//!
//! Only the kinds of volume that a selected case needs are made. Each tree that such a case uses is copied to
//! `<volume>/<fixture>` once; the fixture itself is never the sysroot of a case that runs on a volume.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::copy::{CopyError, copy_tree};
use super::{Inputs, RunError, VolumeInfo};
use crate::plan::{Case, Launcher, RunRequest, VolumeKind};
use crate::volume::{Provider, Volume, clean_stale, provision};

/// The volumes, released with the value.
#[derive(Debug, Default)]
pub(super) struct Sysroots {
    volumes: BTreeMap<VolumeKind, VolumeAt>,
    trees: BTreeMap<(VolumeKind, String), PathBuf>,
    /// Only kept, but the value is shared by the workers, and what releases a volume need not be.
    held: Mutex<Vec<Volume>>,
}

/// A volume as cases see it.
#[derive(Debug)]
pub(super) struct VolumeAt {
    /// Where it is.
    pub root: PathBuf,
    /// What is known of it.
    pub facts: VolumeInfo,
}

/// The cases that will run on a volume, with its kind.
fn on_volumes(request: &RunRequest) -> impl Iterator<Item = (&Case, VolumeKind)> {
    let runnable = request.cases.iter().filter(|case| case.unsupported.is_none());
    runnable.filter_map(|case| case.at.volume.map(|kind| (case, kind)))
}

impl Sysroots {
    /// Makes the volumes that the cases of `request` need; `state` is where volumes keep what they are made of. What
    /// dead runs left there is cleared.
    ///
    /// # Errors
    /// [`RunError::Volume`] when one cannot be made.
    pub(super) fn provision(request: &RunRequest, state: &Path) -> Result<Sysroots, RunError> {
        let mut kinds: Vec<VolumeKind> = on_volumes(request).map(|(_, kind)| kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        clean_stale(state)?;
        let mut sysroots = Sysroots::default();
        for kind in kinds {
            // A provider for one kind only is no obstacle to the other.
            let forced =
                request.volume_provider.filter(|provider| Provider::candidates(kind).contains(provider));
            for volume in provision(&[kind], forced, state)? {
                sysroots.volumes.insert(volume.kind, VolumeAt::of(&volume));
                sysroots.held.get_mut().unwrap_or_else(PoisonError::into_inner).push(volume);
            }
        }
        Ok(sysroots)
    }

    /// Copies every tree that a case needs to its volume. When `stop` answers with true, the copies are of no use.
    ///
    /// # Errors
    /// [`RunError::Copy`] when a tree cannot be copied.
    pub(super) fn fill(
        &mut self,
        request: &RunRequest,
        inputs: &Inputs,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<(), RunError> {
        for (case, kind) in on_volumes(request).filter(|(case, _)| case.sysroot_is_fixture()) {
            let key = (kind, case.fixture.clone());
            let (Some(volume), Some(from)) = (self.volumes.get(&kind), inputs.roots.get(&case.fixture))
            else {
                continue;
            };
            if self.trees.contains_key(&key) || self.unsupported(request, case).is_some() {
                continue;
            }
            let to = volume.root.join(&case.fixture);
            copy_tree(from, &to, stop).map_err(|CopyError { path, source }| RunError::Copy {
                fixture: case.fixture.clone(),
                kind,
                path,
                source,
            })?;
            self.trees.insert(key, to);
        }
        Ok(())
    }

    /// The copy of `fixture` on the volume of this kind.
    pub(super) fn tree(&self, kind: VolumeKind, fixture: &str) -> Option<&Path> {
        self.trees.get(&(kind, fixture.to_owned())).map(PathBuf::as_path)
    }

    /// The volume that `case` runs on.
    pub(super) fn of(&self, case: &Case) -> Option<&VolumeAt> {
        self.volumes.get(&case.at.volume?)
    }

    /// The root of the volume that `case` runs on, and the number of its device.
    ///
    /// # Errors
    /// When the volume is not there any more.
    pub(super) fn root_and_device(&self, case: &Case) -> io::Result<Option<(&Path, u64)>> {
        let Some(volume) = self.of(case) else { return Ok(None) };
        Ok(Some((&volume.root, volume.root.metadata()?.dev())))
    }

    /// Why the target cannot run `case` on the volume that was made for it, if so.
    pub(super) fn unsupported(&self, request: &RunRequest, case: &Case) -> Option<&'static str> {
        let simulated = self.of(case).is_some_and(|volume| volume.facts.simulated);
        let elfuse = matches!(request.target.launcher, Launcher::Elfuse { .. });
        (simulated && !elfuse).then_some("only the bundled emulator folds the names of a simulated volume")
    }

    /// What reports say of the volumes.
    pub(super) fn facts(&self) -> Vec<VolumeInfo> {
        self.volumes.values().map(|volume| volume.facts.clone()).collect()
    }
}

impl VolumeAt {
    fn of(volume: &Volume) -> VolumeAt {
        let facts = VolumeInfo {
            kind: volume.kind,
            provider: volume.provider,
            simulated: volume.provider.simulated(),
            probed: volume.probed,
        };
        VolumeAt { root: volume.root.clone(), facts }
    }
}
