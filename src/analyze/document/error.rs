//! Why a policy document cannot be used.

/// A document that is not of the grammar of policies. It might hold a Deny, so whoever it applies
/// to cannot be judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// It is no JSON.
    #[error("it is no JSON: {0}")]
    Json(String),
    /// An element is missing, unknown, or has a value of the wrong kind.
    #[error("statement {statement}: {why}")]
    Statement {
        /// The position of the statement, from 0.
        statement: usize,
        /// What is wrong.
        why: String,
    },
    /// The document around the statements is wrong.
    #[error("{0}")]
    Document(String),
}
