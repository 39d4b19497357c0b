//! Getting the right to mount, for an ordinary user.

use super::Provider;

/// Moves this process into a namespace in which it may mount, if that is what a FUSE volume takes here: an ordinary
/// user, `/dev/fuse` that he may use, no `fusermount3`, and no provider that needs none.
///
/// To be called before a second thread exists, which the kernel would refuse. Where it does not work the provider
/// itself gives the reason. Returns whether the process moved.
pub fn enter_namespace_if_needed(provider: Option<Provider>) -> bool {
    let wanted = provider.is_none_or(|provider| provider == Provider::Fuse);
    wanted && system::enter()
}

#[cfg(target_os = "linux")]
mod system {
    use std::fs::File;

    use crate::host;

    pub(super) fn enter() -> bool {
        !host::is_root()
            && which::which("fusermount3").is_err()
            && File::options().read(true).write(true).open("/dev/fuse").is_ok()
            && host::enter_user_namespace().is_ok()
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    pub(super) fn enter() -> bool {
        false
    }
}
