//! What two answers about a user's MFA make together: which call it comes from is no change.

use super::Merged;
use crate::model::{Fact, Mfa, MfaDevice, MfaKind, REPORT_WITHOUT_VIRTUAL};

/// What is left of `last`, where a report that is older says that there was no MFA, and no virtual
/// device is there by now: devices of other kinds, which may have come since. `None` elsewhere.
pub(super) fn without_virtual(now: &Fact<Mfa>, last: &Fact<Mfa>) -> Option<Fact<Mfa>> {
    let Fact::Known { provenance, .. } = now else {
        return None;
    };
    let Fact::Known {
        value: Mfa::Devices(devices) | Mfa::AtLeast(devices),
        provenance: known,
    } = last
    else {
        return None;
    };
    let is_virtual = |device: &&MfaDevice| device.kind() == MfaKind::Virtual;
    let is_gone = provenance.source == REPORT_WITHOUT_VIRTUAL
        && provenance.is_report_before(known)
        && devices.iter().any(|device| is_virtual(&device));
    if !is_gone {
        return None;
    }
    let others: Vec<MfaDevice> = devices
        .iter()
        .filter(|it| !is_virtual(it))
        .cloned()
        .collect();
    match others.is_empty() {
        true => Some(now.clone()),
        false => Some(Fact::known(Mfa::AtLeast(others), known)),
    }
}

/// `now` in the light of `last`.
pub(super) fn merged(now: &Mfa, last: &Mfa) -> Merged<Mfa> {
    match (now, last) {
        // It is complete, and says all there is.
        (Mfa::Devices(_), _) => Merged::Now,
        (Mfa::Active(active), Mfa::Active(before)) if active == before => Merged::Now,
        (Mfa::Active(active), last) if *active == last.is_active() => Merged::Last,
        (Mfa::Active(_), _) | (Mfa::AtLeast(_), Mfa::Active(_)) => Merged::Now,
        (Mfa::AtLeast(now), Mfa::Devices(last)) => at_least(now, last, Mfa::Devices),
        (Mfa::AtLeast(now), Mfa::AtLeast(last)) => at_least(now, last, Mfa::AtLeast),
    }
}

/// ListVirtualMFADevices lists every virtual device and no other: devices of other kinds are as
/// `last` known, and `whole` is what they all are while none of the last ones is gone.
fn at_least(
    now: &[MfaDevice],
    last: &[MfaDevice],
    whole: fn(Vec<MfaDevice>) -> Mfa,
) -> Merged<Mfa> {
    let is_listed = |device: &MfaDevice| has(now, device);
    let others = last
        .iter()
        .filter(|device| device.kind() != MfaKind::Virtual && !is_listed(device));
    let devices: Vec<MfaDevice> = now.iter().chain(others).cloned().collect();
    // A user with active MFA has some device.
    let is_whole = !devices.is_empty() && last.iter().all(|device| has(&devices, device));
    Merged::Both(if is_whole {
        whole(devices)
    } else {
        Mfa::AtLeast(devices)
    })
}

fn has(devices: &[MfaDevice], device: &MfaDevice) -> bool {
    devices
        .iter()
        .any(|other| other.serial_number == device.serial_number)
}
