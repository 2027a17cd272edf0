//! How wide a text may be.

use std::io::IsTerminal;
use std::os::fd::AsFd;

use serde::{Deserialize, Serialize};
use terminal_size::terminal_size_of;

/// The width of tables that are no terminal's.
const PIPE: u16 = 100;

/// Where a text goes, and how wide that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Width {
    /// A terminal with so many columns.
    Terminal(u16),
    /// A file or another program, which gets sentences in one piece.
    Pipe,
}

impl Width {
    /// The width of `output`.
    pub fn of(output: &(impl IsTerminal + AsFd)) -> Self {
        let size = output.is_terminal().then(|| terminal_size_of(output));
        size.flatten()
            .map_or(Self::Pipe, |(columns, _)| Self::Terminal(columns.0))
    }

    /// The columns that a table has.
    pub fn columns(self) -> u16 {
        match self {
            Self::Terminal(columns) => columns,
            Self::Pipe => PIPE,
        }
    }
}
