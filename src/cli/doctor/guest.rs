//! The smallest guest: an AArch64 ELF program that prints one line and exits, made without any tool.

/// What it prints.
pub const OUTPUT: &[u8] = b"matrix\n";

/// Where it is loaded.
const BASE: u64 = 0x40_0000;

/// The size of an ELF64 header and one program header.
const HEADERS: u64 = 64 + 56;

/// The whole file.
///
/// # Source
/// ELF64 object file format; Arm ARM C6.2 for the five instructions.
pub fn program() -> Vec<u8> {
    let code: [u32; 8] = [
        0xd280_0020,                  // movz x0, #1
        0x1000_00e1,                  // adr x1, text: seven instructions further
        movz(2, OUTPUT.len() as u32), // movz x2, #length
        0xd280_0808,                  // movz x8, #64: write
        0xd400_0001,                  // svc #0
        0xd280_0000,                  // movz x0, #0
        0xd280_0ba8,                  // movz x8, #93: exit
        0xd400_0001,                  // svc #0
    ];
    let size = HEADERS + 4 * code.len() as u64 + OUTPUT.len() as u64;
    let mut file = vec![0x7f, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let mut half = |value: u16| file.extend(value.to_le_bytes());
    half(2); // ET_EXEC
    half(183); // EM_AARCH64
    file.extend(1u32.to_le_bytes());
    for offset in [BASE + HEADERS, 64, 0] {
        file.extend(u64::to_le_bytes(offset)); // entry, program headers, section headers
    }
    file.extend(0u32.to_le_bytes());
    for value in [64u16, 56, 1, 0, 0, 0] {
        file.extend(value.to_le_bytes());
    }
    file.extend(1u32.to_le_bytes()); // PT_LOAD
    file.extend(5u32.to_le_bytes()); // readable, executable
    for value in [0, BASE, BASE, size, size, 0x1_0000] {
        file.extend(u64::to_le_bytes(value));
    }
    for word in code {
        file.extend(word.to_le_bytes());
    }
    file.extend(OUTPUT);
    file
}

/// `movz xN, #value`.
const fn movz(register: u32, value: u32) -> u32 {
    0xd280_0000 | value << 5 | register
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::elf;
    use crate::plan::Link;

    #[test]
    fn it_is_a_static_aarch64_program() {
        let facts = elf::parse(&program()).unwrap();
        assert_eq!(facts.link(), Some(Link::Static));
    }
}
