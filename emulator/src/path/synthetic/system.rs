//! `/proc` and `/sys` of the machine the guest sees.

use std::fmt::Write;

use super::numbers::processors;
use super::table::Scene;
use crate::cpu;
use crate::host::file::host_text;

/// The kernel release, for `/proc` and uname(2): what the call table is written after.
pub const RELEASE: &str = "6.6.0-elfuse";
/// The kernel build, for `/proc` and uname(2).
pub const BUILD: &str = "#1 SMP PREEMPT";

/// Names of AT_HWCAP's bits, from bit 0 (kernel: `hwcap_str`, arch/arm64/kernel/cpuinfo.c).
const HWCAPS: [&str; 32] = [
    "fp", "asimd", "evtstrm", "aes", "pmull", "sha1", "sha2", "crc32", "atomics", "fphp", "asimdhp", "cpuid",
    "asimdrdm", "jscvt", "fcma", "lrcpc", "dcpop", "sha3", "sm3", "sm4", "asimddp", "sha512", "sve",
    "asimdfhm", "dit", "uscat", "ilrcpc", "flagm", "ssbs", "sb", "paca", "pacg",
];

/// The processors, as an arm64 kernel shows them.
pub fn cpuinfo(_: &Scene<'_>) -> Vec<u8> {
    let hwcap = cpu::hwcap();
    let features: Vec<&str> =
        HWCAPS.iter().enumerate().filter(|(bit, _)| hwcap >> bit & 1 != 0).map(|(_, name)| *name).collect();
    let features = features.join(" ");
    let mut text = String::new();
    for processor in 0..processors() {
        let _ = write!(
            text,
            "processor\t: {processor}\nBogoMIPS\t: 50.00\nFeatures\t: {features}\nCPU implementer\t: 0x00\n\
             CPU architecture: 8\nCPU variant\t: 0x0\nCPU part\t: 0x000\nCPU revision\t: 0\n\n"
        );
    }
    text.into_bytes()
}

/// The range of processors.
pub fn cpu_range(_: &Scene<'_>) -> Vec<u8> {
    match processors() {
        1 => b"0\n".to_vec(),
        count => format!("0-{}\n", count - 1).into_bytes(),
    }
}

/// Memory: the host's amounts.
pub fn meminfo(_: &Scene<'_>) -> Vec<u8> {
    let host = host_text("/proc/meminfo");
    if !host.is_empty() {
        return host;
    }
    let kib = crate::host::file::memory_size() / 1024;
    format!("MemTotal: {kib:>15} kB\nMemFree: {kib:>16} kB\nMemAvailable: {kib:>11} kB\n").into_bytes()
}

/// Time since the start, and idle time.
pub fn uptime(_: &Scene<'_>) -> Vec<u8> {
    or(host_text("/proc/uptime"), "1.00 1.00\n")
}

/// How busy the machine is.
pub fn loadavg(scene: &Scene<'_>) -> Vec<u8> {
    or(host_text("/proc/loadavg"), &format!("0.00 0.00 0.00 1/1 {}\n", scene.pid))
}

/// Time spent by each processor.
pub fn stat(_: &Scene<'_>) -> Vec<u8> {
    let host = host_text("/proc/stat");
    let keep = |line: &&[u8]| {
        ["cpu", "ctxt", "btime", "processes", "procs_"].iter().any(|key| line.starts_with(key.as_bytes()))
    };
    let lines: Vec<u8> =
        host.split_inclusive(|&byte| byte == b'\n').filter(keep).flatten().copied().collect();
    or(lines, "cpu  0 0 0 0 0 0 0 0 0 0\nctxt 0\nbtime 0\nprocesses 1\nprocs_running 1\nprocs_blocked 0\n")
}

/// The kernel's version line.
pub fn version(_: &Scene<'_>) -> Vec<u8> {
    format!("Linux version {RELEASE} (elfuse@elfuse) (rustc) {BUILD}\n").into_bytes()
}

/// The kernel's release.
pub fn osrelease(_: &Scene<'_>) -> Vec<u8> {
    format!("{RELEASE}\n").into_bytes()
}

/// The kernel's build.
pub fn kernel_build(_: &Scene<'_>) -> Vec<u8> {
    format!("{BUILD}\n").into_bytes()
}

/// The machine's name.
pub fn hostname(_: &Scene<'_>) -> Vec<u8> {
    let mut name = crate::host::file::host_name();
    name.push(b'\n');
    name
}

/// The file systems that mounts may have.
pub fn filesystems(_: &Scene<'_>) -> Vec<u8> {
    b"nodev\tsysfs\nnodev\ttmpfs\nnodev\tproc\nnodev\tdevtmpfs\nnodev\tdevpts\n\text4\n\txfs\n\tbtrfs\nnodev\toverlay\n"
        .to_vec()
}

/// The device numbers.
pub fn devices(_: &Scene<'_>) -> Vec<u8> {
    b"Character devices:\n  1 mem\n  5 /dev/tty\n  5 /dev/ptmx\n136 pts\n\nBlock devices:\n".to_vec()
}

/// A number for this start of the machine: here, of the emulator's outermost process.
pub fn boot_id(_: &Scene<'_>) -> Vec<u8> {
    or(host_text("/proc/sys/kernel/random/boot_id"), "00000000-0000-4000-8000-000000000001\n")
}

/// A random number.
pub fn uuid(_: &Scene<'_>) -> Vec<u8> {
    use std::hash::{BuildHasher, RandomState};
    let half = || RandomState::new().hash_one(0_u8);
    let (high, low) = (half(), half());
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}\n",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        low >> 48 & 0x3fff | 0x8000,
        low & 0xffff_ffff_ffff,
    )
    .into_bytes()
}

fn or(text: Vec<u8>, otherwise: &str) -> Vec<u8> {
    if text.is_empty() { otherwise.as_bytes().to_vec() } else { text }
}
