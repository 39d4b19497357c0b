//! Runs records in the guest program under qemu.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use matrix::fixture::{Cache, Lines, Lock, ensure};

use super::record::{BATCH, CODE, Record, SLOT_BYTES};

/// The model whose features are ours: Armv8.2 with half precision, dot product, LRCPC, AES, SHA-1, SHA-256, CRC-32.
const MODEL: &str = "cortex-a76";

pub struct Oracle {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
}

impl Oracle {
    pub fn start() -> Oracle {
        let mut child = spawn(
            &tool("ELFUSE_ORACLE_QEMU", "qemu-aarch64", "qemu-aarch64"),
            &tool("ELFUSE_ORACLE_GUEST", "guest-agreement", "agree"),
        );
        let input = child.stdin.take().expect("piped");
        let output = child.stdout.take().expect("piped");
        Oracle { child, input, output }
    }

    /// The states after `records`, in their order.
    pub fn run(&mut self, records: &[Record]) -> Vec<Record> {
        let count = records.len().next_multiple_of(BATCH);
        let mut bytes = Vec::with_capacity(count * Record::BYTES);
        records.iter().for_each(|record| record.put(&mut bytes));
        // The rest of the last batch only stops.
        for i in records.len()..count {
            Record::idle(slot(i)).put(&mut bytes);
        }
        let mut results = vec![0; bytes.len()];
        std::thread::scope(|scope| {
            let input = &mut self.input;
            scope.spawn(move || input.write_all(&bytes).and_then(|()| input.flush()));
            if let Err(error) = self.output.read_exact(&mut results) {
                panic!("the guest program ended early: {error}; {:?}", self.child.wait());
            }
        });
        results.chunks_exact(Record::BYTES).take(records.len()).map(Record::take).collect()
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        // It ends by itself where its input ends; this is for the way of a panic.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address of the slot of record `index`.
pub fn slot(index: usize) -> u64 {
    CODE + (index % BATCH) as u64 * SLOT_BYTES
}

/// The program that `variable` names, else `program` of `fixture`, which is built if it is not there yet.
fn tool(variable: &str, fixture: &str, program: &str) -> PathBuf {
    if let Some(path) = std::env::var_os(variable) {
        return path.into();
    }
    let provided = Lock::load(Path::new(env!("CARGO_MANIFEST_DIR"))).and_then(|lock| {
        let cache = Cache::open()?;
        ensure(&lock, &cache, &[fixture], &Lines::default())
    });
    match provided.as_deref() {
        Ok([found]) => found.program(program),
        Ok(_) => panic!("one fixture was asked for"),
        Err(error) => panic!("{error}"),
    }
}

#[allow(clippy::disallowed_methods, reason = "a test's own child, piped at both ends")]
fn spawn(qemu: &PathBuf, guest: &PathBuf) -> Child {
    Command::new(qemu)
        .args(["-cpu", MODEL])
        .arg(guest)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", qemu.display()))
}
