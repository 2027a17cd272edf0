//! From the SDK's shapes to ours.

use aws_sdk_iam::types;
use time::OffsetDateTime;

use crate::aws::{Action, AwsError};
use crate::model::{Arn, AttachedPolicy, MfaDevice};

/// What ListUsers tells about a user.
#[derive(Debug)]
pub(super) struct ListedUser {
    pub(super) name: String,
    pub(super) arn: Arn,
    pub(super) id: String,
    pub(super) path: String,
    pub(super) created_at: OffsetDateTime,
    pub(super) password_last_used: Option<OffsetDateTime>,
}

/// Reads an entry of ListUsers. The SDK fills a missing name or id with an empty string: that is
/// a malformed answer, never a user.
pub(super) fn listed_user(user: &types::User) -> Result<ListedUser, AwsError> {
    let action = Action::ListUsers;
    let malformed = |what: String| AwsError::malformed(action, what);
    let arn = Arn::parse(user.arn()).map_err(|error| malformed(error.to_string()))?;
    if user.user_name().is_empty() || user.user_id().is_empty() {
        return Err(malformed(format!("user {arn} has no name or no id")));
    }
    let created_at = moment(user.create_date())
        .ok_or_else(|| malformed(format!("user {arn} has no plausible CreateDate")))?;
    Ok(ListedUser {
        name: user.user_name().to_owned(),
        arn,
        id: user.user_id().to_owned(),
        path: user.path().to_owned(),
        created_at,
        password_last_used: user.password_last_used().and_then(moment),
    })
}

/// Reads attached policies, as `action` told them.
pub(super) fn attached_policies(
    action: Action,
    policies: &[types::AttachedPolicy],
) -> Result<Vec<AttachedPolicy>, AwsError> {
    let read = policies.iter().map(attached_policy).collect::<Option<_>>();
    read.ok_or_else(|| AwsError::malformed(action, "an attached policy has no ARN"))
}

fn attached_policy(policy: &types::AttachedPolicy) -> Option<AttachedPolicy> {
    let arn = policy.policy_arn()?;
    let name_in_arn = || arn.rsplit('/').next().unwrap_or(arn);
    Some(AttachedPolicy {
        name: policy.policy_name().unwrap_or_else(name_in_arn).to_owned(),
        arn: arn.to_owned(),
    })
}

/// Reads an MFA device.
pub(super) fn mfa_device(device: &types::MfaDevice) -> MfaDevice {
    MfaDevice {
        serial_number: device.serial_number().to_owned(),
        enabled_at: moment(device.enable_date()),
    }
}

/// A time as we keep it; `None` for one that AWS never sends.
pub(super) fn moment(at: &aws_sdk_iam::primitives::DateTime) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(at.as_nanos())
        .ok()
        .filter(|at| at.unix_timestamp() > 0)
}
