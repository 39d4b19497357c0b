//! From the host's error numbers to Linux's.

use std::io;

use crate::syscall::Errno;

/// The Linux number of the host's `error`; `EIO` for one that Linux does not have.
pub fn errno(error: &io::Error) -> Errno {
    error.raw_os_error().map_or(Errno::EIO, from_raw)
}

impl From<io::Error> for Errno {
    fn from(error: io::Error) -> Errno {
        errno(&error)
    }
}

#[cfg(target_os = "linux")]
fn from_raw(number: i32) -> Errno {
    u16::try_from(number).map_or(Errno::EIO, Errno)
}

#[cfg(not(target_os = "linux"))]
fn from_raw(number: i32) -> Errno {
    macro_rules! same {
        ($($name:ident)*) => { match number { $(libc::$name => Errno::$name,)* _ => other(number), } };
    }
    same! {
        EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD ENOMEM EACCES EFAULT ENOTBLK EBUSY EEXIST EXDEV
        ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE
        EAGAIN EINPROGRESS EALREADY ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT
        ESOCKTNOSUPPORT EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN ENETUNREACH ENETRESET
        ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN ETOOMANYREFS ETIMEDOUT ECONNREFUSED ELOOP
        ENAMETOOLONG EHOSTDOWN EHOSTUNREACH ENOTEMPTY EUSERS EDQUOT ESTALE EREMOTE ENOLCK ENOSYS EOVERFLOW EDEADLK
        ECANCELED EIDRM ENOMSG EILSEQ EBADMSG EMULTIHOP ENODATA ENOLINK ENOSR ENOSTR EPROTO ETIME EOPNOTSUPP
        ENOTRECOVERABLE EOWNERDEAD
    }
}

#[cfg(not(target_os = "linux"))]
fn other(number: i32) -> Errno {
    match number {
        libc::ENOTSUP => Errno::EOPNOTSUPP,
        libc::ENOATTR => Errno::ENODATA,
        _ => Errno::EIO,
    }
}
