//! GetAccountSummary: how many there are of each, and the root user's MFA.

use std::collections::HashMap;

use aws_sdk_iam::types::SummaryKeyType;
use time::OffsetDateTime;

use crate::aws::{Action, AwsClient, AwsError};
use crate::model::{Fact, Mfa, Provenance};

/// What an account has, in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountSummary {
    /// IAM users.
    pub users: u64,
    /// Groups.
    pub groups: u64,
    /// Roles.
    pub roles: u64,
    /// The account's own managed policies.
    pub policies: u64,
    /// MFA devices in use, of every kind.
    pub mfa_devices_in_use: u64,
    /// Virtual MFA devices, in use or not.
    pub virtual_mfa_devices: u64,
    /// Whether the root user has MFA, where AWS says so.
    pub has_root_mfa: Option<bool>,
}

/// Asks for the summary.
pub async fn account_summary(client: &AwsClient) -> Result<AccountSummary, AwsError> {
    let action = Action::GetAccountSummary;
    let answer = client
        .call(action, || client.iam().get_account_summary().send())
        .await?;
    let empty = HashMap::new();
    let map = answer.summary_map().unwrap_or(&empty);
    let count = |key: SummaryKeyType| {
        let count = map.get(&key).and_then(|&count| u64::try_from(count).ok());
        count.ok_or_else(|| AwsError::malformed(action, format!("no count of {}", key.as_str())))
    };
    Ok(AccountSummary {
        users: count(SummaryKeyType::Users)?,
        groups: count(SummaryKeyType::Groups).unwrap_or_default(),
        roles: count(SummaryKeyType::Roles).unwrap_or_default(),
        policies: count(SummaryKeyType::Policies).unwrap_or_default(),
        mfa_devices_in_use: count(SummaryKeyType::MfaDevicesInUse).unwrap_or_default(),
        virtual_mfa_devices: count(SummaryKeyType::MfaDevices).unwrap_or_default(),
        has_root_mfa: map
            .get(&SummaryKeyType::AccountMfaEnabled)
            .map(|&enabled| enabled == 1),
    })
}

/// The root user's MFA, live, where the summary has it.
pub(super) fn root_mfa(summary: Option<&AccountSummary>) -> Option<Fact<Mfa>> {
    let active = summary?.has_root_mfa?;
    let provenance = Provenance {
        source: Action::GetAccountSummary.as_str().into(),
        as_of: OffsetDateTime::now_utc(),
    };
    Some(Fact::known(Mfa::Active(active), &provenance))
}
