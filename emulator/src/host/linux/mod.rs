//! What only Linux hosts do.

pub mod interruptible;
