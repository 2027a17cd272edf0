//! What changes users, against a moto that refuses what AWS refuses.

mod common;
mod deleted;
mod deletion_killed;
