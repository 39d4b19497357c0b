//! The `elfuse` command: parse, call, exit.

fn main() {}
