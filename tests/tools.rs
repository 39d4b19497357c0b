//! Real tools over 10 MB of generated data: every byte as the host's own tools print it, in all three link kinds.
#![allow(clippy::print_stdout, reason = "a test run says how much it checked")]

mod common;

use std::fs;
use std::path::Path;

const TOOLS: &[(&str, &[&str])] = &[
    ("sort", &["text"]),
    ("sha256sum", &["binary"]),
    ("md5sum", &["binary"]),
    ("wc", &["text"]),
    ("base64", &["binary"]),
    ("seq", &["300000"]),
    ("factor", &["600851475143", "18446744073709551557", "1000000007", "4611686014132420609"]),
    ("tr", &["a-z", "A-Z"]),
    ("cut", &["-d", " ", "-f", "2,4", "text"]),
    ("od", &["-A", "x", "-t", "x1z", "slice"]),
    ("ls", &["-l"]),
];

/// 10 MB of lines of words, and 10 MB of bytes, the same in every run.
fn generate(directory: &Path) {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut text = Vec::with_capacity(10 << 20);
    while text.len() < 10 << 20 {
        for word in 0..5 {
            let letters = next();
            text.extend((0..3 + letters % 6).map(|i| b'a' + ((letters >> (8 * i)) % 26) as u8));
            text.push(if word == 4 { b'\n' } else { b' ' });
        }
    }
    let binary: Vec<u8> = (0..(10 << 20) / 8).flat_map(|_| next().to_le_bytes()).collect();
    for (name, bytes) in [("text", &text[..]), ("binary", &binary[..]), ("slice", &binary[..1 << 20])] {
        fs::write(directory.join(name), bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

fn agree(fixture: &str) {
    let fixture = common::fixture(fixture);
    let data = common::scratch();
    generate(data.path());
    for &(tool, args) in TOOLS {
        // Only a filter needs its input on standard input.
        let input = || fs::File::open(data.path().join(if tool == "tr" { "text" } else { "/dev/null" }));
        let run = |mut command: std::process::Command| {
            let stdin = input().unwrap_or_else(|error| panic!("{tool}: {error}"));
            command.args(args).stdin(stdin).output().unwrap_or_else(|error| panic!("{tool}: {error}"))
        };
        let host = run(common::hermetic(Path::new(tool), data.path()));
        assert!(
            host.status.success(),
            "the host's own {tool} failed: {}",
            String::from_utf8_lossy(&host.stderr)
        );
        let mut guest = common::elfuse(&fixture, data.path());
        guest.arg(fixture.program(tool));
        let guest = run(guest);
        let place = host.stdout.iter().zip(&guest.stdout).position(|(a, b)| a != b);
        assert!(
            guest.status.success() && guest.stdout == host.stdout,
            "{tool} {args:?}: {}, {} bytes for {}, first difference at {place:?}: {}",
            guest.status,
            guest.stdout.len(),
            host.stdout.len(),
            String::from_utf8_lossy(&guest.stderr),
        );
        println!("{}: {tool}: {} bytes agree", fixture.name, host.stdout.len());
    }
}

#[test]
fn static_tools_print_what_the_host_prints() {
    agree("coreutils-static");
}

#[test]
fn musl_dynamic_tools_print_what_the_host_prints() {
    agree("coreutils-musl-dyn");
}

#[test]
fn glibc_dynamic_tools_print_what_the_host_prints() {
    agree("coreutils-glibc-dyn");
}
