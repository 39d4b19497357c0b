//! Whether there are colours and a progress bar.

use std::ffi::OsString;
use std::io::{IsTerminal, stderr, stdout};

/// How output looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// ANSI colours on standard output.
    pub colour: bool,
    /// A progress bar on standard error.
    pub bar: bool,
}

/// A colour or weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    Good,
    Bad,
    Odd,
    Dim,
    Strong,
}

impl Look {
    /// What the environment and the two streams ask for: `CLICOLOR_FORCE` (not `0`) asks for colours, `NO_COLOR`
    /// (not empty) forbids them and wins; without either a terminal that is not `dumb` has them. The bar needs a
    /// terminal and no `CI`.
    pub fn detect() -> Look {
        decide(|name| std::env::var_os(name), stdout().is_terminal(), stderr().is_terminal())
    }

    /// Neither.
    pub const PLAIN: Look = Look { colour: false, bar: false };

    pub(crate) fn paint(self, ink: Ink, text: &str) -> String {
        if !self.colour {
            return text.to_owned();
        }
        let code = match ink {
            Ink::Good => "32",
            Ink::Bad => "31",
            Ink::Odd => "33",
            Ink::Dim => "2",
            Ink::Strong => "1",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

fn decide(variable: impl Fn(&str) -> Option<OsString>, stdout: bool, stderr: bool) -> Look {
    let set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    let dumb = variable("TERM").is_some_and(|term| term == "dumb");
    let forced = variable("CLICOLOR_FORCE").is_some_and(|value| !value.is_empty() && value != "0");
    let colour = !set("NO_COLOR") && (forced || (stdout && !dumb));
    Look { colour, bar: stderr && !dumb && !set("CI") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(variables: &[(&str, &str)], terminal: bool) -> (bool, bool) {
        let find = |name: &str| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value))
        };
        let look = decide(find, terminal, terminal);
        (look.colour, look.bar)
    }

    #[test]
    fn the_environment_decides() {
        assert_eq!(look(&[], true), (true, true));
        assert_eq!(look(&[], false), (false, false));
        assert_eq!(look(&[("NO_COLOR", "1")], true), (false, true));
        assert_eq!(look(&[("NO_COLOR", "")], true), (true, true));
        assert_eq!(look(&[("CLICOLOR_FORCE", "1")], false), (true, false));
        assert_eq!(look(&[("CLICOLOR_FORCE", "0")], false), (false, false));
        assert_eq!(look(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], true), (false, true));
        assert_eq!(look(&[("TERM", "dumb")], true), (false, false));
        assert_eq!(look(&[("CI", "true")], true), (true, false));
    }

    #[test]
    fn paint_is_nothing_without_colour() {
        assert_eq!(Look::PLAIN.paint(Ink::Bad, "x"), "x");
        assert_eq!(Look { colour: true, bar: false }.paint(Ink::Bad, "x"), "\x1b[31mx\x1b[0m");
    }
}
