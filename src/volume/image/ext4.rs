//! ext4 images by `mkfs.ext4`.

use std::fs::File;
use std::path::Path;

use super::runner::{Runner, must, words};
use crate::plan::VolumeKind;

/// A sparse image takes as much of the disk as is written to it.
const SIZE: u64 = 4 << 30;
/// The root's flags with names folded: extents and casefold (`ext4.h`: EXT4_EXTENTS_FL, EXT4_CASEFOLD_FL).
const FOLDING_ROOT: &str = "set_inode_field / flags 0x40080000";

/// What kind of ext4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Ext4 {
    /// How names are to be treated.
    pub(in super::super) kind: VolumeKind,
    /// Whose the root directory is.
    pub(in super::super) owner: (u32, u32),
}

/// Makes `image` an empty filesystem.
///
/// # Errors
/// The reason why that does not work.
pub(in super::super) fn create(runner: &dyn Runner, what: Ext4, image: &Path) -> Result<(), String> {
    let sized = File::create(image).and_then(|file| file.set_len(SIZE));
    sized.map_err(|error| format!("{}: {error}", image.display()))?;
    let extended = format!("lazy_itable_init=1,nodiscard,root_owner={}:{}", what.owner.0, what.owner.1);
    let (features, extended) = match what.kind {
        // The volume ends with its run: a journal would protect nothing.
        VolumeKind::ByteExact => ("^has_journal", extended),
        VolumeKind::Folding => ("^has_journal,casefold", format!("{extended},encoding=utf8")),
    };
    let make = words([&"mkfs.ext4", &"-q", &"-F", &"-m", &"0", &"-O", &features, &"-E", &extended, &image]);
    must(runner, &make)?;
    if what.kind == VolumeKind::Folding {
        must(runner, &words([&"debugfs", &"-w", &"-R", &FOLDING_ROOT, &image]))?;
    }
    Ok(())
}

/// Makes `image` an empty filesystem and has `fuse2fs` serve it at `target`. The server ends with its mount.
///
/// # Errors
/// The reason why that does not work.
pub(in super::super) fn serve(
    runner: &dyn Runner,
    what: Ext4,
    image: &Path,
    target: &Path,
) -> Result<(), String> {
    // Asked first: an image without a server would be made for nothing.
    must(runner, &words([&"fuse2fs", &"-V"]))?;
    create(runner, what, image)?;
    must(runner, &words([&"fuse2fs", &"-o", &"rw,fakeroot", &image, &target])).map(drop)
}

#[cfg(test)]
mod tests {
    use super::super::testing::Replay;
    use super::*;

    fn made(replay: &Replay, kind: VolumeKind) -> Result<(), String> {
        let place = tempfile::tempdir().expect("directory");
        let image = place.path().join("image");
        let result = create(replay, Ext4 { kind, owner: (7, 8) }, &image);
        assert_eq!(image.metadata().expect("image").len(), SIZE);
        result
    }

    #[test]
    fn a_folding_image_gets_the_feature_and_the_flag() {
        let replay = Replay::default().answer(true, "", "").answer(true, "", "debugfs 1.47.0");
        assert_eq!(made(&replay, VolumeKind::Folding), Ok(()));
        let asked = replay.asked();
        assert!(
            asked[0].starts_with(
                "mkfs.ext4 -q -F -m 0 -O ^has_journal,casefold -E \
                 lazy_itable_init=1,nodiscard,root_owner=7:8,encoding=utf8 /"
            ),
            "{}",
            asked[0]
        );
        assert!(asked[1].starts_with("debugfs -w -R set_inode_field / flags 0x40080000 /"), "{}", asked[1]);
    }

    #[test]
    fn a_missing_or_failing_tool_is_the_reason() {
        let absent = Replay::default().absent();
        assert_eq!(made(&absent, VolumeKind::ByteExact), Err("mkfs.ext4 is not installed".to_owned()));
        let failing =
            Replay::default().answer(false, "", "mke2fs 1.47\nmkfs.ext4: Invalid filesystem option set");
        assert_eq!(
            made(&failing, VolumeKind::ByteExact),
            Err("mkfs.ext4: mkfs.ext4: Invalid filesystem option set".to_owned())
        );
    }

    #[test]
    fn an_image_is_served_where_there_is_a_server() {
        let place = tempfile::tempdir().expect("directory");
        let (image, target) = (place.path().join("image"), Path::new("/v"));
        let what = Ext4 { kind: VolumeKind::ByteExact, owner: (0, 0) };
        assert_eq!(
            serve(&Replay::default().absent(), what, &image, target),
            Err("fuse2fs is not installed".to_owned())
        );
        assert!(!image.exists());
        let replay = Replay::default().answer(true, "", "").answer(true, "", "").answer(true, "", "");
        assert_eq!(serve(&replay, what, &image, target), Ok(()));
        assert!(replay.asked()[2].starts_with("fuse2fs -o rw,fakeroot /"));
    }
}
