//! Links the commands so that they start quickly: at a fixed address, and with the C library in them.
//!
//! A guest program often runs for less time than the dynamic linker would need to load and relocate the emulator. Cargo
//! has no setting for this that leaves procedural macros alone, so the shared libraries that the compiler names to the
//! linker are found in a folder of ours first, where scripts of these names lead to the archives.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

/// The shared libraries that the compiler names, and what stands in for each.
const LIBRARIES: [(&str, &[&str]); 7] = [
    ("gcc_s", &["gcc_eh", "gcc", "c"]),
    ("util", &["util"]),
    ("rt", &["rt"]),
    ("pthread", &["pthread"]),
    ("m", &["m"]),
    ("dl", &["dl"]),
    ("c", &["c", "gcc", "gcc_eh"]),
];

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-env-changed=RUSTC_LINKER");
    let is = |variable: &str, value: &str| env::var(variable).is_ok_and(|it| it == value);
    let native = env::var("HOST").is_ok_and(|host| is("TARGET", &host));
    let has_crt =
        env::var("CARGO_CFG_TARGET_FEATURE").is_ok_and(|all| all.split(',').any(|it| it == "crt-static"));
    if !native || has_crt || !is("CARGO_CFG_TARGET_OS", "linux") || !is("CARGO_CFG_TARGET_ENV", "gnu") {
        return Ok(());
    }
    println!("cargo::rustc-link-arg-bins=-no-pie");
    // Some systems have the archives in a package of their own; without it the shared libraries do.
    let scripts: Option<Vec<_>> =
        LIBRARIES.iter().map(|(library, archives)| Some((library, script(archives)?))).collect();
    let Some(scripts) = scripts else { return Ok(()) };
    let folder = env::var("OUT_DIR").map_err(io::Error::other)?;
    for (library, script) in scripts {
        fs::write(Path::new(&folder).join(format!("lib{library}.so")), script)?;
    }
    println!("cargo::rustc-link-arg-bins=-L{folder}");
    println!("cargo::rustc-link-arg-bins=-static");
    Ok(())
}

/// A linker script that names `archives`.
fn script(archives: &[&str]) -> Option<String> {
    let paths: Option<Vec<_>> = archives.iter().map(|name| find(name)).collect();
    let quoted: Vec<_> = paths?.iter().map(|path| format!("\"{}\"", path.display())).collect();
    Some(format!("GROUP({})\n", quoted.join(" ")))
}

/// Where the linker's driver has the archive `name`.
#[allow(clippy::disallowed_methods, reason = "a build script has no host layer to go through")]
fn find(name: &str) -> Option<PathBuf> {
    let driver = env::var_os("RUSTC_LINKER").unwrap_or_else(|| "cc".into());
    let told = Command::new(driver).arg(format!("-print-file-name=lib{name}.a")).output().ok()?;
    let path = PathBuf::from(String::from_utf8(told.stdout).ok()?.trim_end());
    if path.is_absolute() { path.canonicalize().ok() } else { None }
}
