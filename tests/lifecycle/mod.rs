//! What changes users, against a moto that refuses what AWS refuses.

mod applied;
mod common;
mod deleted;
mod deletion_killed;
mod disasters;
mod people;
mod planned;
mod policy;
