//! Each provider's way of putting a volume at a home's root.

use super::Provider;
use super::home::Home;
use crate::plan::VolumeKind;

/// What keeps a volume in place as long as it exists.
#[derive(Debug)]
pub(super) enum Holder {
    /// The directory is enough.
    Nothing,
    /// The process that serves the filesystem.
    #[cfg(target_os = "linux")]
    Daemon { _daemon: super::folding::Daemon },
}

/// Makes the root of `home` a volume that should be of `kind`.
///
/// # Errors
/// The reason why `provider` does not work here.
pub(super) fn holder(kind: VolumeKind, provider: Provider, home: &Home) -> Result<Holder, String> {
    match (provider, kind) {
        (Provider::Directory, _) | (Provider::Simulated, VolumeKind::Folding) => Ok(Holder::Nothing),
        (Provider::Simulated, VolumeKind::ByteExact) => Err("only folding is simulated".to_owned()),
        (Provider::Fuse, VolumeKind::Folding) => folding(home),
        _ => Err("not available".to_owned()),
    }
}

#[cfg(target_os = "linux")]
fn folding(home: &Home) -> Result<Holder, String> {
    let program =
        std::env::current_exe().map_err(|error| format!("the running program is unknown: {error}"))?;
    super::folding::mount(home, &program).map(|daemon| Holder::Daemon { _daemon: daemon })
}

#[cfg(not(target_os = "linux"))]
fn folding(_: &Home) -> Result<Holder, String> {
    Err("the folding filesystem is served on Linux only".to_owned())
}
