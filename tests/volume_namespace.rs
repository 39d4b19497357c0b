//! A folding volume for an ordinary user who may use `/dev/fuse`: in a namespace of his own.
//!
//! Run as root, the test gives such a device to another user in a private `/dev`.
#![cfg(target_os = "linux")]

mod volume_support;

use std::fs;
use std::os::unix::fs::chown;

use volume_support::State;

/// Any user who is not root; nothing has to know him.
const USER: &str = "31337";

/// Gives everybody a `/dev/fuse` in this mount namespace and becomes the user.
const PRIVATE: &str = r#"set -e
place=$(mktemp -d)
mount -t tmpfs none "$place"
mknod "$place/fuse" c 10 229
chmod 666 "$place/fuse"
mount --bind "$place/fuse" /dev/fuse
umount -l "$place"
rmdir "$place"
exec setpriv --reuid "$MATRIX_TEST_USER" --regid "$MATRIX_TEST_USER" --clear-groups "$@""#;

/// What a case would do: it inherits the namespace and has no rights in it.
const INSIDE: &str = r#"set -e
id -u
grep CapEff /proc/self/status
cd "$MATRIX_VOLUME"
echo there > Foo
cat fOO
mkdir Directory && chmod 700 directory
stat -c %U:%a DIRECTORY | sed 's/.*://'
ls"#;

#[test]
fn an_ordinary_user_gets_a_folding_volume() {
    if !matrix::host::is_root() {
        let reason = "1 test not made: only root can make a private /dev\n";
        std::io::Write::write_all(&mut std::io::stderr(), reason.as_bytes()).expect("say so");
        return;
    }
    let state = State::new();
    let number = USER.parse().expect("a number");
    chown(state.cache(), Some(number), Some(number)).expect("chown");
    let mut command = matrix::host::command("unshare");
    command
        .args(["--mount", "--propagation", "private", "sh", "-c", PRIVATE, "sh"])
        .arg(env!("CARGO_BIN_EXE_matrix"))
        .args(["volume", "create", "folding", "--provider", "fuse", "--", "sh", "-c", INSIDE])
        .env("MATRIX_CACHE", state.cache())
        .env("MATRIX_TEST_USER", USER);
    let output = command.output().expect("run");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        format!("{USER}\nCapEff:\t0000000000000000\nthere\n700\nDirectory\nFoo\n"),
        "{complaint}"
    );
    assert_eq!(fs::read_dir(state.volumes()).expect("list").count(), 0, "something stayed");
}
