//! What this machine is, for whoever reads the figures elsewhere.

use std::fs;
use std::thread;

use super::report::Machine;
use crate::host;

impl Machine {
    /// This one.
    pub fn detect() -> Machine {
        Machine {
            processor: processor(),
            processors: thread::available_parallelism().map_or(1, usize::from),
            system: said("uname", &["-srm"]),
        }
    }
}

/// The processor's name.
///
/// # Source
/// proc_cpuinfo(5); sysctl(3) on macOS.
fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let named = info.lines().find(|line| line.starts_with("model name"));
    let name = named.and_then(|line| line.split_once(':')).map(|(_, name)| name.trim().to_owned());
    let name = name.unwrap_or_else(|| said("sysctl", &["-n", "machdep.cpu.brand_string"]));
    if name.is_empty() { format!("an unnamed {} processor", std::env::consts::ARCH) } else { name }
}

/// The first line of what a tool of this machine says; empty if it says nothing.
fn said(tool: &str, args: &[&str]) -> String {
    let output = host::command(tool).args(args).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.lines().next().unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_has_a_processor_and_a_system() {
        let machine = Machine::detect();
        assert!(!machine.processor.is_empty() && machine.processors > 0 && !machine.system.is_empty());
    }
}
