//! APFS images by macOS's `hdiutil`.
//!
//! What people report of it: "Resource busy" comes and goes, mostly when something else attaches at the same time or
//! looks at a new volume, so everything is tried five times with growing pauses, and images are made one after another.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use super::plist::{self, Value};
use super::runner::{Ended, Runner, must, words};
use crate::plan::VolumeKind;

const TRIES: u32 = 5;
/// A sparse image takes as much of the disk as is written to it.
const SIZE: &str = "4g";
const BUSY: [&str; 3] = ["Resource busy", "resource busy", "Resource temporarily unavailable"];

/// An attached image.
#[derive(Debug)]
pub(in super::super) struct Attached {
    /// The whole disk, such as `/dev/disk4`.
    device: String,
    runner: Box<dyn Runner + Send>,
}

impl Drop for Attached {
    fn drop(&mut self) {
        // What stays attached is found by its image's path and detached by the next run.
        let _ = detach(&*self.runner, &self.device);
    }
}

/// Makes the image `image` and attaches it at `target`.
///
/// # Errors
/// The reason why that does not work.
pub(in super::super) fn attach(
    runner: Box<dyn Runner + Send>,
    kind: VolumeKind,
    image: &Path,
    target: &Path,
) -> Result<Attached, String> {
    let filesystem = match kind {
        VolumeKind::ByteExact => "Case-sensitive APFS",
        VolumeKind::Folding => "APFS",
    };
    let create = words([
        &"hdiutil",
        &"create",
        &"-size",
        &SIZE,
        &"-type",
        &"SPARSE",
        &"-fs",
        &filesystem,
        &"-volname",
        &"matrix",
        &image,
    ]);
    patiently(&*runner, &create)?;
    let attach = words([
        &"hdiutil",
        &"attach",
        &"-nobrowse",
        &"-noverify",
        &"-noautoopen",
        &"-owners",
        &"on",
        &"-mountpoint",
        &target,
        &"-plist",
        &image,
    ]);
    let ended = patiently(&*runner, &attach)?;
    let list = plist::parse(&ended.stdout).map_err(|error| format!("hdiutil attach: {error}"))?;
    let entities = list.array("system-entities");
    let device = whole_disk(entities).ok_or("hdiutil attach names no device")?.to_owned();
    let attached = Attached { device, runner };
    // Attached without being mounted: then nothing of it may stay.
    match entities.iter().any(|entity| entity.text("mount-point").is_some()) {
        true => Ok(attached),
        false => Err("hdiutil attached the image without mounting it".to_owned()),
    }
}

/// Detaches every image whose file lies beneath `home`, and says which devices those were.
///
/// # Errors
/// The reason why one stays.
#[cfg(any(target_os = "macos", test))]
pub(in super::super) fn detach_beneath(runner: &dyn Runner, home: &Path) -> Result<Vec<String>, String> {
    let ended = must(runner, &words([&"hdiutil", &"info", &"-plist"]))?;
    let list = plist::parse(&ended.stdout).map_err(|error| format!("hdiutil info: {error}"))?;
    let ours = list
        .array("images")
        .iter()
        .filter(|image| image.text("image-path").is_some_and(|path| Path::new(path).starts_with(home)));
    let devices = ours.filter_map(|image| whole_disk(image.array("system-entities")).map(str::to_owned));
    devices.map(|device| detach(runner, &device).map(|()| device)).collect()
}

/// Detaches a device, at last by force.
fn detach(runner: &dyn Runner, device: &str) -> Result<(), String> {
    let gentle = words([&"hdiutil", &"detach", &device]);
    patiently(runner, &gentle)
        .or_else(|_| must(runner, &words([&"hdiutil", &"detach", &device, &"-force"])))
        .map(drop)
}

/// An APFS image has two disks, the container's being made of the image's first partition; the image's comes first.
fn whole_disk(entities: &[Value]) -> Option<&str> {
    let devices = entities.iter().filter_map(|entity| entity.text("dev-entry"));
    // `/dev/disk4s1` is a part of `/dev/disk4`.
    let whole = |device: &&str| {
        device
            .strip_prefix("/dev/disk")
            .is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    devices.clone().filter(whole).min_by_key(|device| (device.len(), *device)).or(devices.min())
}

/// Runs a command again as long as the system is busy, five times in all.
fn patiently(runner: &dyn Runner, words: &[OsString]) -> Result<Ended, String> {
    let mut pause = Duration::from_secs(1);
    for _ in 1..TRIES {
        match must(runner, words) {
            Err(error) if BUSY.iter().any(|busy| error.contains(busy)) => runner.pause(pause),
            result => return result,
        }
        pause *= 2;
    }
    must(runner, words)
}

#[cfg(test)]
mod tests {
    use super::super::testing::Replay;
    use super::*;

    const ATTACHED: &str = include_str!("recorded/attach.plist");
    const INFO: &str = include_str!("recorded/info.plist");
    const BUSY_ATTACH: &str = "hdiutil: attach failed - Resource busy";

    fn paths() -> (&'static Path, &'static Path) {
        (Path::new("/c/f1-0/image.sparseimage"), Path::new("/c/f1-0/v"))
    }

    /// A runner that outlives the value it is given to.
    #[derive(Debug)]
    struct Shared(std::sync::Arc<std::sync::Mutex<Replay>>);

    impl Runner for Shared {
        fn run(&self, words: &[OsString]) -> std::io::Result<Ended> {
            self.0.lock().expect("runner").run(words)
        }
        fn pause(&self, time: Duration) {
            self.0.lock().expect("runner").pause(time);
        }
    }

    fn with(replay: Replay, kind: VolumeKind) -> (Result<(), String>, Vec<String>, Vec<u64>) {
        let shared = std::sync::Arc::new(std::sync::Mutex::new(replay));
        let (image, target) = paths();
        let result = attach(Box::new(Shared(shared.clone())), kind, image, target).map(drop);
        let replay = shared.lock().expect("runner");
        (result, replay.asked(), replay.pauses())
    }

    #[test]
    fn an_image_is_made_attached_and_detached_by_its_device() {
        let replay = Replay::default().answer(true, "", "").answer(true, ATTACHED, "").answer(true, "", "");
        let (result, asked, pauses) = with(replay, VolumeKind::ByteExact);
        assert_eq!(result, Ok(()));
        assert_eq!(
            asked,
            [
                "hdiutil create -size 4g -type SPARSE -fs Case-sensitive APFS -volname matrix /c/f1-0/image.sparseimage",
                "hdiutil attach -nobrowse -noverify -noautoopen -owners on -mountpoint /c/f1-0/v -plist \
                 /c/f1-0/image.sparseimage",
                "hdiutil detach /dev/disk4",
            ]
        );
        assert_eq!(pauses, Vec::<u64>::new());
    }

    #[test]
    fn busy_is_tried_five_times_and_longer_each_time() {
        let mut replay = Replay::default().answer(true, "", "");
        for _ in 0..4 {
            replay = replay.answer(false, "", BUSY_ATTACH);
        }
        let (result, ..) = with(replay.answer(true, ATTACHED, "").answer(true, "", ""), VolumeKind::Folding);
        assert_eq!(result, Ok(()));

        let mut replay = Replay::default().answer(true, "", "");
        for _ in 0..5 {
            replay = replay.answer(false, "", BUSY_ATTACH);
        }
        let (result, asked, pauses) = with(replay, VolumeKind::Folding);
        assert!(result.expect_err("busy").contains("Resource busy"));
        assert_eq!(asked.len(), 6);
        assert_eq!(pauses, [1, 2, 4, 8]);
    }

    #[test]
    fn another_failure_is_not_tried_again() {
        let replay = Replay::default().answer(false, "", "hdiutil: create failed - No space left on device");
        let (result, asked, _) = with(replay, VolumeKind::Folding);
        assert_eq!(result, Err("hdiutil: hdiutil: create failed - No space left on device".to_owned()));
        assert_eq!(asked.len(), 1);
        let (result, ..) = with(Replay::default().absent(), VolumeKind::Folding);
        assert_eq!(result, Err("hdiutil is not installed".to_owned()));
    }

    #[test]
    fn what_will_not_go_is_forced() {
        let mut replay = Replay::default().answer(true, "", "").answer(true, ATTACHED, "");
        for _ in 0..5 {
            replay = replay.answer(false, "", "hdiutil: couldn't unmount \"disk4\" - Resource busy");
        }
        let (result, asked, pauses) = with(replay.answer(true, "", ""), VolumeKind::Folding);
        assert_eq!(result, Ok(()));
        assert_eq!(asked.last().map(String::as_str), Some("hdiutil detach /dev/disk4 -force"));
        assert_eq!(pauses, [1, 2, 4, 8]);
    }

    #[test]
    fn an_image_without_a_mount_is_detached_again() {
        let unmounted = ATTACHED.replace("mount-point", "unmounted");
        let replay = Replay::default().answer(true, "", "").answer(true, &unmounted, "").answer(true, "", "");
        let (result, asked, _) = with(replay, VolumeKind::Folding);
        assert!(result.expect_err("unmounted").contains("without mounting"));
        assert_eq!(asked.last().map(String::as_str), Some("hdiutil detach /dev/disk4"));
    }

    #[test]
    fn only_images_beneath_the_home_are_detached() {
        let replay = Replay::default().answer(true, INFO, "").answer(true, "", "");
        let detached = detach_beneath(&replay, Path::new("/Users/me/Library/Caches/matrix/volumes/f1a-0"));
        assert_eq!(detached, Ok(vec!["/dev/disk6".to_owned()]));
        assert_eq!(replay.asked(), ["hdiutil info -plist", "hdiutil detach /dev/disk6"]);
    }
}
