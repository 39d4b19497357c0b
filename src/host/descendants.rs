//! What a case leaves behind: processes of its group, and processes that left the group.
//!
//! A process that calls `setsid` escapes a signal to the group. On Linux the harness adopts such orphans
//! (PR_SET_CHILD_SUBREAPER) and recognises whose they are by the directories of the case, which no other process
//! names. macOS has nothing alike: there the group is all that is found.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use super::SIGKILL;

/// Leaders started by this process and not collected yet; everything else that is our child was adopted.
static KNOWN: Mutex<BTreeSet<libc::pid_t>> = Mutex::new(BTreeSet::new());

pub(super) fn known() -> MutexGuard<'static, BTreeSet<libc::pid_t>> {
    KNOWN.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// How long processes that are about to end by themselves may take.
const SETTLE_STEPS: u32 = 20;
const SETTLE_STEP: Duration = Duration::from_millis(10);
/// How often killing is tried; processes may be born while the first are killed.
const KILL_ROUNDS: u32 = 50;

/// Whose descendants are meant.
#[derive(Clone, Copy, Debug)]
pub struct Of<'a> {
    /// The group, which is the number of its leader.
    pub group: u32,
    /// The directory whose path stands in the environment or is the working directory of every process of the case.
    pub root: &'a Path,
}

/// Makes this process adopt orphans, and keeps every descriptor it inherited from its cases.
pub fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    // SAFETY: the call only sets a flag of this process; where it is unknown it fails harmlessly.
    unsafe {
        libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1 as libc::c_ulong);
    }
    let descriptors = std::fs::read_dir("/dev/fd").into_iter().flatten().flatten();
    for descriptor in descriptors.filter_map(|entry| entry.file_name().to_string_lossy().parse::<i32>().ok())
    {
        if descriptor > 2 {
            // SAFETY: the call changes a flag of a descriptor; one that was closed meanwhile is an error, ignored.
            unsafe { libc::fcntl(descriptor, libc::F_SETFD, libc::FD_CLOEXEC) };
        }
    }
}

/// Kills what the collected leader of a case left behind and returns how many processes that were.
///
/// Processes that end by themselves within a fifth of a second are not counted.
pub fn kill_strays(of: Of<'_>) -> u32 {
    let mut found = list(of);
    for _ in 0..SETTLE_STEPS {
        if found.is_empty() {
            return 0;
        }
        thread::sleep(SETTLE_STEP);
        found = list(of);
    }
    let mut killed = BTreeSet::new();
    for _ in 0..KILL_ROUNDS {
        if found.is_empty() {
            break;
        }
        // The whole group at once first: a fork bomb cannot outrun that.
        if group_exists(of.group) {
            signal(-(of.group as libc::pid_t));
        }
        found.iter().for_each(|pid| signal(*pid));
        killed.extend(found);
        thread::sleep(SETTLE_STEP);
        found = list(of);
    }
    killed.len() as u32
}

/// Kills every adopted process that nobody claimed, at the end of a run, and returns how many.
pub fn kill_unclaimed() -> u32 {
    let mut killed = BTreeSet::new();
    for _ in 0..KILL_ROUNDS {
        let found = adopted();
        if found.is_empty() {
            break;
        }
        found.iter().for_each(|pid| signal(*pid));
        killed.extend(found);
        thread::sleep(SETTLE_STEP);
    }
    killed.len() as u32
}

/// Living processes of the group, and adopted ones that belong to the case.
fn list(of: Of<'_>) -> Vec<libc::pid_t> {
    let mut found: Vec<libc::pid_t> = adopted().into_iter().filter(|pid| belongs(*pid, of)).collect();
    if group_exists(of.group) {
        found.extend(members(of.group as libc::pid_t));
        found.sort_unstable();
        found.dedup();
    }
    found
}

fn group_exists(group: u32) -> bool {
    // SAFETY: signal 0 checks existence and sends nothing. The leader is collected: what answers is another member.
    unsafe { libc::kill(-(group as libc::pid_t), 0) == 0 }
}

fn signal(pid: libc::pid_t) {
    // SAFETY: `pid` was just found to be a stray or its group; a process that is gone is an error, ignored.
    unsafe { libc::kill(pid, libc::c_int::from(SIGKILL)) };
}

#[cfg(target_os = "linux")]
mod system {
    use super::{Of, known};
    use std::fs;
    use std::os::unix::ffi::OsStrExt;

    /// State letter, parent and group from `/proc/PID/stat`; the command name may hold anything but ends at the
    /// last `)`.
    fn stat(pid: libc::pid_t) -> Option<(u8, libc::pid_t, libc::pid_t)> {
        let text = fs::read(format!("/proc/{pid}/stat")).ok()?;
        let after = &text[text.iter().rposition(|byte| *byte == b')')? + 1..];
        let text = std::str::from_utf8(after).ok()?;
        let mut words = text.split_ascii_whitespace();
        let state = *words.next()?.as_bytes().first()?;
        Some((state, words.next()?.parse().ok()?, words.next()?.parse().ok()?))
    }

    fn processes() -> impl Iterator<Item = libc::pid_t> {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().to_string_lossy().parse().ok())
    }

    /// Living members of the group.
    pub fn members(group: libc::pid_t) -> Vec<libc::pid_t> {
        let member =
            |pid: &libc::pid_t| stat(*pid).is_some_and(|(state, _, its)| its == group && !dead(state));
        processes().filter(member).collect()
    }

    fn dead(state: u8) -> bool {
        matches!(state, b'Z' | b'X')
    }

    /// Living children of this process that it did not start; dead ones are collected on the way.
    pub fn adopted() -> Vec<libc::pid_t> {
        // Held throughout: a child that is being started is not in the set yet.
        let known = known();
        let me = std::process::id() as libc::pid_t;
        let unknown: Vec<_> = children(me).into_iter().filter(|pid| !known.contains(pid)).collect();
        let mut living = Vec::new();
        for pid in unknown {
            match stat(pid) {
                Some((state, parent, _)) if parent == me && dead(state) => {
                    // SAFETY: a null status is allowed; the process is our own dead child.
                    unsafe { libc::waitpid(pid, std::ptr::null_mut(), libc::WNOHANG) };
                }
                Some((_, parent, _)) if parent == me => living.push(pid),
                _ => {}
            }
        }
        living
    }

    /// Children of every thread of this process, from `/proc/PID/task/TID/children` or, on a kernel without that
    /// file, from all processes.
    fn children(me: libc::pid_t) -> Vec<libc::pid_t> {
        let tasks = fs::read_dir(format!("/proc/{me}/task")).into_iter().flatten().flatten();
        let listed: Option<Vec<String>> =
            tasks.map(|task| fs::read_to_string(task.path().join("children")).ok()).collect();
        match listed {
            Some(lists) if !lists.is_empty() => lists
                .iter()
                .flat_map(|list| list.split_ascii_whitespace())
                .filter_map(|pid| pid.parse().ok())
                .collect(),
            _ => processes().filter(|pid| stat(*pid).is_some_and(|(_, parent, _)| parent == me)).collect(),
        }
    }

    /// Whether an adopted process is of the case: its group, its working directory or its environment says so.
    pub fn belongs(pid: libc::pid_t, of: Of<'_>) -> bool {
        let group = stat(pid).is_some_and(|(_, _, group)| group == of.group as libc::pid_t);
        let inside = || fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd.starts_with(of.root));
        let named = || {
            let root = of.root.as_os_str().as_bytes();
            let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            !root.is_empty()
                && environment.split(|byte| *byte == 0).any(|variable| {
                    let value = variable.splitn(2, |byte| *byte == b'=').nth(1).unwrap_or_default();
                    value.starts_with(root) && value.get(root.len()).is_none_or(|byte| *byte == b'/')
                })
        };
        group || inside() || named()
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use super::Of;

    /// Members of the group.
    pub fn members(group: libc::pid_t) -> Vec<libc::pid_t> {
        let mut pids: Vec<libc::pid_t> = vec![0; 4096];
        let bytes = size_of_val(pids.as_slice()) as libc::c_int;
        // SAFETY: the buffer is writable for `bytes` bytes.
        let count = unsafe { libc::proc_listpgrppids(group, pids.as_mut_ptr().cast(), bytes) };
        pids.truncate(usize::try_from(count).unwrap_or(0));
        pids.retain(|pid| *pid > 0);
        pids
    }

    /// Orphans go to launchd, never to us.
    pub fn adopted() -> Vec<libc::pid_t> {
        Vec::new()
    }

    /// Nothing is adopted, so nothing is asked about.
    pub fn belongs(_: libc::pid_t, _: Of<'_>) -> bool {
        false
    }
}

use system::{adopted, belongs, members};
