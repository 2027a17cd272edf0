//! Access keys: what a user signs API calls with.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// One access key, or one key slot of the credential report (which does not tell the id).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessKey {
    /// AccessKeyId (`AKIA...`), where told.
    pub id: Option<String>,
    /// Whether the key can sign calls.
    pub active: bool,
    /// When the key was created or last rotated.
    pub rotated_at: Option<OffsetDateTime>,
    /// The last use, if it was ever used.
    pub last_used: Option<AccessKeyUse>,
}

/// The last use of an access key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessKeyUse {
    /// When.
    pub at: OffsetDateTime,
    /// The service that was called, where told.
    pub service: Option<String>,
    /// The region that was called, where told.
    pub region: Option<String>,
}
