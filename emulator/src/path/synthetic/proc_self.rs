//! `/proc/self`.

use std::fmt::Write;

use super::table::Scene;
use crate::host::file::host_text;
use crate::mem::{Prot, Region};

/// The auxiliary vector.
pub fn auxv(scene: &Scene<'_>) -> Vec<u8> {
    scene.process.fs.program().auxv
}

/// The arguments.
pub fn cmdline(scene: &Scene<'_>) -> Vec<u8> {
    scene.process.fs.program().args
}

/// The environment.
pub fn environ(scene: &Scene<'_>) -> Vec<u8> {
    scene.process.fs.program().environ
}

/// The main thread's name.
pub fn comm(scene: &Scene<'_>) -> Vec<u8> {
    let mut name = scene.process.fs.program().comm;
    name.push(b'\n');
    name
}

/// The resource limits.
pub fn limits(scene: &Scene<'_>) -> Vec<u8> {
    let open = scene.process.files.limit().to_string();
    let unlimited = "unlimited";
    let rows = [
        ("Max cpu time", unlimited, unlimited, "seconds"),
        ("Max file size", unlimited, unlimited, "bytes"),
        ("Max data size", unlimited, unlimited, "bytes"),
        ("Max stack size", "8388608", unlimited, "bytes"),
        ("Max core file size", "0", unlimited, "bytes"),
        ("Max resident set", unlimited, unlimited, "bytes"),
        ("Max processes", unlimited, unlimited, "processes"),
        ("Max open files", &open, &open, "files"),
        ("Max locked memory", "8388608", "8388608", "bytes"),
        ("Max address space", unlimited, unlimited, "bytes"),
        ("Max file locks", unlimited, unlimited, "locks"),
    ];
    let mut text = format!("{:<26}{:<21}{:<21}{:<10}\n", "Limit", "Soft Limit", "Hard Limit", "Units");
    for (name, soft, hard, units) in rows {
        let _ = writeln!(text, "{name:<26}{soft:<21}{hard:<21}{units:<10}");
    }
    text.into_bytes()
}

fn map_line(region: &Region) -> Vec<u8> {
    let bit = |prot, letter| if region.prot.has(prot) { letter } else { '-' };
    let mut line = format!(
        "{:08x}-{:08x} {}{}{}{} {:08x} 00:00 0",
        region.start,
        region.end,
        bit(Prot::READ, 'r'),
        bit(Prot::WRITE, 'w'),
        bit(Prot::EXEC, 'x'),
        if region.shared { 's' } else { 'p' },
        region.offset,
    );
    if region.name.is_some() {
        line = format!("{line:<73}");
    }
    let mut line = line.into_bytes();
    line.extend_from_slice(region.name.as_deref().unwrap_or_default());
    line.push(b'\n');
    line
}

/// The mapped ranges.
pub fn maps(scene: &Scene<'_>) -> Vec<u8> {
    scene.process.space.regions().values().flat_map(map_line).collect()
}

/// The mapped ranges with their sizes.
pub fn smaps(scene: &Scene<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    for region in scene.process.space.regions().values() {
        out.extend(map_line(region));
        let size = (region.end - region.start) / 1024;
        out.extend(format!("Size: {size:>18} kB\nRss: {size:>19} kB\nPss: {size:>19} kB\n").into_bytes());
    }
    out
}

/// Mapped pages in all.
fn pages(scene: &Scene<'_>) -> u64 {
    let bytes: u64 = scene.process.space.regions().values().map(|region| region.end - region.start).sum();
    bytes / crate::host::page_size()
}

/// Sizes in pages.
pub fn statm(scene: &Scene<'_>) -> Vec<u8> {
    let pages = pages(scene);
    format!("{pages} {pages} 0 0 0 {pages} 0\n").into_bytes()
}

/// The one-line status. What the host counts (times, faults, ids) is the host's; addresses are not told.
pub fn stat(scene: &Scene<'_>) -> Vec<u8> {
    let host = host_text("/proc/self/stat");
    let mut fields = stat_fields(&host, scene.pid);
    let page = crate::host::page_size();
    fields[20] = (pages(scene) * page).to_string();
    fields[21] = pages(scene).to_string();
    stat_line(scene.pid, &scene.process.fs.program().comm, &fields)
}

/// The fields after the name; fields that a host does not know are 0.
fn stat_fields(host: &[u8], pid: i32) -> Vec<String> {
    let host = String::from_utf8_lossy(host);
    let rest = host.rsplit_once(')').map_or("", |(_, rest)| rest);
    let mut fields: Vec<String> = rest.split_whitespace().map(str::to_owned).collect();
    if fields.is_empty() {
        fields = ["R", "1", &pid.to_string(), &pid.to_string()].map(str::to_owned).to_vec();
    }
    fields.resize(50, "0".to_owned());
    // Addresses of code, stack, heap, arguments: the host's mean nothing to the guest.
    for address in [23, 24, 25, 26, 27, 42, 43, 44, 45, 46, 47, 48] {
        fields[address] = "0".to_owned();
    }
    fields
}

fn stat_line(pid: i32, comm: &[u8], fields: &[String]) -> Vec<u8> {
    let mut line = format!("{pid} (").into_bytes();
    line.extend_from_slice(comm);
    line.extend(format!(") {}\n", fields.join(" ")).into_bytes());
    line
}

/// The status with names.
pub fn status(scene: &Scene<'_>) -> Vec<u8> {
    let mut text = b"Name:\t".to_vec();
    text.extend(scene.process.fs.program().comm);
    text.push(b'\n');
    let host = host_text("/proc/self/status");
    if host.is_empty() {
        let pid = scene.pid;
        text.extend(format!("State:\tR (running)\nTgid:\t{pid}\nPid:\t{pid}\nThreads:\t1\n").into_bytes());
        return text;
    }
    let size = pages(scene) * crate::host::page_size() / 1024;
    for line in String::from_utf8_lossy(&host).lines() {
        let key = line.split(':').next().unwrap_or_default();
        match key {
            "Name" | "CoreDumping" | "THP_enabled" => {}
            _ if key.starts_with("x86_") => {}
            "VmPeak" | "VmSize" | "VmHWM" | "VmRSS" => {
                text.extend(format!("{key}:\t{size:>8} kB\n").into_bytes());
            }
            _ => {
                text.extend_from_slice(line.as_bytes());
                text.push(b'\n');
            }
        }
    }
    text
}

/// A file about another process, as the host has it.
pub fn other(scene: &Scene<'_>, name: &str) -> Vec<u8> {
    host_text(&format!("/proc/{}/{name}", scene.pid))
}

/// The status of another process, without the lines that tell of the host's processor.
pub fn other_status(scene: &Scene<'_>) -> Vec<u8> {
    let host = other(scene, "status");
    let lines = host.split_inclusive(|&byte| byte == b'\n').filter(|line| !line.starts_with(b"x86_"));
    lines.flatten().copied().collect()
}
