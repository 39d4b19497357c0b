//! Cryptographic instructions: rounds of AES, SHA-1 and SHA-256.

mod aes;
mod select;
mod sha1;
mod sha256;
#[cfg(test)]
mod tests;

pub(super) use select::select;
