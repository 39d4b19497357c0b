//! What both tests of paths need around them.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

/// A fresh directory, removed at the end.
pub struct Scratch(pub PathBuf);

impl Scratch {
    /// # Errors
    /// The host's.
    pub fn new() -> Result<Scratch, String> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let base = std::env::temp_dir().canonicalize().map_err(|error| error.to_string())?;
        let path = base.join(format!("elfuse-paths-{}-{number}", std::process::id()));
        std::fs::create_dir(&path).map_err(|error| error.to_string())?;
        Ok(Scratch(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Prints a line.
pub fn say(text: &str) {
    elfuse::host::write_all(1, format!("{text}\n").as_bytes());
}

/// Are long runs wanted?
pub fn is_soak() -> bool {
    std::env::var_os("SOAK").is_some_and(|value| value == "1")
}

/// Do the harness's words leave the test `name` out, or only ask for a list?
pub fn is_left_out(name: &str, words: &[String]) -> bool {
    let mut filters = words.iter().filter(|word| !word.starts_with('-'));
    words.iter().any(|word| word == "--list") || filters.any(|word| !name.contains(word.as_str()))
}
