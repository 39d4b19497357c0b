//! `struct linux_dirent64`: inode, position of the next (8 each), length (2), type (1), the name and a zero.

/// Bytes before the name.
const HEADER: usize = 19;

/// One record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dirent<'a> {
    /// Inode number.
    pub ino: u64,
    /// Position of the record after it.
    pub next: i64,
    /// `DT_*`.
    pub kind: u8,
    /// The name, without its zero.
    pub name: &'a [u8],
}

impl Dirent<'_> {
    /// Its size in bytes.
    pub fn size(&self) -> usize {
        (HEADER + self.name.len() + 1).next_multiple_of(8)
    }

    /// Appends it to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let end = out.len() + self.size();
        out.extend_from_slice(&self.ino.to_le_bytes());
        out.extend_from_slice(&self.next.to_le_bytes());
        out.extend_from_slice(&(self.size() as u16).to_le_bytes());
        out.push(self.kind);
        out.extend_from_slice(self.name);
        out.resize(end, 0);
    }
}

/// The records in a buffer; stops at the first that is cut off or malformed.
#[derive(Debug)]
pub struct Dirents<'a>(&'a [u8]);

impl<'a> Dirents<'a> {
    /// The records in `bytes`.
    pub fn new(bytes: &'a [u8]) -> Dirents<'a> {
        Dirents(bytes)
    }
}

impl<'a> Iterator for Dirents<'a> {
    type Item = Dirent<'a>;

    fn next(&mut self) -> Option<Dirent<'a>> {
        let field = |at: usize| self.0.get(at..at + 8)?.try_into().ok().map(u64::from_le_bytes);
        let (ino, next) = (field(0)?, field(8)?);
        let size = usize::from(u16::from_le_bytes(self.0.get(16..18)?.try_into().ok()?));
        let record = self.0.get(..size)?;
        let name = record.get(HEADER..)?.split(|&byte| byte == 0).next()?;
        let entry = Dirent { ino, next: next as i64, kind: *record.get(18)?, name };
        self.0 = &self.0[size..];
        Some(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_survive_encoding() {
        let entries = [
            Dirent { ino: 1, next: 24, kind: 4, name: b"." },
            Dirent { ino: 9, next: 56, kind: 8, name: b"a long enough name" },
        ];
        let mut bytes = Vec::new();
        entries.iter().for_each(|entry| entry.encode(&mut bytes));
        assert_eq!(bytes.len() % 8, 0);
        assert_eq!(bytes[16..19], [24, 0, 4]);
        assert_eq!(Dirents::new(&bytes).collect::<Vec<_>>(), entries);
        assert_eq!(Dirents::new(&bytes[..bytes.len() - 1]).count(), 1);
        assert_eq!(Dirents::new(&[0; 40]).count(), 0);
    }
}
