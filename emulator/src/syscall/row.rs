//! One row of the call table.

use super::errno::Errno;
use crate::task::Task;

/// What a call gives: a value for x0, or an error number.
pub type SysResult = Result<u64, Errno>;

/// A call's function. Arguments are x0–x5 as the guest left them.
pub type Call = fn(&mut Task, [u64; 6]) -> SysResult;

/// How far a call is supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// As Linux has it.
    Full,
    /// Some flags or kinds of object are refused; the note says which.
    Partial,
    /// `ENOSYS`.
    None,
}

/// What an argument is, for `--strace` and the published list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "plain words")]
pub enum Arg {
    Int,
    Uint,
    Hex,
    Octal,
    /// A descriptor.
    Fd,
    /// A descriptor, or `AT_FDCWD`.
    DirFd,
    /// A pointer to a zero-ended path.
    Path,
    /// A pointer to another zero-ended string.
    Str,
    /// A pointer to a zero-ended array of string pointers.
    StrVec,
    /// Bytes read from the guest; their count is the argument with this index.
    In(u8),
    /// Bytes written to the guest; their count is the result.
    Out,
    /// A pointer to something else.
    Ptr,
    Size,
    Offset,
    Signal,
    Pid,
    OpenFlags,
    MmapProt,
    MmapFlags,
    CloneFlags,
    Clock,
    /// A pointer to a `struct timespec` read from the guest.
    Timespec,
    FutexOp,
}

/// One call.
pub struct Row {
    /// Its number in x8.
    pub number: u16,
    /// Its name.
    pub name: &'static str,
    /// Its arguments, in order.
    pub args: &'static [Arg],
    /// How far it is supported.
    pub support: Support,
    /// What is missing, or differs from Linux.
    pub note: &'static str,
    /// Its function.
    pub call: Call,
}

impl Row {
    /// Builds a row.
    pub const fn new(
        number: u16,
        name: &'static str,
        args: &'static [Arg],
        support: Support,
        note: &'static str,
        call: Call,
    ) -> Row {
        Row { number, name, args, support, note, call }
    }
}

/// The function of a call that is not supported.
///
/// # Errors
/// Always `ENOSYS`.
pub fn absent(_task: &mut Task, _args: [u64; 6]) -> SysResult {
    Err(Errno::ENOSYS)
}
