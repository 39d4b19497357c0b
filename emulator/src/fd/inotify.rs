//! Queues of file events whose names pass through the sidecar layer.

use std::collections::HashMap;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::open_file::OpenFile;
use crate::host::file;
use crate::mem::Span;
use crate::path::Sidecar;
use crate::syscall::Errno;

/// Bytes before the name in `struct inotify_event`: watch, mask, cookie, length of the name (4 each).
const HEADER: usize = 16;
/// The longest event: names are padded to the header's size.
const LONGEST: usize = HEADER + 256;
/// An event with a token for a name.
const WITH_TOKEN: usize = HEADER + 32;
/// The most that is read at once.
const MOST: usize = 1 << 16;
/// `IN_IGNORED`: the watch is gone.
const IGNORED: u32 = 0x8000;

/// A queue of file events. Events of what the guest does not see are left out.
#[derive(Debug)]
pub struct Inotify {
    layer: Arc<Sidecar>,
    /// What is watched, where its entries' names may not be the guest's.
    watches: Mutex<HashMap<i32, OwnedFd>>,
    /// Events that were read and did not fit.
    rest: Mutex<Vec<u8>>,
}

impl Inotify {
    /// A queue just made.
    pub fn new(layer: Arc<Sidecar>) -> Inotify {
        Inotify { layer, watches: Mutex::default(), rest: Mutex::default() }
    }

    fn watches(&self) -> MutexGuard<'_, HashMap<i32, OwnedFd>> {
        self.watches.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rest(&self) -> MutexGuard<'_, Vec<u8>> {
        self.rest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The events as the guest sees them.
    fn translate(&self, mut events: &[u8]) -> Vec<u8> {
        let mut watches = self.watches();
        let mut out = Vec::with_capacity(events.len());
        while let Some(size) = event_size(events) {
            let (event, rest) = events.split_at(size);
            events = rest;
            let word =
                |at: usize| u32::from_le_bytes([event[at], event[at + 1], event[at + 2], event[at + 3]]);
            let name = event[HEADER..].split(|&byte| byte == 0).next().unwrap_or_default();
            match watches.get(&(word(0) as i32)) {
                Some(dir) if !name.is_empty() => {
                    let Some(name) = self.layer.entry_name(dir.as_raw_fd(), name) else { continue };
                    let len = (name.as_bytes().len() + 1).next_multiple_of(HEADER);
                    out.extend_from_slice(&event[..12]);
                    out.extend_from_slice(&(len as u32).to_le_bytes());
                    let end = out.len() + len;
                    out.extend_from_slice(name.as_bytes());
                    out.resize(end, 0);
                }
                _ => out.extend_from_slice(event),
            }
            if word(4) & IGNORED != 0 {
                watches.remove(&(word(0) as i32));
            }
        }
        out
    }
}

/// The size of the first event.
fn event_size(events: &[u8]) -> Option<usize> {
    let len: [u8; 4] = events.get(12..HEADER)?.try_into().ok()?;
    let size = HEADER + u32::from_le_bytes(len) as usize;
    (size <= events.len()).then_some(size)
}

impl OpenFile for Inotify {
    fn set_watched(&self, watch: i32, dir: OwnedFd) {
        self.watches().insert(watch, dir);
    }

    fn read(&self, fd: RawFd, spans: &[Span], interrupt: &AtomicU32) -> Result<usize, Errno> {
        let room: usize = spans.iter().map(|span| span.len()).sum();
        let mut ready = std::mem::take(&mut *self.rest());
        while ready.is_empty() {
            // What is read fits, even if all of it are tokens that stand for the longest names; or one event is.
            let most = (room / LONGEST * WITH_TOKEN).clamp(LONGEST, MOST);
            let mut buffer = vec![0; most];
            let len = file::read_own(fd, &mut buffer, interrupt)?;
            ready = self.translate(&buffer[..len]);
        }
        let mut fits = 0;
        while let Some(size) = event_size(&ready[fits..])
            && fits + size <= room
        {
            fits += size;
        }
        if fits == 0 {
            *self.rest() = ready;
            return Err(Errno::EINVAL);
        }
        let mut at = 0;
        for span in spans {
            let part = &ready[at..fits.min(at + span.len())];
            span.fill(part).map_err(|_| Errno::EFAULT)?;
            at += part.len();
        }
        *self.rest() = ready.split_off(fits);
        Ok(fits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(watch: i32, mask: u32, name: &[u8]) -> Vec<u8> {
        let len = if name.is_empty() { 0 } else { (name.len() + 1).next_multiple_of(HEADER) };
        let mut event = [watch as u32, mask, 7, len as u32].map(u32::to_le_bytes).concat();
        event.extend_from_slice(name);
        event.resize(HEADER + len, 0);
        event
    }

    #[test]
    fn events_bear_the_guests_names() {
        let base = std::env::temp_dir().join(format!("elfuse-inotify-{}", std::process::id()));
        std::fs::create_dir_all(&base).unwrap();
        std::fs::write(base.join(".elfuse_case_index"), "464f4f\t.ef_0123456789abcdef\n").unwrap();
        let queue = Inotify::new(Arc::default());
        queue.set_watched(1, OwnedFd::from(std::fs::File::open(&base).unwrap()));
        let token = b".ef_0123456789abcdef";
        let host = [
            event(1, 0x100, b"plain"),
            event(1, 0x100, b".elfuse_case_index.tmp"),
            event(1, 0x100, token),
            event(2, 0x100, token),
            event(1, 0x400, b""),
        ]
        .concat();
        let guest = [
            event(1, 0x100, b"plain"),
            event(1, 0x100, b"FOO"),
            event(2, 0x100, token),
            event(1, 0x400, b""),
        ]
        .concat();
        assert_eq!(queue.translate(&host), guest);
        assert_eq!(queue.translate(&event(1, IGNORED, b"")), event(1, IGNORED, b""));
        assert!(queue.watches().is_empty());
        std::fs::remove_dir_all(&base).unwrap();
    }
}
