//! Why saved files could not be used.

use std::io;

/// Why saved files could not be used. Every message names the file.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file could not be read.
    #[error("cannot read {file}: {source}")]
    Read {
        /// The file.
        file: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file is compressed and cannot be unpacked.
    #[error("{file}: cannot be unpacked with gzip: {source}; save it again, or unpack it")]
    Compressed {
        /// The file.
        file: String,
        /// Why.
        source: io::Error,
    },
    /// The file is no text that is read here.
    #[error(
        "{file}:{line}: not UTF-8 text; save the file as UTF-8 (in Windows PowerShell: \
         `| Out-File -Encoding utf8 file`)"
    )]
    Encoding {
        /// The file.
        file: String,
        /// The first line with other bytes.
        line: usize,
    },
    /// The JSON is broken, or a value has another shape than AWS writes.
    #[error(
        "{file}:{line}:{column}: {why}; expected the output of `aws iam ... --output json` as the \
         AWS CLI wrote it"
    )]
    Json {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1; 0 at the start of a line.
        column: usize,
        /// What was expected and what was found.
        why: String,
    },
    /// The credential report in the file cannot be decoded.
    #[error(
        "{file}: the credential report in it cannot be decoded: {why}; save the output of \
         `aws iam get-credential-report` again, unchanged"
    )]
    Content {
        /// The file.
        file: String,
        /// What is wrong with Content.
        why: String,
    },
    /// The credential report is no CSV.
    #[error("{file}:{line}: {why}; save the credential report again, unchanged")]
    Csv {
        /// The file.
        file: String,
        /// Line, from 1.
        line: u64,
        /// What is wrong with the line.
        why: String,
    },
    /// The file is of no known kind.
    #[error(
        "{file}: {found} is no known kind of file; known are the JSON output of `aws iam` \
         get-account-authorization-details, list-users, list-virtual-mfa-devices, \
         list-mfa-devices and get-credential-report, without --query and compressed with gzip \
         or not, service control policies (docs/verdict.md), and the credential report as CSV or as base64"
    )]
    Unrecognised {
        /// The file.
        file: String,
        /// What the file holds instead.
        found: &'static str,
    },
    /// The files list no users, not even an empty list of them.
    #[error(
        "no IAM user in {}; pass the output of `aws iam get-account-authorization-details` \
         or `aws iam list-users`",
        files.join(", ")
    )]
    NoUsers {
        /// The files that were read.
        files: Vec<String>,
    },
}

impl FileError {
    /// The error of a file of no known kind, which holds `found` instead.
    pub(super) fn unrecognised(file: &str, found: &'static str) -> Self {
        Self::Unrecognised {
            file: file.to_owned(),
            found,
        }
    }

    /// The error of JSON that does not begin at the start of its file, but `lines` lines and then
    /// `columns` bytes after it.
    pub(super) fn moved(mut self, lines: usize, columns: usize) -> Self {
        if let Self::Json { line, column, .. } = &mut self {
            if *line == 1 {
                *column += columns;
            }
            *line += lines;
        }
        self
    }

    /// A CSV error at the line that the reader gives.
    pub(super) fn csv(file: &str, error: &csv::Error) -> Self {
        Self::Csv {
            file: file.to_owned(),
            line: error.position().map_or(1, csv::Position::line),
            why: error.to_string(),
        }
    }

    /// A JSON error at the place that serde_json gives.
    pub(super) fn json(file: &str, error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let text = error.to_string();
        let place = format!(" at line {line} column {column}");
        Self::Json {
            file: file.to_owned(),
            line,
            column,
            why: text.strip_suffix(&place).unwrap_or(&text).to_owned(),
        }
    }
}
