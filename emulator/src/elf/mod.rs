//! From an ELF image to memory and the initial stack.
