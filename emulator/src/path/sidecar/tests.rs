//! The layer over a simulated folding volume, through the resolver, as the calls use it.

use std::ffi::CString;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use super::name::Token;
use super::rename::{EXCHANGE, NOREPLACE};
use crate::fd::{FdTable, HostDirectory, OpenFile};
use crate::host::file;
use crate::path::{AT_FDCWD, FsContext, GuestPath, Intent, Place, Resolved, Target, View, resolve};
use crate::syscall::Errno;
use crate::syscall::abi::{Dirents, OpenFlags};
use crate::task::Config;

/// A guest on a small sysroot of its own.
pub struct Guest {
    pub base: PathBuf,
    pub fs: FsContext,
    files: FdTable,
}

impl Drop for Guest {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.base);
    }
}

impl Guest {
    pub fn new() -> Guest {
        Guest::on(true)
    }

    fn on(simulate_folding: bool) -> Guest {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let temp = std::env::temp_dir().canonicalize().unwrap();
        let base = temp.join(format!("elfuse-sidecar-{}-{number}", std::process::id()));
        let sysroot = base.join("sr");
        std::fs::create_dir_all(sysroot.join("d")).unwrap();
        let config = Config { sysroot: Some(sysroot), simulate_folding, ..Config::default() };
        let fs = FsContext::new(&config).unwrap();
        assert_eq!(fs.has_layer(), simulate_folding);
        Guest { base, fs, files: FdTable::default() }
    }

    fn resolve(&self, path: &str, intent: Intent) -> Result<Resolved, Errno> {
        self.resolve_bytes(path.as_bytes(), intent)
    }

    fn resolve_bytes(&self, path: &[u8], intent: Intent) -> Result<Resolved, Errno> {
        let view = View { fs: &self.fs, files: &self.files, tid: 1 };
        resolve(view, AT_FDCWD, &GuestPath(path.to_vec()), intent)
    }

    fn place(&self, path: &str) -> Result<Place, Errno> {
        self.resolve(path, Intent::Lookup { follow: false })?.place_or(Errno::EPERM)
    }

    fn target(&self, path: &str) -> Result<Target, Errno> {
        self.resolve(path, Intent::Mutate)?.target_or(Errno::EPERM)
    }

    /// Makes a file that holds its own path.
    pub fn make(&self, path: &str) -> Result<(), Errno> {
        let fd = self.fs.make(&self.target(path)?, |dir, name| {
            let flags = OpenFlags::WRONLY | OpenFlags::CREAT | OpenFlags::EXCL | OpenFlags::CLOEXEC;
            file::openat(dir, name, flags, 0o644)
        })?;
        file::pwrite_own(fd.as_raw_fd(), path.as_bytes(), 0).map(|_| ())
    }

    fn mkdir(&self, path: &str) -> Result<(), Errno> {
        self.fs.make(&self.target(path)?, |dir, name| file::mkdirat(dir, name, 0o755))
    }

    fn remove(&self, path: &str) -> Result<(), Errno> {
        self.fs.remove(&self.target(path)?, false)
    }

    fn rmdir(&self, path: &str) -> Result<(), Errno> {
        self.fs.remove(&self.target(path)?, true)
    }

    fn rename(&self, from: &str, to: &str, flags: u32) -> Result<(), Errno> {
        self.fs.rename(&self.target(from)?, &self.target(to)?, flags)
    }

    fn link(&self, from: &str, to: &str) -> Result<(), Errno> {
        self.fs.link(&self.place(from)?, &self.target(to)?)
    }

    /// What the file holds.
    fn read(&self, path: &str) -> Result<String, Errno> {
        let place = self.resolve(path, Intent::Lookup { follow: true })?.place_or(Errno::EPERM)?;
        let (dir, name) = place.at();
        let fd = file::openat(dir, name, OpenFlags::CLOEXEC, 0)?;
        Ok(String::from_utf8(file::read_up_to(fd.as_raw_fd(), 4096)?).unwrap())
    }

    /// The guest's listing, with records of at most `room` bytes at a time.
    fn list_by(&self, path: &str, room: usize) -> Vec<String> {
        let place =
            self.resolve(path, Intent::Lookup { follow: true }).unwrap().place_or(Errno::EPERM).unwrap();
        let (dir, name) = place.at();
        let fd = file::openat(dir, name, OpenFlags::DIRECTORY | OpenFlags::CLOEXEC, 0).unwrap();
        let open = HostDirectory::new(&self.fs, place.inside);
        let mut names = Vec::new();
        let mut buffer = vec![0; room];
        loop {
            let len = open.read_directory(fd.as_raw_fd(), &mut buffer).unwrap();
            if len == 0 {
                break;
            }
            names.extend(Dirents::new(&buffer[..len]).map(|entry| entry.name.escape_ascii().to_string()));
        }
        names.retain(|name| name != "." && name != "..");
        names.sort();
        names
    }

    fn list(&self, path: &str) -> Vec<String> {
        self.list_by(path, 4096)
    }

    /// What the host has in the directory, tokens shown as `TOKEN`.
    fn disk(&self, path: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.base.join("sr").join(path)).unwrap();
        let shown = entries.map(|entry| {
            let name = entry.unwrap().file_name().into_vec();
            if Token::parse(&name).is_some() { "TOKEN".to_owned() } else { name.escape_ascii().to_string() }
        });
        let mut names: Vec<String> = shown.collect();
        names.sort();
        names
    }
}

const OWN: [&str; 2] = [".elfuse_case_index", ".elfuse_case_index.lock"];

#[test]
fn who_makes_a_name_too_late_takes_it_back_unseen() {
    let guest = Guest::new();
    let made = guest.fs.make(&guest.target("/d/foo").unwrap(), |dir, name| {
        guest.make("/d/Foo").unwrap();
        guest.make("/d/foo").unwrap();
        guest.remove("/d/Foo").unwrap();
        let made = file::mkdirat(dir, name, 0o755);
        assert_eq!(made, Ok(()));
        assert_eq!(guest.list("/d"), ["foo"]);
        assert_eq!(guest.read("/d/foo").unwrap(), "/d/foo");
        made
    });
    assert_eq!(made, Err(Errno::EEXIST));
    assert_eq!(guest.disk("d"), [OWN[0], OWN[1], "TOKEN"]);
    assert_eq!(guest.read("/d/foo").unwrap(), "/d/foo");
}

#[test]
fn names_that_do_not_collide_are_stored_as_they_are() {
    let guest = Guest::new();
    guest.make("/d/Foo").unwrap();
    guest.mkdir("/d/Bar").unwrap();
    assert_eq!(guest.disk("d"), ["Bar", "Foo"]);
    assert_eq!(guest.read("/d/foo"), Err(Errno::ENOENT));
    assert_eq!(guest.read("/D/Foo"), Err(Errno::ENOENT));
    assert_eq!(guest.make("/d/Foo"), Err(Errno::EEXIST));
    assert_eq!(guest.remove("/d/foo"), Err(Errno::ENOENT));
    guest.rename("/d/Foo", "/d/bar2", 0).unwrap();
    guest.remove("/d/bar2").unwrap();
    guest.rmdir("/d/Bar").unwrap();
    assert!(guest.disk("d").is_empty());
}

#[test]
fn colliding_names_live_side_by_side() {
    let guest = Guest::new();
    for name in ["Foo", "foo", "FOO", "\u{e9}", "e\u{301}"] {
        guest.make(&format!("/d/{name}")).unwrap();
        assert_eq!(guest.make(&format!("/d/{name}")), Err(Errno::EEXIST));
    }
    for name in ["Foo", "foo", "FOO", "\u{e9}", "e\u{301}"] {
        let path = format!("/d/{name}");
        assert_eq!(guest.read(&path), Ok(path));
    }
    assert_eq!(guest.list("/d"), ["FOO", "Foo", "\\xc3\\xa9", "e\\xcc\\x81", "foo"]);
    assert_eq!(guest.list_by("/d", 32), guest.list("/d"));
    assert_eq!(guest.disk("d"), [OWN[0], OWN[1], "Foo", "TOKEN", "TOKEN", "TOKEN", "\\xc3\\xa9"]);
    for name in ["foo", "FOO", "Foo", "e\u{301}", "\u{e9}"] {
        guest.remove(&format!("/d/{name}")).unwrap();
    }
    assert!(guest.disk("d").is_empty(), "{:?}", guest.disk("d"));
}

#[test]
fn bytes_that_the_volume_refuses_are_names_too() {
    let guest = Guest::new();
    let look = guest.resolve_bytes(b"/d/\xff\xfe", Intent::Lookup { follow: true });
    assert_eq!(look.unwrap_err(), Errno::ENOENT);
    let target =
        guest.resolve_bytes(b"/d/\xff\xfe", Intent::Mutate).unwrap().target_or(Errno::EPERM).unwrap();
    guest.fs.make(&target, |dir, name| file::mkdirat(dir, name, 0o755)).unwrap();
    assert_eq!(guest.list("/d"), ["\\xff\\xfe"]);
    let plain = guest.target("/d/plain").unwrap();
    guest.fs.rename(&target, &plain, 0).unwrap();
    assert_eq!(guest.disk("d"), ["plain"]);
    guest.fs.rename(&plain, &target, 0).unwrap();
    assert_eq!(guest.list("/d"), ["\\xff\\xfe"]);
    guest.fs.remove(&target, true).unwrap();
}

#[test]
fn the_longest_names_differ_in_case_too() {
    let guest = Guest::new();
    let (lower, upper) = ("x".repeat(255), "X".repeat(255));
    guest.make(&format!("/d/{lower}")).unwrap();
    guest.make(&format!("/d/{upper}")).unwrap();
    assert_eq!(guest.list("/d"), [upper.clone(), lower]);
    assert_eq!(guest.list_by("/d", 288).len(), 2);
    assert_eq!(guest.make(&format!("/d/{upper}X")), Err(Errno::ENAMETOOLONG));
}

#[test]
fn reserved_names_are_never_there() {
    let guest = Guest::new();
    guest.make("/d/a").unwrap();
    guest.make("/d/A").unwrap();
    for name in [".elfuse_case_index", ".elfuse_case_index.lock", ".elfuse_case_index.tmp"] {
        let path = format!("/d/{name}");
        assert_eq!(guest.read(&path), Err(Errno::ENOENT));
        assert_eq!(guest.make(&path), Err(Errno::ENOENT));
        assert_eq!(guest.remove(&path), Err(Errno::ENOENT));
        assert_eq!(guest.rename("/d/a", &path, 0), Err(Errno::ENOENT));
        assert_eq!(guest.link("/d/a", &path), Err(Errno::ENOENT));
        let twin = path.to_uppercase().replace("/D/", "/d/");
        guest.make(&twin).unwrap();
        assert_eq!(guest.read(&twin), Ok(twin));
    }
    assert_eq!(guest.list("/d").len(), 5);
}

#[test]
fn a_token_is_no_name_of_the_guests() {
    let guest = Guest::new();
    guest.make("/d/a").unwrap();
    guest.make("/d/A").unwrap();
    let entries = std::fs::read_dir(guest.base.join("sr/d")).unwrap();
    let token =
        entries.map(|entry| entry.unwrap().file_name()).find(|name| name.as_bytes().starts_with(b".ef_"));
    let path = format!("/d/{}", token.unwrap().to_str().unwrap());
    assert_eq!(guest.read(&path), Err(Errno::ENOENT));
    guest.make(&path).unwrap();
    assert_eq!(guest.read(&path), Ok(path.clone()));
    assert_eq!(guest.read("/d/A"), Ok("/d/A".into()));
    // One that stands for nothing is as good a name as any.
    guest.make("/d/.ef_00000000000000aa").unwrap();
    assert_eq!(guest.list("/d").len(), 4);
}

#[test]
fn renames_keep_the_token_or_leave_it() {
    let guest = Guest::new();
    guest.make("/d/foo").unwrap();
    // Case only: the same object under another spelling.
    guest.rename("/d/foo", "/d/FOO", 0).unwrap();
    assert_eq!(guest.disk("d"), ["FOO"]);
    guest.make("/d/foo").unwrap();
    // The slot of the new name is taken: the row changes.
    guest.rename("/d/foo", "/d/Foo", 0).unwrap();
    assert_eq!(guest.read("/d/Foo"), Ok("/d/foo".into()));
    assert_eq!(guest.read("/d/foo"), Err(Errno::ENOENT));
    assert_eq!(guest.rename("/d/Foo", "/d/FOO", NOREPLACE), Err(Errno::EEXIST));
    // Free again: it becomes a normal file.
    guest.rename("/d/FOO", "/d/other", NOREPLACE).unwrap();
    guest.rename("/d/Foo", "/d/foo", 0).unwrap();
    assert_eq!(guest.disk("d"), ["foo", "other"]);
    // Onto a slot that is taken, from a literal name.
    guest.rename("/d/other", "/d/Foo", 0).unwrap();
    assert_eq!(guest.read("/d/Foo"), Ok("/d/foo".into()));
    assert_eq!(guest.disk("d"), [OWN[0], OWN[1], "TOKEN", "foo"]);
    // Over a mapped name: onto its token; the literal name goes.
    guest.rename("/d/foo", "/d/Foo", 0).unwrap();
    assert_eq!(guest.list("/d"), ["Foo"]);
    assert_eq!(guest.read("/d/Foo"), Ok("/d/foo".into()));
    // Over a literal name: the row goes.
    guest.make("/d/bar").unwrap();
    guest.rename("/d/Foo", "/d/bar", 0).unwrap();
    assert_eq!(guest.disk("d"), ["bar"]);
    assert_eq!(guest.rename("/d/gone", "/d/x", 0), Err(Errno::ENOENT));
    guest.rename("/d/bar", "/d/bar", 0).unwrap();
    assert_eq!(guest.rename("/d/bar", "/d/bar", NOREPLACE), Err(Errno::EEXIST));
}

#[test]
fn exchanges_swap_the_objects() {
    let guest = Guest::new();
    guest.mkdir("/e").unwrap();
    for path in ["/d/Foo", "/d/foo", "/e/foo", "/e/FOO"] {
        guest.make(path).unwrap();
    }
    guest.rename("/d/Foo", "/d/foo", EXCHANGE).unwrap();
    assert_eq!(guest.read("/d/foo"), Ok("/d/Foo".into()));
    assert_eq!(guest.read("/d/Foo"), Ok("/d/foo".into()));
    guest.rename("/d/foo", "/e/FOO", EXCHANGE).unwrap();
    assert_eq!(guest.read("/d/foo"), Ok("/e/FOO".into()));
    assert_eq!(guest.read("/e/FOO"), Ok("/d/Foo".into()));
    assert_eq!(guest.rename("/d/foo", "/e/gone", EXCHANGE), Err(Errno::ENOENT));
    assert_eq!((guest.list("/d").len(), guest.list("/e").len()), (2, 2));
}

#[test]
fn renames_cross_directories_and_trees() {
    let guest = Guest::new();
    guest.mkdir("/e").unwrap();
    for path in ["/d/Foo", "/d/foo", "/e/foo"] {
        guest.make(path).unwrap();
    }
    guest.rename("/d/foo", "/e/FOO", 0).unwrap();
    assert_eq!(guest.read("/e/FOO"), Ok("/d/foo".into()));
    assert_eq!(guest.disk("d"), ["Foo"]);
    guest.rename("/d/Foo", "/e/Foo", 0).unwrap();
    assert_eq!(guest.disk("e"), [OWN[0], OWN[1], "TOKEN", "TOKEN", "foo"]);
    let host = guest.base.join("host");
    std::fs::create_dir(&host).unwrap();
    let outside = |name: &str| format!("{}/{name}", host.display());
    guest.rename("/e/FOO", &outside("FOO"), 0).unwrap();
    guest.rename("/e/Foo", &outside("Foo"), 0).unwrap();
    assert_eq!(guest.disk("e"), ["foo"]);
    assert_eq!(std::fs::read_dir(&host).unwrap().count(), 2);
    guest.rename(&outside("Foo"), "/e/FOO", 0).unwrap();
    assert_eq!(guest.read("/e/FOO"), Ok("/d/Foo".into()));
    guest.link("/e/FOO", &outside("x")).unwrap();
    guest.link(&outside("FOO"), "/e/Foo").unwrap();
    assert_eq!(guest.list("/e"), ["FOO", "Foo", "foo"]);
    // An index does not leave the sysroot.
    assert_eq!(guest.rename("/e", &outside("e"), 0), Err(Errno::EXDEV));
    guest.rename("/d", &outside("d"), 0).unwrap();
}

#[test]
fn a_second_name_is_the_same_object() {
    let guest = Guest::new();
    guest.make("/d/Foo").unwrap();
    guest.link("/d/Foo", "/d/foo").unwrap();
    let stat = |path: &str| {
        let place = guest.place(path).unwrap();
        let (dir, name) = place.at();
        file::lstatat(dir, name).unwrap()
    };
    assert_eq!((stat("/d/foo").ino, stat("/d/foo").nlink), (stat("/d/Foo").ino, 2));
    assert_eq!(guest.link("/d/Foo", "/d/foo"), Err(Errno::EEXIST));
    // Both names are one object's: nothing happens, and neither is lost.
    guest.rename("/d/foo", "/d/Foo", 0).unwrap();
    assert_eq!(guest.list("/d"), ["Foo", "foo"]);
    // The slot belongs to another name of the same object.
    guest.link("/d/Foo", "/d/a").unwrap();
    guest.rename("/d/a", "/d/FOO", 0).unwrap();
    assert_eq!(guest.list("/d"), ["FOO", "Foo", "foo"]);
    guest.remove("/d/Foo").unwrap();
    assert_eq!(guest.read("/d/foo"), Ok("/d/Foo".into()));
    assert_eq!(stat("/d/foo").nlink, 2);
}

#[test]
fn directories_with_nothing_but_an_index_are_empty() {
    let guest = Guest::new();
    guest.make("/d/a").unwrap();
    guest.make("/d/A").unwrap();
    assert_eq!(guest.rmdir("/d"), Err(Errno::ENOTEMPTY));
    guest.remove("/d/a").unwrap();
    assert_eq!(guest.rmdir("/d"), Err(Errno::ENOTEMPTY));
    let index = guest.base.join("sr/d/.elfuse_case_index");
    let stale = std::fs::read(&index).unwrap();
    guest.remove("/d/A").unwrap();
    // As a killed process leaves it.
    std::fs::write(&index, &stale).unwrap();
    guest.mkdir("/new").unwrap();
    guest.rename("/new", "/d", 0).unwrap();
    assert!(guest.disk("d").is_empty());
    std::fs::write(&index, &stale).unwrap();
    std::fs::write(guest.base.join("sr/d/.elfuse_case_index.lock"), "").unwrap();
    guest.rmdir("/d").unwrap();
    assert_eq!(guest.rmdir("/d"), Err(Errno::ENOENT));
}

#[test]
fn stale_rows_read_as_absent_and_are_swept() {
    let guest = Guest::new();
    guest.make("/d/keep").unwrap();
    guest.make("/d/KEEP").unwrap();
    let index = guest.base.join("sr/d/.elfuse_case_index");
    let mut rows = std::fs::read_to_string(&index).unwrap();
    rows.push_str("6b656570\t.ef_0000000000000001\n676f6e65\t.ef_0000000000000002\n");
    std::fs::write(&index, &rows).unwrap();
    assert_eq!(guest.read("/d/keep"), Ok("/d/keep".into()));
    assert_eq!(guest.read("/d/gone"), Err(Errno::ENOENT));
    assert_eq!(guest.list("/d"), ["KEEP", "keep"]);
    guest.make("/d/other").unwrap();
    assert_eq!(std::fs::read_to_string(&index).unwrap().lines().count(), 1);
}

#[test]
fn a_malformed_index_fails_and_stays() {
    let guest = Guest::new();
    let index = guest.base.join("sr/d/.elfuse_case_index");
    std::fs::write(&index, "no row\n").unwrap();
    std::fs::write(guest.base.join("sr/d/file"), "").unwrap();
    assert_eq!(guest.read("/d/file"), Err(Errno::EIO));
    assert_eq!(guest.make("/d/new"), Err(Errno::EIO));
    assert_eq!(guest.remove("/d/file"), Err(Errno::EIO));
    assert_eq!(guest.rename("/d/file", "/d/x", 0), Err(Errno::EIO));
    assert_eq!(guest.rename("/d/file", "/x", 0), Err(Errno::EIO));
    assert_eq!(guest.link("/d/file", "/x"), Err(Errno::EIO));
    std::fs::remove_file(guest.base.join("sr/d/file")).unwrap();
    assert_eq!(guest.rmdir("/d"), Err(Errno::EIO));
    assert_eq!(std::fs::read_to_string(&index).unwrap(), "no row\n");
}

#[test]
fn an_index_does_not_grow_beyond_its_limit() {
    let guest = Guest::new();
    guest.make("/d/a").unwrap();
    // 2,000 rows of 532 bytes are more than a mebibyte.
    let row = |n: usize| format!("{}{n:08x}\t.ef_{n:016x}\n", "78".repeat(251));
    let text: String =
        (0x3030_3030..0x3030_3030 + 9000).filter(|n| n % 256 >= 48).take(2000).map(row).collect();
    assert!(text.len() > 1 << 20);
    for line in text.lines() {
        std::fs::write(guest.base.join("sr/d").join(&line[line.len() - 20..]), "").unwrap();
    }
    let index = guest.base.join("sr/d/.elfuse_case_index");
    std::fs::write(&index, &text).unwrap();
    assert_eq!(guest.make("/d/A"), Err(Errno::ENOSPC));
    assert_eq!(std::fs::read_to_string(&index).unwrap(), text);
    guest.make("/d/literal").unwrap();
}

#[test]
fn beneath_a_mapped_prefix_nothing_reaches_the_host() {
    let guest = Guest::new();
    let base = guest.base.to_str().unwrap().to_owned();
    // The host has both directories' files; the sysroot mirrors the path, once as it is and once mapped.
    std::fs::create_dir_all(guest.base.join("host/low")).unwrap();
    std::fs::create_dir_all(guest.base.join("host/LOW")).unwrap();
    for dir in ["low", "LOW"] {
        std::fs::write(guest.base.join("host").join(dir).join("file"), "host").unwrap();
    }
    let mirrored = format!("{base}/host");
    std::fs::create_dir_all(guest.base.join("sr").join(&mirrored[1..])).unwrap();
    guest.mkdir(&format!("{mirrored}/low")).unwrap();
    guest.mkdir(&format!("{mirrored}/LOW")).unwrap();
    assert_eq!(guest.read(&format!("{mirrored}/low/file")), Ok("host".into()));
    assert_eq!(guest.read(&format!("{mirrored}/LOW/file")), Err(Errno::ENOENT));
    // Another spelling only is absent, and the host answers.
    std::fs::write(guest.base.join("host/Case"), "host").unwrap();
    guest.make(&format!("{mirrored}/case")).unwrap();
    assert_eq!(guest.read(&format!("{mirrored}/Case")), Ok("host".into()));
}

#[test]
fn paths_come_back_as_the_guest_spells_them() {
    let guest = Guest::new();
    guest.mkdir("/d/dir").unwrap();
    guest.mkdir("/d/DIR").unwrap();
    guest.make("/d/DIR/x").unwrap();
    guest.make("/d/DIR/X").unwrap();
    let path_of = |path: &str| {
        let place = guest.place(path).unwrap();
        let (dir, name) = place.at();
        let fd = file::open_handle(dir, name).unwrap();
        (guest.fs.guest_name(&file::path_of(fd.as_raw_fd()).unwrap()).0, fd)
    };
    assert_eq!(path_of("/d/DIR").0, b"/d/DIR");
    let (name, kept) = path_of("/d/DIR/X");
    assert_eq!(name, b"/d/DIR/X");
    guest.remove("/d/DIR/X").unwrap();
    let deleted = file::path_of(kept.as_raw_fd()).unwrap();
    assert_eq!(guest.fs.guest_name(&deleted).0, b"/d/DIR/X (deleted)");
}

#[test]
fn a_listing_costs_one_load_of_the_index() {
    let guest = Guest::new();
    for n in 0..300 {
        std::fs::write(guest.base.join(format!("sr/d/file{n}")), "").unwrap();
    }
    guest.make("/d/FILE0").unwrap();
    let layer = guest.fs.sidecar().unwrap();
    let before = layer.loads();
    assert_eq!(guest.list_by("/d", 512).len(), 301);
    // The walk to the directory reads its parent's, the listing its own.
    assert!(layer.loads() - before <= 3, "{}", layer.loads() - before);
    std::thread::sleep(std::time::Duration::from_millis(50));
    let _ = guest.read("/d/file1");
    let before = layer.loads();
    for _ in 0..20 {
        guest.read("/d/FILE0").unwrap();
        guest.list("/d");
    }
    assert_eq!(layer.loads(), before, "nothing changed, so nothing is read again");
}

#[test]
fn symbolic_links_and_dots_go_by_the_guests_names() {
    let guest = Guest::new();
    guest.mkdir("/d/a").unwrap();
    guest.mkdir("/d/A").unwrap();
    guest.make("/d/A/x").unwrap();
    let link = |target: &str, path: &str| {
        let text = CString::new(target).unwrap();
        guest.fs.make(&guest.target(path).unwrap(), |dir, name| file::symlinkat(&text, dir, name)).unwrap();
    };
    link("/d/A", "/d/L");
    link("A/x", "/d/l");
    assert_eq!(guest.read("/d/L/x"), Ok("/d/A/x".into()));
    assert_eq!(guest.read("/d/l"), Ok("/d/A/x".into()));
    assert_eq!(guest.read("/d/A/../A/x"), Ok("/d/A/x".into()));
    assert_eq!(guest.read("/d/a/../a/x"), Err(Errno::ENOENT));
    assert_eq!(guest.read("/d/Absent/../A/x"), Err(Errno::ENOENT));
}

#[test]
fn threads_that_collide_leave_every_name_whole() {
    let guest = Guest::new();
    let names = ["aa", "aA", "Aa", "AA"];
    std::thread::scope(|scope| {
        for seed in 0..4_usize {
            let guest = &guest;
            scope.spawn(move || {
                for step in 0..60 {
                    let (one, two) = (names[(seed + step) % 4], names[(seed * 3 + step / 2) % 4]);
                    let (one, two) = (format!("/d/{one}"), format!("/d/{two}"));
                    let result = match (seed + step) % 4 {
                        0 | 1 => guest.make(&one),
                        2 => guest.rename(&one, &two, 0),
                        _ => guest.remove(&one),
                    };
                    assert!(matches!(result, Ok(()) | Err(Errno::EEXIST | Errno::ENOENT)), "{result:?}");
                }
            });
        }
    });
    let listed = guest.list("/d");
    for name in names {
        let there = guest.place(&format!("/d/{name}")).is_ok();
        assert_eq!(listed.iter().filter(|listed| *listed == name).count(), usize::from(there), "{listed:?}");
        if there {
            guest.remove(&format!("/d/{name}")).unwrap();
        }
    }
    assert!(guest.disk("d").is_empty(), "{:?}", guest.disk("d"));
}

#[test]
fn the_probe_leaves_nothing_and_a_byte_exact_volume_has_no_layer() {
    let guest = Guest::on(false);
    std::fs::remove_dir(guest.base.join("sr/d")).unwrap();
    let config = Config { sysroot: Some(guest.base.join("sr")), ..Config::default() };
    let fs = FsContext::new(&config).unwrap();
    assert!(!fs.has_layer());
    assert!(guest.disk("").is_empty());
    // The same empty directory, folding.
    let config = Config { simulate_folding: true, ..config };
    assert!(FsContext::new(&config).unwrap().has_layer());
    assert!(guest.disk("").is_empty());
}

#[test]
fn an_older_listing_tells_of_objects_untouched_since() {
    let guest = Guest::new();
    let at = |name: &str| guest.base.join("sr/d").join(name);
    for name in ["one", "two", "three"] {
        std::fs::write(at(name), "").unwrap();
    }
    std::thread::sleep(std::time::Duration::from_millis(50));
    assert!(guest.place("/d/one").is_ok());
    // The directory changes, the listing at hand is an older one; the host respells what it lists.
    std::fs::rename(at("one"), at("ONE")).unwrap();
    std::fs::rename(at("three"), at("x")).unwrap();
    std::fs::write(at("THREE"), "").unwrap();
    assert_eq!(guest.place("/d/one").unwrap_err(), Errno::ENOENT);
    assert_eq!(guest.place("/d/three").unwrap_err(), Errno::ENOENT);
    for name in ["ONE", "two", "x", "THREE"] {
        assert!(guest.place(&format!("/d/{name}")).is_ok(), "{name}");
    }
}
