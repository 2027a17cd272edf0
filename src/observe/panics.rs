//! Panics as lines of the log, where everything else is looked for.

use std::panic::PanicHookInfo;

use crate::process;

/// From now on a panic is a line of the log, and not the text that Rust writes by default.
pub fn log_panics() {
    std::panic::set_hook(Box::new(log));
}

fn log(panic: &PanicHookInfo<'_>) {
    let message = panic.payload_as_str().unwrap_or_default();
    let file = panic.location().map_or("", |place| place.file());
    let line = panic.location().map_or(0, |place| place.line());
    if is_of_sled(file) {
        // The store reports what it means: mostly that a file is damaged.
        tracing::debug!(file, line, message, "sled panicked");
    } else if process::is_lost_limit(message) {
        tracing::error!(message, "{}", process::LOST_LIMIT);
    } else {
        tracing::error!(
            file,
            line,
            message,
            "this is a bug of rollcall: report it with this line"
        );
    }
}

/// Whether the source `file` is one of sled's, wherever crates are kept.
fn is_of_sled(file: &str) -> bool {
    let mut folders = file.split(['/', '\\']);
    folders.any(|folder| folder == "sled" || folder.starts_with("sled-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_panic_of_sled_is_left_to_the_store() {
        assert!(is_of_sled(
            "/home/a/.cargo/registry/src/x/sled-0.34.7/src/tree.rs"
        ));
        assert!(is_of_sled("vendor/sled/src/tree.rs"));
        assert!(!is_of_sled("src/store/open.rs"));
        assert!(!is_of_sled("/home/sledge/rollcall/src/main.rs"));
    }
}
