//! Choosing providers and making volumes.

use std::path::Path;

use super::home::{Facts, Home};
use super::{PassedOver, Probed, Provider, Volume, VolumeError, clean_stale, make, probe};
use crate::plan::VolumeKind;

/// Makes one volume of each of `kinds`, each with the best provider that works, or with `provider` alone.
///
/// `state` is a directory for images, mounts and markers; what dead processes left there is cleared first. The
/// volumes are made one after another and released when the values are dropped.
///
/// # Errors
/// [`VolumeError::Forced`] when `provider` does not work, [`VolumeError::NoProvider`] when none does, both with the
/// reasons; [`VolumeError::Io`] when `state` cannot be used.
pub fn provision(
    kinds: &[VolumeKind],
    provider: Option<Provider>,
    state: &Path,
) -> Result<Vec<Volume>, VolumeError> {
    clean_stale(state)?;
    kinds.iter().map(|kind| one(*kind, provider, state)).collect()
}

/// A provider, and what it makes or why it does not work.
pub type Choice = (Provider, Result<Probed, String>);

/// What each provider would make of `kind`: what was measured, or why it does not work. The best comes first.
///
/// # Errors
/// [`VolumeError::Io`] when `state` cannot be used.
pub fn choices(kind: VolumeKind, state: &Path) -> Result<Vec<Choice>, VolumeError> {
    clean_stale(state)?;
    let attempt =
        |&provider: &Provider| Ok((provider, volume(kind, provider, state)?.map(|volume| volume.probed)));
    Provider::candidates(kind).iter().map(attempt).collect()
}

fn one(kind: VolumeKind, forced: Option<Provider>, state: &Path) -> Result<Volume, VolumeError> {
    if let Some(provider) = forced {
        return volume(kind, provider, state)?.map_err(|reason| VolumeError::Forced {
            provider,
            kind,
            reason,
        });
    }
    let mut passed_over = Vec::new();
    for &provider in Provider::candidates(kind) {
        match volume(kind, provider, state)? {
            Ok(volume) => return Ok(volume),
            Err(reason) => passed_over.push(PassedOver { provider, reason }),
        }
    }
    Err(VolumeError::NoProvider { kind, passed_over })
}

/// What the emulator shows of a directory whose names it folds itself: `real`, as default APFS would be.
fn simulated(real: Probed) -> Probed {
    Probed { preserves_case: true, folds_case: true, folds_normalisation: true, invalid_utf8: false, ..real }
}

/// A volume of `kind` by `provider`, or the reason why there is none.
fn volume(kind: VolumeKind, provider: Provider, state: &Path) -> Result<Result<Volume, String>, VolumeError> {
    let initial = match kind {
        VolumeKind::ByteExact => 'b',
        VolumeKind::Folding => 'f',
    };
    let home = Home::create(state, initial)?;
    let holder = match make::holder(kind, provider, &home) {
        Ok(holder) => holder,
        Err(reason) => return Ok(Err(reason)),
    };
    let root = home.root();
    let measured = match probe(&root) {
        Ok(measured) => measured,
        Err(error) => return Ok(Err(format!("it cannot be measured: {error}"))),
    };
    if provider.simulated() && measured.kind() != Some(VolumeKind::ByteExact) {
        return Ok(Err("names must lie on a byte-exact directory to be folded by the emulator".to_owned()));
    }
    let probed = if provider.simulated() { simulated(measured) } else { measured };
    match probed.kind() {
        Some(found) if found == kind => {}
        Some(found) => return Ok(Err(format!("it is {found}"))),
        None => return Ok(Err("it does not preserve the case of names".to_owned())),
    }
    let facts = Facts { kind, provider, root: root.clone(), probed, process: std::process::id() };
    home.describe(&facts)?;
    Ok(Ok(Volume { kind, provider, root, probed, _holder: holder, _home: home }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::volume::list;

    fn place() -> tempfile::TempDir {
        tempfile::tempdir_in(concat!(env!("CARGO_MANIFEST_DIR"), "/target")).expect("directory")
    }

    #[test]
    fn a_simulated_volume_shows_what_the_emulator_shows() {
        let state = place();
        let kinds = [VolumeKind::Folding];
        let volumes = provision(&kinds, Some(Provider::Simulated), state.path()).expect("volume");
        assert_eq!(volumes[0].kind, VolumeKind::Folding);
        assert!(volumes[0].provider.simulated() && volumes[0].probed.folds_normalisation);
        let listed = list(state.path()).expect("list");
        assert_eq!(listed[0].facts.as_ref().map(|facts| &facts.root), Some(&volumes[0].root));
        drop(volumes);
        assert_eq!(list(state.path()).expect("list"), []);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_directory_cannot_be_made_to_fold() {
        let state = place();
        let error = provision(&[VolumeKind::Folding], Some(Provider::Directory), state.path());
        let error = error.expect_err("byte-exact").to_string();
        assert!(
            error.contains("provider directory cannot make a folding volume here: it is byte-exact"),
            "{error}"
        );
        let error = provision(&[VolumeKind::ByteExact], Some(Provider::Simulated), state.path());
        assert!(error.expect_err("no").to_string().contains("only folding is simulated"));
        assert_eq!(list(state.path()).expect("list"), []);
    }
}
