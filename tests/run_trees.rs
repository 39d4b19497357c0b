//! A case's own trees on the host: laid out, looked at, judged, gone.

mod run_support;

use std::fs;
use std::path::Path;

use matrix::plan::{Case, Claim, Condition, Laid, Node, SysrootKind};
use matrix::verdict::{FindingKind, Verdict};
use run_support::*;

/// A shell script that is given `$SR`, `$HOST1` and `$HOST2`, with a small tree in each.
fn private(name: &str, script: &str, claims: Vec<Claim>) -> Case {
    let file = |content: &str| Node::File { content: content.into(), mode: 0o644 };
    let mut case = shell(name, script);
    case.args.extend(["sh", "$SR", "$HOST1", "$HOST2"].map(str::to_owned));
    case.sysroot = SysrootKind::Private;
    case.tree = [
        ("$SR$HOST1_TOP", Node::Directory { mode: 0o755 }),
        ("$SR$HOST2/mirrored/both.txt", file("sysroot\n")),
        ("$HOST2/mirrored/both.txt", file("host\n")),
        ("$HOST1/data/hello.txt", file("hello\n")),
        ("$HOST1/link", Node::Symlink { target: "$HOST2/mirrored".to_owned() }),
    ]
    .map(|(path, node)| Laid { path: path.to_owned(), node })
    .to_vec();
    case.expect.after = claims.into_iter().map(|claim| Condition { claim, volume: None }).collect();
    case
}

fn path(text: &str) -> String {
    text.to_owned()
}

#[test]
fn the_trees_are_laid_out_and_gone_afterwards() {
    let place = Place::new();
    let script = r#"cat "$1$3/mirrored/both.txt" "$2/data/hello.txt" "$2/link/both.txt"
        test -d "$1/$(echo "$2" | cut -d/ -f2)" && cd "$1" && find . -type d | wc -l
        echo "$2 $3" | tr ' ' '\n' | cut -d/ -f2,3 | sort -u | wc -l; echo "$3""#;
    let result = run_one(&place, private("laid", script, vec![Claim::Unchanged { path: path("$HOST1") }]));
    assert_eq!(result.verdict, Verdict::Pass);
    let output = fs::read_to_string(result.attempt.expect("attempt").stdout).expect("output");
    let lines: Vec<&str> = output.lines().collect();
    assert_eq!(lines[..3], ["sysroot", "hello", "host"]);
    // The first two components of the host's directories are not the same.
    assert_eq!(lines[4].trim(), "2");
    let second = Path::new(lines[5]);
    assert!(second.is_absolute() && !second.exists());
    assert!(!second.parent().expect("the run's own").exists());
    assert_eq!(place.scratch_left(), Vec::<std::path::PathBuf>::new());
}

#[test]
fn what_a_guest_leaves_behind_is_judged() {
    let place = Place::new();
    let script = r#"echo made > "$1/Made"; rm "$2/link"; mkdir "$3/.elfuse_case_index.tmp""#;
    let claims = || {
        vec![
            Claim::File { path: path("$SR/Made"), content: Some(b"made\n".to_vec()), mode: None },
            Claim::Absent { path: path("$SR/made") },
            Claim::OnVolume { path: path("$SR$HOST1_TOP") },
            Claim::NewPaths { paths: vec![path("$SR/Made"), path("$HOST2/.elfuse_case_index.tmp")] },
            Claim::Unchanged { path: path("$HOST2/mirrored") },
        ]
    };
    let result = run_one(&place, private("holds", script, claims()));
    assert_eq!(result.verdict, Verdict::Pass);
    for (wrong, message) in [
        (Claim::Unchanged { path: path("$HOST1") }, "$HOST1 is not as it was: gone: "),
        (Claim::NoTokenOutsideSysroot, "a name of the sidecar layer outside the sysroot: "),
        (Claim::Absent { path: path("$SR/Made") }, "$SR/Made is there: a file"),
    ] {
        let mut claims = claims();
        claims.push(wrong);
        let result = run_one(&place, private("does-not", script, claims));
        let (word, kind, finding) = finding(&result);
        assert_eq!((word, kind), ("failure", FindingKind::Postcondition));
        assert!(finding.message.starts_with(message), "{}", finding.message);
    }
}

#[test]
fn conditions_come_after_the_ending_and_the_streams() {
    let place = Place::new();
    let case = private("both", "exit 3", vec![Claim::Absent { path: path("$HOST1/data/hello.txt") }]);
    let result = run_one(&place, case);
    let (_, kind, finding) = finding(&result);
    assert_eq!(kind, FindingKind::ExitCode);
    assert!(finding.detail.contains("$HOST1/data/hello.txt is there: a file"), "{}", finding.detail);
}
