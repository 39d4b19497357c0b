//! A simulated volume behaves as the real ones were seen to.

use std::ffi::{CStr, CString};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use super::fold::Folded;
use super::simulate;
use crate::host::{exit_now, file, fork, net};
use crate::syscall::Errno;
use crate::syscall::abi::OpenFlags;

const MAKE: OpenFlags = OpenFlags(OpenFlags::CREAT.0 | OpenFlags::RDWR.0 | OpenFlags::CLOEXEC.0);
const MAKE_NEW: OpenFlags = OpenFlags(MAKE.0 | OpenFlags::EXCL.0);

struct Tree {
    path: PathBuf,
    dir: OwnedFd,
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

impl Tree {
    fn plain() -> Tree {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let base = std::env::temp_dir().canonicalize().unwrap();
        let path = base.join(format!("elfuse-folding-{}-{number}", std::process::id()));
        std::fs::create_dir(&path).unwrap();
        let name = CString::new(path.to_str().unwrap()).unwrap();
        let dir = file::open_search(file::CWD, &name).unwrap();
        Tree { path, dir }
    }

    fn folding() -> Tree {
        let tree = Tree::plain();
        simulate(tree.at()).unwrap();
        tree
    }

    fn at(&self) -> i32 {
        self.dir.as_raw_fd()
    }

    fn make(&self, name: &CStr) {
        file::openat(self.at(), name, MAKE_NEW, 0o644).unwrap();
    }

    fn inode(&self, name: &CStr) -> Result<u64, Errno> {
        file::lstatat(self.at(), name).map(|stat| stat.ino)
    }

    /// What is stored, as the host sees it.
    fn stored(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.path).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| String::from_utf8(entry.unwrap().file_name().into_vec()).unwrap()).collect();
        names.sort();
        names
    }
}

#[test]
fn spellings_of_one_name_fold_alike_and_others_do_not() {
    let same = [
        ("Foo", "fOO"),
        ("\u{e9}", "e\u{301}"),
        ("\u{c9}T\u{c9}", "e\u{301}te\u{301}"),
        ("\u{3a3}", "\u{3c2}"),
        ("stra\u{df}e", "STRASSE"),
        ("\u{212a}", "k"),
        ("\u{1e9b}\u{323}", "\u{1e69}"),
        ("\u{ac00}", "\u{1100}\u{1161}"),
        ("a\u{323}\u{307}", "a\u{307}\u{323}"),
    ];
    for (one, other) in same {
        let folded = Folded::new(one.as_bytes()).unwrap();
        assert!(folded.is_spelled(other.as_bytes()), "{one} and {other}");
        assert!(Folded::new(other.as_bytes()).unwrap().is_spelled(one.as_bytes()), "{other} and {one}");
    }
    for (one, other) in [("a", "b"), ("i", "\u{131}"), ("e", "\u{e9}"), ("a_", "a-"), ("\u{fb01}x", "fi")] {
        assert!(!Folded::new(one.as_bytes()).unwrap().is_spelled(other.as_bytes()), "{one} and {other}");
    }
    assert_eq!(Folded::new(b"\xff"), None);
    assert!(!Folded::new(b"a").unwrap().is_spelled(b"\xff"));
}

#[test]
fn a_lookup_finds_another_spelling_and_a_creation_keeps_it() {
    let tree = Tree::folding();
    tree.make(c"Foo");
    assert_eq!(tree.inode(c"foo"), tree.inode(c"Foo"));
    assert_eq!(tree.inode(c"bar"), Err(Errno::ENOENT));
    let opened = file::openat(tree.at(), c"FOO", MAKE, 0o644).unwrap();
    assert_eq!(file::fstat(opened.as_raw_fd()).map(|stat| stat.ino), tree.inode(c"Foo"));
    assert_eq!(file::openat(tree.at(), c"FOO", MAKE_NEW, 0o644).unwrap_err(), Errno::EEXIST);
    assert_eq!(file::mkdirat(tree.at(), c"fOo", 0o755), Err(Errno::EEXIST));
    assert_eq!(file::symlinkat(c"x", tree.at(), c"fOo"), Err(Errno::EEXIST));
    assert_eq!(file::linkat(tree.at(), c"foo", tree.at(), c"FOO"), Err(Errno::EEXIST));
    assert_eq!(tree.stored(), ["Foo"]);
    file::unlinkat(tree.at(), c"foO", false).unwrap();
    assert!(tree.stored().is_empty());
}

#[test]
fn composed_and_decomposed_are_one_name_and_other_bytes_are_none() {
    let tree = Tree::folding();
    let (composed, decomposed) = (c"caf\xc3\xa9", c"cafe\xcc\x81");
    tree.make(composed);
    assert_eq!(tree.inode(decomposed), tree.inode(composed));
    assert_eq!(tree.stored(), ["caf\u{e9}"]);
    assert_eq!(file::openat(tree.at(), c"\xff", MAKE, 0o644).unwrap_err(), Errno::EILSEQ);
    assert_eq!(tree.inode(c"\xff"), Err(Errno::EILSEQ));
    assert_eq!(file::renameat2(tree.at(), composed, tree.at(), c"\xff", 0), Err(Errno::EILSEQ));
}

#[test]
fn a_name_moved_to_another_spelling_of_itself_is_respelled() {
    let tree = Tree::folding();
    tree.make(c"Foo");
    let inode = tree.inode(c"Foo");
    file::renameat2(tree.at(), c"foo", tree.at(), c"FOO", 0).unwrap();
    assert_eq!(tree.stored(), ["FOO"]);
    assert_eq!(file::renameat2(tree.at(), c"FOO", tree.at(), c"foo", 1), Err(Errno::EEXIST));
    tree.make(c"bar");
    file::renameat2(tree.at(), c"BAR", tree.at(), c"fOo", 0).unwrap();
    assert_eq!(tree.stored(), ["FOO"]);
    assert_ne!(tree.inode(c"foo"), inode);
    assert_eq!(file::renameat2(tree.at(), c"bar", tree.at(), c"x", 0), Err(Errno::ENOENT));
}

#[test]
fn directories_on_the_way_fold_too_and_what_lies_outside_does_not() {
    let tree = Tree::folding();
    file::mkdirat(tree.at(), c"Dir", 0o755).unwrap();
    let below = file::open_search(tree.at(), c"dIR").unwrap();
    assert!(file::open_search_beneath(tree.at(), c"Dir").is_err());
    file::openat(below.as_raw_fd(), c"File", MAKE_NEW, 0o644).unwrap();
    assert!(file::lstatat(below.as_raw_fd(), c"fILE").is_ok());
    file::renameat2(below.as_raw_fd(), c"FILE", tree.at(), c"file", 0).unwrap();
    assert_eq!(tree.stored(), ["Dir", "file"]);

    let outside = Tree::plain();
    outside.make(c"Foo");
    assert_eq!(outside.inode(c"foo"), Err(Errno::ENOENT));
    outside.make(c"foo");
    outside.make(c"\xff");
}

#[test]
fn a_socket_is_reached_by_another_spelling() {
    let tree = Tree::folding();
    let address = |name: &str| {
        let mut bytes = vec![1, 0];
        bytes.extend(tree.path.join(name).into_os_string().into_vec());
        bytes.push(0);
        bytes
    };
    let idle = AtomicU32::new(0);
    let stream = || net::socket(libc::AF_UNIX, libc::SOCK_STREAM, 0).unwrap();
    let server = stream();
    net::bind(server.as_raw_fd(), &address("Sock")).unwrap();
    net::listen(server.as_raw_fd(), 4).unwrap();
    assert_eq!(net::bind(stream().as_raw_fd(), &address("sOCK")), Err(Errno::EADDRINUSE));
    assert_eq!(net::connect(stream().as_raw_fd(), &address("SOCK"), &idle), Ok(()));
    assert_eq!(net::connect(stream().as_raw_fd(), &address("none"), &idle), Err(Errno::ENOENT));
    assert_eq!(tree.stored(), ["Sock"]);
}

#[test]
fn one_of_several_processes_makes_a_name_whatever_its_spelling() {
    const WINS: u32 = 40;
    let tree = Tree::folding();
    let spellings = [c"name", c"Name", c"NAME", c"nAmE"];
    let children: Vec<i32> = spellings
        .iter()
        .map(|spelling| match fork().unwrap() {
            0 => {
                let mut won = 0;
                while won < WINS {
                    match file::openat(tree.at(), spelling, MAKE_NEW, 0o644) {
                        Ok(_) if tree.stored().len() > 1 => exit_now(1),
                        Ok(_) if file::unlinkat(tree.at(), spelling, false).is_err() => exit_now(2),
                        Ok(_) => won += 1,
                        Err(Errno::EEXIST) => {}
                        Err(_) => exit_now(3),
                    }
                }
                exit_now(0)
            }
            pid => pid,
        })
        .collect();
    for pid in children {
        let mut status = 0;
        // SAFETY: the status is ours.
        assert_eq!(unsafe { libc::waitpid(pid, &raw mut status, 0) }, pid);
        assert_eq!(status, 0, "a child ended so");
    }
    assert!(tree.stored().is_empty());
}
