//! A shell script that runs one case without the harness; pure.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::command::{CommandLine, CommandPaths, places, program_path};
use super::{Case, Launcher, Node, Target};

/// The script for `case`, which lies in the directory `paths.dirs.root` and makes everything else there, but for
/// `$HOST2`.
///
/// `line` is the case's command line with the same `paths`. With `ELFUSE` set in its environment the script runs that
/// emulator in place of the one that is built into `matrix`.
pub fn script(case: &Case, target: &Target, paths: &CommandPaths, line: &CommandLine) -> Vec<u8> {
    let dirs = &paths.dirs;
    let places = places(case, &paths.fixture, dirs);
    let mut out = Vec::new();
    let mut say = |text: &[u8]| {
        out.extend_from_slice(text);
        out.push(b'\n');
    };
    say(b"#!/bin/sh");
    let origin =
        format!("# {} on {}, from {}:{}", case.at, target.name, case.source.file.display(), case.source.line);
    say(origin.as_bytes());
    say(b"set -eu");
    say(b"umask 022");
    say(b"here=$(cd \"$(dirname \"$0\")\" && pwd -P)");
    let names: Vec<String> =
        dirs.whole().iter().map(|directory| word(directory.as_os_str(), &dirs.root)).collect();
    say(format!("rm -rf {}", names.join(" ")).as_bytes());
    say(format!("mkdir -p {}", names.join(" ")).as_bytes());
    for (name, content) in &case.files {
        let path = dirs.files().join(name);
        if let Some(parent) = Path::new(name).parent().filter(|parent| !parent.as_os_str().is_empty()) {
            let parent = word(dirs.files().join(parent).as_os_str(), &dirs.root);
            say(format!("mkdir -p {parent}").as_bytes());
        }
        say(format!("{} > {}", print(content), word(path.as_os_str(), &dirs.root)).as_bytes());
    }
    if let Some(at) = &case.program_at {
        let to = places.path(at);
        if let Some(parent) = to.parent() {
            say(format!("mkdir -p {}", word(parent.as_os_str(), &dirs.root)).as_bytes());
        }
        let from = program_path(case, &paths.fixture);
        let (from, to) = (word(from.as_os_str(), &dirs.root), word(to.as_os_str(), &dirs.root));
        say(format!("cp {from} {to}").as_bytes());
        say(format!("chmod 0755 {to}").as_bytes());
    }
    let mut modes = Vec::new();
    for laid in &case.tree {
        let path = places.path(&laid.path);
        let text = word(path.as_os_str(), &dirs.root);
        if let Some(parent) = path.parent() {
            say(format!("mkdir -p {}", word(parent.as_os_str(), &dirs.root)).as_bytes());
        }
        let line = match &laid.node {
            Node::File { content, mode } => {
                modes.push(format!("chmod {mode:04o} {text}"));
                format!("{} > {text}", print(content))
            }
            Node::Directory { mode } => {
                modes.push(format!("chmod {mode:04o} {text}"));
                format!("mkdir -p {text}")
            }
            Node::Symlink { target } => {
                format!("ln -s {} {text}", word(&places.substitute(target), &dirs.root))
            }
            Node::Hardlink { to } => format!("ln {} {text}", word(&places.substitute(to), &dirs.root)),
        };
        say(line.as_bytes());
    }
    for line in modes.iter().rev() {
        say(line.as_bytes());
    }
    say(format!("{} > \"$here\"/stdin", print(&case.stdin)).as_bytes());
    say(format!("cd {}", word(line.cwd.as_os_str(), &dirs.root)).as_bytes());

    let program = word(line.program.as_os_str(), &dirs.root);
    let mut args = line.args.as_slice();
    if let (Launcher::Elfuse { .. }, Some((subcommand, rest))) = (&target.launcher, args.split_first()) {
        let subcommand = word(subcommand, &dirs.root);
        say(format!(
            "if [ -n \"${{ELFUSE:-}}\" ]; then set -- \"$ELFUSE\"; else set -- {program} {subcommand}; fi"
        )
        .as_bytes());
        args = rest;
    } else {
        say(format!("set -- {program}").as_bytes());
    }
    say(b"exec env -i \\");
    for (name, value) in &line.env {
        say(format!("  {name}={} \\", word(value, &dirs.root)).as_bytes());
    }
    let args: Vec<String> = args.iter().map(|arg| word(arg, &dirs.root)).collect();
    say(format!("  \"$@\" {} < \"$here\"/stdin", args.join(" ")).as_bytes());
    out
}

/// `text` for a shell, with `root` replaced by the script's own directory. Bytes that are not UTF-8 are replaced.
fn word(text: &OsStr, root: &Path) -> String {
    let text = String::from_utf8_lossy(text.as_bytes());
    let root = root.to_string_lossy();
    let pieces: Vec<String> = text.split(&*root).map(quoted).collect();
    let joined = pieces.join("\"$here\"");
    if joined.is_empty() { "''".to_owned() } else { joined }
}

fn quoted(piece: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=+:,@%".contains(c);
    if piece.chars().all(plain) { piece.to_owned() } else { format!("'{}'", piece.replace('\'', r"'\''")) }
}

/// A `printf` that writes exactly `content`.
fn print(content: &[u8]) -> String {
    let mut format = String::new();
    for byte in content {
        match byte {
            b'%' => format.push_str("%%"),
            b'\n' => format.push_str("\\n"),
            b' '..=b'~' if !b"\\'".contains(byte) => format.push(char::from(*byte)),
            _ => format.push_str(&format!("\\{byte:03o}")),
        }
    }
    // A format that begins with `-` would be read as an option.
    if format.starts_with('-') {
        format.replace_range(..1, "\\055");
    }
    format!("printf '{format}'")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::command::{CaseDirs, PrivateDirs, command_line};
    use super::super::{Laid, SysrootKind, expand, testing};
    use super::*;
    use crate::host;

    #[test]
    fn the_script_makes_the_case_and_runs_it() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap().join("it's here");
        fs::create_dir(&root).unwrap();
        let config = testing::config();
        let target = Target { launcher: Launcher::Native, ..config.targets[0].clone() };
        let mut case = expand(&config, &target, &config.profiles[0]).remove(0);
        let content: Vec<u8> = (0..=255).collect();
        case.program = "/bin/sh".to_owned();
        case.args = ["-c", r#"cat; cat "$1"; pwd; echo "$WHERE $TZ ${HOME##*/}""#, "sh", "$T/sub/a b"]
            .map(str::to_owned)
            .to_vec();
        case.files.insert("sub/a b".to_owned(), content.clone());
        case.stdin = b"-100% 'sure'\\n".to_vec();
        let dirs = CaseDirs::new(root.clone());
        let paths = CommandPaths {
            matrix: "/matrix".into(),
            fixture: "/".into(),
            launcher: None,
            sysroot_options: Vec::new(),
            dirs,
            user: "someone".to_owned(),
            status_fd: None,
        };
        let line = command_line(&case, &target, &paths);
        fs::write(root.join("repro.sh"), script(&case, &target, &paths, &line)).unwrap();

        // The script finds its directory by itself, wherever it was moved.
        let moved = directory.path().canonicalize().unwrap().join("moved");
        fs::rename(&root, &moved).unwrap();
        let output = host::command("/bin/sh").arg(moved.join("repro.sh")).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        let mut expected = case.stdin.clone();
        expected.extend(content);
        let moved = moved.to_str().unwrap();
        expected.extend(format!("{moved}/cwd\n{moved}/t UTC home\n").into_bytes());
        assert_eq!(output.stdout, expected);
    }

    #[test]
    fn the_script_lays_out_a_tree() {
        let directory = tempfile::tempdir().unwrap();
        let base = directory.path().canonicalize().unwrap();
        let root = base.join("root");
        fs::create_dir(&root).unwrap();
        let config = testing::config();
        let target = Target { launcher: Launcher::Native, ..config.targets[0].clone() };
        let mut case = expand(&config, &target, &config.profiles[0]).remove(0);
        let lay = |path: &str, node| Laid { path: path.to_owned(), node };
        case.sysroot = SysrootKind::Private;
        case.tree = vec![
            lay("$SR/closed", Node::Directory { mode: 0o555 }),
            lay("$SR/closed/file", Node::File { content: b"a".to_vec(), mode: 0o640 }),
            lay("$HOST2/twin", Node::Hardlink { to: "$SR/closed/file".to_owned() }),
            lay("$SR$HOST2/link", Node::Symlink { target: "$HOST1/x".to_owned() }),
        ];
        case.program = "/bin/sh".to_owned();
        let list =
            r#"cat "$1/closed/file" "$2/twin"; readlink "$1$2/link"; find "$1/closed" -exec stat -c %a {} +"#;
        case.args = ["-c", list, "sh", "$SR", "$HOST2"].map(str::to_owned).to_vec();
        let mut dirs = CaseDirs::new(root.clone());
        dirs.private = Some(PrivateDirs { sysroot: root.join("sr"), host2: base.join("second") });
        let paths = CommandPaths {
            matrix: "/matrix".into(),
            fixture: "/".into(),
            launcher: None,
            dirs,
            user: "someone".to_owned(),
            status_fd: None,
        };
        let line = command_line(&case, &target, &paths);
        fs::write(root.join("repro.sh"), script(&case, &target, &paths, &line)).unwrap();
        let output = host::command("/bin/sh").arg(root.join("repro.sh")).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        let expected = format!("aa{}/u/x\n555\n640\n", root.display());
        assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
    }

    #[test]
    fn the_emulator_can_be_replaced() {
        let config = testing::config();
        let target = &config.targets[0];
        let case = expand(&config, target, &config.profiles[0]).remove(0);
        let paths = CommandPaths {
            matrix: "/opt/matrix".into(),
            fixture: "/cache/tree".into(),
            launcher: None,
            sysroot_options: Vec::new(),
            dirs: CaseDirs::new("/scratch".into()),
            user: "someone".to_owned(),
            status_fd: None,
        };
        let line = command_line(&case, target, &paths);
        let text = String::from_utf8(script(&case, target, &paths, &line)).unwrap();
        assert!(text.contains("set -- \"$ELFUSE\"; else set -- /opt/matrix elfuse; fi\n"), "{text}");
        let command = text.lines().last().unwrap();
        assert_eq!(
            command,
            "  \"$@\" --clear-env --env HOME=\"$here\"/home --env LC_ALL=C \
             --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --env TMPDIR=\"$here\"/tmp \
             --env TZ=UTC --env USER=someone --env WHERE=\"$here\"/t \
             -- /cache/tree/bin/sort \"$here\"'/t/a b' /cache/tree/bin < \"$here\"/stdin"
        );
    }
}
