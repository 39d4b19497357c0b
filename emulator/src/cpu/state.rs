//! Registers of one guest thread.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use crate::host;
use crate::interp::Trap;
use crate::mem::Mem;

/// The index of the stack pointer in [`Cpu::x`].
pub const SP: u8 = 31;
/// The index that reads as zero; nothing ever writes it.
pub const ZERO: u8 = 32;
/// The index that swallows writes to the zero register; nothing ever reads it.
pub const ZERO_SINK: u8 = 33;

/// Condition flags, packed as in PSTATE: N is bit 31, Z 30, C 29, V 28.
pub type Nzcv = u32;

/// A vector register: 16 bytes, lane 0 first. Bytes and not an integer, because the compiler vectorises loops over
/// the lanes of an array, never over the bits of a `u128`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, align(16))]
pub struct Vector(pub [u8; 16]);

impl Default for Vector {
    // By hand, because the array's own is called rather than inlined.
    #[inline(always)]
    fn default() -> Vector {
        Vector([0; 16])
    }
}

impl From<u128> for Vector {
    #[inline(always)]
    fn from(value: u128) -> Vector {
        Vector(value.to_le_bytes())
    }
}

impl From<Vector> for u128 {
    #[inline(always)]
    fn from(vector: Vector) -> u128 {
        u128::from_le_bytes(vector.0)
    }
}

/// The exclusive monitor: what the last load-exclusive saw.
#[derive(Clone, Copy, Debug, Default)]
pub struct Exclusive {
    /// The address, untagged; meaningless while `bytes` is 0.
    pub addr: u64,
    /// The value seen there.
    pub value: u128,
    /// The width in bytes, 0 when the monitor is clear.
    pub bytes: u8,
}

/// The state of one guest processor. Plain data but for the handle on memory.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub struct Cpu {
    /// x0–x30, [`SP`], [`ZERO`], [`ZERO_SINK`]; 64 long so that an index of six bits needs no check.
    pub x: [u64; 64],
    /// v0–v31, little-endian lanes.
    pub v: [Vector; 32],
    /// The next instruction.
    pub pc: u64,
    /// Condition flags.
    pub nzcv: Nzcv,
    /// Floating-point control.
    pub fpcr: u32,
    /// Floating-point status, but for what [`Cpu::settle_float`] adds.
    pub fpsr: u32,
    /// TPIDR_EL0.
    pub tpidr: u64,
    /// The exclusive monitor.
    pub exclusive: Exclusive,
    /// Guest memory.
    pub mem: Mem,
    /// What ended the last instruction, when its [`crate::interp::Flow`] was `Trap`.
    pub trap: Trap,
    /// Not zero when the thread must leave the interpreter at the next block boundary.
    pub interrupt: Arc<AtomicU32>,
    /// What translated code has of its own.
    pub engine: Engine,
}

/// What translated code keeps beside the architecture's state, within reach of its state pointer. The engine sets the
/// addresses anew at each entry, so copies of the state may carry stale ones.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct Engine {
    /// The condition flags in the host's layout, as wide as code stores them; [`Cpu::nzcv`] has them outside translated code.
    pub flags: u16,
    /// The host's flags at the last fault.
    pub fault_flags: u16,
    /// The host address of [`Cpu::interrupt`]'s word.
    pub interrupt: usize,
    /// The host address of the thread's table of branch targets.
    pub table: usize,
    /// The host address of guest address 0.
    pub memory: usize,
    /// Addresses from here on are not the guest's.
    pub limit: u64,
    /// Not zero while the host's floating-point status has flags of the guest's, and traps invalid operations.
    pub float: u32,
    /// What floating-point code combines operands with.
    pub masks: Masks,
    /// The host's general registers at the last fault, by their numbers.
    pub host: [u64; 16],
    /// The host's vector registers at the last fault.
    pub vectors: [Vector; 16],
    /// What of the guest's stands in host registers that one instruction needs for itself, meanwhile.
    pub spilled: [u64; 2],
}

/// Constant vectors for translated code.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Masks {
    /// The sign bit, for each width of lanes: of the lowest lane, of all lanes.
    pub sign: [[Vector; 2]; 2],
    /// All bits but that.
    pub magnitude: [[Vector; 2]; 2],
    /// The condition flags of a comparison in the host's layout: greater, less, equal, unordered.
    pub compared: [u32; 4],
}

impl Default for Masks {
    fn default() -> Masks {
        let (single, double) = (1_u128 << 31, 1_u128 << 63);
        let (singles, doubles) = (single | single << 32 | single << 64 | single << 96, double | double << 64);
        let of = |bits: [u128; 2]| bits.map(Vector::from);
        Masks {
            sign: [of([single, singles]), of([double, doubles])],
            magnitude: [of([single - 1, !singles]), of([double - 1, !doubles])],
            compared: [0, 0x8100, 0x4000, 0x0001],
        }
    }
}

impl Cpu {
    /// A processor with all registers zero.
    pub fn new(mem: Mem) -> Cpu {
        Cpu {
            x: [0; 64],
            v: [Vector::default(); 32],
            pc: 0,
            nzcv: 0,
            fpcr: 0,
            fpsr: 0,
            tpidr: 0,
            exclusive: Exclusive::default(),
            mem,
            trap: Trap::Interrupted,
            interrupt: Arc::default(),
            engine: Engine::default(),
        }
    }

    /// Makes it as a new program finds it: all registers zero but for `pc` and the stack pointer.
    pub fn reset(&mut self, pc: u64, stack: u64) {
        self.settle_float();
        let interrupt = Arc::clone(&self.interrupt);
        *self = Cpu { pc, interrupt, ..Cpu::new(self.mem) };
        self.set_reg(SP, stack);
    }

    /// The register at `index` (0–63).
    #[inline(always)]
    pub fn reg(&self, index: u8) -> u64 {
        self.x[usize::from(index & 63)]
    }

    /// Writes the register at `index` (0–63).
    #[inline(always)]
    pub fn set_reg(&mut self, index: u8, value: u64) {
        self.x[usize::from(index & 63)] = value;
    }

    /// The vector register at `index` (0–31).
    #[inline(always)]
    pub fn vec(&self, index: u8) -> u128 {
        self.vector(index).into()
    }

    /// Writes the vector register at `index` (0–31), all 128 bits.
    #[inline(always)]
    pub fn set_vec(&mut self, index: u8, value: u128) {
        self.set_vector(index, value.into());
    }

    /// The vector register at `index` (0–31), for lane loops.
    #[inline(always)]
    pub fn vector(&self, index: u8) -> Vector {
        self.v[usize::from(index & 31)]
    }

    /// Writes the vector register at `index` (0–31), all 128 bits, after a lane loop.
    #[inline(always)]
    pub fn set_vector(&mut self, index: u8, value: Vector) {
        self.v[usize::from(index & 31)] = value;
    }

    /// Puts into [`Cpu::fpsr`] what the host saw in translated code, and lets the host compute without traps. Call
    /// before the status is read or replaced, and before the host computes for the guest.
    #[inline(always)]
    pub fn settle_float(&mut self) {
        if self.engine.float != 0 {
            self.settle_float_now();
        }
    }

    #[cold]
    fn settle_float_now(&mut self) {
        self.fpsr |= host::float::seen();
        host::float::settle();
        self.engine.float = 0;
    }

    /// Makes translated code's arithmetic the guest's.
    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    pub(crate) fn arm_float(&mut self) {
        if self.engine.float == 0 {
            host::float::arm();
            self.engine.float = 1;
        }
    }

    /// A copy for another thread, whose host status has nothing of it.
    pub fn copy_for_thread(&self) -> Cpu {
        let mut copy = self.clone();
        if self.engine.float != 0 {
            copy.fpsr |= host::float::seen();
            copy.engine.float = 0;
        }
        copy
    }

    /// The stack pointer.
    #[inline(always)]
    pub fn sp(&self) -> u64 {
        self.x[usize::from(SP)]
    }
}
