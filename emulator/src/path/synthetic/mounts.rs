//! The mount table: the guest's root, the host's mounts that the guest can reach, and the synthetic layer.

use super::table::Scene;
use crate::host::file::{self, host_text};

struct Mount {
    id: u32,
    device: (u32, u32),
    at: String,
    options: String,
    kind: String,
    source: String,
}

fn all(scene: &Scene<'_>) -> Vec<Mount> {
    let fs = &scene.process.fs;
    let own = |id, minor, at: &str, kind: &str| Mount {
        id,
        device: (0, minor),
        at: at.to_owned(),
        options: "rw,nosuid,relatime".to_owned(),
        kind: kind.to_owned(),
        source: kind.to_owned(),
    };
    let host = host_text("/proc/self/mountinfo");
    let mut host: Vec<Mount> =
        String::from_utf8_lossy(&host).lines().filter_map(|line| parse(fs, line)).collect();
    let device = file::lstatat(fs.guest_root(), c".").map(|stat| stat.dev).unwrap_or_default();
    let like = host.iter().find(|mount| mount.device == device);
    let mut root = Mount { id: 1, device, ..own(1, 0, "/", "ext4") };
    if let Some(like) = like {
        root.options.clone_from(&like.options);
        root.kind.clone_from(&like.kind);
        root.source.clone_from(&like.source);
    }
    host.retain(|mount| mount.at != "/");
    let mut all = vec![
        root,
        own(2, 0x15, "/proc", "proc"),
        own(3, 0x16, "/sys", "sysfs"),
        own(4, 5, "/dev", "devtmpfs"),
    ];
    all.append(&mut host);
    all
}

/// One of the host's lines, if the guest can reach that mount: `id parent major:minor root point options ... - type
/// source super-options`.
fn parse(fs: &crate::path::FsContext, line: &str) -> Option<Mount> {
    let (front, back) = line.split_once(" - ")?;
    let front: Vec<&str> = front.split(' ').collect();
    let back: Vec<&str> = back.split(' ').collect();
    let (major, minor) = front.get(2)?.split_once(':')?;
    let at = fs.guest_name(front.get(4)?.as_bytes()).0;
    let at = String::from_utf8_lossy(&at).into_owned();
    let synthetic = ["/proc", "/sys", "/dev"]
        .iter()
        .any(|top| at.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    if synthetic && !matches!(at.as_str(), "/dev/shm" | "/dev/pts") {
        return None;
    }
    Some(Mount {
        id: front.first()?.parse::<u32>().ok()?.saturating_add(16),
        device: (major.parse().ok()?, minor.parse().ok()?),
        at,
        options: (*front.get(5)?).to_owned(),
        kind: (*back.first()?).to_owned(),
        source: (*back.get(1)?).to_owned(),
    })
}

/// In the form of mountinfo.
pub fn mountinfo(scene: &Scene<'_>) -> Vec<u8> {
    let line = |m: Mount| {
        let parent = if m.at == "/" { 0 } else { 1 };
        let (major, minor) = m.device;
        let options = &m.options;
        format!("{} {parent} {major}:{minor} / {} {options} - {} {} rw\n", m.id, m.at, m.kind, m.source)
    };
    all(scene).into_iter().map(line).collect::<String>().into_bytes()
}

/// In the form of fstab.
pub fn mounts(scene: &Scene<'_>) -> Vec<u8> {
    let line = |m: Mount| format!("{} {} {} {} 0 0\n", m.source, m.at, m.kind, m.options);
    all(scene).into_iter().map(line).collect::<String>().into_bytes()
}
