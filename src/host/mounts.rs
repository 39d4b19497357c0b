//! Mounts: FUSE ones made here, and all those beneath a directory.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use rustix::mount::{MountFlags, UnmountFlags};
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags};

use super::command;

/// The device through which a FUSE filesystem is served.
const FUSE: &str = "/dev/fuse";
/// The setuid program that mounts for ordinary users.
const FUSERMOUNT: &str = "fusermount3";
/// What a FUSE mount of ours is called in the list of mounts.
const SOURCE: &str = "matrix";

/// Mounts a FUSE filesystem on `target` and returns the device it is to be served through: directly, or for an
/// ordinary user outside a namespace of his own with `fusermount3`.
///
/// # Errors
/// `PermissionDenied` and `NotFound` for the device, `EPERM` where neither way is open.
///
/// # Source
/// mount(2); fuse(4), options `fd`, `rootmode`, `user_id`, `group_id`.
pub fn mount_fuse(target: &Path) -> io::Result<OwnedFd> {
    let device = File::options().read(true).write(true).open(FUSE);
    let (uid, gid) = (rustix::process::getuid(), rustix::process::getgid());
    let direct = device.and_then(|device| {
        // Guests of root may become other users.
        let others = if uid.is_root() { ",allow_other" } else { "" };
        let options = format!(
            "fd={},rootmode=40755,user_id={},group_id={},default_permissions{others}",
            device.as_raw_fd(),
            uid.as_raw(),
            gid.as_raw()
        );
        let options = std::ffi::CString::new(options)?;
        rustix::mount::mount(
            SOURCE,
            target,
            "fuse.matrix",
            MountFlags::NODEV | MountFlags::NOSUID,
            Some(options.as_c_str()),
        )?;
        Ok(device.into())
    });
    match direct {
        Err(error) if !uid.is_root() => match which::which(FUSERMOUNT) {
            Ok(program) => mount_with(&program, target),
            Err(_) => Err(error),
        },
        direct => direct,
    }
}

/// # Source
/// mount.fuse3(8); libfuse hands the device over through the socket named by `_FUSE_COMMFD`.
fn mount_with(program: &Path, target: &Path) -> io::Result<OwnedFd> {
    let (ours, theirs) = UnixStream::pair()?;
    let mut child = command(program)
        .args(["-o", "default_permissions,fsname=matrix,subtype=matrix", "--"])
        .arg(target)
        // The socket is its standard input: a number that needs no arrangement.
        .env("_FUSE_COMMFD", "0")
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let device = receive(&ours);
    let mut complaint = String::new();
    if let Some(stderr) = child.stderr.as_mut() {
        stderr.read_to_string(&mut complaint)?;
    }
    if child.wait()?.success() {
        return device;
    }
    Err(io::Error::new(io::ErrorKind::PermissionDenied, complaint.trim().to_owned()))
}

/// The descriptor that comes over `socket`.
fn receive(socket: &UnixStream) -> io::Result<OwnedFd> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut buffer = RecvAncillaryBuffer::new(&mut space);
    let mut byte = [0];
    rustix::net::recvmsg(
        socket,
        &mut [io::IoSliceMut::new(&mut byte)],
        &mut buffer,
        RecvFlags::CMSG_CLOEXEC,
    )?;
    let descriptors = buffer.drain().filter_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut descriptors) => descriptors.next(),
        _ => None,
    });
    descriptors.last().ok_or_else(|| io::Error::other("no device came from fusermount3"))
}

/// Takes the mount at `target` away at once, also one that is in use or whose server is dead.
///
/// # Errors
/// `EPERM` when it is somebody else's, `EINVAL` when nothing is mounted there.
pub fn unmount(target: &Path) -> io::Result<()> {
    match rustix::mount::unmount(target, UnmountFlags::DETACH | UnmountFlags::NOFOLLOW) {
        Err(rustix::io::Errno::PERM) => {
            let program = which::which(FUSERMOUNT).map_err(|_| io::Error::from(rustix::io::Errno::PERM))?;
            let output = command(program).args(["-u", "-z", "--"]).arg(target).output()?;
            match output.status.success() {
                true => Ok(()),
                false => Err(io::Error::other(String::from_utf8_lossy(&output.stderr).trim().to_owned())),
            }
        }
        result => Ok(result?),
    }
}

/// Mounts the filesystem of the block device `device` on `target`.
///
/// # Errors
/// `EPERM` without the right to, `EINVAL` for a broken filesystem, `ENODEV` for one this kernel does not know.
pub fn mount_device(device: &Path, target: &Path, kind: &str) -> io::Result<()> {
    Ok(rustix::mount::mount(device, target, kind, MountFlags::NODEV | MountFlags::NOSUID, None)?)
}

/// The mount points at and beneath `directory`, the innermost and latest first.
///
/// # Errors
/// When the list of mounts cannot be read.
pub fn mounts_beneath(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let table = std::fs::read("/proc/self/mountinfo")?;
    let mut found: Vec<PathBuf> = mount_points(&table).filter(|point| point.starts_with(directory)).collect();
    found.reverse();
    Ok(found)
}

/// # Source
/// proc_pid_mountinfo(5): the fifth field, in which space, tab, newline and backslash are octal.
fn mount_points(table: &[u8]) -> impl Iterator<Item = PathBuf> {
    table.split(|byte| *byte == b'\n').filter_map(|line| {
        let field = line.split(|byte| *byte == b' ').nth(4)?;
        Some(PathBuf::from(OsString::from_vec(unescape(field))))
    })
}

fn unescape(field: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let digits = after.get(..3).filter(|digits| digits.iter().all(|digit| (b'0'..=b'7').contains(digit)));
        match digits {
            Some(digits) if byte == b'\\' => {
                plain.push(
                    digits.iter().fold(0, |code: u8, digit| code.wrapping_mul(8).wrapping_add(digit - b'0')),
                );
                rest = &after[3..];
            }
            _ => plain.push(byte),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mount_points_are_read_with_their_escapes() {
        let table = b"36 35 98:0 /m /a\\040b\\134c rw - ext3 /dev/root rw\n37 35 0:1 / /x rw - fuse m rw\n";
        let points: Vec<PathBuf> = mount_points(table).collect();
        assert_eq!(points, [PathBuf::from("/a b\\c"), PathBuf::from("/x")]);
    }

    #[test]
    fn the_root_is_mounted_and_a_file_is_not() {
        assert!(mounts_beneath(Path::new("/")).expect("mounts").contains(&PathBuf::from("/")));
        assert_eq!(mounts_beneath(Path::new("/etc/passwd")).expect("mounts"), Vec::<PathBuf>::new());
    }
}
