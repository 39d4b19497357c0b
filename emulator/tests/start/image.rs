//! ELF images made by hand, so that these tests stand on nothing else.

use std::path::PathBuf;

/// Where the one segment is loaded.
pub const BASE: u64 = 0x40_0000;
/// Where code starts in it.
pub const CODE: u64 = 0x78;

/// `movz xd, #imm16`.
pub fn mov(register: u32, value: u32) -> u32 {
    0xd280_0000 | value << 5 | register
}

/// `ldr xt, [xn]`; register 31 is the stack pointer.
pub fn load(to: u32, from: u32) -> u32 {
    0xf940_0000 | from << 5 | to
}

/// `cbz xt, +words`.
pub fn branch_if_zero(register: u32, words: u32) -> u32 {
    0xb400_0000 | words << 5 | register
}

/// `svc #0`.
pub const SVC: u32 = 0xd400_0001;

/// A call with up to three small numbers.
pub fn call(number: u32, args: &[u32]) -> Vec<u32> {
    let mut code: Vec<u32> = args.iter().enumerate().map(|(at, &value)| mov(at as u32, value)).collect();
    code.extend([mov(8, number), SVC]);
    code
}

/// The `exit_group` call with x0 as it stands.
pub fn exit() -> Vec<u32> {
    vec![mov(8, 94), SVC]
}

/// An executable for `machine` with `code`, and `data` right behind it.
pub fn elf(machine: u16, code: &[u32], data: &[u8]) -> Vec<u8> {
    let body: Vec<u8> = code.iter().flat_map(|word| word.to_le_bytes()).chain(data.iter().copied()).collect();
    let size = CODE + body.len() as u64;
    let mut image = b"\x7fELF\x02\x01\x01".to_vec();
    image.resize(16, 0);
    image.extend(2_u16.to_le_bytes());
    image.extend(machine.to_le_bytes());
    image.extend(1_u32.to_le_bytes());
    image.extend((BASE + CODE).to_le_bytes());
    image.extend(64_u64.to_le_bytes());
    image.extend([0; 12]);
    for half in [64_u16, 56, 1, 0, 0, 0] {
        image.extend(half.to_le_bytes());
    }
    image.extend(1_u32.to_le_bytes());
    image.extend(7_u32.to_le_bytes());
    for word in [0, BASE, BASE, size, size, 0x1_0000] {
        image.extend(word.to_le_bytes());
    }
    image.extend(body);
    image
}

/// A directory of this test's own, removed with it.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new(name: &str) -> Scratch {
        let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        std::fs::create_dir_all(&dir).expect("a scratch directory");
        Scratch(dir)
    }

    /// Writes an executable file.
    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let path = self.0.join(name);
        std::fs::write(&path, bytes).expect("a scratch file");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("permissions");
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
