//! Loop devices: a file as a block device.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};

use super::pipe::check;

/// `<linux/loop.h>`.
const LOOP_CONFIGURE: libc::Ioctl = 0x4C0A;
const LOOP_CTL_GET_FREE: libc::Ioctl = 0x4C82;
const LO_FLAGS_AUTOCLEAR: u32 = 4;
/// How often another process may be faster in taking the free device.
const TRIES: u32 = 16;

/// `struct loop_info64`.
#[repr(C)]
struct Info {
    device: u64,
    inode: u64,
    rdevice: u64,
    offset: u64,
    size_limit: u64,
    number: u32,
    encrypt_type: u32,
    encrypt_key_size: u32,
    flags: u32,
    file_name: [u8; 64],
    crypt_name: [u8; 64],
    encrypt_key: [u8; 32],
    init: [u64; 2],
}

/// `struct loop_config`.
#[repr(C)]
struct Config {
    fd: u32,
    block_size: u32,
    info: Info,
    reserved: [u64; 8],
}

/// A loop device that goes when nobody holds it or has it mounted any more.
#[derive(Debug)]
pub struct LoopDevice {
    /// Its path.
    pub path: PathBuf,
    _device: File,
}

impl LoopDevice {
    /// Makes `image` a block device.
    ///
    /// # Errors
    /// `NotFound` or `PermissionDenied` for the devices, `EINVAL` from a kernel before 5.8, `EBUSY` when none is free.
    ///
    /// # Source
    /// loop(4), `LOOP_CONFIGURE`.
    pub fn attach(image: &Path) -> io::Result<LoopDevice> {
        let image = File::options().read(true).write(true).open(image)?;
        let control = File::options().read(true).write(true).open("/dev/loop-control")?;
        let mut busy = io::Error::from_raw_os_error(libc::EBUSY);
        for _ in 0..TRIES {
            // SAFETY: the request takes no argument.
            let number = check(unsafe { libc::ioctl(control.as_raw_fd(), LOOP_CTL_GET_FREE) })?;
            let path = PathBuf::from(format!("/dev/loop{number}"));
            let device = File::options().read(true).write(true).open(&path)?;
            // SAFETY: an all-zero value is valid for these structures of integers.
            let mut config: Config = unsafe { std::mem::zeroed() };
            config.fd = image.as_raw_fd() as u32;
            config.info.flags = LO_FLAGS_AUTOCLEAR;
            // SAFETY: `config` has the layout that the request reads.
            match check(unsafe { libc::ioctl(device.as_raw_fd(), LOOP_CONFIGURE, &config) }) {
                Ok(_) => return Ok(LoopDevice { path, _device: device }),
                Err(error) if error.raw_os_error() == Some(libc::EBUSY) => busy = error,
                Err(error) => return Err(error),
            }
        }
        Err(busy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_structures_have_the_kernels_size() {
        assert_eq!(size_of::<Info>(), 232);
        assert_eq!(size_of::<Config>(), 304);
    }
}
