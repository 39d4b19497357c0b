//! Starting and ending: what a program finds, and how each ending is passed on and reported.

mod image;

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Output};

use image::{BASE, CODE, SVC, Scratch, branch_if_zero, call, elf, exit, load, mov};

const AARCH64: u16 = 183;

fn elfuse(args: &[&str]) -> Output {
    #[allow(clippy::disallowed_methods, reason = "the test starts the emulator as a user would")]
    let mut command = Command::new(env!("CARGO_BIN_EXE_elfuse"));
    command.args(args).output().expect("the emulator starts")
}

/// Runs a program of `code`; the ending's line is the last of standard error's.
fn run(name: &str, code: &[u32], args: &[&str]) -> (Output, String) {
    let scratch = Scratch::new(name);
    let program = scratch.file("program", &elf(AARCH64, code, b"hello\n"));
    let mut words = vec!["--status-fd", "2", program.to_str().expect("a plain path")];
    words.extend(args);
    let output = elfuse(&words);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let ending = text.lines().find(|line| line.starts_with('{')).unwrap_or_default().to_string();
    (output, ending)
}

#[test]
fn output_and_status_are_passed_on() {
    let text = (BASE + CODE) as u32 + 4 * 12;
    let mut code = vec![mov(0, 1), mov(1, text & 0xffff), 0xf2a0_0000 | (text >> 16) << 5 | 1, mov(2, 6)];
    code.extend([mov(8, 64), SVC, mov(0, 7)]);
    code.extend(exit());
    code.resize(12, 0);
    let (output, ending) = run("output", &code, &[]);
    assert_eq!(output.stdout, b"hello\n");
    assert_eq!(output.status.code(), Some(7));
    assert_eq!(ending, r#"{"ending":"exit","status":7}"#);
}

#[test]
fn the_stack_holds_the_arguments() {
    let mut code = vec![load(0, 31)];
    code.extend(exit());
    let (output, _) = run("arguments", &code, &["a", "--", "b c"]);
    assert_eq!(output.status.code(), Some(4));
}

#[test]
fn the_environment_is_what_was_asked_for() {
    // Skip argc, one argument and its end; count strings until the null.
    let code =
        [0x9100_63e1, mov(0, 0), load(2, 1), branch_if_zero(2, 4), 0x9100_2021, 0x9100_0400, 0x17ff_fffc];
    let scratch = Scratch::new("environment");
    let program = scratch.file("program", &elf(AARCH64, &[&code[..], &exit()].concat(), b""));
    let program = program.to_str().expect("a plain path");
    let count = |options: &[&str]| elfuse(&[options, &[program]].concat()).status.code();
    assert_eq!(count(&["--clear-env"]), Some(0));
    assert_eq!(count(&["--clear-env", "--env", "A=1", "--env", "B=", "--env", "A=2"]), Some(2));
}

#[test]
fn a_signal_is_passed_on_with_its_reason() {
    let (output, ending) = run("fault", &[mov(1, 8), load(0, 1)], &[]);
    assert_eq!(output.status.signal(), Some(11));
    assert_eq!(ending, r#"{"ending":"signal","signal":11,"reason":"bad load at 0x8, pc 0x40007c"}"#);
    let (output, _) = run("breakpoint", &[0xd420_0020], &[]);
    assert_eq!(output.status.signal(), Some(5));
    let (output, _) = run("undefined", &[0], &[]);
    assert_eq!(output.status.signal(), Some(4));
    let mut code = call(172, &[]);
    code.extend([mov(1, 15), mov(8, 129), SVC]);
    let (output, ending) = run("killed", &code, &[]);
    assert_eq!(output.status.signal(), Some(15));
    assert!(ending.contains("sent by process"), "{ending}");
}

#[test]
fn an_instruction_that_is_not_supported_is_named() {
    // SM3 is in the table but not implemented.
    let (output, ending) = run("unsupported", &[0xce63_c000], &[]);
    assert_eq!(output.status.code(), Some(121));
    assert!(ending.starts_with(r#"{"ending":"unsupported","what":"instruction 0xce63c000 ("#), "{ending}");
}

#[test]
fn refused_calls_are_named_when_the_guest_fails() {
    let (output, ending) = run("refused", &[call(280, &[0, 0, 0]), vec![mov(0, 1)], exit()].concat(), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(ending, r#"{"ending":"exit","status":1,"unsupported_calls":["bpf"]}"#);
}

#[test]
fn a_child_is_forked_and_waited_for() {
    // fork; the child exits with 9; the parent waits, and exits with the status word shifted down.
    let mut code = vec![0xd100_43ff, mov(0, 17), mov(1, 0)];
    code.extend(call(220, &[])); // clone(SIGCHLD, 0)
    code.extend([0xb500_0080, mov(0, 9)]); // cbnz x0, parent
    code.extend(exit());
    code.extend([0x9100_03e1, mov(2, 0), mov(3, 0)]); // x1 = sp
    code.extend(call(260, &[]));
    code.extend([0xb940_03e0, 0x5308_7c00]); // ldr w0, [sp]; lsr w0, w0, #8
    code.extend(exit());
    let (output, ending) = run("fork", &code, &[]);
    assert_eq!(output.status.code(), Some(9), "{ending}");
    assert_eq!(ending, r#"{"ending":"exit","status":9}"#);
}

/// Runs a program that execs another, which forks a child, which loads from the emulator's own stack. Returns what
/// lies there, what the child wrote, and the child's wait status.
#[cfg(target_os = "linux")]
fn load_from_the_emulator(name: &str, options: &[&str]) -> (Vec<u8>, Vec<u8>, Option<i32>) {
    use std::io::{Read, Write};
    use std::os::unix::fs::FileExt;
    const SP_TO_X1: u32 = 0x9100_03e1;
    let io = |number, fd, len| [mov(0, fd), SP_TO_X1, mov(2, len), mov(8, number), SVC];
    let mut child = vec![load(6, 5), 0xf900_03e6]; // x6 = what x5 points to; str x6, [sp]
    child.extend(io(64, 1, 8));
    child.extend(call(94, &[0]));
    let mut code = vec![0xd100_43ff]; // sub sp, sp, #16
    code.extend(io(64, 1, 1));
    code.extend(io(63, 0, 8));
    code.push(load(5, 31));
    code.extend(call(220, &[17, 0])); // clone(SIGCHLD, 0)
    code.push(0xb500_0000 | (child.len() as u32 + 1) << 5); // cbnz x0, parent
    code.extend(child);
    code.extend([SP_TO_X1, mov(2, 0), mov(3, 0), mov(8, 260), SVC, 0xb940_03e0]); // wait4; ldr w0, [sp]
    code.extend(exit());
    let scratch = Scratch::new(name);
    let second = scratch.file("second", &elf(AARCH64, &code, b""));
    let second = second.to_str().expect("a plain path");
    let exec = [0x1000_00a0, mov(1, 0), mov(2, 0), mov(8, 221), SVC]; // adr x0, what follows; execve(x0, 0, 0)
    let first = scratch.file("first", &elf(AARCH64, &exec, format!("{second}\0").as_bytes()));

    #[allow(clippy::disallowed_methods, reason = "the test looks at the emulator while it runs")]
    let mut command = Command::new(env!("CARGO_BIN_EXE_elfuse"));
    command
        .args(options)
        .arg(first)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null());
    let mut emulator = command.spawn().expect("the emulator starts");
    let mut output = emulator.stdout.take().expect("a pipe");
    output.read_exact(&mut [0]).expect("the second program's sign");
    let proc = format!("/proc/{}", emulator.id());
    let maps = std::fs::read_to_string(format!("{proc}/maps")).expect("the emulator's mappings");
    let range = |end: &str| {
        let line =
            maps.lines().find(|line| line.ends_with(end)).unwrap_or_else(|| panic!("no {end}:\n{maps}"));
        let (range, _) = line.split_once(' ').expect("a range");
        let (start, end) = range.split_once('-').expect("two addresses");
        [start, end].map(|hex| u64::from_str_radix(hex, 16).expect("an address"))
    };
    let ([program, _], [_, stack_end]) = (range(second), range("[stack]"));
    let at = stack_end - 24;
    let mut there = vec![0; 8];
    let memory = std::fs::File::open(format!("{proc}/mem")).expect("the emulator's memory");
    memory.read_exact_at(&mut there, at).expect("the emulator's stack");
    let addr = at - (program - BASE);
    emulator.stdin.take().expect("a pipe").write_all(&addr.to_le_bytes()).expect("a reader");
    let mut read = Vec::new();
    output.read_to_end(&mut read).expect("the child's output");
    (there, read, emulator.wait().expect("an ending").code())
}

#[cfg(target_os = "linux")]
#[test]
fn the_emulators_own_memory_is_out_of_reach_unless_isolation_is_given_up() {
    let (_, read, status) = load_from_the_emulator("isolated", &[]);
    assert_eq!((read, status), (vec![], Some(11)));
    let (there, read, status) = load_from_the_emulator("not-isolated", &["--no-isolate"]);
    assert_eq!((&read, status), (&there, Some(0)));
    assert_ne!(there, [0; 8]);
}

#[test]
fn our_own_descriptors_are_hidden() {
    // Closing the status descriptor's number is EBADF (9), negated in x0.
    let mut code = vec![mov(0, 5)];
    code.extend(call(57, &[]));
    code.extend([0xcb00_03e0]);
    code.extend(exit());
    let scratch = Scratch::new("descriptor");
    let program = scratch.file("program", &elf(AARCH64, &code, b""));
    let line = format!("exec {} --status-fd 5 {} 5>&2", env!("CARGO_BIN_EXE_elfuse"), program.display());
    #[allow(clippy::disallowed_methods, reason = "a shell opens the descriptor")]
    let output = Command::new("/bin/sh").args(["-c", &line]).output().expect("a shell");
    assert_eq!(output.status.code(), Some(9));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "{\"ending\":\"exit\",\"status\":9}\n");
}

#[test]
fn a_script_runs_its_interpreter() {
    let scratch = Scratch::new("script");
    let program = scratch.file("program", &elf(AARCH64, &[vec![load(0, 31)], exit()].concat(), b""));
    let script = scratch.file("script", format!("#!{} two words \n", program.display()).as_bytes());
    let output = elfuse(&[script.to_str().expect("a plain path"), "x"]);
    assert_eq!(output.status.code(), Some(4));
}

fn refused(program: &Path) -> (Option<i32>, String) {
    let output = elfuse(&[program.to_str().expect("a plain path")]);
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn what_cannot_be_run_is_said_in_one_line() {
    let scratch = Scratch::new("refusals");
    let (code, text) = refused(&scratch.file("foreign", &elf(62, &[0], b"")));
    assert_eq!(code, Some(126));
    assert!(text.ends_with("foreign: an ELF file for another machine (x86-64), not AArch64\n"), "{text}");
    let (code, text) = refused(&scratch.file("text", b"plain\n"));
    assert_eq!((code, text.ends_with("text: not an ELF file\n")), (Some(126), true), "{text}");
    let (code, text) = refused(&scratch.file("cut", &elf(AARCH64, &[0], b"")[..70]));
    assert_eq!(code, Some(126));
    assert!(text.ends_with("cut: a malformed ELF file: program header table cut off\n"), "{text}");
    let (code, text) = refused(Path::new("/nonesuch/program"));
    assert_eq!((code, text.as_str()), (Some(127), "elfuse: /nonesuch/program: No such file or directory\n"));
    let output = elfuse(&["--sysroot", "/nonesuch", "x"]);
    assert_eq!(output.status.code(), Some(123));
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.starts_with("elfuse: sysroot /nonesuch: No such file or directory"), "{text}");
    let file = scratch.file("file", b"");
    let output = elfuse(&["--sysroot", file.to_str().expect("text"), "x"]);
    assert_eq!(output.status.code(), Some(123));
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("/file: Not a directory"), "{text}");
    let output = elfuse(&["--frobnicate"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(output.stderr, b"elfuse: invalid option '--frobnicate'; see elfuse --help\n");
}

#[test]
fn the_lists_are_printed() {
    let text = String::from_utf8(elfuse(&["--syscalls"]).stdout).expect("text");
    assert!(text.lines().any(|line| line.trim_start().starts_with("94 exit_group")), "{text}");
    assert!(!elfuse(&["--isa"]).stdout.is_empty());
    assert!(elfuse(&["--version"]).stdout.starts_with(b"elfuse "));
}

#[test]
fn strace_prints_calls() {
    let code = [call(172, &[]), vec![mov(0, 3)], exit()].concat();
    let scratch = Scratch::new("strace");
    let program = scratch.file("program", &elf(AARCH64, &code, b""));
    let output = elfuse(&["--strace", program.to_str().expect("a plain path")]);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("getpid() = ") && text.contains("exit_group(3)\n"), "{text}");
}
