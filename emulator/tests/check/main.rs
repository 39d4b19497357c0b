//! `--engine check`: it lets right programs be, and stops at the first difference between the engines.
#![cfg(target_arch = "x86_64")]

#[path = "../start/image.rs"]
mod image;

use std::process::Command;

use image::{BASE, CODE, SVC, Scratch, branch_if_zero, call, elf, exit, load, mov};

const AARCH64: u16 = 183;
/// `madd x0, x1, x2, x3`
const MADD: u32 = 0x9b02_0c20;

/// Exit status and standard error of a program of `code` under `options`.
fn run(name: &str, code: &[u32], options: &[&str]) -> (Option<i32>, String) {
    let scratch = Scratch::new(name);
    let program = scratch.file("program", &elf(AARCH64, code, b""));
    #[allow(clippy::disallowed_methods, reason = "the test starts the emulator as a user would")]
    let mut command = Command::new(env!("CARGO_BIN_EXE_elfuse"));
    let output = command.args(options).arg(program).output().expect("the emulator starts");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

const CHECK: [&str; 2] = ["--engine", "check"];
const SPOILT: [&str; 4] = ["--engine", "check", "--inject", "jit-madd"];

#[test]
fn the_first_difference_ends_the_run_and_is_told() {
    let code = [vec![mov(1, 3), mov(2, 4), mov(3, 5), MADD, mov(1, 1)], exit()].concat();
    assert_eq!(run("right", &code, &CHECK), (Some(17), String::new()));
    // Too cold to be translated.
    assert_eq!(run("cold", &code, &["--inject", "jit-madd"]), (Some(17), String::new()));
    let (status, told) = run("spoilt", &code, &SPOILT);
    let lines: Vec<&str> = told.lines().collect();
    let expected = "elfuse: defect in the emulator: the engines differ at pc 0x400084: madd x0, x1, x2, x3";
    assert_eq!((status, lines[0]), (Some(122), expected), "{told}");
    assert_eq!(lines[1], "the block, run from 0x400078:");
    assert_eq!(lines[5], "> 0x400084: 9b020c20  madd x0, x1, x2, x3");
    let behind = lines.iter().position(|line| *line == "behind it:").expect("what differs");
    assert_eq!(lines[behind + 1..], ["  x0: interp 0x11, jit 0x12, before 0x0"]);
}

#[test]
fn a_difference_in_memory_is_told() {
    // sub sp, sp, #16; madd; str x0, [sp]; mov x0, #0
    let code = [vec![0xd100_43ff, mov(3, 0xff), MADD, 0xf900_03e0, mov(0, 0)], exit()].concat();
    assert_eq!(run("stored", &code, &CHECK).0, Some(0));
    let (status, told) = run("stored-spoilt", &code, &SPOILT);
    assert_eq!(status, Some(122), "{told}");
    assert!(told.contains("differ at pc 0x400080: madd "), "{told}");
    let bytes: Vec<&str> = told.lines().filter(|line| line.starts_with("  byte 0x")).collect();
    assert_eq!(bytes.len(), 2, "{told}");
    assert!(bytes[0].ends_with(": interp ff, jit 00, before 00"), "{told}");
    assert!(bytes[1].ends_with(": interp 00, jit 01, before 00"), "{told}");
}

#[test]
fn a_childs_difference_is_the_first_process_s_too() {
    // fork; the child computes, and exits with 0 if it can; the parent waits and exits with 0.
    let mut code = call(220, &[17, 0]); // clone(SIGCHLD, 0)
    code.extend([0xb500_00a0, MADD | 4, mov(0, 0)]); // cbnz x0, parent; madd x4, x1, x2, x3
    code.extend(exit());
    code.extend([mov(1, 0), mov(2, 0), mov(3, 0)]);
    code.extend([mov(8, 260), SVC]); // wait4
    code.push(mov(0, 0));
    code.extend(exit());
    assert_eq!(run("child", &code, &CHECK), (Some(0), String::new()));
    let (status, told) = run("child-spoilt", &code, &SPOILT);
    assert_eq!(status, Some(122), "{told}");
    assert!(told.contains("the engines differ at pc 0x40008c: madd x4, x1, x2, x3\n"), "{told}");
    assert!(told.ends_with("the engines differ in a child process; its report is above\n"), "{told}");
}

#[test]
fn loops_are_checked_with_registers_of_their_own() {
    // x1 = 5000; loop: x0 += x1; x10 ^= x0; x1 -= 1; until x1 is 0.
    let mut code = vec![mov(0, 0), mov(1, 5000), 0x8b01_0000, 0xca00_014a, 0xd100_0421, 0xb5ff_ffa1];
    code.extend([0x9240_1c00]); // and x0, x0, #0xff
    code.extend(exit());
    let (status, told) = run("loop", &code, &[&CHECK[..], &["--jit-stats"]].concat());
    assert_eq!(status, Some((5000 * 5001 / 2) & 0xff), "{told}");
    assert!(told.contains(" blocks, 1 loops, "), "{told}");
}

#[test]
fn changed_code_is_seen_by_both() {
    const PATCH: u32 = 0xd280_0120; // mov x0, #9
    let mut code = vec![
        mov(3, 0),
        mov(0, 1),                 // what is replaced
        0xb500_0000 | 12 << 5 | 3, // cbnz x3, the end
        mov(3, 1),
        0x1000_0000 | (-3_i32 as u32 & 0x7_ffff) << 5 | 1, // adr x1, what is replaced
        0xd280_0002 | (PATCH & 0xffff) << 5,               // mov x2, the low half
        0xf2a0_0002 | (PATCH >> 16) << 5,                  // movk x2, the high half
        0xb900_0022,                                       // str w2, [x1]
        0xd50b_7b21,                                       // dc cvau, x1
        0xd503_3b9f,                                       // dsb ish
        0xd50b_7521,                                       // ic ivau, x1
        0xd503_3b9f,                                       // dsb ish
        0xd503_3fdf,                                       // isb
        0x1400_0000 | (-12_i32 as u32 & 0x3ff_ffff),       // b to what is replaced
    ];
    code.extend(exit());
    assert_eq!(run("changed", &code, &CHECK), (Some(9), String::new()));
}

#[test]
fn what_differs_by_nature_is_done_once() {
    // The counter is read in a block of other instructions; the program leaves if it has not gone on.
    let counter = |to: u32| 0xd53b_e040 | to;
    let mut code = vec![mov(5, 1), counter(6), mov(4, 2), counter(7)];
    code.extend([0xcb06_00e0, branch_if_zero(0, 2), mov(0, 3)]); // sub x0, x7, x6
    code.extend(exit());
    let status = run("counter", &code, &CHECK);
    assert!(status == (Some(3), String::new()) || status == (Some(0), String::new()), "{status:?}");
}

#[test]
fn a_fault_is_the_programs() {
    let (_, told) = run("fault", &[mov(1, 8), load(0, 1)], &[&CHECK[..], &["--status-fd", "2"]].concat());
    let line = r#"{"ending":"signal","signal":11,"reason":"bad load at 0x8, pc 0x40007c"}"#;
    assert_eq!(told.trim_end(), line);
    assert_eq!(BASE + CODE + 4, 0x40_007c);
}
