//! What the tests stand on: the real binary, a real enough AWS, and a scriptable intake.

pub(crate) mod agent;
pub(crate) mod aws_proxy;
pub(crate) mod browser;
pub(crate) mod http;
pub(crate) mod intake;
pub(crate) mod intake_posts;
pub(crate) mod moto;
pub(crate) mod outbox;
pub(crate) mod owner;
pub(crate) mod platform;
pub(crate) mod queue;
pub(crate) mod reply;
pub(crate) mod running;
pub(crate) mod seed;
pub(crate) mod sim_aws;
pub(crate) mod tls;
pub(crate) mod trail;

use std::future::Future;

/// That of a main thread, where the product runs: without optimization, a collection's futures
/// take more than the two MiB of other threads.
const STACK_SIZE: usize = 8 << 20;

/// Runs a future to its end from any test, async or not: on a thread and a runtime of its own.
pub(crate) fn block_on<F>(future: F) -> F::Output
where
    F: Future + Send,
    F::Output: Send,
{
    let run = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a tokio runtime")
            .block_on(future)
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_SIZE);
        match thread.spawn_scoped(scope, run).expect("a thread").join() {
            Ok(output) => output,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
