//! A shell script that runs one case without the harness; pure.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::command::{CommandLine, CommandPaths, places, program_path};
use super::{Case, Launcher, Node, Target, VolumeKind};

/// The script for `case`, which lies in the directory `paths.dirs.root` and makes everything else there, but for
/// `$HOST2`.
///
/// `line` is the case's command line with the same `paths`. With `ELFUSE` set in its environment the script runs that
/// emulator in place of the one that is built into `matrix`.
///
/// What lies on a volume must lie beneath [`script_volume`] in `paths`; the script puts it on the volume that
/// `MATRIX_VOLUME` names. `tree` is then copied to `paths.fixture`, if given.
pub fn script(
    case: &Case,
    target: &Target,
    paths: &CommandPaths,
    line: &CommandLine,
    tree: Option<&Path>,
) -> Vec<u8> {
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
    if let Some(kind) = case.at.volume {
        say(volume(kind, target, paths).as_bytes());
    }
    if let Some(tree) = tree {
        let copy = word(paths.fixture.as_os_str(), &dirs.root);
        let tree = word(tree.as_os_str(), &dirs.root);
        say(format!("[ -d {copy} ] || cp -Rp {tree} {copy}").as_bytes());
    }
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
    let fold = if may_fold(case.at.volume, target) { "$fold " } else { "" };
    say(format!("  \"$@\" {fold}{} < \"$here\"/stdin", args.join(" ")).as_bytes());
    out
}

/// Where things on the volume lie in the paths given to [`script()`], if the script lies in `root`.
pub fn script_volume(root: &Path) -> PathBuf {
    root.join("volume")
}

/// Whether the emulator can fold names where the volume does not.
fn may_fold(volume: Option<VolumeKind>, target: &Target) -> bool {
    volume == Some(VolumeKind::Folding) && matches!(target.launcher, Launcher::Elfuse { .. })
}

/// The lines that find the volume, or have one made, and refuse one of another kind.
fn volume(kind: VolumeKind, target: &Target, paths: &CommandPaths) -> String {
    let matrix = word(paths.matrix.as_os_str(), &paths.dirs.root);
    let wrong = format!("echo \"$0: $volume is $kind, and the case needs a {kind} volume\" >&2; exit 1");
    let (wrong, about) = if may_fold(Some(kind), target) {
        ("fold=--simulate-folding".to_owned(), " On a byte-exact one the emulator folds the names itself.")
    } else {
        (wrong, "")
    };
    format!(
        "# The sysroot lies on a {kind} volume: MATRIX_VOLUME names its root, or `matrix volume create` makes one.{about}\n\
         [ -n \"${{MATRIX_VOLUME:-}}\" ] || exec {matrix} volume create {kind} -- \"$0\"\n\
         volume=$(cd \"$MATRIX_VOLUME\" && pwd -P)\n\
         fold=\n\
         : > \"$volume\"/Probe\n\
         if [ -e \"$volume\"/probe ]; then kind=folding; else kind=byte-exact; fi\n\
         rm -f \"$volume\"/Probe\n\
         if [ $kind != {kind} ]; then {wrong}; fi"
    )
}

/// `text` for a shell, with `root` replaced by the script's own directory and what stands for the volume by its root. Bytes that are not UTF-8 are replaced.
fn word(text: &OsStr, root: &Path) -> String {
    let text = String::from_utf8_lossy(text.as_bytes());
    let volume = script_volume(root);
    let (root, volume) = (root.to_string_lossy(), volume.to_string_lossy());
    let here = |text: &str| text.split(&*root).map(quoted).collect::<Vec<_>>().join("\"$here\"");
    let joined = text.split(&*volume).map(here).collect::<Vec<_>>().join("\"$volume\"");
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
        let mut case = expand(&config, &target, &config.profiles[0], &[]).remove(0);
        let content: Vec<u8> = (0..=255).collect();
        case.program = "/bin/sh".to_owned();
        case.args = ["-c", r#"cat; cat "$1"; pwd; echo "$WHERE $TZ ${HOME##*/}""#, "sh", "$T/sub/a b"]
            .map(str::to_owned)
            .to_vec();
        case.files.insert("sub/a b".to_owned(), content.clone());
        case.stdin = b"-100% 'sure'\\n".to_vec();
        let dirs = CaseDirs::new(root.clone());
        write_script(&case, &target, dirs);

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

    /// Writes the `repro.sh` of a program of this machine into the root of `dirs`.
    fn write_script(case: &Case, target: &Target, dirs: CaseDirs) {
        let to = dirs.root.join("repro.sh");
        let paths = CommandPaths {
            matrix: "/matrix".into(),
            fixture: "/".into(),
            launcher: None,
            sysroot_options: Vec::new(),
            inject: None,
            dirs,
            user: "someone".to_owned(),
            status_fd: None,
        };
        let line = command_line(case, target, &paths);
        fs::write(to, script(case, target, &paths, &line, None)).unwrap();
    }

    #[test]
    fn the_script_lays_out_a_tree() {
        let directory = tempfile::tempdir().unwrap();
        let base = directory.path().canonicalize().unwrap();
        let root = base.join("root");
        fs::create_dir(&root).unwrap();
        let config = testing::config();
        let target = Target { launcher: Launcher::Native, ..config.targets[0].clone() };
        let mut case = expand(&config, &target, &config.profiles[0], &[]).remove(0);
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
        write_script(&case, &target, dirs);
        let output = host::command("/bin/sh").arg(root.join("repro.sh")).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
        let expected = format!("aa{}/u/x\n555\n640\n", root.display());
        assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
    }

    #[test]
    fn the_script_puts_the_sysroot_on_the_volume() {
        let directory = tempfile::tempdir().unwrap();
        let base = directory.path().canonicalize().unwrap();
        let (root, volume, tree) = (base.join("root"), base.join("a volume"), base.join("tree"));
        for made in [&root, &volume, &tree.join("bin")] {
            fs::create_dir_all(made).unwrap();
        }
        fs::write(tree.join("bin/tool"), "#!/bin/sh\necho \"$0 $1\"\n").unwrap();
        fs::set_permissions(tree.join("bin/tool"), std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .unwrap();
        let config = testing::config();
        let target = Target { launcher: Launcher::Native, ..config.targets[0].clone() };
        let mut case = expand(&config, &target, &config.profiles[0], &[]).remove(0);
        case.program = "bin/tool".to_owned();
        case.args = vec!["$BIN".to_owned()];
        let paths = CommandPaths {
            matrix: "/matrix".into(),
            fixture: script_volume(&root).join("copy"),
            launcher: None,
            sysroot_options: Vec::new(),
            inject: None,
            dirs: CaseDirs::new(root.clone()),
            user: "someone".to_owned(),
            status_fd: None,
        };
        let mut run = |kind| {
            case.at.volume = Some(kind);
            let line = command_line(&case, &target, &paths);
            fs::write(root.join("repro.sh"), script(&case, &target, &paths, &line, Some(&tree))).unwrap();
            let mut command = host::command("/bin/sh");
            let output = command.arg(root.join("repro.sh")).env("MATRIX_VOLUME", &volume).output().unwrap();
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            (output.status.code(), text(&output.stdout), text(&output.stderr))
        };
        fs::write(volume.join("Probe"), "").unwrap();
        let (real, other, other_name) = match volume.join("probe").exists() {
            true => (VolumeKind::Folding, VolumeKind::ByteExact, "byte-exact"),
            false => (VolumeKind::ByteExact, VolumeKind::Folding, "folding"),
        };
        let copy = volume.join("copy/bin");
        let shown = format!("{}/tool {}\n", copy.display(), copy.display());
        assert_eq!(run(real), (Some(0), shown, String::new()));
        let (status, _, complaint) = run(other);
        assert_eq!(status, Some(1));
        assert!(complaint.ends_with(&format!("and the case needs a {other_name} volume\n")), "{complaint}");
    }

    #[test]
    fn on_a_byte_exact_volume_the_emulator_folds() {
        let config = testing::config();
        let target = &config.targets[0];
        let mut case = expand(&config, target, &config.profiles[0], &[]).remove(2);
        case.at.volume = Some(VolumeKind::Folding);
        let paths = CommandPaths {
            matrix: "/opt/matrix".into(),
            fixture: "/scratch/volume/tree".into(),
            launcher: None,
            sysroot_options: Vec::new(),
            inject: None,
            dirs: CaseDirs::new("/scratch".into()),
            user: "someone".to_owned(),
            status_fd: None,
        };
        let line = command_line(&case, target, &paths);
        let text = String::from_utf8(script(&case, target, &paths, &line, Some(Path::new("/tree")))).unwrap();
        assert!(text.contains("|| exec /opt/matrix volume create folding -- \"$0\"\n"), "{text}");
        assert!(text.contains("then fold=--simulate-folding; fi\n"), "{text}");
        assert!(text.contains("[ -d \"$volume\"/tree ] || cp -Rp /tree \"$volume\"/tree\n"), "{text}");
        assert!(text.contains("  \"$@\" $fold --sysroot \"$volume\"/tree --clear-env"), "{text}");
    }

    #[test]
    fn the_emulator_can_be_replaced() {
        let config = testing::config();
        let target = &config.targets[0];
        let case = expand(&config, target, &config.profiles[0], &[]).remove(0);
        let paths = CommandPaths {
            matrix: "/opt/matrix".into(),
            fixture: "/cache/tree".into(),
            launcher: None,
            sysroot_options: Vec::new(),
            inject: None,
            dirs: CaseDirs::new("/scratch".into()),
            user: "someone".to_owned(),
            status_fd: None,
        };
        let line = command_line(&case, target, &paths);
        let text = String::from_utf8(script(&case, target, &paths, &line, None)).unwrap();
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
