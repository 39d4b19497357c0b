//! Where the two trees lie, and what the model must know of the host.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::disk::Index;
use super::model::{Id, Model};
use elfuse::task::Fallback;

/// First components that do not fall back when the fallback is guarded.
const GUARDED: [&[u8]; 9] = [b"usr", b"bin", b"sbin", b"lib", b"lib64", b"opt", b"boot", b"srv", b"etc"];

#[derive(Clone, Debug)]
pub struct World {
    /// The sysroot, as the host names it.
    pub sysroot: PathBuf,
    /// The host's directory that the guest may reach.
    pub mirror: Option<Vec<u8>>,
    pub fallback: Fallback,
    /// Do names in the sysroot fold?
    pub folds: bool,
    /// Is there a host beside the sysroot at all?
    pub has_host: bool,
}

impl World {
    pub fn sysroot_name(&self) -> Vec<u8> {
        self.sysroot.file_name().map_or_else(Vec::new, |name| name.as_bytes().to_vec())
    }

    /// The path with its marks replaced.
    pub fn expand(&self, path: &[u8]) -> Vec<u8> {
        let (start, rest) = (path.get(..2).unwrap_or_default(), path.get(2..).unwrap_or_default());
        match start {
            b"$M" => [self.mirror.as_deref().unwrap_or_default(), rest].concat(),
            b"$G" => [b"/usr/..", self.mirror.as_deref().unwrap_or_default(), rest].concat(),
            b"$S" => [self.sysroot.as_os_str().as_bytes(), rest].concat(),
            _ => path.to_vec(),
        }
    }

    /// May an absolute path that starts with these names be looked up on the host?
    pub fn falls_back(&self, names: &[Vec<u8>]) -> bool {
        let Some(first) = names.first() else { return self.fallback == Fallback::All };
        match self.fallback {
            Fallback::All => true,
            Fallback::Off => false,
            Fallback::Guarded => {
                let excepted =
                    [&[b"etc".to_vec(), b"hosts".to_vec()], &[b"etc".to_vec(), b"resolv.conf".to_vec()]];
                excepted.iter().any(|except| names == *except) || !GUARDED.contains(&first.as_slice())
            }
        }
    }

    /// Does the host have the path, links followed as the host follows them?
    pub fn host_has(&self, path: &[u8]) -> bool {
        self.has_host && Path::new(OsStr::from_bytes(path)).metadata().is_ok()
    }

    /// Where the sysroot's directory `dir` is stored.
    pub fn stored(&self, model: &Model, dir: Id) -> PathBuf {
        model.names(dir).iter().fold(self.sysroot.clone(), |at, name| {
            let stored = if self.folds { Index::read(&at).stored(name) } else { name.clone() };
            at.join(OsStr::from_bytes(&stored))
        })
    }

    /// Is the name one that an index row stands for?
    pub fn is_mapped(&self, model: &Model, dir: Id, name: &[u8]) -> bool {
        self.folds && Index::read(&self.stored(model, dir)).rows.contains_key(name)
    }
}
