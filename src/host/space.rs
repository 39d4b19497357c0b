//! How much room a volume has.

use std::ffi::CString;
use std::io;
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// Bytes that an ordinary user can still write to the volume of `path`.
///
/// # Errors
/// Whatever `statvfs` answers, such as `NotFound`.
pub fn free_space(path: &Path) -> io::Result<u64> {
    let path = CString::new(path.as_os_str().as_bytes())?;
    let mut facts = MaybeUninit::<libc::statvfs>::uninit();
    // SAFETY: `path` ends with NUL and `facts` is large enough for what the call writes.
    if unsafe { libc::statvfs(path.as_ptr(), facts.as_mut_ptr()) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call succeeded, so it has written the whole structure.
    let facts = unsafe { facts.assume_init() };
    // The two fields are narrower on macOS.
    #[allow(clippy::unnecessary_cast, reason = "the fields have other widths on macOS")]
    Ok((facts.f_bavail as u64).saturating_mul(facts.f_frsize as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_existing_directory_has_an_answer() {
        assert!(free_space(Path::new("/")).is_ok());
        let error = free_space(Path::new("/no/such/place")).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
