//! Events checked strictly: our own are valid, and an independent validator agrees about all others.

mod cli;
mod differential;
mod facts;
mod mutate;
mod oracle;
mod our_events;
mod sekoia;
mod verify;
