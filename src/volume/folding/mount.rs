//! Starting the process that serves a volume.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::super::home::Home;
use crate::host;
use crate::plan::VolumeKind;

pub(in super::super) use host::Daemon;

/// Mounts the filesystem at the root of `home`, with names as on a volume of `kind`; `program` is this program, to be started as its server.
///
/// # Errors
/// The reason why that does not work here.
pub(in super::super) fn mount(kind: VolumeKind, home: &Home, program: &Path) -> Result<Daemon, String> {
    let root = home.root();
    let device = host::mount_fuse(&root).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => format!("there is no /dev/fuse ({error})"),
        io::ErrorKind::PermissionDenied => format!(
            "/dev/fuse cannot be used or mounted: {error}; it takes root, fusermount3, or a /dev/fuse that may be \
             read and written in a user namespace"
        ),
        _ => format!("a FUSE filesystem cannot be mounted: {error}"),
    })?;
    let started = (|| {
        let backing = home.path("b");
        fs::create_dir(&backing)?;
        let log = home.path("daemon.log");
        let daemon = Daemon::start(
            host::command(program)
                .args(["volume", "serve", kind.name()])
                .args([backing.as_path(), root.as_path(), home.path("daemon").as_path()])
                .current_dir("/")
                .stdin(device)
                .stderr(File::create(&log)?),
        );
        daemon.map_err(|error| {
            let complaint = fs::read_to_string(&log).unwrap_or_default();
            io::Error::other(format!("its server did not start: {error}: {}", complaint.trim()))
        })
    })();
    started.map_err(|error: io::Error| error.to_string())
}
