//! Segments to memory.

use std::fs::File;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use super::header::{HEADER_SIZE, Header, Kind};
use crate::host::{self, Backing};
use crate::mem::{AddressSpace, GuestAddr, MapRequest, PIE_BASE, Place, Prot, SIZE};
use crate::syscall::Errno;

/// A program in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image {
    /// What was added to the file's addresses.
    pub bias: u64,
    /// The entry point.
    pub entry: u64,
    /// Where the program headers lie in memory, 0 if they do not.
    pub headers: u64,
    /// How many program headers.
    pub header_count: u64,
    /// The end of the last segment.
    pub end: u64,
}

/// Maps the segments of `file`, whose headers are `header`, and names them `name`.
///
/// A relocatable program with `interpreter` false goes to its own place, an interpreter wherever there is room.
///
/// # Errors
/// `ENOEXEC` for segments that cannot be mapped as they stand, `ENOMEM`, what the host refuses.
///
/// # Source
/// System V ABI, "Program loading"; the kernel's fs/binfmt_elf.c names the errors.
pub fn load(
    space: &AddressSpace,
    file: &File,
    header: &Header,
    name: &Arc<[u8]>,
    interpreter: bool,
) -> Result<Image, Errno> {
    let page = host::page_size();
    let first = header.segments.first().ok_or(Errno::ENOEXEC)?.addr & !(page - 1);
    let end =
        header.segments.iter().map(|segment| segment.addr + segment.size).max().ok_or(Errno::ENOEXEC)?;
    let span = space.round_up(end).ok_or(Errno::ENOEXEC)? - first;
    if span > SIZE {
        return Err(Errno::ENOMEM);
    }
    let bias = match header.kind {
        Kind::Fixed => 0,
        Kind::Relocatable => reserve(space, span, header.align.max(page), interpreter)?.wrapping_sub(first),
    };
    for segment in &header.segments {
        let at = segment.addr.wrapping_add(bias);
        let inner = at & (page - 1);
        if inner != segment.offset & (page - 1) {
            return Err(Errno::ENOEXEC);
        }
        let file_end = at.checked_add(segment.file_size).ok_or(Errno::ENOEXEC)?;
        let memory_end = at.checked_add(segment.size).ok_or(Errno::ENOEXEC)?;
        let mut mapped_end = at - inner;
        if segment.file_size > 0 {
            let len = segment.file_size + inner;
            let offset = (segment.offset - inner) as i64;
            map(space, mapped_end, len, segment.prot, Backing::File { fd: file.as_raw_fd(), offset }, name)?;
            mapped_end = space.round_up(file_end).ok_or(Errno::ENOEXEC)?;
            if segment.size > segment.file_size && segment.prot & 2 != 0 {
                // To the end of the page, as Linux does: a C library's first allocations lie there.
                let tail = (mapped_end - file_end) as usize;
                space.mem().write(GuestAddr(file_end), &vec![0; tail]).map_err(|_| Errno::ENOEXEC)?;
            }
        }
        if memory_end > mapped_end {
            map_zeroes(space, mapped_end, memory_end - mapped_end, segment.prot)?;
        }
    }
    Ok(Image {
        bias,
        entry: header.entry.wrapping_add(bias),
        headers: headers_in_memory(header).map_or(0, |at| at.wrapping_add(bias)),
        header_count: u64::from(header.header_count),
        end: end.wrapping_add(bias),
    })
}

impl Header {
    /// Reads the headers of `file`.
    ///
    /// # Errors
    /// What makes it no AArch64 program; a file that cannot be read is [`super::NotElf::Magic`].
    pub fn read(file: &File) -> Result<Header, super::NotElf> {
        let mut start = [0; 64];
        file.read_exact_at(&mut start, 0).map_err(|_| super::NotElf::Magic)?;
        let (at, len) = Header::program_headers(&start)?;
        let mut table = vec![0; len];
        file.read_exact_at(&mut table, at)
            .map_err(|_| super::NotElf::Malformed("program header table cut off"))?;
        Header::parse(&start, &table)
    }

    /// Reads the interpreter's name, if there is one.
    ///
    /// # Errors
    /// `ENOEXEC` when the name is not there or not ended by a zero.
    pub fn interpreter_name(&self, file: &File) -> Result<Option<Vec<u8>>, Errno> {
        let Some((at, len)) = self.interpreter else { return Ok(None) };
        let mut name = vec![0; len as usize];
        file.read_exact_at(&mut name, at).map_err(|_| Errno::ENOEXEC)?;
        if name.pop() != Some(0) {
            return Err(Errno::ENOEXEC);
        }
        let end = name.iter().position(|&byte| byte == 0).unwrap_or(name.len());
        name.truncate(end);
        Ok(Some(name))
    }
}

fn headers_in_memory(header: &Header) -> Option<u64> {
    let len = u64::from(header.header_count) * u64::from(HEADER_SIZE);
    header.segments.iter().find_map(|segment| {
        let inner = header.headers_at.checked_sub(segment.offset)?;
        (inner.checked_add(len)? <= segment.file_size).then(|| segment.addr + inner)
    })
}

fn reserve(space: &AddressSpace, span: u64, align: u64, interpreter: bool) -> Result<u64, Errno> {
    let slack = if align > host::page_size() { align } else { 0 };
    let place = if interpreter { Place::Hint(0) } else { Place::Hint(PIE_BASE) };
    let len = span.checked_add(slack).ok_or(Errno::ENOMEM)?;
    let request = MapRequest { place, len, prot: Prot::NONE, backing: Backing::Anonymous, name: None };
    let at = space.map(&request)?;
    space.unmap(at, len)?;
    Ok((at + slack) & !(align - 1))
}

fn map(
    space: &AddressSpace,
    at: u64,
    len: u64,
    prot: u32,
    backing: Backing,
    name: &Arc<[u8]>,
) -> Result<(), Errno> {
    let name = Some(Arc::clone(name));
    space.map(&MapRequest { place: Place::Fixed(at), len, prot: Prot(prot), backing, name }).map(drop)
}

fn map_zeroes(space: &AddressSpace, at: u64, len: u64, prot: u32) -> Result<(), Errno> {
    let request = MapRequest {
        place: Place::Fixed(at),
        len,
        prot: Prot(prot),
        backing: Backing::Anonymous,
        name: None,
    };
    space.map(&request).map(drop)
}
