//! File calls that take a directory handle and a name, and calls on extended attributes.
//!
//! They come from rustix, whose functions are safe; only what the harness uses stands here.

pub use rustix::fs::{
    Access, CWD, XattrFlags, access, getxattr, lgetxattr, llistxattr, lremovexattr, lsetxattr, setxattr,
};
