//! Nothing is lost, whatever fails: every user's latest state reaches every sink, none receives
//! what was not true, and no user is reported as deleted that is not.

mod aborted;
mod clock;
mod damage;
mod damaged;
mod disk;
mod full;
mod history;
mod in_process;
mod killed;
mod power_cut;
mod segments;
pub(crate) mod shim;
mod signalled;
mod soak;
mod soak_watch;
mod truth;
mod unrest;
mod view;
mod world;
mod writer;

/// So many cases: fewer in CI, more for `scripts/test --long`.
fn cases(short: u64, long: u64) -> u64 {
    match std::env::var_os("ROLLCALL_LONG") {
        Some(_) => long,
        None => short,
    }
}

/// A directory in memory where there is one, for state whose disk is not what is tested.
fn in_memory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .expect("a temporary directory")
}
