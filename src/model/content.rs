//! Digests of users: of what events are made from, and of all that was observed.

use time::OffsetDateTime;

use super::{
    AccessKey, AttachedPolicy, Digest, DigestWriter, Fact, Group, Mfa, MfaDevice,
    ServiceCredential, SigningCertificate, SshPublicKey, User, unix_ms,
};

/// What counts.
#[derive(Clone, Copy)]
struct Scope {
    /// When passwords and keys were last used.
    has_last_use: bool,
    /// What no event is sent again for: whether a list is complete, ids of groups, when a device
    /// was enabled.
    has_details: bool,
}

impl User {
    /// The digest of what events are made from: the values, and which facts are unknown. Neither
    /// the order of lists counts, nor which call a value comes from, nor why one is unknown.
    pub fn content_digest(&self, with_last_use: bool) -> Digest {
        let scope = Scope {
            has_last_use: with_last_use,
            has_details: false,
        };
        digest(self, "rollcall user content", scope)
    }

    /// The digest of every value, and of which facts are unknown.
    pub fn observation_digest(&self) -> Digest {
        let scope = Scope {
            has_last_use: true,
            has_details: true,
        };
        digest(self, "rollcall user observation", scope)
    }
}

fn digest(user: &User, of: &str, scope: Scope) -> Digest {
    let mut hash = DigestWriter::default();
    let to = &mut hash;
    to.text(of);
    to.byte(u8::from(scope.has_last_use));
    to.text(&user.name);
    to.text(user.arn.as_str());
    to.text(&user.id);
    to.text(&user.path);
    moment(to, user.created_at);
    if scope.has_last_use {
        fact(to, &user.password_last_used, |to, at| {
            option(to, at.as_ref(), |to, at| moment(to, *at));
        });
    } else {
        to.byte(u8::from(user.password_last_used.value().is_some()));
    }
    fact(to, &user.tags, |to, tags| {
        each(to, sorted(tags), |to, tag| {
            to.text(&tag.key);
            to.text(&tag.value);
        });
    });
    fact(to, &user.groups, |to, groups| {
        let mut groups: Vec<&Group> = groups.iter().map(AsRef::as_ref).collect();
        groups.sort_unstable_by_key(|group| (&group.name, &group.arn, &group.id));
        each(to, groups, |to, of| group(to, of, scope));
    });
    fact(to, &user.attached_policies, |to, all| policies(to, all));
    fact(to, &user.inline_policies, |to, all| texts(to, all));
    fact(to, &user.permissions_boundary, |to, arn| {
        option(to, arn.as_ref(), |to, arn| to.text(arn));
    });
    fact(to, &user.mfa, |to, known| mfa(to, known, scope));
    fact(to, &user.console, |to, console| {
        to.byte(u8::from(console.enabled));
        option(to, console.password_last_changed.as_ref(), |to, at| {
            moment(to, *at);
        });
    });
    fact(to, &user.access_keys, |to, keys| {
        access_keys(to, keys, scope);
    });
    fact(to, &user.service_specific_credentials, |to, all| {
        service_credentials(to, all);
    });
    fact(to, &user.signing_certificates, |to, all| {
        certificates(to, all);
    });
    fact(to, &user.ssh_public_keys, |to, all| ssh_keys(to, all));
    hash.finish()
}

fn group(to: &mut DigestWriter, group: &Group, scope: Scope) {
    to.text(&group.name);
    option(to, group.arn.as_ref(), |to, arn| to.text(arn));
    if scope.has_details {
        option(to, group.id.as_ref(), |to, id| to.text(id));
    }
    fact(to, &group.attached_policies, |to, all| policies(to, all));
    fact(to, &group.inline_policies, |to, all| texts(to, all));
}

fn policies(to: &mut DigestWriter, all: &[AttachedPolicy]) {
    each(to, sorted(all), |to, policy| {
        to.text(&policy.name);
        to.text(&policy.arn);
    });
}

fn texts(to: &mut DigestWriter, all: &[String]) {
    each(to, sorted(all), |to, text| to.text(text));
}

/// Whether MFA is active, and by which devices as far as they are known.
fn mfa(to: &mut DigestWriter, known: &Mfa, scope: Scope) {
    to.byte(u8::from(known.is_active()));
    let (devices, completeness) = match known {
        Mfa::Devices(devices) => (&devices[..], 2),
        Mfa::AtLeast(devices) => (&devices[..], 1),
        Mfa::Active(_) => (&[][..], 0),
    };
    if scope.has_details {
        to.byte(completeness);
    }
    let mut devices: Vec<&MfaDevice> = devices.iter().collect();
    devices
        .sort_unstable_by_key(|device| (&device.serial_number, device.enabled_at.map(unix_ms::of)));
    each(to, devices, |to, device| {
        to.text(&device.serial_number);
        to.text(device.kind().as_str());
        if scope.has_details {
            option(to, device.enabled_at.as_ref(), |to, at| moment(to, *at));
        }
    });
}

fn access_keys(to: &mut DigestWriter, keys: &[AccessKey], scope: Scope) {
    let mut keys: Vec<&AccessKey> = keys.iter().collect();
    keys.sort_unstable_by_key(|key| {
        let used = key.last_used.as_ref();
        let last_use = used.map(|used| (unix_ms::of(used.at), &used.service, &used.region));
        (
            &key.id,
            key.rotated_at.map(unix_ms::of),
            key.active,
            last_use,
        )
    });
    each(to, keys, |to, key| {
        option(to, key.id.as_ref(), |to, id| to.text(id));
        to.byte(u8::from(key.active));
        option(to, key.rotated_at.as_ref(), |to, at| moment(to, *at));
        if scope.has_last_use {
            option(to, key.last_used.as_ref(), |to, used| {
                moment(to, used.at);
                option(to, used.service.as_ref(), |to, service| to.text(service));
                option(to, used.region.as_ref(), |to, region| to.text(region));
            });
        }
    });
}

fn service_credentials(to: &mut DigestWriter, all: &[ServiceCredential]) {
    let mut all: Vec<&ServiceCredential> = all.iter().collect();
    all.sort_unstable_by_key(|it| (&it.id, &it.service_name, unix_ms::of(it.created_at)));
    each(to, all, |to, it| {
        to.text(&it.id);
        to.text(&it.service_name);
        option(to, it.service_user_name.as_ref(), |to, name| to.text(name));
        to.text(&it.status);
        moment(to, it.created_at);
        option(to, it.expires_at.as_ref(), |to, at| moment(to, *at));
    });
}

fn certificates(to: &mut DigestWriter, all: &[SigningCertificate]) {
    let mut all: Vec<&SigningCertificate> = all.iter().collect();
    all.sort_unstable_by_key(|it| (it.rotated_at.map(unix_ms::of), it.active));
    each(to, all, |to, it| {
        to.byte(u8::from(it.active));
        option(to, it.rotated_at.as_ref(), |to, at| moment(to, *at));
    });
}

fn ssh_keys(to: &mut DigestWriter, all: &[SshPublicKey]) {
    let mut all: Vec<&SshPublicKey> = all.iter().collect();
    all.sort_unstable_by_key(|it| (&it.id, &it.status, unix_ms::of(it.uploaded_at)));
    each(to, all, |to, it| {
        to.text(&it.id);
        to.text(&it.status);
        moment(to, it.uploaded_at);
    });
}

fn moment(to: &mut DigestWriter, at: OffsetDateTime) {
    to.signed(unix_ms::of(at));
}

fn fact<T>(to: &mut DigestWriter, fact: &Fact<T>, write: impl FnOnce(&mut DigestWriter, &T)) {
    option(to, fact.value(), write);
}

fn option<T>(to: &mut DigestWriter, value: Option<&T>, write: impl FnOnce(&mut DigestWriter, &T)) {
    to.byte(u8::from(value.is_some()));
    if let Some(value) = value {
        write(to, value);
    }
}

fn each<T>(to: &mut DigestWriter, items: Vec<T>, write: impl Fn(&mut DigestWriter, &T)) {
    to.length(items.len());
    for item in &items {
        write(to, item);
    }
}

fn sorted<T: Ord>(items: &[T]) -> Vec<&T> {
    let mut items: Vec<&T> = items.iter().collect();
    items.sort_unstable();
    items
}
