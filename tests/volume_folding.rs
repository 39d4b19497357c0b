//! The folding filesystem on a real mount: what default APFS does with names, and what Linux programs rely on.
#![cfg(target_os = "linux")]

mod volume_support;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, symlink};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Barrier;
use std::thread;

use rustix::fs::{AtFlags, CWD, FileType, Mode, RenameFlags, Timespec, Timestamps};

use volume_support::Mounted;

fn names(directory: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(directory).expect("list");
    entries.map(|entry| entry.expect("entry").file_name().into_string().expect("UTF-8")).collect()
}

fn inode(path: &Path) -> (u64, u64) {
    let facts = fs::symlink_metadata(path).expect("facts");
    (facts.dev(), facts.ino())
}

/// Looks at one side of the volume in a directory of its own.
type Check = fn(&Path);

/// Runs every check on one mount: making one is what takes time.
#[test]
fn a_mounted_folding_volume_behaves_as_apfs_and_as_linux() {
    let Some(volume) = Mounted::new("folding", "fuse") else { return };
    let checks: [(&str, Check); 16] = [
        ("names fold", names_fold),
        ("unlink", an_unlink_under_another_spelling_leaves_no_ghost),
        ("rename of case", a_rename_can_change_only_the_case),
        ("rename over", a_rename_over_another_spelling_replaces_it),
        ("renameat2", no_replace_and_exchange_are_linux),
        ("directories", a_directory_keeps_its_name_whatever_it_is_called),
        ("exclusive", two_spellings_cannot_both_be_created),
        ("hard links", hard_links_share_an_inode_and_are_counted),
        ("deleted", a_deleted_file_lives_as_long_as_it_is_open),
        ("facts", modes_times_and_attributes_are_kept),
        ("special", sockets_pipes_and_symbolic_links_work),
        ("programs", a_program_runs_and_maps_its_file),
        ("contents", contents_are_what_was_written),
        ("big directories", a_big_directory_is_listed_whole),
        ("threads", many_threads_neither_wait_for_ever_nor_lose_a_file),
        ("bad names", names_that_cannot_be_stored_are_refused),
    ];
    for (name, check) in checks {
        let place = volume.root.join(format!("Check {name}"));
        fs::create_dir(&place).unwrap_or_else(|error| panic!("{name}: {error}"));
        check(&place);
    }
}

fn names_fold(place: &Path) {
    fs::write(place.join("Straße"), "x").expect("write");
    fs::write(place.join("caf\u{e9}"), "y").expect("write");
    assert_eq!(inode(&place.join("STRASSE")), inode(&place.join("Straße")));
    assert_eq!(fs::read(place.join("CAFE\u{301}")).expect("read"), b"y");
    assert_eq!(names(place), ["Straße", "caf\u{e9}"].map(str::to_owned).into());
    // The spelling that was there stays.
    fs::write(place.join("CAF\u{c9}"), "z").expect("write");
    assert_eq!(fs::read(place.join("caf\u{e9}")).expect("read"), b"z");
    assert_eq!(names(place).len(), 2);
    assert_eq!(fs::metadata(place.join("absent")).expect_err("absent").kind(), ErrorKind::NotFound);
}

fn an_unlink_under_another_spelling_leaves_no_ghost(place: &Path) {
    for _ in 0..50 {
        fs::write(place.join("Foo"), "x").expect("write");
        assert!(place.join("foo").exists() && place.join("FOO").exists());
        fs::remove_file(place.join("fOO")).expect("unlink");
        for spelling in ["Foo", "foo", "FOO", "fOO"] {
            assert!(!place.join(spelling).exists(), "{spelling}");
        }
        fs::create_dir(place.join("FOO")).expect("mkdir");
        fs::remove_dir(place.join("foo")).expect("rmdir");
    }
    assert!(names(place).is_empty());
}

fn a_rename_can_change_only_the_case(place: &Path) {
    let file = place.join("File");
    fs::write(&file, "x").expect("write");
    let number = inode(&file);
    for spelling in ["file", "FILE", "fILE"] {
        fs::rename(place.join("FiLe"), place.join(spelling)).expect("rename");
        assert_eq!(names(place), [spelling.to_owned()].into());
        assert_eq!(inode(&place.join("file")), number);
    }
    fs::remove_file(place.join("file")).expect("unlink");
    fs::create_dir_all(place.join("Dir/Inner")).expect("mkdir");
    fs::rename(place.join("Dir"), place.join("dIR")).expect("rename");
    assert_eq!(names(place), ["dIR".to_owned()].into());
    assert_eq!(names(&place.join("DIR")), ["Inner".to_owned()].into());
}

fn a_rename_over_another_spelling_replaces_it(place: &Path) {
    fs::write(place.join("new"), "new").expect("write");
    fs::write(place.join("Old"), "old").expect("write");
    let mut old = File::open(place.join("OLD")).expect("open");
    fs::rename(place.join("NEW"), place.join("oLD")).expect("rename");
    assert_eq!(names(place), ["oLD".to_owned()].into());
    assert_eq!(fs::read(place.join("old")).expect("read"), b"new");
    let mut text = String::new();
    old.read_to_string(&mut text).expect("read");
    assert_eq!((text.as_str(), old.metadata().expect("facts").nlink()), ("old", 0));
}

fn no_replace_and_exchange_are_linux(place: &Path) {
    let (one, other) = (place.join("One"), place.join("Other"));
    fs::write(&one, "1").expect("write");
    fs::write(&other, "2").expect("write");
    let rename = |from: &str, to: &str, flags| {
        rustix::fs::renameat_with(CWD, place.join(from), CWD, place.join(to), flags)
    };
    assert_eq!(rename("one", "oTHER", RenameFlags::NOREPLACE), Err(rustix::io::Errno::EXIST));
    assert_eq!(rename("ONE", "OTHER", RenameFlags::EXCHANGE), Ok(()));
    assert_eq!(names(place), ["One", "Other"].map(str::to_owned).into());
    assert_eq!((fs::read(&one).expect("read"), fs::read(&other).expect("read")), (b"2".into(), b"1".into()));
    assert_eq!(rename("one", "third", RenameFlags::EXCHANGE), Err(rustix::io::Errno::NOENT));
    assert_eq!(rename("one", "third", RenameFlags::NOREPLACE), Ok(()));
    assert_eq!(names(place), ["Other", "third"].map(str::to_owned).into());
}

fn a_directory_keeps_its_name_whatever_it_is_called(place: &Path) {
    let directory = place.join("Directory");
    fs::create_dir(&directory).expect("mkdir");
    let inside = File::open(&directory).expect("open");
    fs::write(place.join("DIRECTORY/File"), "x").expect("write");
    assert_eq!(inode(&place.join("directory")), inode(&directory));
    assert_eq!(inode(&place.join("directory/file")), inode(&directory.join("File")));
    let link = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&inside));
    assert_eq!(fs::read_link(link).expect("link"), directory);
    let up = fs::metadata(place.join("dIRECTORY/..")).expect("facts");
    assert_eq!((up.dev(), up.ino()), inode(place));
    // Into itself, by another spelling.
    assert!(fs::rename(&directory, place.join("DIRECTORY/inner")).is_err());
    assert_eq!(names(&directory), ["File".to_owned()].into());
    fs::remove_file(place.join("DiRectory/FILE")).expect("unlink");
    fs::remove_dir(place.join("DIRECTORY")).expect("rmdir");
    assert!(fs::read_dir(&directory).is_err());
}

fn two_spellings_cannot_both_be_created(place: &Path) {
    for round in 0..100 {
        let spellings = [format!("Lock{round}"), format!("lock{round}"), format!("LOCK{round}")];
        let barrier = Barrier::new(spellings.len());
        let make = |name: &String| {
            barrier.wait();
            match OpenOptions::new().write(true).create_new(true).open(place.join(name)) {
                Ok(_) => 1,
                Err(error) if error.kind() == ErrorKind::AlreadyExists => 0,
                Err(error) => panic!("{error}"),
            }
        };
        let won: u32 = thread::scope(|scope| {
            let threads: Vec<_> = spellings.iter().map(|name| scope.spawn(|| make(name))).collect();
            threads.into_iter().map(|thread| thread.join().expect("thread")).sum()
        });
        assert_eq!(won, 1, "round {round}");
    }
    assert_eq!(names(place).len(), 100);
}

fn hard_links_share_an_inode_and_are_counted(place: &Path) {
    let (file, link) = (place.join("File"), place.join("Link"));
    fs::write(&file, "x").expect("write");
    fs::hard_link(place.join("FILE"), &link).expect("link");
    assert_eq!(inode(&file), inode(&link));
    assert_eq!(fs::metadata(place.join("lINK")).expect("facts").nlink(), 2);
    let error = fs::hard_link(&file, place.join("LINK")).expect_err("taken");
    assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    // Both names are one inode: nothing happens.
    fs::rename(place.join("file"), place.join("link")).expect("rename");
    assert_eq!(names(place).len(), 2);
    fs::write(&link, "longer").expect("write");
    assert_eq!(fs::read(&file).expect("read"), b"longer");
    fs::remove_file(&file).expect("unlink");
    assert_eq!(fs::metadata(&link).expect("facts").nlink(), 1);
    assert_eq!(fs::read(&link).expect("read"), b"longer");
}

fn a_deleted_file_lives_as_long_as_it_is_open(place: &Path) {
    let path = place.join("Gone");
    let mut file = OpenOptions::new().read(true).write(true).create_new(true).open(&path).expect("create");
    fs::remove_file(place.join("gONE")).expect("unlink");
    file.write_all(b"still here").expect("write");
    file.set_permissions(fs::Permissions::from_mode(0o640)).expect("chmod");
    let facts = file.metadata().expect("facts");
    assert_eq!((facts.nlink(), facts.len(), facts.mode() & 0o777), (0, 10, 0o640));
    // A new file of the name is another one.
    fs::write(&path, "new").expect("write");
    assert_ne!(facts.ino(), inode(&path).1);
    file.seek(SeekFrom::Start(0)).expect("seek");
    let mut text = String::new();
    file.read_to_string(&mut text).expect("read");
    assert_eq!(text, "still here");
}

fn modes_times_and_attributes_are_kept(place: &Path) {
    let path = place.join("Facts");
    OpenOptions::new().write(true).create_new(true).mode(0o604).open(&path).expect("create");
    assert_eq!(fs::metadata(&path).expect("facts").mode() & 0o7777, 0o604);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o4711)).expect("chmod");
    assert_eq!(fs::metadata(place.join("FACTS")).expect("facts").mode() & 0o7777, 0o4711);
    let time = |tv_sec, tv_nsec| Timespec { tv_sec, tv_nsec };
    let times = Timestamps { last_access: time(1, 2), last_modification: time(978_307_200, 123_456_789) };
    rustix::fs::utimensat(CWD, &path, &times, AtFlags::empty()).expect("utimensat");
    let facts = fs::metadata(&path).expect("facts");
    assert_eq!((facts.atime(), facts.atime_nsec()), (1, 2));
    assert_eq!((facts.mtime(), facts.mtime_nsec()), (978_307_200, 123_456_789));
    rustix::fs::setxattr(&path, "user.one", b"1", rustix::fs::XattrFlags::CREATE).expect("setxattr");
    let again = rustix::fs::setxattr(&path, "user.one", b"2", rustix::fs::XattrFlags::CREATE);
    assert_eq!(again, Err(rustix::io::Errno::EXIST));
    let mut value = [0; 16];
    assert_eq!(rustix::fs::getxattr(place.join("fACTS"), "user.one", &mut value[..]), Ok(1));
    assert_eq!(rustix::fs::getxattr_query(&path, "user.one"), Ok(1));
    assert_eq!(rustix::fs::listxattr(&path, &mut value[..]), Ok(9));
    rustix::fs::removexattr(&path, "user.one").expect("removexattr");
    let gone = rustix::fs::getxattr(&path, "user.one", &mut value[..]);
    assert_eq!(gone, Err(rustix::io::Errno::NODATA));
    // What changes a directory shows at once, through every spelling.
    let before = fs::metadata(place).expect("facts");
    fs::write(place.join("another"), "").expect("write");
    let after = fs::metadata(place).expect("facts");
    assert_ne!((before.mtime(), before.mtime_nsec()), (after.mtime(), after.mtime_nsec()));
    File::open(&path).expect("open").sync_all().expect("fsync");
    File::open(place).expect("open").sync_all().expect("fsync");
    let space = rustix::fs::statvfs(place).expect("statvfs");
    assert_eq!(space.f_namemax, 255);
    assert!(space.f_bavail > 0);
}

fn sockets_pipes_and_symbolic_links_work(place: &Path) {
    // The path of a socket is short: from the directory.
    let socket = place.join("S");
    let listener = UnixListener::bind(&socket).expect("bind");
    let mut client = UnixStream::connect(&socket).expect("connect");
    client.write_all(b"x").expect("write");
    let mut byte = [0];
    listener.accept().expect("accept").0.read_exact(&mut byte).expect("read");
    assert_eq!(UnixListener::bind(place.join("s")).expect_err("taken").kind(), ErrorKind::AddrInUse);

    let pipe = place.join("Pipe");
    rustix::fs::mknodat(CWD, &pipe, FileType::Fifo, Mode::from_raw_mode(0o600), 0).expect("mkfifo");
    let text = thread::scope(|scope| {
        let reader = scope.spawn(|| fs::read(&pipe).expect("read"));
        fs::write(&pipe, "through").expect("write");
        reader.join().expect("thread")
    });
    assert_eq!(text, b"through");

    symlink("Target", place.join("Link")).expect("symlink");
    fs::write(place.join("tARGET"), "t").expect("write");
    assert_eq!(fs::read(place.join("LINK")).expect("read"), b"t");
    assert_eq!(fs::read_link(place.join("link")).expect("readlink"), Path::new("Target"));
    fs::rename(place.join("link"), place.join("lINK")).expect("rename");
    assert!(names(place).contains("lINK"));
}

fn a_program_runs_and_maps_its_file(place: &Path) {
    let program = place.join("True");
    fs::copy("/bin/sh", &program).expect("copy");
    let output = matrix::host::command(place.join("tRUE")).args(["-c", "echo ran"]).output().expect("run");
    assert_eq!(output.stdout, b"ran\n");
    let busy = OpenOptions::new().write(true).open(&program);
    assert!(busy.is_ok(), "nobody runs it any more");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o644)).expect("chmod");
    let denied = matrix::host::command(&program).output().expect_err("not executable");
    assert_eq!(denied.kind(), ErrorKind::PermissionDenied);
}

fn contents_are_what_was_written(place: &Path) {
    let path = place.join("Big");
    let bytes: Vec<u8> = (0..3_000_000_u32).flat_map(u32::to_le_bytes).collect();
    fs::write(&path, &bytes).expect("write");
    assert!(fs::read(place.join("bIG")).expect("read") == bytes);
    let mut file = OpenOptions::new().append(true).read(true).open(&path).expect("open");
    file.write_all(b"end").expect("append");
    file.set_len(bytes.len() as u64 + 1).expect("truncate");
    assert_eq!(file.metadata().expect("facts").len(), bytes.len() as u64 + 1);
    // Written by one spelling, read by another that was open before.
    let mut reader = File::open(place.join("BIG")).expect("open");
    fs::write(&path, "short").expect("write");
    let mut text = String::new();
    reader.read_to_string(&mut text).expect("read");
    assert_eq!(text, "short");
}

fn a_big_directory_is_listed_whole(place: &Path) {
    for index in 0..3000 {
        File::create(place.join(format!("Entry number {index}"))).expect("create");
    }
    assert_eq!(names(place).len(), 3000);
    assert!(place.join("ENTRY NUMBER 2999").exists());
    // Removing what was just listed, as rm -r does.
    for entry in fs::read_dir(place).expect("list") {
        fs::remove_file(entry.expect("entry").path()).expect("unlink");
    }
    assert!(names(place).is_empty());
}

fn many_threads_neither_wait_for_ever_nor_lose_a_file(place: &Path) {
    let work = |worker: usize| {
        let spell = |text: String| if worker.is_multiple_of(2) { text.to_uppercase() } else { text };
        for round in 0..100 {
            let directory = place.join(spell(format!("shared{}", round % 5)));
            let _ = fs::create_dir(&directory);
            let own = directory.join(format!("w{worker}"));
            let _ = fs::write(&own, vec![worker as u8; 5000]);
            let _ = fs::rename(&own, directory.join(spell("common".to_owned())));
            let _ = fs::read(directory.join("Common"));
            let _ = fs::read_dir(&directory).map(Iterator::count);
            let _ = fs::remove_file(directory.join("cOMMON"));
        }
    };
    thread::scope(|scope| {
        (0..8).for_each(|worker| {
            scope.spawn(move || work(worker));
        });
    });
    // Whatever won: no name is there twice.
    let mut folded = BTreeSet::new();
    assert!(names(place).iter().all(|name| folded.insert(name.to_lowercase())));
    assert_eq!(folded.len(), 5);
}

fn names_that_cannot_be_stored_are_refused(place: &Path) {
    let error = File::create(place.join(OsStr::from_bytes(b"a\xffb"))).expect_err("not UTF-8");
    assert_eq!(error.raw_os_error(), Some(rustix::io::Errno::ILSEQ.raw_os_error()));
    let error = File::create(place.join("x".repeat(256))).expect_err("too long");
    assert_eq!(error.raw_os_error(), Some(rustix::io::Errno::NAMETOOLONG.raw_os_error()));
    File::create(place.join("x".repeat(255))).expect("the longest name");
    assert!(place.join("X".repeat(255)).exists());
}
