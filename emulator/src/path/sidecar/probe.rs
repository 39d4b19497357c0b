//! Does the volume need the layer?

use std::ffi::{CStr, CString};
use std::os::fd::{AsRawFd, RawFd};

use super::name::is_reserved;
use super::state::{Names, list};
use crate::host::{self, file};
use crate::syscall::Errno;
use crate::syscall::abi::OpenFlags;

/// Directories that most sysroots have.
const USUAL: [&CStr; 3] = [c"usr", c"bin", c"etc"];
/// How many entries are asked before a file is made for the purpose.
const ENTRIES: usize = 8;

/// Does the volume of the directory `root`, whose host path is `path`, preserve case without distinguishing it?
///
/// An entry that answers to another case tells, without a change. Only when no entry has a letter is a file made, and
/// removed at once; where that is refused, the directory's own name tells.
///
/// # Errors
/// The host's.
pub fn folds_case(root: RawFd, path: &[u8]) -> Result<bool, Errno> {
    // A directory has no second name but by another spelling, so nothing need be listed.
    for name in USUAL {
        if file::lstatat(root, name).is_ok_and(|stat| stat.is(file::S_IFDIR))
            && let Some(folds) = answers(root, name.to_bytes())?
        {
            return Ok(folds);
        }
    }
    let names = match list(root) {
        Err(Errno::EACCES) => Names::new(),
        other => other?,
    };
    let lettered = names.iter().filter(|name| name.iter().any(u8::is_ascii_lowercase) && !is_reserved(name));
    for name in lettered.take(ENTRIES) {
        if names.contains(&other_case(name)) {
            return Ok(false);
        }
        if let Some(folds) = answers(root, name)? {
            return Ok(folds);
        }
    }
    match try_file(root) {
        Err(Errno::EROFS | Errno::EACCES | Errno::EPERM | Errno::ENOSPC | Errno::EDQUOT) => {
            own_name_folds(root, path)
        }
        other => other,
    }
}

fn other_case(name: &[u8]) -> Vec<u8> {
    let swap = |byte: &u8| {
        if byte.is_ascii_lowercase() { byte.to_ascii_uppercase() } else { byte.to_ascii_lowercase() }
    };
    name.iter().map(swap).collect()
}

/// Does `name` in `dir` answer to its other case too? `None` when it cannot be told, as when it was just removed.
fn answers(dir: RawFd, name: &[u8]) -> Result<Option<bool>, Errno> {
    let [name, other] = [name.to_vec(), other_case(name)].map(CString::new);
    let (Ok(name), Ok(other)) = (name, other) else { return Ok(None) };
    let Ok(own) = file::lstatat(dir, &name) else { return Ok(None) };
    match file::lstatat(dir, &other) {
        Ok(found) => Ok(Some(found.identity() == own.identity())),
        Err(Errno::ENOENT) => Ok(Some(false)),
        Err(errno) => Err(errno),
    }
}

fn try_file(root: RawFd) -> Result<bool, Errno> {
    let mut bits = [0; 8];
    host::random(&mut bits)?;
    let text = format!(".elfuse_Probe_{:016x}", u64::from_le_bytes(bits));
    let name = CString::new(text.as_str()).map_err(|_| Errno::EINVAL)?;
    let flags = OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::EXCL | OpenFlags::CLOEXEC;
    drop(file::openat(root, &name, flags, 0o600)?);
    let answered = answers(root, text.as_bytes());
    let listed = list(root);
    file::unlinkat(root, &name, false)?;
    Ok(answered? == Some(true) && listed?.contains(text.as_bytes()))
}

/// The same of the directory's own name, if that lies on the same volume.
fn own_name_folds(root: RawFd, path: &[u8]) -> Result<bool, Errno> {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    if !name.iter().any(u8::is_ascii_alphabetic) {
        return Ok(false);
    }
    let Ok(parent) = file::open_search(root, c"..") else { return Ok(false) };
    if file::fstat(parent.as_raw_fd())?.dev != file::lstatat(root, c".")?.dev {
        return Ok(false);
    }
    Ok(answers(parent.as_raw_fd(), name).ok().flatten().unwrap_or(false))
}
