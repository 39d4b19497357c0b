//! Guest bytes as text that no XML parser and no terminal trips over.

/// `bytes` as harmless text: terminal sequences (CSI, OSC) are taken out, CR LF becomes LF; a forbidden ASCII control
/// or a byte that is not UTF-8 becomes the visible text `\xNN`, another forbidden code point `\u{N}`.
///
/// Left as they are: TAB, LF, U+0020–7E, U+0085, U+00A0 and up except U+FDD0–FDEF and every U+nFFFE and U+nFFFF.
///
/// # Source
/// XML 1.0, production 2 (Char) and the note on discouraged characters; ECMA-48, 5.4 (CSI) and 8.3.89 (OSC).
pub fn sanitise(bytes: &[u8]) -> String {
    let plain = without_sequences(bytes);
    let mut text = String::with_capacity(plain.len());
    for chunk in plain.utf8_chunks() {
        let mut characters = chunk.valid().chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '\r' if characters.peek() == Some(&'\n') => {}
                other => push(&mut text, other),
            }
        }
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02X}")));
    }
    text
}

fn push(text: &mut String, character: char) {
    let code = u32::from(character);
    match code {
        0x09 | 0x0A | 0x20..=0x7E | 0x85 => text.push(character),
        0x00..=0x7F => text.push_str(&format!("\\x{code:02X}")),
        0x80..=0x9F | 0xFDD0..=0xFDEF => text.push_str(&format!("\\u{{{code:X}}}")),
        _ if code & 0xFFFE == 0xFFFE => text.push_str(&format!("\\u{{{code:X}}}")),
        _ => text.push(character),
    }
}

fn without_sequences(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == 0x1B) {
        out.extend(&rest[..at]);
        rest = &rest[at..];
        match sequence_length(rest) {
            Some(length) => rest = &rest[length..],
            None => {
                out.push(0x1B);
                rest = &rest[1..];
            }
        }
    }
    out.extend(rest);
    out
}

/// Longest OSC that is looked for; a terminal would not swallow more either.
const MAX_OSC: usize = 4096;

/// The length of the CSI or OSC sequence that `bytes` begin with; `None` if it is not whole.
fn sequence_length(bytes: &[u8]) -> Option<usize> {
    match bytes.get(1)? {
        b'[' => {
            let body = bytes[2..].iter().take_while(|byte| (0x20..=0x3F).contains(*byte)).count();
            let last = bytes.get(2 + body)?;
            (0x40..=0x7E).contains(last).then_some(3 + body)
        }
        b']' => {
            let body = &bytes[..bytes.len().min(MAX_OSC)];
            let bell = body.iter().position(|byte| *byte == 0x07).map(|at| at + 1);
            let terminator = body[2..].windows(2).position(|two| two == b"\x1B\\").map(|at| at + 4);
            match (bell, terminator) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forbidden_things_become_visible_and_nothing_else_changes() {
        assert_eq!(sanitise(b"a\tb\nc"), "a\tb\nc");
        assert_eq!(sanitise(b"\x00\x07\x0B\x7F\r"), r"\x00\x07\x0B\x7F\x0D");
        assert_eq!(sanitise(b"a\xff\xc3(\xf0\x9f"), r"a\xFF\xC3(\xF0\x9F");
        assert_eq!(sanitise("ä\u{85}\u{A0}\u{2028}😀".as_bytes()), "ä\u{85}\u{A0}\u{2028}😀");
        assert_eq!(
            sanitise("\u{80}\u{9F}\u{FDD0}\u{FFFE}\u{1FFFF}".as_bytes()),
            r"\u{80}\u{9F}\u{FDD0}\u{FFFE}\u{1FFFF}"
        );
        assert_eq!(sanitise(b"]]> <&>\"'"), "]]> <&>\"'");
    }

    #[test]
    fn line_ends_become_line_feeds() {
        assert_eq!(sanitise(b"a\r\nb\r\r\n\r"), "a\nb\\x0D\n\\x0D");
    }

    #[test]
    fn terminal_sequences_go_and_broken_ones_show() {
        assert_eq!(sanitise(b"\x1b[1;31mred\x1b[0m"), "red");
        assert_eq!(sanitise(b"\x1b]0;title\x07x\x1b]8;;u\x1b\\y"), "xy");
        assert_eq!(sanitise(b"\x1b[1;3"), r"\x1B[1;3");
        assert_eq!(sanitise(b"\x1b]0;never ends"), r"\x1B]0;never ends");
        assert_eq!(sanitise(b"\x1bM\x1b"), r"\x1BM\x1B");
        assert_eq!(sanitise(b"\x1b[\xff"), r"\x1B[\xFF");
    }
}
