//! Operations, and where they come from.

use elfuse::syscall::abi::OpenFlags;

/// Where a relative path starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// The working directory.
    Cwd,
    /// A directory that an earlier operation opened; maybe none.
    Slot(usize),
}

/// A path. `$M` at its start stands for the host's directory, `$S` for the sysroot, both as the host names them; `$G`
/// for the former by a way that a guarded fallback does not go.
#[derive(Clone, PartialEq, Eq)]
pub struct At {
    pub base: Base,
    pub path: Vec<u8>,
}

impl std::fmt::Debug for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.base {
            Base::Cwd => write!(f, "'{}'", self.path.escape_ascii()),
            Base::Slot(slot) => write!(f, "{slot}:'{}'", self.path.escape_ascii()),
        }
    }
}

/// How many directories may be open.
pub const SLOTS: usize = 3;

/// One operation. A new or cut file gets a size that no other has, which tells it from them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    Mkdir {
        at: At,
        mode: u32,
    },
    Rmdir(At),
    Unlink(At),
    Fifo(At),
    /// Of a path, as the name of a socket that is closed at once.
    Bind(At),
    Connect(At),
    Symlink {
        target: Vec<u8>,
        at: At,
    },
    Link {
        old: At,
        new: At,
        follow: bool,
    },
    Rename {
        old: At,
        new: At,
        flags: u32,
    },
    Create {
        at: At,
        exclusive: bool,
        follow: bool,
        size: u64,
    },
    Open {
        at: At,
        flags: OpenFlags,
        slot: usize,
    },
    Stat {
        at: At,
        follow: bool,
    },
    Access(At),
    Readlink(At),
    Chmod {
        at: At,
        mode: u32,
    },
    Truncate {
        at: At,
        size: u64,
    },
    Chdir(At),
    Fchdir(usize),
    Getcwd,
    List(At),
}

/// Random numbers: splitmix64.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// Names: case twins, composition twins, what the layer reserves, what a volume may refuse.
const NAMES: [&[u8]; 8] =
    [b"a", b"A", b"b", b"B", b"\xc3\xa9", b"e\xcc\x81", b"\xc3\x89", b".elfuse_case_index"];

/// Of the host's own files, these are asked for, never changed: two of them even when the fallback is guarded.
const SYSTEM: [&[u8]; 6] = [
    b"/etc/hosts",
    b"/etc/resolv.conf",
    b"/etc/passwd",
    b"/etc/./hosts",
    b"/etc/hosts/",
    b"/etc/../etc/hosts",
];

/// Makes operations.
pub struct Generator {
    pub random: Random,
    /// Does the guest reach the host's directory? Else paths stay in one tree.
    pub host: bool,
    /// Is the real kernel asked? The host layer, through which it is, has no call that links what a link leads to.
    pub kernel: bool,
    pub count: u64,
}

impl Generator {
    fn name(&mut self) -> Vec<u8> {
        match self.random.below(60) {
            0 => b"\xff".to_vec(),
            1 => vec![b'n'; 255],
            2 => [vec![b'n'; 254], vec![b'N']].concat(),
            3 => vec![b'n'; 256],
            4..=6 => NAMES[4 + self.random.below(4) as usize].to_vec(),
            7..=29 => b"a".to_vec(),
            30..=45 => b"A".to_vec(),
            _ => NAMES[2 + self.random.below(2) as usize].to_vec(),
        }
    }

    fn path(&mut self) -> Vec<u8> {
        let mut path = match self.random.below(100) {
            0..40 => Vec::new(),
            40..70 => b"/".to_vec(),
            70..88 if self.host => b"$M/".to_vec(),
            88..90 if self.host => b"$G/".to_vec(),
            90..94 if self.host => b"$S/".to_vec(),
            94..99 if self.host => return self.mirror(),
            _ => b"/".to_vec(),
        };
        let names = [1, 1, 1, 2, 2, 2, 3, 3, 4][self.random.below(9) as usize];
        for at in 0..names {
            if at > 0 {
                path.extend(if self.random.chance(4) { &b"//"[..] } else { b"/" });
            }
            match self.random.below(100) {
                0..9 => path.extend(b".."),
                9..13 => path.extend(b"."),
                _ => path.extend(self.name()),
            }
        }
        if self.random.chance(7) {
            path.push(b'/');
        }
        if self.random.chance(1) {
            path.truncate(self.random.below(2) as usize);
        }
        path
    }

    /// One of the directories on the way to the host's.
    fn mirror(&mut self) -> Vec<u8> {
        let up = self.random.below(3);
        [b"$M".to_vec(), b"/..".repeat(up as usize)].concat()
    }

    fn target(&mut self) -> Vec<u8> {
        loop {
            let path = self.path();
            if !path.starts_with(b"$S") && !path.starts_with(b"$G") {
                return path;
            }
        }
    }

    fn at(&mut self) -> At {
        let base = match self.random.below(10) {
            0..3 => Base::Slot(self.random.below(SLOTS as u64) as usize),
            _ => Base::Cwd,
        };
        At { base, path: self.path() }
    }
}

impl Iterator for Generator {
    type Item = Op;

    fn next(&mut self) -> Option<Op> {
        self.count += 1;
        let size = self.count;
        let at = self.at();
        let follow = self.random.chance(50);
        let kind = self.random.below(100);
        Some(match kind {
            0..14 => Op::Mkdir { at, mode: 0o700 | self.random.below(64) as u32 },
            14..20 => Op::Rmdir(at),
            20..27 => Op::Unlink(at),
            27 => Op::Fifo(at),
            28 if self.kernel => Op::Fifo(at),
            28 => Op::Bind(At { base: Base::Cwd, ..at }),
            29..37 => Op::Symlink { target: self.target(), at },
            37..43 => Op::Link { old: at, new: self.at(), follow: follow && !self.kernel },
            43..55 => {
                let flags = [0, 0, 0, 1, 2][self.random.below(5) as usize];
                Op::Rename { old: at, new: self.at(), flags }
            }
            55..67 => Op::Create { at, exclusive: self.random.chance(30), follow, size },
            67..74 => {
                let mut flags = OpenFlags::CLOEXEC | OpenFlags::NONBLOCK;
                for (percent, flag) in
                    [(60, OpenFlags::DIRECTORY), (30, OpenFlags::PATH), (30, OpenFlags::NOFOLLOW)]
                {
                    if self.random.chance(percent) {
                        flags = flags | flag;
                    }
                }
                Op::Open { at, flags, slot: self.random.below(SLOTS as u64) as usize }
            }
            74..82 => Op::Stat { at, follow },
            82 if self.host && self.random.chance(40) => {
                let path = SYSTEM[self.random.below(SYSTEM.len() as u64) as usize].to_vec();
                Op::Access(At { base: Base::Cwd, path })
            }
            82..84 => Op::Access(at),
            84..87 => Op::Readlink(at),
            87..89 => Op::Chmod { at, mode: 0o700 | self.random.below(64) as u32 },
            // Those without a directory start at the working directory.
            89..91 => Op::Truncate { at: At { base: Base::Cwd, ..at }, size },
            91..95 => Op::Chdir(At { base: Base::Cwd, ..at }),
            95 if self.random.chance(50) => Op::Connect(At { base: Base::Cwd, ..at }),
            95 => Op::Fchdir(self.random.below(SLOTS as u64) as usize),
            96..97 => Op::Getcwd,
            _ => Op::List(at),
        })
    }
}

/// What an operation gave.
#[derive(Clone, PartialEq, Eq)]
pub enum Outcome {
    Done,
    Failed(&'static str),
    /// Type and permission bits, links (of what is no directory), size (of files and links).
    Status {
        mode: u32,
        links: u32,
        size: u64,
    },
    Bytes(Vec<u8>),
    /// Sorted, without `.` and `..`.
    Names(Vec<Vec<u8>>),
}

impl Outcome {
    /// A status without what differs from one file system to the next.
    pub fn status(mode: u32, links: u32, size: u64) -> Outcome {
        use elfuse::host::file::{S_IFDIR, S_IFLNK, S_IFMT, S_IFREG};
        let kind = mode & S_IFMT;
        Outcome::Status {
            mode,
            links: if kind == S_IFDIR { 1 } else { links },
            size: if matches!(kind, S_IFREG | S_IFLNK) { size } else { 0 },
        }
    }
}

impl std::fmt::Debug for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Outcome::Done => write!(f, "done"),
            Outcome::Failed(name) => write!(f, "{name}"),
            Outcome::Status { mode, links, size } => write!(f, "mode {mode:o}, {links} links, {size} bytes"),
            Outcome::Bytes(bytes) => write!(f, "'{}'", bytes.escape_ascii()),
            Outcome::Names(names) => {
                f.debug_list().entries(names.iter().map(|name| name.escape_ascii().to_string())).finish()
            }
        }
    }
}
