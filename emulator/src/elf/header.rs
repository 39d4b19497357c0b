//! The headers of an ELF file.

use thiserror::Error;

/// Why a file cannot be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotElf {
    /// No `\x7fELF` at the start, or cut off.
    #[error("not an ELF file")]
    Magic,
    /// 32 bits, or big-endian.
    #[error("not a 64-bit little-endian ELF file")]
    Class,
    /// Built for another machine; the number is `e_machine`.
    #[error("an ELF file for another machine ({}), not AArch64", machine_name(*.0))]
    Machine(u16),
    /// Not an executable or shared object; the number is `e_type`.
    #[error("an ELF file of type {0}, not a program")]
    Kind(u16),
    /// The program headers are malformed; the text says how.
    #[error("a malformed ELF file: {0}")]
    Malformed(&'static str),
}

fn machine_name(machine: u16) -> &'static str {
    match machine {
        3 => "x86",
        40 => "Arm, 32 bits",
        62 => "x86-64",
        183 => "AArch64",
        243 => "RISC-V",
        _ => "unknown",
    }
}

/// How the addresses of a file are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// As they stand (`ET_EXEC`).
    Fixed,
    /// Relative to where it is put (`ET_DYN`).
    Relocatable,
}

/// A segment to be mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// `p_flags` as guest protection bits.
    pub prot: u32,
    /// Offset in the file.
    pub offset: u64,
    /// Address in memory, relative for [`Kind::Relocatable`].
    pub addr: u64,
    /// Bytes in the file.
    pub file_size: u64,
    /// Bytes in memory; at least `file_size`.
    pub size: u64,
}

/// What the headers say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// How addresses are meant.
    pub kind: Kind,
    /// The entry point.
    pub entry: u64,
    /// Offset of the program headers.
    pub headers_at: u64,
    /// How many program headers.
    pub header_count: u16,
    /// `PT_LOAD` segments by address.
    pub segments: Vec<Segment>,
    /// Offset and length of the interpreter's name.
    pub interpreter: Option<(u64, u64)>,
    /// Must the stack be executable (`PT_GNU_STACK`)?
    pub stack_executable: bool,
    /// The largest alignment a segment asks for.
    pub align: u64,
}

/// The size of a program header.
pub const HEADER_SIZE: u16 = 56;
/// More program headers than this do not fit into a page (kernel: `ELF_MIN_ALIGN`).
const MAX_HEADERS: u16 = 65536_u32.div_ceil(HEADER_SIZE as u32) as u16;

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

impl Header {
    /// Where the program headers lie, from the first 64 bytes of a file: offset and length.
    ///
    /// # Errors
    /// What makes it no AArch64 program.
    ///
    /// # Source
    /// System V ABI, "ELF header"; ELF for the Arm 64-bit Architecture (AArch64), 5.
    pub fn program_headers(start: &[u8]) -> Result<(u64, usize), NotElf> {
        if start.get(..4) != Some(b"\x7fELF") || start.len() < 64 {
            return Err(NotElf::Magic);
        }
        if start[4] != 2 || start[5] != 1 {
            return Err(NotElf::Class);
        }
        let machine = u16_at(start, 18).ok_or(NotElf::Magic)?;
        if machine != 183 {
            return Err(NotElf::Machine(machine));
        }
        let kind = u16_at(start, 16).ok_or(NotElf::Magic)?;
        if kind != 2 && kind != 3 {
            return Err(NotElf::Kind(kind));
        }
        let count = u16_at(start, 56).ok_or(NotElf::Magic)?;
        if u16_at(start, 54) != Some(HEADER_SIZE) || count == 0 || count > MAX_HEADERS {
            return Err(NotElf::Malformed("bad program header table"));
        }
        let at = u64_at(start, 32).ok_or(NotElf::Magic)?;
        Ok((at, usize::from(count) * usize::from(HEADER_SIZE)))
    }

    /// Reads the headers: the first 64 bytes of the file, and its program headers.
    ///
    /// # Errors
    /// What makes it no AArch64 program.
    ///
    /// # Source
    /// System V ABI, "Program header".
    pub fn parse(start: &[u8], table: &[u8]) -> Result<Header, NotElf> {
        let (headers_at, table_len) = Header::program_headers(start)?;
        if table.len() < table_len {
            return Err(NotElf::Malformed("program header table cut off"));
        }
        let mut header = Header {
            kind: if u16_at(start, 16) == Some(2) { Kind::Fixed } else { Kind::Relocatable },
            entry: u64_at(start, 24).ok_or(NotElf::Magic)?,
            headers_at,
            header_count: u16_at(start, 56).ok_or(NotElf::Magic)?,
            segments: Vec::new(),
            interpreter: None,
            stack_executable: false,
            align: 1,
        };
        for entry in table[..table_len].chunks_exact(usize::from(HEADER_SIZE)) {
            header.add(entry).ok_or(NotElf::Malformed("bad segment"))?;
        }
        if header.segments.is_empty() {
            return Err(NotElf::Malformed("no segment to load"));
        }
        if header.segments.is_sorted_by_key(|segment| segment.addr) {
            Ok(header)
        } else {
            Err(NotElf::Malformed("segments out of order"))
        }
    }

    fn add(&mut self, entry: &[u8]) -> Option<()> {
        let (kind, flags) = (u32_at(entry, 0)?, u32_at(entry, 4)?);
        let field = |index: usize| u64_at(entry, 8 + 8 * index);
        let (offset, addr, file_size, size, align) = (field(0)?, field(1)?, field(3)?, field(4)?, field(5)?);
        match kind {
            1 if size > 0 => {
                addr.checked_add(size)?;
                offset.checked_add(file_size).filter(|&end| end <= i64::MAX as u64)?;
                if file_size > size {
                    return None;
                }
                if align.is_power_of_two() {
                    self.align = self.align.max(align);
                }
                let prot = (flags >> 2 & 1) | (flags & 2) | (flags & 1) << 2;
                self.segments.push(Segment { prot, offset, addr, file_size, size });
            }
            3 if self.interpreter.is_none() => {
                // A name of at least one byte and its zero, no longer than a path.
                if !(2..=4096).contains(&file_size) {
                    return None;
                }
                self.interpreter = Some((offset, file_size));
            }
            0x6474_e551 => self.stack_executable = flags & 1 != 0,
            _ => {}
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn start(machine: u16, kind: u16, count: u16) -> Vec<u8> {
        let mut bytes = vec![0; 64];
        bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
        bytes[16..18].copy_from_slice(&kind.to_le_bytes());
        bytes[18..20].copy_from_slice(&machine.to_le_bytes());
        bytes[32] = 64;
        bytes[54] = 56;
        bytes[56..58].copy_from_slice(&count.to_le_bytes());
        bytes
    }

    #[test]
    fn each_defect_has_its_own_error() {
        assert_eq!(Header::program_headers(b"#!/bin/sh"), Err(NotElf::Magic));
        assert_eq!(Header::program_headers(&start(62, 2, 1)), Err(NotElf::Machine(62)));
        assert_eq!(Header::program_headers(&start(183, 1, 1)), Err(NotElf::Kind(1)));
        assert!(matches!(Header::program_headers(&start(183, 2, 0)), Err(NotElf::Malformed(_))));
        assert_eq!(Header::program_headers(&start(183, 2, 3)), Ok((64, 168)));
        let mut class = start(183, 2, 1);
        class[4] = 1;
        assert_eq!(Header::program_headers(&class), Err(NotElf::Class));
    }

    #[test]
    fn a_segment_is_read_with_its_protection() {
        let mut table = vec![0; 56];
        table[0] = 1;
        table[4] = 5;
        table[32] = 8;
        table[40] = 16;
        let header = Header::parse(&start(183, 3, 1), &table);
        let segment = Segment { prot: 5, offset: 0, addr: 0, file_size: 8, size: 16 };
        assert_eq!(header.map(|header| header.segments), Ok(vec![segment]));
        table[32] = 17;
        assert!(matches!(Header::parse(&start(183, 3, 1), &table), Err(NotElf::Malformed(_))));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(mut first in proptest::collection::vec(any::<u8>(), 64),
                                              table in proptest::collection::vec(any::<u8>(), 0..600)) {
            let _ = Header::parse(&first, &table);
            first[..20].copy_from_slice(&start(183, 3, 1)[..20]);
            first[54..58].copy_from_slice(&[56, 0, 3, 0]);
            let _ = Header::parse(&first, &table);
        }
    }
}
