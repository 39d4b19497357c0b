//! Host tools that run to their end, such as `apt-get` or `zig`.

use std::ffi::OsStr;
use std::process::Command;

/// A command line for the host tool `program`, to be run to its end by the caller.
///
/// Cases do not start here: they need a group of their own and a clock.
#[allow(clippy::disallowed_methods, reason = "this is the wrapper that the lint points to")]
pub fn command(program: impl AsRef<OsStr>) -> Command {
    Command::new(program)
}
