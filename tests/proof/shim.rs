//! Shims in C below a child process: compiled when first needed, loaded before libc.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Compiles `tests/proof/<name>.c` into `dir`. A C compiler is there, since `ring` needs one.
pub(crate) fn compile(name: &str, dir: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/proof/{name}.c"));
    let library = dir.join(format!("{name}.so"));
    let compiled = Command::new("cc")
        .args(["-O1", "-shared", "-fPIC", "-o"])
        .arg(&library)
        .arg(&source)
        .output()
        .expect("cc starts");
    assert!(compiled.status.success(), "{compiled:?}");
    library
}
