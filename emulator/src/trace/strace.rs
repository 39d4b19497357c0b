//! `--strace`: one line a call, after it returned, from the table's argument kinds.

use std::fmt::Write;

use super::print;
use crate::mem::GuestAddr;
use crate::syscall::{self, Arg, Errno, Row, Support, SysResult};
use crate::task::Task;

/// How much of a string is shown.
const SHOWN: usize = 64;

/// Makes the call that `task` asks for, and prints it.
///
/// # Errors
/// The call's.
pub fn call(task: &mut Task) -> SysResult {
    let args = [0, 1, 2, 3, 4, 5].map(|register| task.cpu.reg(register));
    let number = task.cpu.reg(8);
    let row = syscall::find(number);
    // Arguments that the call reads are shown as they were before; a call that never returns shows at least these.
    let mut line = format!("[{}] ", task.tid);
    match row {
        Some(row) => {
            let _ = write!(line, "{}(", row.name);
            show_args(task, row, args, &mut line);
        }
        None => {
            let _ = write!(line, "syscall_{number}({:#x}, {:#x}, {:#x}", args[0], args[1], args[2]);
        }
    }
    if matches!(row.map(|row| row.name), Some("exit" | "exit_group" | "rt_sigreturn" | "execve" | "execveat"))
    {
        print(&format!("{line})\n"));
        return syscall::dispatch(task);
    }
    let result = syscall::dispatch(task);
    line += ")";
    match result {
        Ok(value) if value > 0xffff_ffff => {
            let _ = write!(line, " = {value:#x}");
        }
        Ok(value) => {
            let _ = write!(line, " = {value}");
        }
        Err(errno) => {
            let _ = write!(line, " = -1 {errno:?} ({errno})");
        }
    }
    if result == Err(Errno::ENOSYS) && row.is_none_or(|row| row.support == Support::None) {
        line += " [not supported]";
    }
    line.push('\n');
    print(&line);
    result
}

fn show_args(task: &Task, row: &Row, args: [u64; 6], line: &mut String) {
    for (index, (&kind, &value)) in row.args.iter().zip(&args).enumerate() {
        if index > 0 {
            line.push_str(", ");
        }
        let _ = show(task, kind, value, args, line);
    }
}

fn show(task: &Task, kind: Arg, value: u64, args: [u64; 6], line: &mut String) -> std::fmt::Result {
    match kind {
        Arg::Int | Arg::Fd | Arg::Pid => write!(line, "{}", value as i32),
        Arg::Uint | Arg::Size => write!(line, "{value}"),
        Arg::Offset => write!(line, "{}", value as i64),
        Arg::Octal => write!(line, "{value:#o}"),
        Arg::DirFd if value as i32 == -100 => write!(line, "AT_FDCWD"),
        Arg::DirFd => write!(line, "{}", value as i32),
        Arg::Path | Arg::Str => show_string(task, value, line),
        Arg::In(length) => show_bytes(task, value, args[usize::from(length).min(5)], line),
        Arg::Signal => write!(line, "{}", signal_name(value as i32)),
        Arg::MmapProt => {
            show_flags(line, value, &[(1, "PROT_READ"), (2, "PROT_WRITE"), (4, "PROT_EXEC")], "PROT_NONE")
        }
        Arg::MmapFlags => {
            let names = [(1, "MAP_SHARED"), (2, "MAP_PRIVATE"), (0x10, "MAP_FIXED"), (0x20, "MAP_ANONYMOUS")];
            show_flags(line, value, &names, "0")
        }
        Arg::Timespec if value != 0 => {
            let mem = task.process.space.mem();
            match (mem.load::<u64>(GuestAddr(value)), mem.load::<u64>(GuestAddr(value).offset(8))) {
                (Ok(seconds), Ok(nanoseconds)) => write!(line, "{{{}, {nanoseconds}}}", seconds as i64),
                _ => write!(line, "{value:#x}"),
            }
        }
        _ if value == 0 => write!(line, "0"),
        _ => write!(line, "{value:#x}"),
    }
}

fn show_string(task: &Task, at: u64, line: &mut String) -> std::fmt::Result {
    match task.process.space.mem().read_cstr(GuestAddr(at), 4096) {
        _ if at == 0 => line.write_str("NULL"),
        Ok(Some(text)) => write!(line, "\"{}\"", text.escape_ascii()),
        _ => write!(line, "{at:#x}"),
    }
}

fn show_bytes(task: &Task, at: u64, len: u64, line: &mut String) -> std::fmt::Result {
    let mut bytes = vec![0; usize::try_from(len).unwrap_or(SHOWN).min(SHOWN)];
    match task.process.space.mem().read(GuestAddr(at), &mut bytes) {
        Ok(()) => {
            let more = if len > SHOWN as u64 { "…" } else { "" };
            write!(line, "\"{}\"{more}", bytes.escape_ascii())
        }
        Err(_) => write!(line, "{at:#x}"),
    }
}

fn show_flags(line: &mut String, value: u64, names: &[(u64, &str)], none: &str) -> std::fmt::Result {
    let mut rest = value;
    let mut parts = Vec::new();
    for &(bit, name) in names {
        if value & bit != 0 {
            parts.push(name.to_string());
            rest &= !bit;
        }
    }
    if rest != 0 {
        parts.push(format!("{rest:#x}"));
    }
    if parts.is_empty() { line.write_str(none) } else { line.write_str(&parts.join("|")) }
}

const NAMES: [&str; 31] = [
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE",
    "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ",
    "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
];

fn signal_name(signal: i32) -> String {
    match usize::try_from(signal).ok().and_then(|n| n.checked_sub(1)).and_then(|n| NAMES.get(n)) {
        Some(name) => format!("SIG{name}"),
        None => signal.to_string(),
    }
}
