//! Access keys: what a user signs API calls with.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::model::unix_ms;

/// One access key, or one key slot of the credential report (which has no id).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessKey {
    /// AccessKeyId (`AKIA...`), where known.
    pub id: Option<String>,
    /// Whether the key can sign calls.
    pub active: bool,
    /// When the key was created or last rotated.
    #[serde(rename = "rotated_at_ms", with = "unix_ms::option", default)]
    pub rotated_at: Option<OffsetDateTime>,
    /// The last use, if it was ever used.
    pub last_used: Option<AccessKeyUse>,
}

/// The last use of an access key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessKeyUse {
    /// When.
    #[serde(rename = "at_ms", with = "unix_ms")]
    pub at: OffsetDateTime,
    /// The service that was called, where known.
    pub service: Option<String>,
    /// The region that was called, where known.
    pub region: Option<String>,
}
