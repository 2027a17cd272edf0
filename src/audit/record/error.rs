//! Why a text is no record.

/// Why a text is no record of CloudTrail's that can become an event.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// It is longer than any record.
    #[error("it has {bytes} bytes, and a record has {max} at most")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The longest that is read.
        max: usize,
    },
    /// It is no JSON object.
    #[error("it is no JSON object (line {line}, column {column})")]
    NoJson {
        /// Where it is wrong, and none of it.
        line: usize,
        /// The byte of that line.
        column: usize,
    },
    /// A field is missing that every record has.
    #[error("it has no {0}, which every record of CloudTrail has")]
    Missing(&'static str),
    /// `eventTime` is no time from 2000 to 2100.
    #[error("its eventTime is no time such as 2026-11-20T10:01:00Z")]
    Time,
    /// `eventVersion` is of a format that is not known.
    #[error("its eventVersion is not known; known is 1")]
    Version,
}

impl From<serde_json::Error> for RecordError {
    fn from(error: serde_json::Error) -> Self {
        Self::NoJson {
            line: error.line(),
            column: error.column(),
        }
    }
}
