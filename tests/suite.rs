//! One test binary: every integration test links the SDK only once.

#[cfg(test)]
mod mapping;
