//! A state, as it goes to the guest program and comes back; the layout is that of `struct record` there.

pub const BATCH: usize = 64;
pub const WORDS: usize = 4;
pub const SLOT_BYTES: u64 = 64;
pub const CODE: u64 = 0x40_0000_0000;
/// The code buffer reaches so far on both sides of [`CODE`].
pub const CODE_MARGIN: u64 = 0x1_0000;
/// The data page; nothing is mapped behind it.
pub const DATA: u64 = 0x40_0004_0000;
pub const DATA_BYTES: u64 = 0x1000;
pub const WINDOW_BYTES: usize = 512;
/// The window is the end of the data page.
pub const WINDOW: u64 = DATA + DATA_BYTES - WINDOW_BYTES as u64;
/// What surrounds every word.
pub const BRK: u32 = 0xd420_0000;

#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    pub x: [u64; 31],
    pub sp: u64,
    pub pc: u64,
    pub nzcv: u64,
    pub fpcr: u64,
    pub fpsr: u64,
    pub tpidr: u64,
    /// 0 on the way in.
    pub signal: u64,
    pub code: u64,
    pub address: u64,
    pub words: [u32; WORDS],
    pub v: [u128; 32],
    pub window: [u8; WINDOW_BYTES],
}

impl Record {
    pub const BYTES: usize = 8 * (31 + 9) + 4 * WORDS + 512 + WINDOW_BYTES;

    /// A record that only stops.
    pub fn idle(pc: u64) -> Record {
        Record {
            x: [0; 31],
            sp: WINDOW,
            pc,
            nzcv: 0,
            fpcr: 0,
            fpsr: 0,
            tpidr: 0,
            signal: 0,
            code: 0,
            address: 0,
            words: [BRK; WORDS],
            v: [0; 32],
            window: [0; WINDOW_BYTES],
        }
    }

    /// How many words run before the BRK behind them.
    pub fn length(&self) -> u64 {
        self.words.iter().take_while(|&&word| word != BRK).count().max(1) as u64
    }

    pub fn put(&self, out: &mut Vec<u8>) {
        let scalars = [
            self.sp,
            self.pc,
            self.nzcv,
            self.fpcr,
            self.fpsr,
            self.tpidr,
            self.signal,
            self.code,
            self.address,
        ];
        self.x.iter().chain(&scalars).for_each(|value| out.extend(value.to_le_bytes()));
        self.words.iter().for_each(|word| out.extend(word.to_le_bytes()));
        self.v.iter().for_each(|value| out.extend(value.to_le_bytes()));
        out.extend(self.window);
    }

    pub fn take(bytes: &[u8]) -> Record {
        let mut record = Record::idle(0);
        let mut words = bytes.chunks_exact(8).map(|chunk| u64::from_le_bytes(chunk.try_into().expect("8")));
        let mut next = || words.next().expect("a whole record");
        record.x.fill_with(&mut next);
        for field in [
            &mut record.sp,
            &mut record.pc,
            &mut record.nzcv,
            &mut record.fpcr,
            &mut record.fpsr,
            &mut record.tpidr,
            &mut record.signal,
            &mut record.code,
            &mut record.address,
        ] {
            *field = next();
        }
        for pair in record.words.chunks_exact_mut(2) {
            let both = next();
            (pair[0], pair[1]) = (both as u32, (both >> 32) as u32);
        }
        record.v.fill_with(|| u128::from(next()) | u128::from(next()) << 64);
        record.window.copy_from_slice(&bytes[Record::BYTES - WINDOW_BYTES..Record::BYTES]);
        record
    }
}
