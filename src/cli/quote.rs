//! Words for a shell.

/// `word`, quoted if a shell would read it as anything but itself; `$` placeholders stay readable.
pub fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=+:,@%$<>".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.to_owned() } else { single(word) }
}

/// `word` between single quotes.
pub fn single(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_a_shell() {
        for word in ["plain", "", "a b", "it's", "{print $2}", "*"] {
            assert_eq!(shell_words::split(&single(word)).unwrap(), [word]);
            assert_eq!(shell_words::split(&quote(word)).unwrap(), [word]);
        }
    }
}
