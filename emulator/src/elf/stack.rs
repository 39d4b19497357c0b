//! The initial stack: arguments, environment, auxiliary vector.

use std::sync::Arc;

use super::load::Image;
use crate::cpu::{hwcap, hwcap2};
use crate::host::{self, Backing};
use crate::mem::{AddressSpace, GuestAddr, MapRequest, Place, Prot, STACK_END};
use crate::syscall::Errno;

/// What goes onto the stack.
#[derive(Clone, Debug)]
pub struct StackInput<'a> {
    /// The arguments.
    pub args: &'a [Vec<u8>],
    /// The environment, `NAME=value` each.
    pub env: &'a [Vec<u8>],
    /// The path that was executed.
    pub exec_path: &'a [u8],
    /// The program.
    pub image: &'a Image,
    /// Where the interpreter was put.
    pub interpreter: Option<u64>,
    /// Where the kernel's library was put.
    pub vdso: u64,
    /// Real, effective user, real, effective group.
    pub ids: [u32; 4],
    /// Bytes (`RLIMIT_STACK`).
    pub size: u64,
    /// Must it be executable?
    pub executable: bool,
    /// Sixteen random bytes.
    pub random: [u8; 16],
}

/// What was put where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stack {
    /// The initial stack pointer.
    pub pointer: u64,
    /// Start and end of the arguments' strings, in a row.
    pub args: (u64, u64),
    /// Start and end of the environment's strings, in a row.
    pub env: (u64, u64),
    /// The auxiliary vector, as bytes.
    pub auxv: Vec<u8>,
}

/// The smallest stack, in bytes.
const MIN_SIZE: u64 = 256 << 10;
/// The largest, also when there is no limit.
const MAX_SIZE: u64 = 1 << 30;
/// The largest argument string (kernel: `MAX_ARG_STRLEN`).
const MAX_STRING: usize = 128 << 10;

struct Writer<'a> {
    space: &'a AddressSpace,
    at: u64,
    low: u64,
}

impl Writer<'_> {
    fn push(&mut self, bytes: &[u8]) -> Result<u64, Errno> {
        let at = self.at.checked_sub(bytes.len() as u64).filter(|&at| at >= self.low).ok_or(Errno::E2BIG)?;
        self.space.mem().write(GuestAddr(at), bytes).map_err(|_| Errno::EFAULT)?;
        self.at = at;
        Ok(at)
    }

    /// Pushes `strings` so that they lie in order; gives their addresses.
    fn push_strings(&mut self, strings: &[Vec<u8>]) -> Result<Vec<u64>, Errno> {
        let mut addresses = Vec::with_capacity(strings.len());
        for string in strings.iter().rev() {
            if string.len() >= MAX_STRING {
                return Err(Errno::E2BIG);
            }
            self.push(&[0])?;
            addresses.push(self.push(string)?);
        }
        addresses.reverse();
        Ok(addresses)
    }
}

/// Maps the stack and fills it.
///
/// # Errors
/// `E2BIG` when arguments and environment need more than a quarter of the stack, `ENOMEM`.
///
/// # Source
/// System V ABI, AArch64 supplement ("process initialisation"); getauxval(3); execve(2), "Limits".
pub fn build(space: &AddressSpace, input: &StackInput<'_>) -> Result<Stack, Errno> {
    let page = host::page_size();
    let size = input.size.clamp(MIN_SIZE, MAX_SIZE) & !(page - 1);
    let low = STACK_END - size;
    let request = MapRequest {
        place: Place::Fixed(low),
        len: size,
        prot: Prot(if input.executable { 7 } else { 3 }),
        backing: Backing::Anonymous,
        name: Some(Arc::from(&b"[stack]"[..])),
    };
    space.map(&request)?;
    let quarter = (size / 4).max(128 << 10);
    let mut writer = Writer { space, at: STACK_END - 8, low: STACK_END - quarter };
    let exec_path = writer.push(&[input.exec_path, &[0]].concat())?;
    let env_end = writer.at;
    let env = writer.push_strings(input.env)?;
    let args_end = writer.at;
    let args = writer.push_strings(input.args)?;
    let strings_start = writer.at;
    writer.at &= !15;
    let platform = writer.push(b"aarch64\0")?;
    let random = writer.push(&input.random)?;
    let auxv = auxiliary_vector(input, page, [platform, random, exec_path]);
    let mut words: Vec<u64> = vec![args.len() as u64];
    words.extend_from_slice(&args);
    words.push(0);
    words.extend_from_slice(&env);
    words.push(0);
    words.extend(auxv.iter().flat_map(|&(kind, value)| [kind, value]));
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    writer.at = (writer.at & !15) - (bytes.len() as u64).next_multiple_of(16) + bytes.len() as u64;
    let pointer = writer.push(&bytes)?;
    Ok(Stack {
        pointer,
        args: (strings_start, args_end),
        env: (args_end, env_end),
        auxv: auxv.iter().flat_map(|&(kind, value)| [kind, value]).flat_map(u64::to_le_bytes).collect(),
    })
}

fn auxiliary_vector(input: &StackInput<'_>, page: u64, at: [u64; 3]) -> Vec<(u64, u64)> {
    let [platform, random, exec_path] = at;
    let [uid, euid, gid, egid] = input.ids.map(u64::from);
    vec![
        (33, input.vdso),
        (16, hwcap()),
        (6, page),
        (17, 100),
        (3, input.image.headers),
        (4, 56),
        (5, input.image.header_count),
        (7, input.interpreter.unwrap_or(0)),
        (8, 0),
        (9, input.image.entry),
        (11, uid),
        (12, euid),
        (13, gid),
        (14, egid),
        (23, 0),
        (25, random),
        (26, hwcap2()),
        (31, exec_path),
        (15, platform),
        (0, 0),
    ]
}
