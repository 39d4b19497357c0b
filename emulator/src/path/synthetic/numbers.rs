//! Directories whose entries are numbers: processes, threads, descriptors, processors.

use crate::host::file;
use crate::path::guest::names;
use crate::path::resolve::View;

/// The pattern in the table that a path stands for, and the process it is about.
pub struct Pattern {
    /// The row's path.
    pub path: String,
    /// The process.
    pub pid: i32,
}

/// This process.
pub fn own_pid() -> i32 {
    std::process::id() as i32
}

/// How many processors the guest sees.
pub fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The number a name is, in its one canonical spelling.
pub fn parse(name: &str) -> Option<i32> {
    let number: i32 = name.parse().ok()?;
    (number >= 0 && number.to_string() == name).then_some(number)
}

/// Turns numbers in `path` into the table's placeholders; `None` when there is no such number.
pub fn pattern(path: &[u8]) -> Option<Pattern> {
    let path = std::str::from_utf8(path).ok()?;
    let parts: Vec<&str> = names(path.as_bytes()).filter_map(|name| std::str::from_utf8(name).ok()).collect();
    let mut pid = own_pid();
    let mapped: Vec<&str> = match parts.as_slice() {
        ["proc", number, rest @ ..] if parse(number).is_some() => {
            pid = parse(number)?;
            let own = pid == own_pid();
            if !own && !process_exists(pid) {
                return None;
            }
            let base = ["proc", if own { "PID" } else { "OTHER" }];
            match rest {
                ["task", thread, rest @ ..] if own => {
                    threads().contains(&parse(thread)?).then_some(())?;
                    [&base, rest].concat()
                }
                _ => [&base, rest].concat(),
            }
        }
        ["sys", "devices", "system", "cpu", cpu, rest @ ..] if cpu.starts_with("cpu") => {
            let number = parse(cpu.strip_prefix("cpu")?)?;
            ((number as usize) < processors()).then_some(())?;
            [&["sys", "devices", "system", "cpu", "CPU"], rest].concat()
        }
        other => other.to_vec(),
    };
    Some(Pattern { path: format!("/{}", mapped.join("/")), pid })
}

/// The names that stand for numbers in the directory whose pattern is `pattern`.
pub fn entries(view: View<'_>, pattern: &str) -> Vec<String> {
    let texts = |numbers: Vec<i32>| numbers.iter().map(i32::to_string).collect();
    match pattern {
        "/proc" => texts(processes()),
        "/proc/PID/task" => texts(threads()),
        "/proc/PID/fd" | "/proc/PID/fdinfo" => texts(view.files.numbers()),
        "/sys/devices/system/cpu" => (0..processors()).map(|n| format!("cpu{n}")).collect(),
        _ => Vec::new(),
    }
}

fn processes() -> Vec<i32> {
    let mut found = file::numbers_in(c"/proc").unwrap_or_default();
    if !found.contains(&own_pid()) {
        found.push(own_pid());
    }
    found
}

fn process_exists(pid: i32) -> bool {
    std::ffi::CString::new(format!("/proc/{pid}")).is_ok_and(|path| file::exists(&path))
}

fn threads() -> Vec<i32> {
    file::numbers_in(c"/proc/self/task").unwrap_or_else(|_| vec![own_pid()])
}
