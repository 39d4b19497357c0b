//! What the emulator says of its own ending: one line of JSON on the status descriptor.

use serde::Deserialize;

use crate::host::{SIGKILL, WaitStatus};
use crate::verdict::{Ending, signal_name};

/// Bytes of the status descriptor that are read; what follows is a fault of the emulator.
pub(super) const MAX_STATUS: usize = 64 * 1024;

#[derive(Debug, Deserialize)]
#[serde(tag = "ending", rename_all = "kebab-case")]
enum Status {
    Exit { status: u8 },
    Signal { signal: u8 },
    Unsupported { what: String },
    EmulatorBug { what: String },
    Host { what: String },
}

/// The ending of an emulator that wrote `bytes` to its status descriptor and ended with `wait`.
///
/// Without a whole line the emulator failed, whatever its exit status is; only SIGKILL cannot have come from itself
/// and passes on what happened to the guest.
pub(super) fn ending(bytes: &[u8], wait: WaitStatus) -> Ending {
    let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else {
        return match wait {
            WaitStatus::Signaled(SIGKILL) => Ending::GuestSignal { signal: SIGKILL },
            _ => Ending::EmulatorCrash { detail: format!("it ended by {} and did not say why", words(wait)) },
        };
    };
    let line = &bytes[..end];
    match serde_json::from_slice(line) {
        Ok(Status::Exit { status }) if wait == WaitStatus::Exited(status) => Ending::GuestExit { status },
        Ok(Status::Exit { status }) => Ending::EmulatorCrash {
            detail: format!("it said exit status {status} but ended by {}", words(wait)),
        },
        Ok(Status::Signal { signal }) => Ending::GuestSignal { signal },
        Ok(Status::Unsupported { what }) => Ending::Unsupported { what },
        Ok(Status::EmulatorBug { what }) => Ending::EmulatorCrash { detail: what },
        Ok(Status::Host { what }) => Ending::HostError { detail: what },
        Err(problem) => Ending::EmulatorCrash {
            detail: format!(
                "its status line `{}` is not understood: {problem}",
                String::from_utf8_lossy(line)
            ),
        },
    }
}

/// The ending of a target that says nothing of itself.
pub(super) fn ending_from_wait(wait: WaitStatus) -> Ending {
    match wait {
        WaitStatus::Exited(status) => Ending::GuestExit { status },
        WaitStatus::Signaled(signal) => Ending::GuestSignal { signal },
    }
}

fn words(wait: WaitStatus) -> String {
    match wait {
        WaitStatus::Exited(status) => format!("exit status {status}"),
        WaitStatus::Signaled(signal) => signal_name(signal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OK: WaitStatus = WaitStatus::Exited(0);

    #[test]
    fn every_line_has_its_ending() {
        assert_eq!(ending(b"{\"ending\":\"exit\",\"status\":0}\n", OK), Ending::GuestExit { status: 0 });
        let signal = b"{\"ending\":\"signal\",\"signal\":11,\"reason\":\"SIGSEGV at pc 0x1 address 0x0\"}\n";
        assert_eq!(ending(signal, WaitStatus::Signaled(11)), Ending::GuestSignal { signal: 11 });
        let unsupported = b"{\"ending\":\"unsupported\",\"what\":\"instruction 0x1\"}\n";
        assert_eq!(
            ending(unsupported, WaitStatus::Exited(70)),
            Ending::Unsupported { what: "instruction 0x1".into() }
        );
        let bug = b"{\"ending\":\"emulator-bug\",\"what\":\"w\"}\n";
        assert_eq!(ending(bug, WaitStatus::Exited(71)), Ending::EmulatorCrash { detail: "w".into() });
        let host = b"{\"ending\":\"host\",\"what\":\"w\"}\n";
        assert_eq!(ending(host, WaitStatus::Exited(72)), Ending::HostError { detail: "w".into() });
    }

    #[test]
    fn silence_is_a_crash_whatever_the_status() {
        for wait in [OK, WaitStatus::Exited(1), WaitStatus::Signaled(11)] {
            assert!(matches!(ending(b"", wait), Ending::EmulatorCrash { .. }), "{wait:?}");
            assert!(matches!(
                ending(b"{\"ending\":\"exit\",\"status\":0}", wait),
                Ending::EmulatorCrash { .. }
            ));
        }
        assert_eq!(ending(b"", WaitStatus::Signaled(9)), Ending::GuestSignal { signal: 9 });
    }

    #[test]
    fn a_claim_that_the_kernel_contradicts_is_a_crash() {
        let line = b"{\"ending\":\"exit\",\"status\":0}\n";
        assert!(matches!(ending(line, WaitStatus::Signaled(11)), Ending::EmulatorCrash { .. }));
        assert!(matches!(ending(b"nonsense\n", OK), Ending::EmulatorCrash { .. }));
    }

    #[test]
    fn other_targets_end_as_the_kernel_says() {
        assert_eq!(ending_from_wait(WaitStatus::Exited(124)), Ending::GuestExit { status: 124 });
        assert_eq!(ending_from_wait(WaitStatus::Signaled(6)), Ending::GuestSignal { signal: 6 });
    }
}
