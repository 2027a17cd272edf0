//! MFA devices by user, and the best answer that the files give.

use std::collections::{BTreeMap, HashMap};

use time::OffsetDateTime;

use super::entry::{Entry, Identity};
use super::groups::fact_of;
use super::kind;
use super::wire::{MfaPage, VirtualMfaPage};
use crate::collect::report::ReportRow;
use crate::model::{Fact, Mfa, MfaDevice, Provenance};

/// The MFA devices of the files.
#[derive(Default)]
pub(super) struct MfaTable {
    /// Virtual devices by their user's ARN.
    virtual_devices: BTreeMap<String, Vec<MfaDevice>>,
    /// `list-mfa-devices` by UserName, since it has no ARN.
    lists: BTreeMap<String, DeviceList>,
}

/// What `list-mfa-devices` gave for one user.
#[derive(Default)]
struct DeviceList {
    devices: Vec<MfaDevice>,
    /// Whether the last page was among the files.
    complete: bool,
}

impl MfaTable {
    /// Adds a page of `list-virtual-mfa-devices`.
    pub(super) fn add_virtual(&mut self, page: VirtualMfaPage) {
        for device in page.devices {
            let Some(user) = device.user else { continue };
            add(
                self.virtual_devices.entry(user.arn).or_default(),
                MfaDevice {
                    serial_number: device.serial_number,
                    enabled_at: device.enable_date.map(|time| time.0),
                },
            );
        }
    }

    /// Adds a page of `list-mfa-devices`; returns a warning about a page without devices.
    pub(super) fn add_list(
        &mut self,
        file: &str,
        page: MfaPage,
        cut_short: bool,
    ) -> Option<String> {
        let warning = page.devices.is_empty().then(|| {
            format!(
                "{file}: lists no MFA device and so names no user; it says nothing: pass the \
                 credential report to learn who has none"
            )
        });
        for device in page.devices {
            let list = self.lists.entry(device.user_name).or_default();
            list.complete |= !cut_short;
            add(
                &mut list.devices,
                MfaDevice {
                    serial_number: device.serial_number,
                    enabled_at: device.enable_date.map(|time| time.0),
                },
            );
        }
        warning
    }

    /// Drops the lists whose UserName is that of users of several accounts; returns warnings.
    pub(super) fn drop_ambiguous(&mut self, users: &[Entry]) -> Vec<String> {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for user in users {
            *counts.entry(&user.identity.name).or_default() += 1;
        }
        let ambiguous = |name: &String| counts.get(name.as_str()).is_some_and(|n| *n > 1);
        let dropped: Vec<String> = self
            .lists
            .keys()
            .filter(|n| ambiguous(n))
            .cloned()
            .collect();
        self.lists.retain(|name, _| !ambiguous(name));
        let warn = |name| {
            format!(
                "{}: {name} is a user of several accounts, and the list does not say which; \
                 it is left out: pass the files of one account at a time",
                kind::LIST_MFA
            )
        };
        dropped.into_iter().map(warn).collect()
    }

    /// Takes a user's MFA: the list of all devices, else the virtual ones, else the report.
    pub(super) fn take(
        &mut self,
        user: &Identity,
        row: Option<&ReportRow>,
        read_at: OffsetDateTime,
    ) -> Fact<Mfa> {
        let source = |name: &'static str| Provenance {
            source: name.into(),
            as_of: read_at,
        };
        let list = self.lists.remove(&user.name);
        let virtual_devices = self.virtual_devices.remove(user.arn.as_str());
        if let Some(DeviceList { devices, complete }) = list {
            let mfa = if complete { Mfa::Devices } else { Mfa::AtLeast };
            return Fact::known(mfa(devices), &source(kind::LIST_MFA));
        }
        if let Some(devices) = virtual_devices {
            return Fact::known(Mfa::AtLeast(devices), &source(kind::VIRTUAL_MFA));
        }
        match row.and_then(|row| Some((row.mfa_active?, &row.source))) {
            Some((active, source)) => Fact::known(Mfa::Active(active), source),
            None => Fact::not_in_input(format!("{} or {}", kind::REPORT, kind::LIST_MFA)),
        }
    }

    /// Takes the root user's MFA: a virtual device, else what the report says.
    pub(super) fn take_root(&mut self, row: &ReportRow, read_at: OffsetDateTime) -> Fact<Mfa> {
        match self.virtual_devices.remove(row.arn.as_str()) {
            Some(devices) => {
                let source = Provenance {
                    source: kind::VIRTUAL_MFA.into(),
                    as_of: read_at,
                };
                Fact::known(Mfa::AtLeast(devices), &source)
            }
            None => fact_of(row.mfa_active.map(Mfa::Active), &row.source),
        }
    }

    /// Warnings about devices that nobody took. The root user's device is expected.
    pub(super) fn unmatched(&self) -> Vec<String> {
        let mut arns = self.virtual_devices.keys();
        let of_nobody = arns.find(|arn| !arn.ends_with(":root"));
        let list = self.lists.keys().next();
        let warn = |(kind, user): (&str, &String)| {
            format!(
                "{kind}: {user} is a user in no other file, and perhaps not the only one; such \
                 devices are left out: pass the files of one account, saved at one time"
            )
        };
        let of_nobody = of_nobody.map(|arn| (kind::VIRTUAL_MFA, arn));
        let list = list.map(|name| (kind::LIST_MFA, name));
        of_nobody.into_iter().chain(list).map(warn).collect()
    }
}

fn add(devices: &mut Vec<MfaDevice>, device: MfaDevice) {
    let new = |known: &MfaDevice| known.serial_number != device.serial_number;
    if devices.iter().all(new) {
        devices.push(device);
    }
}
