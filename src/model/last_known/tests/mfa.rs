//! MFA: what two answers say together.

use super::*;
use crate::model::REPORT_WITHOUT_VIRTUAL;

fn virtual_device(name: &str) -> MfaDevice {
    MfaDevice {
        serial_number: format!("arn:aws:iam::111122223333:mfa/{name}"),
        enabled_at: None,
    }
}

fn fido() -> MfaDevice {
    MfaDevice {
        serial_number: "arn:aws:iam::111122223333:u2f/user/anna/key".to_owned(),
        enabled_at: None,
    }
}

/// One row a pair of what was known and what a call gives now.
#[test]
fn every_pair_of_answers_about_mfa_makes_what_both_say_together() {
    use Mfa::{Active, AtLeast, Devices};
    let (one, two, key) = (virtual_device("1"), virtual_device("2"), fido());
    let list = |devices: &[&MfaDevice]| -> Vec<MfaDevice> {
        devices.iter().map(|&device| device.clone()).collect()
    };
    let (none, v1) = (list(&[]), list(&[&one]));
    let (v12, v1k) = (list(&[&one, &two]), list(&[&one, &key]));
    let only_key = list(&[&key]);
    let rows = [
        // The list of all devices says all there is.
        (
            Devices(v12.clone()),
            Devices(v1.clone()),
            Devices(v1.clone()),
        ),
        (
            Devices(v1.clone()),
            Devices(none.clone()),
            Devices(none.clone()),
        ),
        (
            AtLeast(v1k.clone()),
            Devices(v1.clone()),
            Devices(v1.clone()),
        ),
        (Active(true), Devices(none.clone()), Devices(none.clone())),
        (Active(false), Devices(v1.clone()), Devices(v1.clone())),
        // The report says the same in fewer words, or that something has changed.
        (Devices(v1k.clone()), Active(true), Devices(v1k.clone())),
        (Devices(none.clone()), Active(false), Devices(none.clone())),
        (Devices(v1.clone()), Active(false), Active(false)),
        (Devices(none.clone()), Active(true), Active(true)),
        (AtLeast(v1.clone()), Active(true), AtLeast(v1.clone())),
        (AtLeast(none.clone()), Active(true), AtLeast(none.clone())),
        (AtLeast(v1.clone()), Active(false), Active(false)),
        (Active(true), Active(true), Active(true)),
        (Active(true), Active(false), Active(false)),
        (Active(false), Active(true), Active(true)),
        (Active(false), Active(false), Active(false)),
        // The virtual devices are all of their kind, and devices of other kinds stay.
        (
            Devices(v1.clone()),
            AtLeast(v1.clone()),
            Devices(v1.clone()),
        ),
        (
            Devices(v1k.clone()),
            AtLeast(v1.clone()),
            Devices(v1k.clone()),
        ),
        (
            Devices(v1.clone()),
            AtLeast(v12.clone()),
            Devices(v12.clone()),
        ),
        (
            Devices(v12.clone()),
            AtLeast(v1.clone()),
            AtLeast(v1.clone()),
        ),
        (
            Devices(v1k.clone()),
            AtLeast(none.clone()),
            AtLeast(only_key.clone()),
        ),
        (
            Devices(v1.clone()),
            AtLeast(none.clone()),
            AtLeast(none.clone()),
        ),
        (
            Devices(none.clone()),
            AtLeast(none.clone()),
            AtLeast(none.clone()),
        ),
        (
            Devices(none.clone()),
            AtLeast(v1.clone()),
            Devices(v1.clone()),
        ),
        (
            AtLeast(v1k.clone()),
            AtLeast(v1.clone()),
            AtLeast(v1k.clone()),
        ),
        (
            AtLeast(v12.clone()),
            AtLeast(v1.clone()),
            AtLeast(v1.clone()),
        ),
        (
            AtLeast(only_key.clone()),
            AtLeast(v1.clone()),
            AtLeast(v1k.clone()),
        ),
        (
            AtLeast(v1.clone()),
            AtLeast(v1k.clone()),
            AtLeast(v1k.clone()),
        ),
        (Active(true), AtLeast(v1.clone()), AtLeast(v1.clone())),
        (Active(false), AtLeast(v1.clone()), AtLeast(v1.clone())),
        (Active(true), AtLeast(none.clone()), AtLeast(none)),
    ];
    for (last, now, expected) in rows {
        let with = |mfa: &Mfa, as_of| User {
            mfa: known(mfa.clone(), as_of),
            ..nobody()
        };
        let (last, now) = (with(&last, LAST), with(&now, NOW));
        let result = merged(&now, &last);
        let mfa = result.user.mfa.value().unwrap();
        assert_eq!(mfa, &expected, "last {:?} now {:?}", last.mfa, now.mfa);
        assert_eq!(result.stale, [], "a call gave it");
        let is_active = now.mfa.value().map(Mfa::is_active);
        assert_eq!(Some(mfa.is_active()), is_active, "{last:?} {now:?}");
        // Given once more, it changes nothing more.
        let again = merged(&now, &result.user).user;
        assert_eq!(again.content_digest(true), result.user.content_digest(true));
    }
}

#[test]
fn a_virtual_device_that_came_and_went_after_the_report_is_gone_and_others_stay() {
    let today = OffsetDateTime::UNIX_EPOCH + time::Duration::DAY * 9;
    let with = |mfa: Mfa, source: &'static str, as_of| User {
        mfa: Fact::known(
            mfa,
            &Provenance {
                source: source.into(),
                as_of,
            },
        ),
        ..nobody()
    };
    let listed =
        |devices: &[MfaDevice]| with(Mfa::Devices(devices.to_vec()), "iam:ListMFADevices", today);
    let reported = |source| with(Mfa::Active(false), source, today - time::Duration::HOUR);
    let is_now = |now: &User, last: &User| merged(now, last).user.mfa.value().cloned();
    let (app, key) = (virtual_device("anna"), fido());
    let none = reported(REPORT_WITHOUT_VIRTUAL);
    assert_eq!(
        is_now(&none, &listed(std::slice::from_ref(&app))),
        Some(Mfa::Active(false))
    );
    assert_eq!(
        is_now(&none, &listed(&[app.clone(), key.clone()])),
        Some(Mfa::AtLeast(vec![key.clone()]))
    );
    let with_key = Mfa::Devices(vec![key.clone()]);
    assert_eq!(is_now(&none, &listed(&[key])), Some(with_key));
    // Where virtual devices could not be listed, the device may still be there.
    let whole = Mfa::Devices(vec![app.clone()]);
    let unlisted = reported(crate::model::CREDENTIAL_REPORT);
    assert_eq!(is_now(&unlisted, &listed(&[app])), Some(whole));
}
