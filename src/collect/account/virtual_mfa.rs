//! ListVirtualMFADevices: the virtual devices of the whole account in a few pages, live.

use std::collections::HashMap;

use aws_sdk_iam::types::AssignmentStatusType;

use super::convert::moment;
use super::pages::{self, PAGE_SIZE, Page};
use crate::aws::{Action, AwsClient, AwsError};
use crate::model::MfaDevice;

/// Virtual devices by their user's ARN.
pub(super) type VirtualMfa = HashMap<String, Vec<MfaDevice>>;

/// Lists every virtual device that a user has enabled.
pub(super) async fn list(client: &AwsClient) -> Result<VirtualMfa, AwsError> {
    let action = Action::ListVirtualMfaDevices;
    let devices = pages::all(async |marker: Option<String>| {
        let request = || {
            let request = client.iam().list_virtual_mfa_devices();
            let request = request.assignment_status(AssignmentStatusType::Assigned);
            request
                .max_items(PAGE_SIZE)
                .set_marker(marker.clone())
                .send()
        };
        let answer = client.call(action, request).await?;
        let devices = answer.virtual_mfa_devices().iter().filter_map(|device| {
            let user = device.user()?.arn().to_owned();
            let device = MfaDevice {
                serial_number: device.serial_number().to_owned(),
                enabled_at: device.enable_date().and_then(moment),
            };
            Some((user, device))
        });
        let devices = devices.collect();
        Page::new(
            action,
            devices,
            answer.is_truncated(),
            answer.marker(),
            marker.as_deref(),
        )
    });
    let mut by_user = VirtualMfa::new();
    for (user, device) in devices.await? {
        by_user.entry(user).or_default().push(device);
    }
    Ok(by_user)
}
