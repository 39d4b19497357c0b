//! Each provider's way of putting a volume at a home's root.

use std::fs::File;

use super::Provider;
use super::home::Home;
use super::image;
use crate::plan::VolumeKind;

/// Locked while an image is made, from within a home.
const TURN: &str = "../hdiutil.lock";

/// What keeps a volume in place as long as it exists.
#[derive(Debug)]
pub(super) enum Holder {
    /// The directory, or what is mounted there: clearing the home is enough.
    Nothing,
    /// The process that serves the filesystem.
    #[cfg(target_os = "linux")]
    Daemon { _daemon: super::folding::Daemon },
    /// An image attached by `hdiutil`.
    Image { _attached: image::Attached },
}

/// Makes the root of `home` a volume that should be of `kind`.
///
/// # Errors
/// The reason why `provider` does not work here.
pub(super) fn holder(kind: VolumeKind, provider: Provider, home: &Home) -> Result<Holder, String> {
    match (provider, kind) {
        (Provider::Hdiutil, _) => {
            which::which("hdiutil").map_err(|_| "there is no hdiutil".to_owned())?;
            // Images made at the same time, by another run too, are what "Resource busy" mostly comes from.
            let turn = File::create(home.path(TURN)).and_then(|turn| turn.lock().map(|()| turn));
            let _turn = turn.map_err(|error| format!("the lock of hdiutil's users: {error}"))?;
            let image = home.path("image.sparseimage");
            let attached = image::attach(Box::new(image::Host), kind, &image, &home.root())?;
            Ok(Holder::Image { _attached: attached })
        }
        (Provider::Loop, _) => system::loop_image(kind, home),
        (Provider::Fuse, _) => system::fuse(kind, home),
        (Provider::Directory, _) | (Provider::Simulated, VolumeKind::Folding) => Ok(Holder::Nothing),
        (Provider::Simulated, VolumeKind::ByteExact) => Err("only folding is simulated".to_owned()),
    }
}

#[cfg(target_os = "linux")]
mod system {
    use std::fs;
    use std::path::Path;

    use super::super::folding;
    use super::super::home::Home;
    use super::super::image::{Ext4, Host, create_ext4, serve_ext4};
    use super::Holder;
    use crate::host::{self, LoopDevice};
    use crate::plan::VolumeKind;

    /// Where a kernel says that its ext4 can fold names.
    const CASEFOLD: &str = "/sys/fs/ext4/features/casefold";
    /// What a new ext4 filesystem holds.
    const LOST_AND_FOUND: &str = "lost+found";

    pub(super) fn loop_image(kind: VolumeKind, home: &Home) -> Result<Holder, String> {
        if !host::is_root() {
            return Err("only root may mount a loop device".to_owned());
        }
        if kind == VolumeKind::Folding && !Path::new(CASEFOLD).exists() {
            return Err("this kernel's ext4 cannot fold names".to_owned());
        }
        let image = home.path("image");
        create_ext4(&Host, Ext4 { kind, owner: (0, 0) }, &image)?;
        // The device goes by itself when it is not mounted any more.
        let device =
            LoopDevice::attach(&image).map_err(|error| format!("there is no loop device: {error}"))?;
        host::mount_device(&device.path, &home.root(), "ext4")
            .map_err(|error| format!("{} cannot be mounted: {error}", device.path.display()))?;
        // Somebody else's file would be in every listing.
        let _ = fs::remove_dir(home.root().join(LOST_AND_FOUND));
        Ok(Holder::Nothing)
    }

    pub(super) fn fuse(kind: VolumeKind, home: &Home) -> Result<Holder, String> {
        if kind == VolumeKind::ByteExact {
            let what = Ext4 { kind, owner: host::owner() };
            if serve_ext4(&Host, what, &home.path("image"), &home.root()).is_ok() {
                let _ = fs::remove_dir(home.root().join(LOST_AND_FOUND));
                return Ok(Holder::Nothing);
            }
        }
        let program =
            std::env::current_exe().map_err(|error| format!("the running program is unknown: {error}"))?;
        folding::mount(kind, home, &program).map(|daemon| Holder::Daemon { _daemon: daemon })
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use super::super::home::Home;
    use super::Holder;
    use crate::plan::VolumeKind;

    pub(super) fn loop_image(_: VolumeKind, _: &Home) -> Result<Holder, String> {
        Err("loop devices are Linux's".to_owned())
    }

    pub(super) fn fuse(_: VolumeKind, _: &Home) -> Result<Holder, String> {
        Err("FUSE is used on Linux only".to_owned())
    }
}
