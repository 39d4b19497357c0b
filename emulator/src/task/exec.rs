//! Putting a program into a process.

use std::fs::File;
use std::io::Read;
use std::sync::Arc;

use thiserror::Error;

use super::process::{Process, ProgramImage};
use super::signal::AltStack;
use super::thread::Task;
use crate::elf::{self, Header, Image, NotElf, StackInput};
use crate::host::{self, Backing};
use crate::mem::{GuestAddr, MapRequest, Place, Prot};
use crate::path::{self, GuestPath, View};
use crate::syscall::Errno;

/// Why a program cannot be run.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ExecError {
    /// The program or its interpreter cannot be opened.
    #[error("{}: {errno}", String::from_utf8_lossy(path))]
    Open {
        /// Its guest path.
        path: Vec<u8>,
        /// Why.
        errno: Errno,
    },
    /// It is no program for us.
    #[error("{}: {why}", String::from_utf8_lossy(path))]
    NotElf {
        /// Its guest path.
        path: Vec<u8>,
        /// Why.
        why: NotElf,
    },
    /// The interpreter that it names cannot be opened.
    #[error(
        "{}: its interpreter {}: {errno}",
        String::from_utf8_lossy(path),
        String::from_utf8_lossy(interpreter)
    )]
    Interpreter {
        /// The guest path of the program.
        path: Vec<u8>,
        /// The guest path of the interpreter.
        interpreter: Vec<u8>,
        /// Why.
        errno: Errno,
    },
    /// It cannot be put into memory.
    #[error("cannot load: {0}")]
    Load(Errno),
}

impl ExecError {
    /// The error number of the exec call.
    pub fn errno(&self) -> Errno {
        match self {
            ExecError::Open { errno, .. } | ExecError::Interpreter { errno, .. } | ExecError::Load(errno) => {
                *errno
            }
            ExecError::NotElf { .. } => Errno::ENOEXEC,
        }
    }
}

/// An open program, checked as far as that is possible without touching the process.
#[derive(Debug)]
pub struct Program {
    /// The file.
    file: File,
    header: Header,
    interpreter: Option<(File, Header, Vec<u8>)>,
    /// The guest path of the file that is run (a script's interpreter, not the script).
    path: Vec<u8>,
    /// The path that was asked for: `AT_EXECFN`.
    exec_path: Vec<u8>,
    args: Vec<Vec<u8>>,
}

/// How many `#!` lines may lead to the next (kernel: `exec_binprm`).
const MAX_SCRIPTS: usize = 5;

impl Program {
    /// Opens the program at guest path `path`, relative to `dirfd`, with `args`; `follow` its last symbolic link.
    ///
    /// # Errors
    /// Why it cannot be run.
    pub fn open(
        view: View<'_>,
        dirfd: i32,
        path: &[u8],
        follow: bool,
        mut args: Vec<Vec<u8>>,
    ) -> Result<Program, ExecError> {
        let mut current = path.to_vec();
        for level in 0..=MAX_SCRIPTS {
            let opened = if level == 0 {
                open_file(view, dirfd, path, follow)
            } else {
                open_file(view, path::AT_FDCWD, &current, true)
            };
            let (mut file, canonical) = opened.map_err(|errno| {
                if level == 0 {
                    ExecError::Open { path: current.clone(), errno }
                } else {
                    ExecError::Interpreter { path: path.to_vec(), interpreter: current.clone(), errno }
                }
            })?;
            let mut start = [0; 256];
            let got = read_start(&mut file, &mut start);
            let Some(script) = elf::parse_script(&start[..got]) else {
                return Program::finish(view, file, canonical, path, args);
            };
            let rest = args.get(1..).unwrap_or_default().to_vec();
            args = vec![script.interpreter.clone()];
            args.extend(script.argument);
            args.push(current);
            args.extend(rest);
            current = script.interpreter;
        }
        Err(ExecError::Open { path: path.to_vec(), errno: Errno::ELOOP })
    }

    fn finish(
        view: View<'_>,
        file: File,
        canonical: Vec<u8>,
        exec_path: &[u8],
        args: Vec<Vec<u8>>,
    ) -> Result<Program, ExecError> {
        let not_elf = |why| ExecError::NotElf { path: canonical.clone(), why };
        let header = Header::read(&file).map_err(not_elf)?;
        let interpreter = match header.interpreter_name(&file).map_err(ExecError::Load)? {
            None => None,
            Some(name) => {
                let (file, path) = open_file(view, path::AT_FDCWD, &name, true).map_err(|errno| {
                    ExecError::Interpreter { path: canonical.clone(), interpreter: name.clone(), errno }
                })?;
                let header = Header::read(&file).map_err(|why| ExecError::NotElf { path: name, why })?;
                Some((file, header, path))
            }
        };
        Ok(Program { file, header, interpreter, path: canonical, exec_path: exec_path.to_vec(), args })
    }
}

fn open_file(view: View<'_>, dirfd: i32, path: &[u8], follow: bool) -> Result<(File, Vec<u8>), Errno> {
    let found = path::open_program(view, dirfd, &GuestPath::from(path), follow)?;
    Ok((File::from(found.fd), found.name.0))
}

fn read_start(file: &mut File, start: &mut [u8]) -> usize {
    let mut got = 0;
    while got < start.len() {
        match file.read(&mut start[got..]) {
            Ok(0) | Err(_) => break,
            Ok(n) => got += n,
        }
    }
    got
}

impl Task {
    /// Ends the other threads and gives up what a new program does not inherit; false when another thread is at that.
    pub(crate) fn become_single(&mut self) -> bool {
        if !self.process.threads.end_others(self.tid) {
            return false;
        }
        self.process.actions.reset_caught();
        self.signals.alternate = AltStack::default();
        self.clear_tid = 0;
        self.name = None;
        self.release_robust_futexes(self.tid, self.robust_list);
        self.robust_list = 0;
        self.process.threads.set_robust_list(self.tid, 0);
        self.process.files.close_on_exec();
        true
    }

    /// Replaces whatever the process runs by `program`. Only the calling thread is left.
    ///
    /// # Errors
    /// Why not; the old program is gone then.
    pub fn load(&mut self, program: &Program, env: &[Vec<u8>]) -> Result<(), ExecError> {
        let process = Arc::clone(&self.process);
        let space = &process.space;
        space.clear().map_err(ExecError::Load)?;
        let name: Arc<[u8]> = Arc::from(program.path.as_slice());
        let image =
            elf::load(space, &program.file, &program.header, &name, false).map_err(ExecError::Load)?;
        space.start_break(image.end);
        let interpreter = match &program.interpreter {
            None => None,
            Some((file, header, path)) => {
                let name: Arc<[u8]> = Arc::from(path.as_slice());
                Some(elf::load(space, file, header, &name, true).map_err(ExecError::Load)?)
            }
        };
        let library = elf::vdso();
        let vdso = map_vdso(&process, &library.bytes).map_err(ExecError::Load)?;
        let stack = build_stack(&process, program, env, &image, interpreter.as_ref(), vdso)
            .map_err(ExecError::Load)?;
        *process.image_mut() = ProgramImage {
            args: stack.args,
            env: stack.env,
            stack: stack.pointer,
            trampoline: vdso + library.sigreturn,
        };
        process.fs.set_program(path::Program {
            exe: GuestPath(program.path.clone()),
            comm: comm(&program.exec_path),
            args: joined(&program.args),
            environ: joined(env),
            auxv: stack.auxv,
        });
        self.cpu.reset(interpreter.map_or(image.entry, |image| image.entry), stack.pointer);
        Ok(())
    }
}

fn build_stack(
    process: &Process,
    program: &Program,
    env: &[Vec<u8>],
    image: &Image,
    interpreter: Option<&Image>,
    vdso: u64,
) -> Result<elf::Stack, Errno> {
    let mut random = [0; 16];
    host::random(&mut random)?;
    let (soft, _) = host::limit(RLIMIT_STACK)?;
    let input = StackInput {
        args: &program.args,
        env,
        exec_path: &program.exec_path,
        image,
        interpreter: interpreter.map(|image| image.bias),
        vdso,
        ids: host::ids(),
        size: if soft >= 1 << 62 { 64 << 20 } else { soft },
        executable: program.header.stack_executable,
        random,
    };
    elf::build_stack(&process.space, &input)
}

/// Linux and macOS number it alike.
const RLIMIT_STACK: i32 = 3;

/// `strings`, each ended by a zero.
fn joined(strings: &[Vec<u8>]) -> Vec<u8> {
    strings.iter().flat_map(|string| string.iter().copied().chain([0])).collect()
}

/// The last component of `path`, cut as the kernel cuts it.
fn comm(path: &[u8]) -> Vec<u8> {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    name[..name.len().min(15)].to_vec()
}

/// Maps the library that Linux puts beside every program.
fn map_vdso(process: &Process, bytes: &[u8]) -> Result<u64, Errno> {
    let request = MapRequest {
        place: Place::Hint(0),
        len: bytes.len() as u64,
        prot: Prot(3),
        backing: Backing::Anonymous,
        name: Some(Arc::from(&b"[vdso]"[..])),
    };
    let at = process.space.map(&request)?;
    process.space.mem().write(GuestAddr(at), bytes).map_err(|_| Errno::EFAULT)?;
    process.space.protect(at, bytes.len() as u64, Prot(5))?;
    Ok(at)
}
