//! Every path of the synthetic layer.
//!
//! `PID` stands for the process itself, `OTHER` for another process, `CPU` for one processor.

use std::ffi::CStr;

use super::{mounts, proc_self, system};
use crate::task::Process;

/// What a generator may look at.
pub struct Scene<'a> {
    /// The asking process.
    pub process: &'a Process,
    /// The process asked about.
    pub pid: i32,
}

/// What stands at a path.
#[derive(Clone, Copy)]
pub enum Is {
    /// A directory; its entries are the rows beneath it, and what `numbers` adds.
    Directory,
    /// A file that this makes.
    File(fn(&Scene<'_>) -> Vec<u8>),
    /// A symbolic link.
    Link(&'static str),
    /// A symbolic link to the asking process's directory.
    SelfLink,
    /// A symbolic link to the asking thread's directory.
    ThreadLink,
    /// A symbolic link to the program.
    Exe,
    /// A symbolic link to the working directory.
    Cwd,
    /// A character device in the host's `/dev`.
    Device(&'static CStr),
    /// A directory of the host's.
    HostDirectory(&'static CStr),
}

/// One path.
pub struct Row(pub &'static str, pub Is);

use Is::*;

/// The table.
pub static ROWS: &[Row] = &[
    Row("/proc", Directory),
    Row("/proc/self", SelfLink),
    Row("/proc/thread-self", ThreadLink),
    Row("/proc/PID", Directory),
    Row("/proc/PID/auxv", File(proc_self::auxv)),
    Row("/proc/PID/cgroup", File(|_| b"0::/\n".to_vec())),
    Row("/proc/PID/cmdline", File(proc_self::cmdline)),
    Row("/proc/PID/comm", File(proc_self::comm)),
    Row("/proc/PID/cwd", Cwd),
    Row("/proc/PID/environ", File(proc_self::environ)),
    Row("/proc/PID/exe", Exe),
    Row("/proc/PID/fd", Directory),
    Row("/proc/PID/fdinfo", Directory),
    Row("/proc/PID/limits", File(proc_self::limits)),
    Row("/proc/PID/loginuid", File(|_| b"4294967295".to_vec())),
    Row("/proc/PID/maps", File(proc_self::maps)),
    Row("/proc/PID/mountinfo", File(mounts::mountinfo)),
    Row("/proc/PID/mounts", File(mounts::mounts)),
    Row("/proc/PID/oom_adj", File(|_| b"0\n".to_vec())),
    Row("/proc/PID/oom_score", File(|_| b"0\n".to_vec())),
    Row("/proc/PID/oom_score_adj", File(|_| b"0\n".to_vec())),
    Row("/proc/PID/personality", File(|_| b"00000000\n".to_vec())),
    Row("/proc/PID/root", Link("/")),
    Row("/proc/PID/sessionid", File(|_| b"4294967295".to_vec())),
    Row("/proc/PID/smaps", File(proc_self::smaps)),
    Row("/proc/PID/stat", File(proc_self::stat)),
    Row("/proc/PID/statm", File(proc_self::statm)),
    Row("/proc/PID/status", File(proc_self::status)),
    Row("/proc/PID/task", Directory),
    Row("/proc/PID/wchan", File(|_| b"0".to_vec())),
    Row("/proc/OTHER", Directory),
    Row("/proc/OTHER/cmdline", File(|scene| proc_self::other(scene, "cmdline"))),
    Row("/proc/OTHER/comm", File(|scene| proc_self::other(scene, "comm"))),
    Row("/proc/OTHER/stat", File(|scene| proc_self::other(scene, "stat"))),
    Row("/proc/OTHER/statm", File(|scene| proc_self::other(scene, "statm"))),
    Row("/proc/OTHER/status", File(proc_self::other_status)),
    Row("/proc/cmdline", File(|_| b"\n".to_vec())),
    Row("/proc/cpuinfo", File(system::cpuinfo)),
    Row("/proc/devices", File(system::devices)),
    Row("/proc/filesystems", File(system::filesystems)),
    Row("/proc/loadavg", File(system::loadavg)),
    Row("/proc/meminfo", File(system::meminfo)),
    Row("/proc/mounts", Link("self/mounts")),
    Row("/proc/partitions", File(|_| b"major minor  #blocks  name\n\n".to_vec())),
    Row("/proc/stat", File(system::stat)),
    Row("/proc/swaps", File(|_| b"Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n".to_vec())),
    Row("/proc/uptime", File(system::uptime)),
    Row("/proc/version", File(system::version)),
    Row("/proc/sys", Directory),
    Row("/proc/sys/fs", Directory),
    Row("/proc/sys/fs/file-max", File(|_| b"9223372036854775807\n".to_vec())),
    Row("/proc/sys/fs/nr_open", File(|_| b"1048576\n".to_vec())),
    Row("/proc/sys/fs/pipe-max-size", File(|_| b"1048576\n".to_vec())),
    Row("/proc/sys/kernel", Directory),
    Row("/proc/sys/kernel/cap_last_cap", File(|_| b"40\n".to_vec())),
    Row("/proc/sys/kernel/domainname", File(|_| b"(none)\n".to_vec())),
    Row("/proc/sys/kernel/hostname", File(system::hostname)),
    Row("/proc/sys/kernel/ngroups_max", File(|_| b"65536\n".to_vec())),
    Row("/proc/sys/kernel/osrelease", File(system::osrelease)),
    Row("/proc/sys/kernel/ostype", File(|_| b"Linux\n".to_vec())),
    Row("/proc/sys/kernel/overflowuid", File(|_| b"65534\n".to_vec())),
    Row("/proc/sys/kernel/overflowgid", File(|_| b"65534\n".to_vec())),
    Row("/proc/sys/kernel/pid_max", File(|_| b"4194304\n".to_vec())),
    Row("/proc/sys/kernel/random", Directory),
    Row("/proc/sys/kernel/random/boot_id", File(system::boot_id)),
    Row("/proc/sys/kernel/random/entropy_avail", File(|_| b"256\n".to_vec())),
    Row("/proc/sys/kernel/random/poolsize", File(|_| b"256\n".to_vec())),
    Row("/proc/sys/kernel/random/uuid", File(system::uuid)),
    Row("/proc/sys/kernel/threads-max", File(|_| b"127000\n".to_vec())),
    Row("/proc/sys/kernel/version", File(system::kernel_build)),
    Row("/proc/sys/vm", Directory),
    Row("/proc/sys/vm/max_map_count", File(|_| b"65530\n".to_vec())),
    Row("/proc/sys/vm/mmap_min_addr", File(|_| b"65536\n".to_vec())),
    Row("/proc/sys/vm/overcommit_memory", File(|_| b"0\n".to_vec())),
    Row("/sys", Directory),
    Row("/sys/devices", Directory),
    Row("/sys/devices/system", Directory),
    Row("/sys/devices/system/cpu", Directory),
    Row("/sys/devices/system/cpu/CPU", Directory),
    Row("/sys/devices/system/cpu/CPU/online", File(|_| b"1\n".to_vec())),
    Row("/sys/devices/system/cpu/kernel_max", File(|_| b"255\n".to_vec())),
    Row("/sys/devices/system/cpu/offline", File(|_| b"\n".to_vec())),
    Row("/sys/devices/system/cpu/online", File(system::cpu_range)),
    Row("/sys/devices/system/cpu/possible", File(system::cpu_range)),
    Row("/sys/devices/system/cpu/present", File(system::cpu_range)),
    Row("/sys/fs", Directory),
    Row("/sys/kernel", Directory),
    Row("/sys/kernel/mm", Directory),
    Row("/dev", Directory),
    Row("/dev/fd", Link("/proc/self/fd")),
    Row("/dev/full", Device(c"full")),
    Row("/dev/null", Device(c"null")),
    Row("/dev/ptmx", Device(c"ptmx")),
    Row("/dev/pts", HostDirectory(c"dev/pts")),
    Row("/dev/random", Device(c"random")),
    Row("/dev/shm", HostDirectory(c"dev/shm")),
    Row("/dev/stderr", Link("/proc/self/fd/2")),
    Row("/dev/stdin", Link("/proc/self/fd/0")),
    Row("/dev/stdout", Link("/proc/self/fd/1")),
    Row("/dev/tty", Device(c"tty")),
    Row("/dev/urandom", Device(c"urandom")),
    Row("/dev/zero", Device(c"zero")),
];
