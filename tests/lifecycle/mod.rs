//! What changes users, against a moto that refuses what AWS refuses.

mod carried_out;
mod common;
mod created;
mod deleted;
mod deletion_killed;
mod events;
mod key_killed;
mod keys;
mod leased;
mod secret;
