//! What changes users, against a moto that refuses what AWS refuses.

mod aborted;
mod applied;
mod begun;
mod carried_out;
mod common;
mod created;
mod deleted;
mod deletion_killed;
mod disasters;
mod events;
mod forced;
mod histories;
mod key_killed;
mod keys;
#[cfg(feature = "lambda")]
mod lambda;
mod leased;
mod people;
mod planned;
mod policy;
mod raced;
mod scheduled;
mod secret;
mod swapped;
