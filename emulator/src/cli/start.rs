//! Starting a program.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use super::args::Options;
use crate::path::{self, AT_FDCWD, GuestPath, Intent, failpoint};
use crate::syscall::Errno;
use crate::task::{
    Config, EXIT_EMULATOR_BUG, EXIT_NOT_EXECUTABLE, EXIT_NOT_FOUND, Ending, ExecError, Process, Program, Task,
};
use crate::{host, trace};

/// Runs the program. Comes back only when it could not be started.
pub(super) fn run(options: Options) -> ExitCode {
    host::populate_heap();
    let (code, ending) = match prepare(options) {
        Ok(task) => {
            Box::new(task).live();
            host::exit_thread(0)
        }
        Err(failure) => failure,
    };
    host::write_line(&ending.to_json(&[]));
    let text = match &ending {
        Ending::Host(what) | Ending::Unsupported(what) | Ending::EmulatorBug(what) => what.clone(),
        other => other.to_string(),
    };
    trace::note(&text);
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}

type Failure = (i32, Ending);

fn host_failure(what: &str, error: &std::io::Error) -> Failure {
    let ending = Ending::Host(format!("{what}: {error}"));
    (ending.code(), ending)
}

fn refused(what: &str, errno: Errno) -> Failure {
    let ending = Ending::Host(format!("{what}: {errno}"));
    (ending.code(), ending)
}

fn prepare(options: Options) -> Result<Task, Failure> {
    let files_limit =
        host::raise_file_limit().map_err(|error| host_failure("limit of open files", &error))?;
    report_own_failures(options.status_fd)?;
    let sysroot = match &options.sysroot {
        None => None,
        Some(dir) => {
            let what = format!("sysroot {}", Path::new(dir).display());
            let canonical =
                host::canonical_directory(Path::new(dir)).map_err(|error| host_failure(&what, &error))?;
            Some(canonical)
        }
    };
    let env = environment(&options);
    let config = Config {
        sysroot,
        fallback: options.fallback,
        simulate_folding: options.simulate_folding,
        no_isolate: options.no_isolate,
        engine: options.engine,
        strace: options.strace,
        status_fd: options.status_fd,
    };
    host::install_fault_handler().map_err(|error| host_failure("signal handlers", &error))?;
    let process = Process::new(config, files_limit).map_err(|errno| refused("the process's state", errno))?;
    let mut task = Task::first(Arc::new(process));
    if let Some(dir) = &options.workdir {
        let what = format!("--workdir {}", String::from_utf8_lossy(dir));
        enter(&task, dir).map_err(|errno| refused(&what, errno))?;
    }
    let program = find(&task, &options.command, &env)?;
    // From here on: the program itself is found as it should be.
    if options.sidecar_veto {
        task.process.fs.inject_veto();
    }
    if let Some((name, count)) = &options.failpoint {
        failpoint::arm(name, *count);
    }
    task.load(&program, &env).map_err(|error| not_executable(&error))?;
    Ok(task)
}

/// Moves our own descriptors away from the guest's, and sees to it that a defect of ours is reported as one.
fn report_own_failures(status_fd: Option<i32>) -> Result<(), Failure> {
    trace::keep_stderr().map_err(|error| host_failure("standard error", &error))?;
    if let Some(fd) = status_fd {
        let moved =
            host::private_fd(fd).map_err(|error| (2, Ending::Host(format!("--status-fd {fd}: {error}"))))?;
        host::close(fd);
        host::set_status_fd(moved);
    }
    let line = "{\"ending\":\"emulator-bug\",\"what\":\"fault in the emulator itself\"}\n";
    host::on_crash(line, EXIT_EMULATOR_BUG);
    std::panic::set_hook(Box::new(|panic| {
        let ending = Ending::EmulatorBug(panic.to_string().replace('\n', ": "));
        host::write_line(&ending.to_json(&[]));
        trace::note(&ending.to_string());
        host::exit_now(ending.code());
    }));
    Ok(())
}

fn environment(options: &Options) -> Vec<Vec<u8>> {
    let mut env: Vec<Vec<u8>> = Vec::new();
    if !options.clear_env {
        env.extend(
            std::env::vars_os()
                .map(|(name, value)| [name.into_vec(), b"=".to_vec(), value.into_vec()].concat()),
        );
    }
    for setting in &options.env {
        let name_len = setting.iter().skip(1).position(|&byte| byte == b'=').map_or(0, |at| at + 2);
        env.retain(|old| !old.starts_with(&setting[..name_len]));
        env.push(setting.clone());
    }
    env
}

fn not_executable(error: &ExecError) -> Failure {
    let code = match error {
        ExecError::Open { errno: Errno::ENOENT | Errno::ENOTDIR, .. } => EXIT_NOT_FOUND,
        _ => EXIT_NOT_EXECUTABLE,
    };
    (code, Ending::Host(error.to_string()))
}

/// Finds PROGRAM: as it stands when it has a slash, else along the guest's PATH.
fn find(task: &Task, command: &[Vec<u8>], env: &[Vec<u8>]) -> Result<Program, Failure> {
    let name = &command[0];
    let attempt = |path: &[u8]| Program::open(task.view(), AT_FDCWD, path, true, command.to_vec());
    if name.contains(&b'/') {
        return attempt(&guest_name(task, name)).map_err(|error| not_executable(&error));
    }
    let search = env.iter().find_map(|setting| setting.strip_prefix(b"PATH=")).unwrap_or(b"/usr/bin:/bin");
    let mut failure = None;
    for dir in search.split(|&byte| byte == b':').filter(|dir| !dir.is_empty()) {
        match attempt(&[dir, b"/", name].concat()) {
            Ok(program) => return Ok(program),
            Err(ExecError::Open { errno: Errno::ENOENT | Errno::ENOTDIR, .. }) => {}
            Err(error) => {
                failure.get_or_insert(error);
            }
        }
    }
    let absent = ExecError::Open { path: name.clone(), errno: Errno::ENOENT };
    Err(not_executable(&failure.unwrap_or(absent)))
}

/// The guest's name for `path`: a host path in the sysroot loses the sysroot.
fn guest_name(task: &Task, path: &[u8]) -> Vec<u8> {
    if !task.process.fs.has_sysroot() {
        return path.to_vec();
    }
    let host_path = PathBuf::from(OsString::from_vec(path.to_vec()));
    let rebased = host_path.parent().zip(host_path.file_name()).and_then(|(parent, name)| {
        let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
        let whole = host::canonical_directory(parent).ok()?.join(name).into_os_string().into_vec();
        task.process.fs.is_inside(&whole).then(|| task.process.fs.guest_name(&whole).0)
    });
    rebased.unwrap_or_else(|| path.to_vec())
}

/// Goes to the working directory that the command line names.
fn enter(task: &Task, dir: &[u8]) -> Result<(), Errno> {
    let resolved =
        path::resolve(task.view(), AT_FDCWD, &GuestPath::from(dir), Intent::Lookup { follow: true })?;
    task.process.fs.go_to(task.view(), resolved)
}
