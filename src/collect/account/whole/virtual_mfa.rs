//! ListVirtualMFADevices: the virtual devices of the whole account in a few pages, live.

use std::collections::{HashMap, HashSet};

use aws_sdk_iam::types::{self, AssignmentStatusType};
use time::OffsetDateTime;

use super::super::listing::{self, AccountScope, Page, UserIdentity, moment};
use crate::aws::{Action, AwsClient, AwsError};
use crate::model::{Arn, Fact, Mfa, MfaDevice, Provenance};

const ACTION: Action = Action::ListVirtualMfaDevices;

/// The virtual devices that users have enabled.
#[derive(Debug)]
pub(in crate::collect) struct VirtualMfa {
    devices: HashMap<Owner, Vec<MfaDevice>>,
    /// Users of a device that makes no sense: ListMFADevices has to say what they have.
    malformed: HashSet<Owner>,
    /// As of before the first page: what changed later is perhaps not in it, so that a later report has
    /// the last word.
    provenance: Provenance,
}

/// The UserId of a device's user, or its ARN where the answer holds no UserId.
type Owner = String;

/// A device, unless it makes no sense, and its user.
type OwnedDevice = (Owner, Option<MfaDevice>);

/// Lists every virtual device that a user has enabled.
pub(super) async fn list(client: &AwsClient, scope: &AccountScope) -> Result<VirtualMfa, AwsError> {
    let as_of = OffsetDateTime::now_utc();
    let owned = listing::all(async |marker: Option<String>| {
        let request = || {
            let request = client.iam().list_virtual_mfa_devices();
            let request = request.assignment_status(AssignmentStatusType::Assigned);
            request
                .max_items(client.page_size(ACTION))
                .set_marker(marker.clone())
                .send()
        };
        let answer = client.call(ACTION, request).await?;
        let listed = answer.virtual_mfa_devices();
        let devices = listed
            .iter()
            .filter_map(|device| owned_device(device, scope));
        Page::new(
            ACTION,
            devices.collect(),
            listed.iter().map(|device| device.serial_number()),
            answer.is_truncated(),
            answer.marker(),
        )
    });
    Ok(VirtualMfa::of(owned.await?, as_of))
}

/// The device with its user. There is no device where its user is none of this account.
fn owned_device(device: &types::VirtualMfaDevice, scope: &AccountScope) -> Option<OwnedDevice> {
    let user = device.user()?;
    let arn = Arn::parse(user.arn()).ok();
    let is_own = arn.is_some_and(|arn| scope.is_own_user(&arn) || scope.is_own_root(&arn));
    let is_whole = is_own && !device.serial_number().is_empty();
    let found = is_whole.then(|| MfaDevice {
        serial_number: device.serial_number().to_owned(),
        enabled_at: device.enable_date().and_then(moment),
    });
    let owner = match user.user_id() {
        "" => user.arn(),
        id => id,
    };
    Some((owner.to_owned(), found))
}

impl VirtualMfa {
    fn of(owned: Vec<OwnedDevice>, as_of: OffsetDateTime) -> Self {
        let mut virtual_mfa = Self {
            devices: HashMap::new(),
            malformed: HashSet::new(),
            provenance: Provenance {
                source: ACTION.as_str().into(),
                as_of,
            },
        };
        for (owner, device) in owned {
            match device {
                Some(device) => {
                    // Hardly anybody has two.
                    let devices = virtual_mfa.devices.entry(owner);
                    devices
                        .or_insert_with(|| Vec::with_capacity(1))
                        .push(device);
                }
                None => {
                    virtual_mfa.malformed.insert(owner);
                }
            }
        }
        virtual_mfa
    }

    /// The devices of `user`, if it has any.
    pub(in crate::collect) fn of_user(&self, user: &UserIdentity) -> Option<Fact<Mfa>> {
        let devices = self.of_owner([user.id.as_str(), user.arn.as_str()])?;
        (!self.is_malformed(user)).then_some(devices)
    }

    /// The device of the root user, whose ARN is `arn` and whose UserId is its account's id.
    pub(in crate::collect) fn of_root(&self, arn: &Arn) -> Option<Fact<Mfa>> {
        self.of_owner([arn.account_id(), arn.as_str()])
    }

    fn of_owner(&self, owners: [&str; 2]) -> Option<Fact<Mfa>> {
        let devices = owners.iter().find_map(|&owner| self.devices.get(owner))?;
        let mfa = Mfa::AtLeast(devices.clone());
        Some(Fact::known(mfa, &self.provenance))
    }

    /// Whether a device of `user` makes no sense.
    pub(in crate::collect) fn is_malformed(&self, user: &UserIdentity) -> bool {
        self.malformed.contains(&user.id) || self.malformed.contains(user.arn.as_str())
    }
}
