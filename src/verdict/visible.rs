//! Bytes as text that shows everything in them.

/// Characters that a finding's message may have.
pub const MESSAGE_CHARS: usize = 200;

/// One line of guest bytes as text: controls other than TAB and bytes that are not UTF-8 become `\xNN`, other
/// characters that do not print become `\u{N}`; clipped to `limit` characters.
pub(super) fn visible(bytes: &[u8], limit: usize) -> String {
    let mut text = String::new();
    // Four bytes a character at most: nothing beyond that can be within the limit.
    let start = &bytes[..bytes.len().min(limit.saturating_mul(4))];
    for chunk in start.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\t' => text.push('\t'),
                '\0'..='\x1f' | '\x7f' => text.push_str(&format!("\\x{:02X}", character as u32)),
                other if other.is_control() => text.push_str(&format!("\\u{{{:X}}}", other as u32)),
                other => text.push(other),
            }
        }
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02X}")));
    }
    let clipped = start.len() < bytes.len() || text.chars().count() > limit;
    if clipped { text.chars().take(limit.saturating_sub(1)).chain(['…']).collect() } else { text }
}

/// `text` as one line of at most [`MESSAGE_CHARS`] characters without controls.
pub fn one_line(text: &str) -> String {
    visible(text.trim_end().replace(['\n', '\t'], " ").as_bytes(), MESSAGE_CHARS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_shows() {
        assert_eq!(visible(b"a\x1b[m\t\0\xffb\r", 80), "a\\x1B[m\t\\x00\\xFFb\\x0D");
        assert_eq!(visible("ä\u{85}".as_bytes(), 80), "ä\\u{85}");
    }

    #[test]
    fn long_lines_are_clipped() {
        assert_eq!(visible(&[b'x'; 1000], 5), "xxxx…");
        assert_eq!(visible(b"xxxxx", 5), "xxxxx");
        let line = one_line(&"ä\n".repeat(400));
        assert_eq!(line.chars().count(), MESSAGE_CHARS);
        assert!(!line.contains('\n'));
    }
}
