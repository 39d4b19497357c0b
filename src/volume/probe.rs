//! What a directory's volume does with names, found out by trying.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::host::at;
use crate::plan::VolumeKind;

/// What was measured on a volume. No field is ever taken from a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probed {
    /// A listing shows a name as it was created.
    pub preserves_case: bool,
    /// A name is found under another case.
    pub folds_case: bool,
    /// A composed `é` is found decomposed.
    pub folds_normalisation: bool,
    /// Two names can be one inode, and the link count says so.
    pub hard_links: bool,
    /// Symbolic links exist and keep their target.
    pub symlinks: bool,
    /// A `user.` attribute can be set and read.
    pub xattrs: bool,
    /// The permission to execute can be given and taken, and is honoured.
    pub exec_bit: bool,
    /// A name that is not UTF-8 can be stored.
    pub invalid_utf8: bool,
}

impl Probed {
    /// The axis value; `None` for a volume that forgets the case of names, which no case can run on.
    pub fn kind(&self) -> Option<VolumeKind> {
        // A case-sensitive APFS volume folds normalisation and still tells `Foo` from `foo`: byte-exact, as Linux
        // programs mean it.
        match (self.preserves_case, self.folds_case) {
            (true, true) => Some(VolumeKind::Folding),
            (true, false) => Some(VolumeKind::ByteExact),
            (false, _) => None,
        }
    }

    /// Every field with its name, for people.
    pub fn facts(&self) -> [(&'static str, bool); 8] {
        [
            ("preserves case", self.preserves_case),
            ("folds case", self.folds_case),
            ("folds normalisation", self.folds_normalisation),
            ("hard links", self.hard_links),
            ("symbolic links", self.symlinks),
            ("extended attributes", self.xattrs),
            ("executable files", self.exec_bit),
            ("names that are not UTF-8", self.invalid_utf8),
        ]
    }
}

/// Measures the volume of `directory` in a subdirectory that is removed again.
///
/// # Errors
/// When no file can be made there; a feature that is refused is not an error but an answer.
pub fn probe(directory: &Path) -> io::Result<Probed> {
    let place = tempfile::Builder::new().prefix(".matrix-probe-").tempdir_in(directory)?;
    let place = place.path();
    let upper = place.join("Probe");
    File::create(&upper)?;
    let folds_case = fs::symlink_metadata(place.join("probe")).is_ok();
    let preserves_case = names(place)?.iter().any(|name| name == "Probe");
    Ok(Probed {
        preserves_case,
        folds_case,
        folds_normalisation: folds_normalisation(place),
        hard_links: hard_links(&upper, &place.join("link")),
        symlinks: symlinks(&place.join("symlink")),
        xattrs: xattrs(&upper),
        exec_bit: exec_bit(&upper),
        invalid_utf8: invalid_utf8(place),
    })
}

fn names(place: &Path) -> io::Result<Vec<OsString>> {
    fs::read_dir(place)?.map(|entry| entry.map(|entry| entry.file_name())).collect()
}

fn folds_normalisation(place: &Path) -> bool {
    File::create(place.join("caf\u{e9}")).is_ok() && fs::symlink_metadata(place.join("cafe\u{301}")).is_ok()
}

fn hard_links(file: &Path, link: &Path) -> bool {
    let facts = |path: &Path| fs::metadata(path).map(|facts| (facts.dev(), facts.ino(), facts.nlink()));
    fs::hard_link(file, link).is_ok()
        && matches!((facts(file), facts(link)), (Ok(one), Ok(other)) if one == other && one.2 == 2)
}

fn symlinks(link: &Path) -> bool {
    symlink("Target/of it", link).is_ok()
        && fs::read_link(link).is_ok_and(|target| target == Path::new("Target/of it"))
}

fn xattrs(file: &Path) -> bool {
    let mut value = [0; 8];
    at::setxattr(file, "user.matrix", b"probe", at::XattrFlags::empty()).is_ok()
        && at::getxattr(file, "user.matrix", &mut value[..]) == Ok(5)
        && value.starts_with(b"probe")
}

fn exec_bit(file: &Path) -> bool {
    let set = |mode| {
        fs::set_permissions(file, fs::Permissions::from_mode(mode)).is_ok()
            && fs::metadata(file).is_ok_and(|facts| facts.mode() & 0o777 == mode)
    };
    // A volume mounted noexec keeps the bit but refuses access.
    set(0o755) && at::access(file, at::Access::EXEC_OK).is_ok() && set(0o644)
}

fn invalid_utf8(place: &Path) -> bool {
    let name = OsStr::from_bytes(b"not\xffutf\xfe8");
    File::create(place.join(name)).is_ok()
        && names(place).is_ok_and(|names| names.iter().any(|it| it == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_linux_directory_is_byte_exact_and_left_clean() {
        let place = tempfile::tempdir_in(concat!(env!("CARGO_MANIFEST_DIR"), "/target")).expect("directory");
        let probed = probe(place.path()).expect("probe");
        assert_eq!(probed.kind(), Some(VolumeKind::ByteExact));
        assert!(probed.hard_links && probed.symlinks && probed.exec_bit && probed.invalid_utf8);
        assert!(!probed.folds_normalisation);
        assert_eq!(fs::read_dir(place.path()).expect("list").count(), 0);
    }

    #[test]
    fn the_kind_comes_from_the_facts() {
        let facts = Probed {
            preserves_case: true,
            folds_case: true,
            folds_normalisation: true,
            hard_links: true,
            symlinks: true,
            xattrs: true,
            exec_bit: true,
            invalid_utf8: false,
        };
        assert_eq!(facts.kind(), Some(VolumeKind::Folding));
        assert_eq!(Probed { folds_case: false, ..facts }.kind(), Some(VolumeKind::ByteExact));
        assert_eq!(Probed { preserves_case: false, ..facts }.kind(), None);
    }
}
