//! Directories of the host's.

use std::os::fd::RawFd;
use std::sync::{Arc, Mutex, PoisonError};

use super::open_file::{Kind, OpenFile};
use crate::host::file;
use crate::path::{FsContext, Index, Sidecar};
use crate::syscall::Errno;

/// A directory of the host's.
#[derive(Debug)]
pub struct HostDirectory {
    inside: bool,
    /// What gives its entries their names.
    layer: Option<(Arc<Sidecar>, Rows)>,
}

/// The rows from the first call of a listing to its last.
type Rows = Mutex<Option<Arc<Index>>>;

impl HostDirectory {
    /// A directory that lies in the sysroot if `inside`.
    pub fn new(fs: &FsContext, inside: bool) -> HostDirectory {
        let layer = fs.sidecar().filter(|_| inside).map(|layer| (Arc::clone(layer), Mutex::default()));
        HostDirectory { inside, layer }
    }
}

impl OpenFile for HostDirectory {
    fn kind(&self) -> Kind {
        Kind::Directory { inside: self.inside }
    }

    fn read_directory(&self, fd: RawFd, into: &mut [u8]) -> Result<usize, Errno> {
        let Some((layer, kept)) = &self.layer else { return file::getdents(fd, into) };
        layer.read_directory(fd, into, &mut kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
