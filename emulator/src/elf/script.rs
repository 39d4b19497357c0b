//! The `#!` line.

/// What a `#!` line names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The interpreter.
    pub interpreter: Vec<u8>,
    /// The rest of the line, one argument, if there is one.
    pub argument: Option<Vec<u8>>,
}

/// How much of the file is looked at (kernel: `BINPRM_BUF_SIZE`).
pub const LOOKED_AT: usize = 256;

/// Reads the `#!` line at the start of a file; `None` when there is none, or it names nothing or is cut off within
/// the interpreter's name.
///
/// # Source
/// execve(2), "Interpreter scripts".
pub fn parse(start: &[u8]) -> Option<Script> {
    let looked_at = &start[..start.len().min(LOOKED_AT)];
    let rest = looked_at.strip_prefix(b"#!")?;
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let (line, whole) = match rest.iter().position(|&byte| byte == b'\n') {
        Some(end) => (&rest[..end], true),
        None => (rest, looked_at.len() < LOOKED_AT),
    };
    let line = match line.iter().position(|&byte| byte == 0) {
        Some(end) => &line[..end],
        None => line,
    };
    let begin = line.iter().position(|byte| !blank(byte))?;
    let line = &line[begin..];
    let name_end = line.iter().position(blank);
    if name_end.is_none() && !whole {
        return None;
    }
    let (name, rest) = line.split_at(name_end.unwrap_or(line.len()));
    let argument = rest.iter().position(|byte| !blank(byte)).map(|begin| {
        let end = rest.iter().rposition(|byte| !blank(byte)).map_or(rest.len(), |last| last + 1);
        rest[begin..end].to_vec()
    });
    Some(Script { interpreter: name.to_vec(), argument })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &[u8]) -> Option<(String, Option<String>)> {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        parse(line).map(|script| (text(script.interpreter), script.argument.map(text)))
    }

    #[test]
    fn the_rest_of_the_line_is_one_argument() {
        assert_eq!(parsed(b"#!/bin/sh\n"), Some(("/bin/sh".into(), None)));
        assert_eq!(parsed(b"#! /bin/sh  \nx"), Some(("/bin/sh".into(), None)));
        assert_eq!(
            parsed(b"#!/usr/bin/env  -S a b \n"),
            Some(("/usr/bin/env".into(), Some("-S a b".into())))
        );
        assert_eq!(parsed(b"#!/bin/sh"), Some(("/bin/sh".into(), None)));
    }

    #[test]
    fn a_line_without_a_name_is_no_script() {
        assert_eq!(parsed(b"#!\n"), None);
        assert_eq!(parsed(b"#!   \n/bin/sh"), None);
        assert_eq!(parsed(b"\x7fELF"), None);
        assert_eq!(parsed(&[b"#!/".as_slice(), &[b'x'; 300]].concat()), None);
    }
}
