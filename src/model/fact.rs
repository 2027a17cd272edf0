//! A fact is known, with its source and time, or unknown, with its reason.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// One property of a user or a group.
///
/// There is no default: code that could not read a fact has to say why, so an error can never
/// turn into `false`, an empty list or "not an administrator".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact<T> {
    /// The value, and where it came from.
    Known {
        /// The value as AWS gave it.
        value: T,
        /// Who said so, and when.
        provenance: Provenance,
    },
    /// No value, and why not.
    Unknown(Unknown),
}

/// Where a known fact came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// The API action (`iam:ListMFADevices`), the credential report, or the kind of file.
    pub source: Cow<'static, str>,
    /// The moment the fact was true: of the call, or of the report's generation.
    pub as_of: OffsetDateTime,
}

/// The source of what the credential report says.
pub const CREDENTIAL_REPORT: &str = "credential report";
/// The source of its word that a user has no MFA, where no virtual device is the user's by now.
pub const REPORT_WITHOUT_VIRTUAL: &str = "credential report, iam:ListVirtualMFADevices";
/// The time of a report has no part of a second: within it, nobody knows which was first.
const REPORT_LEAD_MIN: time::Duration = time::Duration::SECOND;
/// AWS makes a report again every four hours. A much longer time comes of a clock that was wrong.
const REPORT_AGE_MAX: time::Duration = time::Duration::hours(12);

impl Provenance {
    /// Whether this is of a credential report that was made before a call told the same, which
    /// `other` is of.
    pub(super) fn is_report_before(&self, other: &Self) -> bool {
        let is_report = |it: &Self| it.source.starts_with(CREDENTIAL_REPORT);
        let lead = other.as_of - self.as_of;
        is_report(self) && !is_report(other) && lead >= REPORT_LEAD_MIN && lead < REPORT_AGE_MAX
    }
}

/// Why a fact is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unknown {
    /// The class of the reason, for counting and for exit codes.
    pub reason: Reason,
    /// What to look at: the permission that is missing, the call that failed. Stable from one
    /// pass to the next (no request ids, no times), since it becomes part of an event.
    pub detail: String,
}

/// The classes of reasons for an unknown fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// AWS refused the call for lack of a permission.
    Denied,
    /// The call failed after its retries.
    Failed,
    /// The collection plan does not ask for this fact.
    NotCollected,
    /// The saved files do not hold this fact.
    NotInInput,
}

impl Reason {
    /// The spelling used in events and in counts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Failed => "failed",
            Self::NotCollected => "not_collected",
            Self::NotInInput => "not_in_input",
        }
    }

    /// Whether the fact was asked for and not given, which makes a pass partial (exit code 4).
    pub fn is_shortfall(self) -> bool {
        matches!(self, Self::Denied | Self::Failed)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason, self.detail)
    }
}

impl<T> Fact<T> {
    /// A fact known from `provenance`.
    pub fn known(value: T, provenance: &Provenance) -> Self {
        Self::Known {
            value,
            provenance: provenance.clone(),
        }
    }

    /// A fact that the collection plan leaves out; `detail` names the plan or the action.
    pub fn not_collected(detail: impl Into<String>) -> Self {
        Self::unknown(Reason::NotCollected, detail)
    }

    /// A fact that the saved files do not hold; `detail` names the file that would.
    pub fn not_in_input(detail: impl Into<String>) -> Self {
        Self::unknown(Reason::NotInInput, detail)
    }

    /// A fact that a record lacks, because the rollcall that wrote it had no field for it.
    pub(super) fn not_kept() -> Self {
        Self::not_collected("not kept by an older rollcall")
    }

    /// A fact without a value.
    pub fn unknown(reason: Reason, detail: impl Into<String>) -> Self {
        Self::Unknown(Unknown {
            reason,
            detail: detail.into(),
        })
    }

    /// The value, if known.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Known { value, .. } => Some(value),
            Self::Unknown(_) => None,
        }
    }

    /// The fact with its value turned into another; its provenance or its reason stays.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Fact<U> {
        match self {
            Self::Known { value, provenance } => Fact::Known {
                value: convert(value),
                provenance,
            },
            Self::Unknown(unknown) => Fact::Unknown(unknown),
        }
    }

    /// Where the value came from, if known.
    pub fn provenance(&self) -> Option<&Provenance> {
        match self {
            Self::Known { provenance, .. } => Some(provenance),
            Self::Unknown(_) => None,
        }
    }

    /// Where the value came from, or why there is none.
    pub fn origin(&self) -> Result<&Provenance, &Unknown> {
        match self {
            Self::Known { provenance, .. } => Ok(provenance),
            Self::Unknown(unknown) => Err(unknown),
        }
    }

    /// The reason, if unknown.
    pub fn why_unknown(&self) -> Option<&Unknown> {
        match self {
            Self::Known { .. } => None,
            Self::Unknown(unknown) => Some(unknown),
        }
    }
}
