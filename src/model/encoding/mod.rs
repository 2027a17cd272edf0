//! How records name their fields: the encoding of facts and of times.

mod fact;
#[cfg(test)]
mod tests;
pub(crate) mod unix_ms;
