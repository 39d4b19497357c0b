//! Directories of the host's.

use std::os::fd::RawFd;
use std::sync::{Arc, Mutex};

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
        // Whoever lists at the same time through the same description, or did when this process was forked off, has
        // the rows; others read their own.
        match kept.try_lock() {
            Ok(mut kept) => layer.read_directory(fd, into, &mut kept),
            Err(_) => layer.read_directory(fd, into, &mut None),
        }
    }
}
