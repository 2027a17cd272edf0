//! `[log]`: how much is logged.

use serde::Deserialize;

/// `[log]`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogSettings {
    /// The least that is logged, where neither options nor `ROLLCALL_LOG` say it.
    pub level: LogLevel,
}

/// The least that is logged of ours. Libraries stay at warnings: their details show requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// What failed.
    Error,
    /// What needs attention.
    Warn,
    /// What a pass did.
    #[default]
    Info,
    /// Every retry.
    Debug,
    /// Everything.
    Trace,
}

impl LogLevel {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }

    /// The level of this name, in any case.
    pub fn parse(name: &str) -> Option<Self> {
        let levels = [
            Self::Error,
            Self::Warn,
            Self::Info,
            Self::Debug,
            Self::Trace,
        ];
        let mut levels = levels.into_iter();
        levels.find(|level| level.as_str().eq_ignore_ascii_case(name.trim()))
    }
}
