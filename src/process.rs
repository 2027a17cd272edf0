//! The process itself, before anything else: what it leaves behind, and how much it may open.

use std::any::Any;
use std::io;
use std::sync::mpsc;
use std::thread;

use rustix::fs::Mode;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit, umask};

/// Closes new files to others, rules out core dumps, which would hold keys, and raises the number
/// of open files to what the system allows. What the system refuses stays as it was.
pub fn prepare() {
    umask(Mode::RWXG | Mode::RWXO);
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let _ = setrlimit(Resource::Core, none);
    // A core that the kernel hands to a program has no size limit.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    let files = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: files.maximum,
        maximum: files.maximum,
    };
    let _ = setrlimit(Resource::Nofile, raised);
}

/// What is wrong, and what to do, when the system gives no more threads or files.
pub const LOST_LIMIT: &str = "the system gives rollcall no more threads or open files: raise the \
                              limit (ulimit -u and -n; TasksMax and LimitNOFILE of a service; the \
                              pids limit of a container)";

/// Whether the system gives `count` threads beside this one, at the same time. A runtime that has
/// got some of its threads and not all waits for ever for those.
pub fn try_threads(count: usize) -> io::Result<()> {
    let (hold, held) = mpsc::channel::<()>();
    let held = std::sync::Mutex::new(held);
    thread::scope(|scope| {
        // Dropped on the way out, before the threads are waited for.
        let _hold = hold;
        for _ in 0..count {
            let wait = || drop(held.lock().map(|held| held.recv()));
            thread::Builder::new().spawn_scoped(scope, wait)?;
        }
        Ok(())
    })
}

/// Whether a panic with this message is about a limit of the system.
pub(crate) fn is_lost_limit(message: &str) -> bool {
    // The first of tokio, the second of std.
    let of_threads = ["OS can't spawn", "failed to spawn thread"];
    of_threads.iter().any(|part| message.contains(part))
}

/// Whether the panic that `payload` is from is about a limit of the system.
pub fn is_of_lost_limit(payload: &(dyn Any + Send)) -> bool {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
    text.is_some_and(is_lost_limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_thread_that_the_system_does_not_give_is_a_lost_limit() {
        let again = "Resource temporarily unavailable (os error 11)";
        assert!(is_lost_limit(&format!(
            "OS can't spawn worker thread: {again}"
        )));
        assert!(is_lost_limit("failed to spawn thread: Os { code: 11, .. }"));
        assert!(!is_lost_limit("index out of bounds: the len is 0"));
    }
}
