//! What is known of a directory, and for how long.

use std::collections::{HashMap, HashSet};
use std::os::fd::{AsRawFd, RawFd};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::index::{Index, Malformed, SIZE_MAX};
use super::name::INDEX;
use crate::host::file::{self, Stat};
use crate::path::context::Identity;
use crate::syscall::Errno;
use crate::syscall::abi::{Dirents, OpenFlags, Timespec};
use crate::trace;

/// The names in a directory, as the volume stores them.
pub type Names = HashSet<Vec<u8>>;

/// Two ticks of the slowest clock that stamps files, in nanoseconds: a change may leave a younger stamp as it is.
const TWO_TICKS: i64 = 20_000_000;
/// The most directories, and names in them, that are kept.
const DIRECTORIES_MAX: usize = 4096;
const NAMES_MAX: usize = 1 << 20;

/// Which state of which directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    directory: Identity,
    modified: Timespec,
    changed: Timespec,
}

impl Stamp {
    /// The present one of `dir`.
    ///
    /// # Errors
    /// The host's.
    pub fn of(dir: RawFd) -> Result<Stamp, Errno> {
        let stat = file::lstatat(dir, c".")?;
        Ok(Stamp::from(&stat))
    }

    /// Was it two ticks old at `now`, so that any later change shows?
    fn is_settled(&self, now: Timespec) -> bool {
        is_settled(self.modified, now) && is_settled(self.changed, now)
    }
}

/// Was `stamp` two ticks old at `now`?
fn is_settled(stamp: Timespec, now: Timespec) -> bool {
    let age = i128::from(now.sec - stamp.sec) * 1_000_000_000 + i128::from(now.nsec - stamp.nsec);
    age > i128::from(TWO_TICKS)
}

impl From<&Stat> for Stamp {
    fn from(stat: &Stat) -> Stamp {
        Stamp { directory: stat.identity(), modified: stat.mtime, changed: stat.ctime }
    }
}

#[derive(Clone, Debug)]
struct Known {
    stamp: Stamp,
    index: Option<Arc<Index>>,
    names: Option<Arc<Names>>,
    /// The last listing, of whatever state, and when it began.
    listed: Option<(Arc<Names>, Timespec)>,
}

/// What was read of directories whose stamps were settled then.
#[derive(Debug, Default)]
pub struct Cache {
    entries: Mutex<HashMap<Identity, Known>>,
    loads: AtomicU64,
}

impl Cache {
    /// The cache, held still.
    pub fn lock(&self) -> MutexGuard<'_, impl Sized + use<>> {
        self.entries()
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<Identity, Known>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often an index was read.
    pub fn loads(&self) -> u64 {
        self.loads.load(Ordering::Relaxed)
    }

    /// A look at `dir` as it is now.
    ///
    /// # Errors
    /// The host's.
    pub fn look(&self, dir: RawFd) -> Result<Look<'_>, Errno> {
        let now = file::now();
        let stamp = Stamp::of(dir)?;
        let mut known = self.entries().get(&stamp.directory).cloned();
        if let Some(known) = known.as_mut().filter(|known| known.stamp != stamp) {
            known.index = None;
            known.names = None;
        }
        Ok(Look { cache: self, dir, stamp, now, known })
    }

    fn keep(&self, stamp: Stamp, fill: impl FnOnce(&mut Known)) {
        let mut entries = self.entries();
        if !entries.contains_key(&stamp.directory) {
            let names =
                entries.values().filter_map(|known| known.listed.as_ref()).map(|(names, _)| names.len());
            if entries.len() >= DIRECTORIES_MAX || names.sum::<usize>() > NAMES_MAX {
                entries.clear();
            }
        }
        let fresh = Known { stamp, index: None, names: None, listed: None };
        let known = entries.entry(stamp.directory).or_insert_with(|| fresh.clone());
        if known.stamp != stamp {
            *known = Known { listed: known.listed.take(), ..fresh };
        }
        fill(known);
    }
}

/// One look at a directory: one check of its stamp, whatever is asked then.
#[derive(Debug)]
pub struct Look<'a> {
    cache: &'a Cache,
    dir: RawFd,
    stamp: Stamp,
    now: Timespec,
    known: Option<Known>,
}

impl Look<'_> {
    /// The directory.
    pub fn dir(&self) -> RawFd {
        self.dir
    }

    /// The rows; none when there is no index.
    ///
    /// # Errors
    /// `EIO` for a malformed index; the host's.
    pub fn index(&self) -> Result<Arc<Index>, Errno> {
        if let Some(index) = self.known.as_ref().and_then(|known| known.index.clone()) {
            return Ok(index);
        }
        self.cache.loads.fetch_add(1, Ordering::Relaxed);
        let index = Arc::new(read_index(self.dir)?.unwrap_or_default());
        if self.may_keep()? {
            self.cache.keep(self.stamp, |known| known.index = Some(Arc::clone(&index)));
        }
        Ok(index)
    }

    /// The names as they are stored.
    ///
    /// # Errors
    /// The host's.
    pub fn names(&self) -> Result<Arc<Names>, Errno> {
        if let Some(names) = self.known.as_ref().and_then(|known| known.names.clone()) {
            return Ok(names);
        }
        let names = Arc::new(list(self.dir)?);
        let current = self.may_keep()?.then(|| Arc::clone(&names));
        self.cache.keep(self.stamp, |known| {
            known.names = current;
            known.listed = Some((Arc::clone(&names), self.now));
        });
        Ok(names)
    }

    /// Is exactly `name` known to be stored, without asking the host?
    pub fn is_known(&self, name: &[u8]) -> bool {
        self.known.as_ref().and_then(|known| known.names.as_ref()).is_some_and(|names| names.contains(name))
    }

    /// Is the object that the volume finds under `name`, with status `stat`, stored under exactly these bytes?
    ///
    /// A listing of an older state tells too, if it has the name and the object was not touched since: then the object
    /// has no other name than it had at that time, and in the place that both spellings share there was only one.
    ///
    /// # Errors
    /// The host's.
    pub fn lists(&self, name: &[u8], stat: &Stat) -> Result<bool, Errno> {
        let known = self.known.as_ref();
        if known.is_some_and(|known| known.names.is_none())
            && let Some((names, began)) = known.and_then(|known| known.listed.as_ref())
            && is_settled(stat.ctime, *began)
            && names.contains(name)
        {
            return Ok(true);
        }
        Ok(self.names()?.contains(name))
    }

    /// Was the directory unchanged all the while, and would a later change show?
    fn may_keep(&self) -> Result<bool, Errno> {
        Ok(self.stamp.is_settled(self.now) && Stamp::of(self.dir)? == self.stamp)
    }
}

/// Reads the index of `dir`; `None` when it has none.
///
/// # Errors
/// `EIO` for a malformed one, which a line on standard error names; the host's.
pub fn read_index(dir: RawFd) -> Result<Option<Index>, Errno> {
    let flags = OpenFlags::NOFOLLOW | OpenFlags::CLOEXEC | OpenFlags::NONBLOCK;
    let opened = match file::openat(dir, INDEX, flags, 0) {
        Ok(opened) => opened,
        Err(Errno::ENOENT) => return Ok(None),
        Err(errno) => return Err(errno),
    };
    // One row more than the largest is no defect of the file.
    let most = 4 * SIZE_MAX;
    let text = file::read_up_to(opened.as_raw_fd(), most)?;
    let parsed = if text.len() > most { Err(Malformed::Size) } else { Index::parse(&text) };
    parsed.map(Some).map_err(|why| {
        let path = file::path_of(opened.as_raw_fd()).unwrap_or_else(|_| INDEX.to_bytes().to_vec());
        trace::note(&format!("{}: {why}; names in its directory cannot be used", path.escape_ascii()));
        Errno::EIO
    })
}

/// The names in `dir`, without `.` and `..`.
///
/// # Errors
/// The host's.
pub fn list(dir: RawFd) -> Result<Names, Errno> {
    let opened = file::openat(dir, c".", OpenFlags::DIRECTORY | OpenFlags::CLOEXEC, 0)?;
    let mut names = Names::new();
    let mut buffer = vec![0; 1 << 15];
    loop {
        let len = file::getdents(opened.as_raw_fd(), &mut buffer)?;
        if len == 0 {
            return Ok(names);
        }
        let found = Dirents::new(&buffer[..len]).map(|entry| entry.name);
        names.extend(found.filter(|name| !matches!(*name, b"." | b"..")).map(<[u8]>::to_vec));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_settles_after_two_ticks() {
        let at = |sec, nsec| Timespec { sec, nsec };
        let stamp = Stamp { directory: ((0, 0), 1), modified: at(5, 0), changed: at(10, 990_000_000) };
        assert!(!stamp.is_settled(at(10, 990_000_000)));
        assert!(!stamp.is_settled(at(11, 9_999_999)));
        assert!(stamp.is_settled(at(11, 10_000_001)));
        assert!(!stamp.is_settled(at(3, 0)), "one from the future is never trusted");
    }

    #[test]
    fn a_young_state_is_read_again_and_an_old_one_kept() {
        let base = std::env::temp_dir().join(format!("elfuse-state-{}", std::process::id()));
        std::fs::create_dir_all(&base).unwrap();
        let dir = std::fs::File::open(&base).unwrap();
        let cache = Cache::default();
        let look = |cache: &Cache| cache.look(dir.as_raw_fd()).unwrap().names().unwrap();
        std::fs::write(base.join("one"), "").unwrap();
        assert_eq!(look(&cache).len(), 1);
        std::fs::write(base.join("two"), "").unwrap();
        assert_eq!(look(&cache).len(), 2);
        std::thread::sleep(std::time::Duration::from_millis(60));
        let kept = look(&cache);
        assert!(Arc::ptr_eq(&kept, &look(&cache)));
        std::fs::remove_file(base.join("one")).unwrap();
        assert_eq!(*look(&cache), Names::from([b"two".to_vec()]));
        std::fs::remove_dir_all(&base).unwrap();
    }
}
