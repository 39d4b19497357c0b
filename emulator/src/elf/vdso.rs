//! A shared library of the kernel's kind, which C libraries look for before they ask for the time.
//!
//! # Source
//! vdso(7); System V ABI, "Dynamic linking", "Hash table"; Linux Standard Base, "Symbol versioning".

const VERSION: &str = "LINUX_2.6.39";
const NAME: &str = "linux-vdso.so.1";

/// Where the code starts, behind the header and two program headers.
const CODE_AT: usize = 64 + 2 * 56;

/// `clock_gettime(w0, x1)`. The virtual counter is the host's monotonic clock in nanoseconds, so that this clock needs no
/// call; all others do, for nothing in memory may be older than the host's clock.
const CLOCK_GETTIME: [u32; 12] = [
    0x7100_041f, // cmp w0, #1 (CLOCK_MONOTONIC)
    0x5400_0121, // b.ne 1f
    0xd53b_e042, // mrs x2, cntvct_el0
    0xd299_4003, // mov x3, #0xca00
    0xf2a7_7343, // movk x3, #0x3b9a, lsl #16 (1,000,000,000)
    0x9ac3_0844, // udiv x4, x2, x3
    0x9b03_8885, // msub x5, x4, x3, x2
    0xa900_1424, // stp x4, x5, [x1]
    0x5280_0000, // mov w0, #0
    0xd65f_03c0, // ret
    0xd280_0e28, // 1: mov x8, #113
    0xd400_0001, // svc #0, and on into the `ret` behind
];
const RETURN: [u32; 1] = [0xd65f_03c0];
/// `clock_getres`.
const CLOCK_GETRES: [u32; 3] = [0xd280_0e48, 0xd400_0001, 0xd65f_03c0]; // mov x8, #114; svc #0; ret
/// `gettimeofday`.
const GETTIMEOFDAY: [u32; 3] = [0xd280_1528, 0xd400_0001, 0xd65f_03c0]; // mov x8, #169; svc #0; ret
/// Where a handler returns to; debuggers and unwinders know a frame by these two words.
const RT_SIGRETURN: [u32; 2] = [0xd280_1168, 0xd400_0001]; // mov x8, #139; svc #0

const FUNCTIONS: [(&str, &[&[u32]]); 4] = [
    ("__kernel_rt_sigreturn", &[&RT_SIGRETURN]),
    ("__kernel_clock_gettime", &[&CLOCK_GETTIME, &RETURN]),
    ("__kernel_clock_getres", &[&CLOCK_GETRES]),
    ("__kernel_gettimeofday", &[&GETTIMEOFDAY]),
];

/// The library.
#[derive(Debug)]
pub struct Vdso {
    /// Its bytes, as they are to lie in memory, at any page.
    pub bytes: Vec<u8>,
    /// How far behind the start the code lies that a handler returns to.
    pub sigreturn: u64,
}

/// Builds the library.
pub fn vdso() -> Vdso {
    let mut bytes = vec![0; CODE_AT];
    let mut names = Names(vec![0]);
    let mut symbols = vec![0; 24];
    for (name, parts) in FUNCTIONS {
        let at = bytes.len();
        parts.iter().copied().flatten().for_each(|word| bytes.extend(word.to_le_bytes()));
        symbols.extend(names.add(name).to_le_bytes());
        // A global function, defined in a section.
        symbols.extend([0x12, 0, 1, 0]);
        symbols.extend((at as u64).to_le_bytes());
        symbols.extend(((bytes.len() - at) as u64).to_le_bytes());
    }
    let (soname, version) = (names.add(NAME), names.add(VERSION));
    let count = FUNCTIONS.len() as u32 + 1;
    // One bucket: a chain through all symbols.
    let chain = (1..count).map(|next| if next + 1 < count { next + 1 } else { 0 });
    let hash: Vec<u32> = [1, count, 1, 0].into_iter().chain(chain).collect();
    let versions: Vec<u16> = (0..count).map(|index| if index == 0 { 0 } else { 2 }).collect();
    let definitions = [definition(1, NAME, soname, 28), definition(0, VERSION, version, 0)].concat();

    let hash_at = append(&mut bytes, &words(&hash));
    let symbols_at = append(&mut bytes, &symbols);
    let names_at = append(&mut bytes, &names.0);
    let versions_at =
        append(&mut bytes, &versions.iter().flat_map(|version| version.to_le_bytes()).collect::<Vec<_>>());
    let definitions_at = append(&mut bytes, &definitions);
    let dynamic = [
        (14, u64::from(soname)),
        (4, hash_at),
        (5, names_at),
        (6, symbols_at),
        (10, names.0.len() as u64),
        (11, 24),
        (0x6fff_fff0, versions_at),
        (0x6fff_fffc, definitions_at),
        (0x6fff_fffd, 2),
        (0, 0),
    ];
    let dynamic = longs(&dynamic.map(|(tag, value): (u64, u64)| [tag, value]).concat());
    let dynamic_at = append(&mut bytes, &dynamic);
    let len = bytes.len() as u64;
    let headers = [
        header(),
        program_header(1, 5, 0, len, 0x1000),
        program_header(2, 4, dynamic_at, dynamic.len() as u64, 8),
    ]
    .concat();
    bytes[..CODE_AT].copy_from_slice(&headers);
    Vdso { bytes, sigreturn: CODE_AT as u64 }
}

/// Strings, each ended by a zero.
struct Names(Vec<u8>);

impl Names {
    fn add(&mut self, name: &str) -> u32 {
        let at = self.0.len() as u32;
        self.0.extend(name.bytes().chain([0]));
        at
    }
}

/// Appends `part` at the next multiple of eight bytes, and says where that is.
fn append(bytes: &mut Vec<u8>, part: &[u8]) -> u64 {
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    let at = bytes.len() as u64;
    bytes.extend(part);
    at
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn longs(longs: &[u64]) -> Vec<u8> {
    longs.iter().flat_map(|long| long.to_le_bytes()).collect()
}

/// A version's definition and its name at `name_at`: the library's own (`base` 1), which is version 1, or version 2.
fn definition(base: u32, name: &str, name_at: u32, next: u32) -> Vec<u8> {
    let index = 2 - base;
    words(&[1 | base << 16, index | 1 << 16, hash(name), 20, next, name_at, 0])
}

/// The hash of a symbol's or version's name.
fn hash(name: &str) -> u32 {
    name.bytes().fold(0, |hash: u32, byte| {
        let sum = (hash << 4).wrapping_add(u32::from(byte));
        (sum ^ (sum & 0xf000_0000) >> 24) & 0x0fff_ffff
    })
}

/// A 64-bit little-endian shared library for AArch64 with two program headers and no sections.
fn header() -> Vec<u8> {
    let identification = 0x0001_0102_464c_457f;
    longs(&[identification, 0, 3 | 183 << 16 | 1 << 32, 0, 64, 0, 64 << 32 | 56 << 48, 2 | 64 << 16])
}

fn program_header(kind: u32, flags: u32, at: u64, len: u64, align: u64) -> Vec<u8> {
    [words(&[kind, flags]), longs(&[at, at, at, len, len, align])].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::Cpu;
    use crate::host::{self, Backing};
    use crate::interp::{self, BlockCache, Trap};
    use crate::isa::disassemble;
    use crate::mem::{AddressSpace, GuestAddr, MapRequest, Place, Prot};

    #[test]
    fn hashes_are_those_of_the_kernels_library() {
        assert_eq!(hash(VERSION), 0x075f_cb89);
        assert_eq!(hash("printf"), 0x0779_05a6);
    }

    #[test]
    fn the_code_is_what_the_comments_say() {
        let text = |word: &u32| disassemble(*word, 0);
        assert!(text(&CLOCK_GETTIME[1]).starts_with("b.ne"));
        assert_eq!(text(&CLOCK_GETTIME[6]), "msub x5, x4, x3, x2");
        assert_eq!(text(&CLOCK_GETTIME[7]), "stp x4, x5, [x1, #0]");
    }

    #[test]
    fn it_fits_into_a_page_and_its_symbols_lead_to_code() {
        let library = vdso();
        assert!(library.bytes.len() <= 4096);
        let at = library.sigreturn as usize;
        assert_eq!(library.bytes[at..at + 8], words(&RT_SIGRETURN));
    }

    #[test]
    fn the_monotonic_clock_takes_no_call_and_agrees_with_the_hosts() {
        const AT: u64 = 0x10_0000;
        let library = vdso();
        let space = AddressSpace::reserve().expect("a space");
        let map = |at, prot| {
            let request = MapRequest {
                place: Place::Fixed(at),
                len: 4096,
                prot: Prot(prot),
                backing: Backing::Anonymous,
                name: None,
            };
            space.map(&request).expect("a page");
        };
        map(AT, 7);
        map(AT + 0x1_0000, 3);
        space.mem().write(GuestAddr(AT), &library.bytes).expect("it is mapped");
        let mut cpu = Cpu::new(space.mem());
        let mut call = |clock: u64| {
            // Behind the two words of `rt_sigreturn`; its call stands for whoever asked for the time.
            cpu.pc = AT + library.sigreturn + 8;
            (cpu.x[0], cpu.x[1], cpu.x[8], cpu.x[30]) = (clock, AT + 0x1_0000, 0, AT + library.sigreturn + 4);
            assert_eq!(interp::run(&mut cpu, &space, &mut BlockCache::default()), Trap::Syscall);
            (cpu.x[0], cpu.x[8])
        };
        let before = host::monotonic_nanos();
        assert_eq!(call(1), (0, 0));
        let told = [0, 8].map(|at| space.mem().load::<u64>(GuestAddr(AT + 0x1_0000 + at)).expect("mapped"));
        let now = told[0] * 1_000_000_000 + told[1];
        assert!(told[1] < 1_000_000_000 && before <= now && now <= host::monotonic_nanos());
        assert_eq!(call(0), (0, 113));
    }
}
