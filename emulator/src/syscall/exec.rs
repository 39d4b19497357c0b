//! execve and execveat.

use super::args::{AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW};
use super::errno::Errno;
use super::row::SysResult;
use crate::host;
use crate::mem::GuestAddr;
use crate::path::AT_FDCWD;
use crate::task::{End, Ending, Program, Task};

/// The longest path, with its zero.
const PATH_MAX: usize = 4096;
/// The longest argument string (kernel: `MAX_ARG_STRLEN`).
const MAX_STRING: usize = 128 << 10;
/// The most strings (kernel: `MAX_ARG_STRINGS` is larger than any stack).
const MAX_STRINGS: usize = 1 << 20;

fn read_path(task: &Task, at: u64) -> Result<Vec<u8>, Errno> {
    let path = task.process.space.mem().read_cstr(GuestAddr(at), PATH_MAX).map_err(|_| Errno::EFAULT)?;
    path.ok_or(Errno::ENAMETOOLONG)
}

fn read_strings(task: &Task, at: u64) -> Result<Vec<Vec<u8>>, Errno> {
    let mem = task.process.space.mem();
    let mut strings = Vec::new();
    if at == 0 {
        return Ok(strings);
    }
    loop {
        let pointer =
            mem.load::<u64>(GuestAddr(at).offset(8 * strings.len() as u64)).map_err(|_| Errno::EFAULT)?;
        if pointer == 0 {
            return Ok(strings);
        }
        let string = mem.read_cstr(GuestAddr(pointer), MAX_STRING).map_err(|_| Errno::EFAULT)?;
        strings.push(string.ok_or(Errno::E2BIG)?);
        if strings.len() > MAX_STRINGS {
            return Err(Errno::E2BIG);
        }
    }
}

fn execute(task: &mut Task, dirfd: i32, path: &[u8], follow: bool, args: u64, env: u64) -> SysResult {
    let mut args = read_strings(task, args)?;
    let env = read_strings(task, env)?;
    // As Linux since 5.18: a program always has a name.
    if args.is_empty() {
        args.push(Vec::new());
    }
    let program = Program::open(task.view(), dirfd, path, follow, args).map_err(|error| error.errno())?;
    if !task.become_single() {
        // Another thread is executing a program already; it ends this one.
        return Err(Errno::ERESTARTNOINTR);
    }
    task.release_parent();
    if let Err(error) = task.load(&program, &env) {
        // The old program is gone.
        task.end = Some(End::Process(Ending::Signal(9, format!("execve: {error}"))));
    } else if task.tid != host::pid() {
        task.end = Some(End::Moves);
    }
    Ok(0)
}

/// execve(2).
pub fn execve(task: &mut Task, [path, args, env, ..]: [u64; 6]) -> SysResult {
    let path = read_path(task, path)?;
    if path.is_empty() {
        return Err(Errno::ENOENT);
    }
    execute(task, AT_FDCWD, &path, true, args, env)
}

/// execveat(2).
pub fn execveat(task: &mut Task, [dirfd, path, args, env, flags, _]: [u64; 6]) -> SysResult {
    if flags & !(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW) != 0 {
        return Err(Errno::EINVAL);
    }
    let path = read_path(task, path)?;
    let follow = flags & AT_SYMLINK_NOFOLLOW == 0;
    if !path.is_empty() {
        return execute(task, dirfd as i32, &path, follow, args, env);
    }
    if flags & AT_EMPTY_PATH == 0 {
        return Err(Errno::ENOENT);
    }
    task.process.files.get(dirfd as i32)?;
    execute(task, AT_FDCWD, format!("/dev/fd/{}", dirfd as i32).as_bytes(), true, args, env)
}
