//! What one process used. Runs in a process of its own, since the kernel counts the memory of
//! whoever starts a process as that process's own, and this one has none to speak of.

use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::{TimeVal, TimeValLike};

/// The argument that asks for it.
pub(crate) const MODE: &str = "--measure";

/// What a process used, from its start to its end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    pub(crate) wall: Duration,
    /// User and system time.
    pub(crate) cpu: Duration,
    pub(crate) memory_kib_max: u64,
}

/// Runs `command` through this program in its measuring mode. Panics unless it succeeds.
pub(crate) fn usage_of(command: &Command) -> Usage {
    let mut outer = Command::new(std::env::current_exe().expect("a path to this program"));
    outer
        .arg(MODE)
        .arg(command.get_program())
        .args(command.get_args());
    outer.env_clear();
    for (name, value) in command.get_envs() {
        outer.env(
            name,
            value.expect("nothing is taken from an empty environment"),
        );
    }
    if let Some(dir) = command.get_current_dir() {
        outer.current_dir(dir);
    }
    let output = outer.output().expect("this program starts");
    let (printed, log) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    let figures: Vec<u64> = printed.split_whitespace().flat_map(str::parse).collect();
    match figures[..] {
        [wall_us, cpu_us, memory_kib_max, 0] => Usage {
            wall: Duration::from_micros(wall_us),
            cpu: Duration::from_micros(cpu_us),
            memory_kib_max,
        },
        _ => unreachable!("the agent failed:\n{printed}\n{log}"),
    }
}

/// Runs `program` and prints wall time, CPU time, memory and exit code.
pub(crate) fn run_and_print(program: &str, args: &[String]) {
    let start = Instant::now();
    let status = Command::new(program).args(args).status();
    let wall = start.elapsed();
    let used = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the kernel counts");
    let us = |time: TimeVal| time.num_microseconds();
    let code = status.expect("the program starts").code().unwrap_or(-1);
    println!(
        "{} {} {} {code}",
        wall.as_micros(),
        us(used.user_time()) + us(used.system_time()),
        used.max_rss(),
    );
}
