//! The one documented list of exit codes.

use std::process::ExitCode;

/// Why `matrix` ended. The number is part of the interface and listed in the README.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: everything ended as expected.
    Expected,
    /// 1: at least one result was unexpected, or the emulator was given a defect.
    Unexpected,
    /// 2: the command line could not be understood.
    Usage,
    /// 3: `matrix.yaml`, a suite or the lock file is wrong.
    Configuration,
    /// 4: the selection matched no case.
    NothingSelected,
    /// 5: the machine failed us: no network, no space, a broken fixture, a missing tool.
    Infrastructure,
    /// 130: interrupted by SIGINT.
    Interrupted,
    /// 143: terminated by SIGTERM.
    Terminated,
}

impl Exit {
    /// The number handed to the operating system.
    pub const fn code(self) -> u8 {
        match self {
            Exit::Expected => 0,
            Exit::Unexpected => 1,
            Exit::Usage => 2,
            Exit::Configuration => 3,
            Exit::NothingSelected => 4,
            Exit::Infrastructure => 5,
            Exit::Interrupted => 130,
            Exit::Terminated => 143,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}
