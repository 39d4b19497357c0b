//! A user-mode AArch64 Linux emulator.
