//! The escalation paths, as data: `catalogue.toml`.

mod catalogue;

pub use catalogue::{Catalogue, Entry, Family, Gain, Need, On, Path, Provider, Target};
