//! What may still hold a home: a daemon, mounts (with their loop devices), attached images.

use std::fs::{self, File};
use std::path::Path;
use std::thread;
use std::time::Duration;

use super::Cleaned;
use crate::host;

/// The file that a daemon of a home keeps locked, with its process number.
const DAEMON: &str = "daemon";
const STEPS: u32 = 500;
const STEP: Duration = Duration::from_millis(10);

/// Releases everything of the system that lies beneath `home`, and nothing else.
pub(super) fn release(home: &Path, cleaned: &mut Cleaned) {
    end_daemon(&home.join(DAEMON), cleaned);
    system::release(home, cleaned);
}

/// A daemon ends by itself when its owner does; this is for one that cannot.
fn end_daemon(note: &Path, cleaned: &mut Cleaned) {
    for step in 0..STEPS {
        // The lock is proof that the number in the file is still the daemon's.
        let Some(pid) = locked_by(note) else { return };
        if step == STEPS / 5 {
            host::kill(pid);
            cleaned.released.push(format!("process {pid}"));
        }
        thread::sleep(STEP);
    }
    cleaned.left.push(format!("the process that holds {}", note.display()));
}

fn locked_by(note: &Path) -> Option<u32> {
    let file = File::open(note).ok()?;
    if file.try_lock().is_ok() {
        return None;
    }
    fs::read_to_string(note).ok()?.trim().parse().ok()
}

#[cfg(target_os = "linux")]
mod system {
    use std::path::Path;

    use super::super::Cleaned;
    use crate::host;

    pub(super) fn release(home: &Path, cleaned: &mut Cleaned) {
        let mounts = match host::mounts_beneath(home) {
            Ok(mounts) => mounts,
            Err(error) => return cleaned.left.push(format!("the list of mounts: {error}")),
        };
        for point in mounts {
            let what = format!("mount {}", point.display());
            match host::unmount(&point) {
                Ok(()) => cleaned.released.push(what),
                Err(error) => cleaned.left.push(format!("{what}: {error}")),
            }
        }
    }
}

#[cfg(target_os = "macos")]
mod system {
    use std::path::Path;

    use super::super::Cleaned;
    use super::super::image::{Host, detach_beneath};

    pub(super) fn release(home: &Path, cleaned: &mut Cleaned) {
        // Most homes have no image, and asking takes a while.
        if !home.join("image.sparseimage").exists() {
            return;
        }
        match detach_beneath(&Host, home) {
            Ok(devices) => cleaned.released.extend(devices.iter().map(|device| format!("image {device}"))),
            Err(error) => cleaned.left.push(format!("image: {error}")),
        }
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
mod system {
    use std::path::Path;

    use super::super::Cleaned;

    pub(super) fn release(_: &Path, _: &mut Cleaned) {}
}
