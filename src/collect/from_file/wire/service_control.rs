//! Service control policies in files.

use super::DocumentText;
use crate::model::is_account_id;

/// The service control policies that bind an account: `{"ServiceControlPolicies": [LEVEL, ...]}`, a
/// level for each target from the organization's root to the account. It is ours: no one call of
/// AWS has it.
#[derive(Debug, serde::Deserialize)]
#[serde(try_from = "SavedLevels")]
pub(in crate::collect::from_file) struct ServiceControlPage {
    pub(in crate::collect::from_file) account_id: String,
    pub(in crate::collect::from_file) levels: Vec<ServiceControlLevel>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SavedLevels {
    service_control_policies: Vec<ServiceControlLevel>,
}

/// What is attached to a root, a unit or an account.
#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::collect::from_file) struct ServiceControlLevel {
    pub(in crate::collect::from_file) target_id: String,
    pub(in crate::collect::from_file) policies: Vec<ServiceControlPolicy>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::collect::from_file) struct ServiceControlPolicy {
    pub(in crate::collect::from_file) name: String,
    pub(in crate::collect::from_file) content: DocumentText,
}

impl TryFrom<SavedLevels> for ServiceControlPage {
    type Error = &'static str;

    fn try_from(saved: SavedLevels) -> Result<Self, Self::Error> {
        let levels = saved.service_control_policies;
        if levels.iter().any(|level| level.policies.is_empty()) {
            return Err("a TargetId without Policies, which would deny everything");
        }
        let account = levels.last().map(|level| level.target_id.as_str());
        match account.filter(|id| is_account_id(id)) {
            Some(id) => Ok(Self {
                account_id: id.to_owned(),
                levels,
            }),
            None => Err("levels that do not end with the TargetId of an account"),
        }
    }
}
