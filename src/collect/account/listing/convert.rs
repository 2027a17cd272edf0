//! From the SDK's shapes to ours.

use aws_sdk_iam::types;
use time::OffsetDateTime;

use crate::aws::{Action, AwsError};
use crate::collect::timestamp;
use crate::model::{AttachedPolicy, MfaDevice};

/// Reads attached policies of an answer of `action`.
pub(in crate::collect) fn attached_policies(
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

/// Reads an MFA device. One without a plausible EnableDate is a device all the same.
pub(in crate::collect) fn mfa_device(device: &types::MfaDevice) -> MfaDevice {
    MfaDevice {
        serial_number: device.serial_number().to_owned(),
        enabled_at: moment(device.enable_date()),
    }
}

/// A time as we keep it; `None` for one that AWS never sends.
pub(in crate::collect) fn moment(at: &aws_sdk_iam::primitives::DateTime) -> Option<OffsetDateTime> {
    let at = OffsetDateTime::from_unix_timestamp_nanos(at.as_nanos()).ok()?;
    timestamp::is_plausible(at, OffsetDateTime::now_utc()).then_some(at)
}
