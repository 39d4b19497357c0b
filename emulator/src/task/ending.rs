//! How a run ends, and whose fault that is.

use std::fmt;

/// Our exit code for something the emulator does not support.
pub const EXIT_UNSUPPORTED: i32 = 121;
/// Our exit code for a defect of the emulator.
pub const EXIT_EMULATOR_BUG: i32 = 122;
/// Our exit code for a failure of the host.
pub const EXIT_HOST: i32 = 123;
/// Our exit code for a program that cannot be executed, as a shell has it.
pub const EXIT_NOT_EXECUTABLE: i32 = 126;
/// Our exit code for a program that is not there, as a shell has it.
pub const EXIT_NOT_FOUND: i32 = 127;
/// Our exit code for a wrong command line.
pub const EXIT_USAGE: i32 = 2;

/// How a run ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The guest exited with this status (0–255).
    Exit(i32),
    /// The guest died of this signal; what led to it, if the emulator saw it.
    Signal(i32, String),
    /// The guest needs something that is not supported.
    Unsupported(String),
    /// The emulator itself is broken.
    EmulatorBug(String),
    /// The host failed, or refused something.
    Host(String),
}

impl Ending {
    /// The ending as one line of JSON, with its line end; `absent` names the calls that were refused on the way.
    pub fn to_json(&self, absent: &[&str]) -> String {
        let mut line = match self {
            Ending::Exit(status) => format!("{{\"ending\":\"exit\",\"status\":{status}"),
            Ending::Signal(signal, reason) => {
                format!("{{\"ending\":\"signal\",\"signal\":{signal},\"reason\":{}", Json(reason))
            }
            Ending::Unsupported(what) => format!("{{\"ending\":\"unsupported\",\"what\":{}", Json(what)),
            Ending::EmulatorBug(what) => format!("{{\"ending\":\"emulator-bug\",\"what\":{}", Json(what)),
            Ending::Host(what) => format!("{{\"ending\":\"host\",\"what\":{}", Json(what)),
        };
        if !absent.is_empty() && *self != Ending::Exit(0) {
            let names: Vec<String> = absent.iter().map(|name| Json(name).to_string()).collect();
            line += &format!(",\"unsupported_calls\":[{}]", names.join(","));
        }
        line + "}\n"
    }

    /// The exit code that stands for it; for a signal, what a shell would show.
    pub fn code(&self) -> i32 {
        match self {
            Ending::Exit(status) => *status,
            Ending::Signal(signal, _) => 128 + signal,
            Ending::Unsupported(_) => EXIT_UNSUPPORTED,
            Ending::EmulatorBug(_) => EXIT_EMULATOR_BUG,
            Ending::Host(_) => EXIT_HOST,
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ending::Exit(status) => write!(f, "the guest exited with status {status}"),
            Ending::Signal(signal, reason) if reason.is_empty() => {
                write!(f, "the guest died of signal {signal}")
            }
            Ending::Signal(signal, reason) => write!(f, "the guest died of signal {signal}: {reason}"),
            Ending::Unsupported(what) => write!(f, "not supported: {what}"),
            Ending::EmulatorBug(what) => write!(f, "defect in the emulator: {what}"),
            Ending::Host(what) => write!(f, "the host failed: {what}"),
        }
    }
}

/// A string as JSON has it.
struct Json<'a>(&'a str);

impl fmt::Display for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for c in self.0.chars() {
            match c {
                '"' | '\\' => write!(f, "\\{c}")?,
                '\n' => f.write_str("\\n")?,
                c if u32::from(c) < 0x20 => write!(f, "\\u{:04x}", u32::from(c))?,
                c => write!(f, "{c}")?,
            }
        }
        f.write_str("\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_ending_has_its_line() {
        assert_eq!(Ending::Exit(3).to_json(&[]), "{\"ending\":\"exit\",\"status\":3}\n");
        assert_eq!(
            Ending::Signal(11, "a \"b\"\n".into()).to_json(&[]),
            "{\"ending\":\"signal\",\"signal\":11,\"reason\":\"a \\\"b\\\"\\n\"}\n"
        );
        assert_eq!(
            Ending::Unsupported("x\u{1}".into()).to_json(&[]),
            "{\"ending\":\"unsupported\",\"what\":\"x\\u0001\"}\n"
        );
    }

    #[test]
    fn refused_calls_are_named_when_the_guest_fails() {
        assert!(!Ending::Exit(0).to_json(&["bpf"]).contains("bpf"));
        assert!(
            Ending::Exit(1)
                .to_json(&["bpf", "acct"])
                .ends_with(",\"unsupported_calls\":[\"bpf\",\"acct\"]}\n")
        );
    }
}
