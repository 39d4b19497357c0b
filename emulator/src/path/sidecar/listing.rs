//! Listings, as the guest sees them.

use std::borrow::Cow;
use std::os::fd::RawFd;
use std::sync::Arc;

use super::index::Index;
use super::layer::{Sidecar, exists};
use super::name::{GuestName, Token, is_reserved};
use crate::host::file;
use crate::syscall::Errno;
use crate::syscall::abi::{Dirent, Dirents};

/// Room for the longest record of the host's, and some more.
const ROOM: usize = 1024;

impl Sidecar {
    /// Fills `into` with whole directory records from the position of `fd` on, with the guest's names; 0 at the end.
    /// `kept` holds the rows from the first call of a listing to its last.
    ///
    /// # Errors
    /// `EINVAL` when not even one record fits; `EIO` for a malformed index; the host's.
    pub fn read_directory(
        &self,
        fd: RawFd,
        into: &mut [u8],
        kept: &mut Option<Arc<Index>>,
    ) -> Result<usize, Errno> {
        let mut position = file::lseek(fd, 0, 1)? as i64;
        let mut index = match kept.take() {
            Some(index) if position != 0 => index,
            _ => self.index(fd)?,
        };
        let mut buffer = vec![0; into.len().max(ROOM)];
        let mut out = Vec::new();
        let mut full = false;
        while out.is_empty() && !full {
            let len = file::getdents(fd, &mut buffer)?;
            if len == 0 {
                break;
            }
            for entry in Dirents::new(&buffer[..len]) {
                if let Some(name) = self.shown(fd, &mut index, entry.name)? {
                    let shown = Dirent { name: &name, ..entry };
                    if out.len() + shown.size() > into.len() {
                        full = true;
                        file::lseek(fd, position, 0)?;
                        break;
                    }
                    shown.encode(&mut out);
                }
                position = entry.next;
            }
        }
        *kept = Some(index);
        if full && out.is_empty() {
            return Err(Errno::EINVAL);
        }
        into[..out.len()].copy_from_slice(&out);
        Ok(out.len())
    }

    /// The guest's name for an entry; `None` for what it does not see.
    fn shown<'a>(
        &self,
        dir: RawFd,
        index: &mut Arc<Index>,
        name: &'a [u8],
    ) -> Result<Option<Cow<'a, [u8]>>, Errno> {
        if is_reserved(name) {
            return Ok(None);
        }
        let Some(token) = Token::parse(name) else {
            let row = if index.is_empty() { None } else { index.token(&GuestName::new(name)) };
            // A row wins over its own bytes, which only a killed maker can have left there.
            let hidden = row.map_or(Ok(false), |token| exists(dir, &token.disk()))?;
            return Ok((!hidden).then_some(Cow::Borrowed(name)));
        };
        if index.name(&token).is_none() {
            // Made since the rows were read, or moved away, or no token at all.
            *index = self.index(dir)?;
        }
        match index.name(&token) {
            Some(guest) => Ok(Some(Cow::Owned(guest.as_bytes().to_vec()))),
            None if exists(dir, &token.disk())? => Ok(Some(Cow::Borrowed(name))),
            None => Ok(None),
        }
    }
}
