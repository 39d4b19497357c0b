//! Steps of a change at which a test may kill the emulator.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::host;

/// Which operation a step belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Making a name: of a file, directory, node, symbolic link or socket.
    Create,
    /// Making a second name of an object.
    Link,
    /// Moving or exchanging names.
    Rename,
    /// Removing a name.
    Unlink,
}

/// A step of a change, in the order in which they come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The locks are held; nothing is changed.
    Locked,
    /// The new index's file exists, without content.
    Opened,
    /// The new index is written, not on its device yet.
    Written,
    /// The new index is on its device, not published.
    Synced,
    /// The new index is published.
    Published,
    /// The object is made, moved or removed.
    Moved,
    /// Everything is done; the locks are still held.
    Done,
}

/// Every name that `--failpoint` takes: the operation, a hyphen, the step.
pub const NAMES: [&str; 28] = [
    "create-locked",
    "create-opened",
    "create-written",
    "create-synced",
    "create-published",
    "create-moved",
    "create-done",
    "link-locked",
    "link-opened",
    "link-written",
    "link-synced",
    "link-published",
    "link-moved",
    "link-done",
    "rename-locked",
    "rename-opened",
    "rename-written",
    "rename-synced",
    "rename-published",
    "rename-moved",
    "rename-done",
    "unlink-locked",
    "unlink-opened",
    "unlink-written",
    "unlink-synced",
    "unlink-published",
    "unlink-moved",
    "unlink-done",
];

struct Armed {
    /// Its place in [`NAMES`].
    at: usize,
    /// How many times more it is reached, the last one included.
    left: AtomicU32,
}

static ARMED: OnceLock<Armed> = OnceLock::new();

/// Lets this process, and its children, die of `SIGKILL` when step `name` is reached for the `count`th time.
/// Unknown names and a second call change nothing.
pub fn arm(name: &str, count: u32) {
    if let Some(at) = NAMES.iter().position(|known| *known == name) {
        let _ = ARMED.set(Armed { at, left: AtomicU32::new(count) });
    }
}

/// A step is reached.
pub fn reach(operation: Operation, step: Step) {
    let Some(armed) = ARMED.get() else { return };
    if armed.at == operation as usize * 7 + step as usize && armed.left.fetch_sub(1, Ordering::Relaxed) == 1 {
        host::die_by(SIGKILL);
    }
}

const SIGKILL: i32 = 9;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_follow_operations_and_steps() {
        let operations = [Operation::Create, Operation::Link, Operation::Rename, Operation::Unlink];
        let steps = [
            Step::Locked,
            Step::Opened,
            Step::Written,
            Step::Synced,
            Step::Published,
            Step::Moved,
            Step::Done,
        ];
        let pairs = operations.iter().flat_map(|operation| steps.map(|step| (*operation, step)));
        for (at, (operation, step)) in pairs.enumerate() {
            assert_eq!(operation as usize * 7 + step as usize, at);
            assert_eq!(NAMES[at], format!("{operation:?}-{step:?}").to_lowercase());
        }
    }
}
