//! What people read while a guest runs: notes and `--strace`.

mod note;
mod strace;

pub use note::{keep_stderr, note, print};
pub use strace::call;
