//! Runs the cases on trees of their own.

use std::ffi::CString;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::cases::{CASES, HOST, SYSROOT};
use super::{AT_FDCWD, FsContext, GuestPath, Intent, Resolved, View, resolve};
use crate::fd::{FdTable, HostDirectory};
use crate::host::file;
use crate::syscall::Errno;
use crate::syscall::abi::OpenFlags;
use crate::task::{Config, Fallback};

struct Trees(PathBuf);

impl Drop for Trees {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Trees {
    fn new() -> Trees {
        let base = std::env::temp_dir().canonicalize().unwrap();
        let trees = Trees(base.join(format!("elfuse-path-cases-{}", std::process::id())));
        for (root, entries) in [(trees.0.join("sr"), SYSROOT), (trees.0.join("host"), HOST)] {
            std::fs::create_dir_all(&root).unwrap();
            for line in entries.lines().filter(|line| !line.is_empty()) {
                trees.make(&root, &trees.expand(line));
            }
        }
        trees
    }

    fn make(&self, root: &Path, line: &str) {
        let mut words = line.split_whitespace();
        let (kind, path) = (words.next().unwrap(), words.next().unwrap());
        // The sysroot's entries lie beneath it even where they mirror the host's.
        let at = if root.ends_with("sr") { root.join(path.trim_start_matches('/')) } else { root.join(path) };
        match (kind, words.next()) {
            ("d", None) => std::fs::create_dir_all(at).unwrap(),
            ("f", None) => std::fs::write(at, path).unwrap(),
            ("l", Some(target)) => std::os::unix::fs::symlink(target, at).unwrap(),
            // A chain of that many links, to etc/passwd.
            ("c", Some(count)) => {
                let count: u32 = count.parse().unwrap();
                for link in 1..count {
                    let name = if link == 1 { path.to_owned() } else { format!("{path}{link}") };
                    std::os::unix::fs::symlink(format!("{path}{}", link + 1), root.join(name)).unwrap();
                }
                std::os::unix::fs::symlink("etc/passwd", root.join(format!("{path}{count}"))).unwrap();
            }
            other => panic!("a tree's line that means nothing: {other:?}"),
        }
    }

    fn expand(&self, text: &str) -> String {
        text.replace("$H", self.0.join("host").to_str().unwrap())
            .replace("$M", self.0.join("both").to_str().unwrap())
            .replace("$S", self.0.join("sr").to_str().unwrap())
            .replace("$N256", &"n".repeat(256))
            .replace("$N255", &"n".repeat(255))
    }

    /// The answer in the table's terms.
    fn describe(&self, resolved: Result<Resolved, Errno>, exists: bool) -> String {
        let place = match resolved {
            Err(errno) => return errno.name().to_owned(),
            Ok(Resolved::Synthetic(node)) => return format!("syn:{:?}", node.path),
            Ok(Resolved::Host(place)) => {
                let (dir, name) = place.at();
                if exists && let Err(errno) = file::lstatat(dir, name) {
                    return errno.name().to_owned();
                }
                (place.dir.clone(), place.name.as_bytes().to_vec(), place.inside)
            }
            Ok(Resolved::Name(target)) => (target.dir, target.name.as_bytes().to_vec(), target.inside),
        };
        let (dir, name, inside) = place;
        let mut path = PathBuf::from(String::from_utf8(file::path_of(dir.raw()).unwrap()).unwrap());
        if name != b"." {
            path.push(std::str::from_utf8(&name).unwrap());
        }
        let path = path.to_str().unwrap();
        match path.strip_prefix(self.0.join("sr").to_str().unwrap()) {
            Some(rest) => {
                assert!(inside, "{path} lies in the sysroot");
                format!("in:{}", if rest.is_empty() { "/" } else { rest })
            }
            None => {
                assert!(!inside, "{path} lies outside the sysroot");
                format!("host:{path}")
            }
        }
    }

    fn run(&self, line: &str) -> Option<String> {
        let line = self.expand(line);
        let words: Vec<&str> = line.split_whitespace().collect();
        let [mode, intent, start, path, expected] = words[..] else { panic!("not five words: {line}") };
        let path = path.trim_matches('\'');
        let fallback = match mode {
            "all" | "none" => Fallback::All,
            "guarded" => Fallback::Guarded,
            "off" => Fallback::Off,
            other => panic!("no such mode: {other}"),
        };
        let sysroot = (mode != "none").then(|| self.0.join("sr"));
        let fs = FsContext::new(&Config { sysroot, fallback, ..Config::default() }).unwrap();
        let intent = match intent {
            "look" => Intent::Lookup { follow: true },
            "link" => Intent::Lookup { follow: false },
            "make" => Intent::Create { follow: true },
            "name" => Intent::Mutate,
            other => panic!("no such intent: {other}"),
        };
        let files = FdTable::default();
        let dirfd = match start.split_once(':') {
            None => AT_FDCWD,
            Some((tree, at)) => {
                let inside = tree == "in";
                let root = if inside { self.0.join("sr") } else { PathBuf::from("/") };
                let path = root.join(at.trim_start_matches('/'));
                let path = CString::new(path.to_str().unwrap()).unwrap();
                let flags = OpenFlags::DIRECTORY | OpenFlags::CLOEXEC;
                let fd = file::openat(file::CWD, &path, flags, 0).unwrap();
                files.install(fd, Arc::new(HostDirectory::new(&fs, inside)), None).unwrap()
            }
        };
        let view = View { fs: &fs, files: &files, tid: 1 };
        let resolved = resolve(view, dirfd, &GuestPath(path.as_bytes().to_vec()), intent);
        let actual = self.describe(resolved, matches!(intent, Intent::Lookup { .. }));
        if dirfd != AT_FDCWD {
            files.close(dirfd).unwrap();
        }
        (actual != expected).then(|| format!("{line}\n    gave {actual}"))
    }
}

#[test]
fn every_case_leads_where_the_table_says() {
    let trees = Trees::new();
    let cases: Vec<&str> = CASES.lines().filter(|line| !line.is_empty()).collect();
    assert!(cases.len() >= 60);
    let wrong: Vec<String> = cases.iter().filter_map(|line| trees.run(line)).collect();
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn a_relative_start_that_is_no_directory_is_refused() {
    let fs = FsContext::new(&Config::default()).unwrap();
    let files = FdTable::default();
    let (read, write) = file::pipe(OpenFlags::CLOEXEC).unwrap();
    assert!(write.as_raw_fd() >= 0);
    let fd = files.install(read, Arc::new(crate::fd::HostFile), None).unwrap();
    let view = View { fs: &fs, files: &files, tid: 1 };
    let look =
        |dirfd| resolve(view, dirfd, &GuestPath(b"x".to_vec()), Intent::Lookup { follow: true }).map(|_| ());
    assert_eq!(look(fd), Err(Errno::ENOTDIR));
    files.close(fd).unwrap();
    assert_eq!(look(fd), Err(Errno::EBADF));
}
