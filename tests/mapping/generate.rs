//! Any user that IAM could hold, with any of its facts unknown.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use rollcall::model::{
    AccessKey, AccessKeyUse, Account, Arn, AttachedPolicy, ConsoleAccess, Fact, Group, Mfa,
    MfaDevice, Provenance, Reason, ServiceCredential, SigningCertificate, SshPublicKey, Tag, User,
};
use time::OffsetDateTime;

const NAME: &str = "[A-Za-z0-9_+=,.@-]{1,32}";

/// A user and the account it belongs to.
pub(super) fn user_of_account() -> impl Strategy<Value = (User, Account)> {
    let partition = prop_oneof![Just("aws"), Just("aws-cn"), Just("aws-us-gov")];
    let account = ("[0-9]{12}", partition, option::of("[^\\pC]{1,20}"));
    account.prop_flat_map(|(id, partition, name)| {
        let account = Account {
            id,
            partition: partition.to_owned(),
            name,
            organization: None,
        };
        (user(account.clone()), Just(account))
    })
}

fn user(account: Account) -> impl Strategy<Value = User> {
    let listed = (NAME, path(), "AIDA[A-Z0-9]{17}", date());
    let drawn = (
        fact(option::of(date())),
        fact(tags()),
        fact(groups(&account)),
        fact(policies()),
        fact(names()),
        fact(option::of(policy().prop_map(|policy| policy.arn))),
        fact(mfa()),
        fact(console()),
        fact(access_keys()),
    );
    let credentials = (
        fact(service_credentials()),
        fact(certificates()),
        fact(ssh_keys()),
    );
    let drawn = (listed, drawn, credentials);
    drawn.prop_map(move |((name, path, id, created_at), drawn, credentials)| {
        let (of_services, certificates, ssh_keys) = credentials;
        let (used, tags, groups, attached, inline, boundary, mfa, console, keys) = drawn;
        let (partition, account) = (&account.partition, &account.id);
        User {
            arn: Arn::parse(format!("arn:{partition}:iam::{account}:user{path}{name}")).unwrap(),
            name,
            id,
            path,
            created_at,
            password_last_used: used,
            tags,
            groups,
            attached_policies: attached,
            inline_policies: inline,
            permissions_boundary: boundary,
            mfa,
            console,
            access_keys: keys,
            service_specific_credentials: of_services,
            signing_certificates: certificates,
            ssh_public_keys: ssh_keys,
        }
    })
}

/// Boxed: the whole tree of a user's strategies is more than a test thread's stack takes.
fn fact<T: Clone + std::fmt::Debug + 'static>(
    values: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Fact<T>> {
    let source = Provenance {
        source: "generated".into(),
        as_of: OffsetDateTime::UNIX_EPOCH + RECENT,
    };
    let reason = prop_oneof![
        Just(Reason::Denied),
        Just(Reason::Failed),
        Just(Reason::NotCollected),
        Just(Reason::NotInInput)
    ];
    prop_oneof![
        2 => values.prop_map(move |value| Fact::known(value, &source)),
        1 => (reason, "iam:[A-Za-z]{1,12}").prop_map(|(why, detail)| Fact::unknown(why, detail)),
    ]
    .boxed()
}

/// To the second, as IAM has it, or with a fraction.
fn date() -> impl Strategy<Value = OffsetDateTime> {
    let whole = 946_684_800_i64..4_102_444_800;
    (whole, prop_oneof![3 => Just(0), 1 => 0..1_000_i64]).prop_map(|(seconds, ms)| {
        OffsetDateTime::from_unix_timestamp(seconds).unwrap() + time::Duration::milliseconds(ms)
    })
}

fn path() -> impl Strategy<Value = String> {
    prop_oneof![Just("/".to_owned()), "/[!-~]{1,20}/"]
}

fn names() -> impl Strategy<Value = Vec<String>> {
    vec(NAME, 0..4).prop_map(|names| unique(names, Clone::clone))
}

fn policy() -> impl Strategy<Value = AttachedPolicy> {
    let name = prop_oneof![
        1 => Just("AdministratorAccess".to_owned()),
        1 => Just("ReadOnlyAccess".to_owned()),
        2 => NAME,
    ];
    let owner = prop_oneof![Just("aws"), Just("123456789012")];
    (name, owner, path()).prop_map(|(name, owner, path)| AttachedPolicy {
        arn: format!("arn:aws:iam::{owner}:policy{path}{name}"),
        name,
    })
}

fn policies() -> impl Strategy<Value = Vec<AttachedPolicy>> {
    vec(policy(), 0..4).prop_map(|all| unique(all, |policy| policy.arn.clone()))
}

fn groups(account: &Account) -> impl Strategy<Value = Vec<Arc<Group>>> + use<> {
    let prefix = format!("arn:{}:iam::{}:group/", account.partition, account.id);
    let group = (NAME, any::<bool>(), fact(policies()), fact(names()));
    let groups = vec(group, 0..4).prop_map(move |all| {
        let groups = all.into_iter().map(|(name, full, attached, inline)| {
            Arc::new(Group {
                arn: full.then(|| format!("{prefix}{name}")),
                id: full.then(|| "AGPAROLLCALL0000GROUP".to_owned()),
                name,
                attached_policies: attached,
                inline_policies: inline,
            })
        });
        groups.collect()
    });
    groups.prop_map(|all: Vec<_>| unique(all, |group| group.name.clone()))
}

fn tags() -> impl Strategy<Value = Vec<Tag>> {
    let key = prop_oneof![
        1 => "email|Mail|firstName|LASTNAME|surname|title|employee_id|office",
        1 => "[^\\pC]{1,12}",
    ];
    let value = prop_oneof![
        1 => "[a-z.]{1,8}@[a-z]{1,8}\\.[a-z.]{1,4}",
        2 => any::<String>(),
    ];
    let tag = (key, value).prop_map(|(key, value)| Tag { key, value });
    vec(tag, 0..6).prop_map(|all| unique(all, |tag| tag.key.to_lowercase()))
}

fn mfa() -> impl Strategy<Value = Mfa> {
    let serial = "arn:aws:iam::123456789012:(mfa|u2f|sms-mfa|new)/[a-z]{1,8}|GAHT[0-9]{8}";
    let device = (serial, option::of(date())).prop_map(|(serial_number, enabled_at)| MfaDevice {
        serial_number,
        enabled_at,
    });
    let devices = vec(device, 0..4).prop_map(|all| unique(all, |one| one.serial_number.clone()));
    (devices, any::<bool>(), 0..3).prop_map(|(devices, active, drawn)| match drawn {
        0 => Mfa::Devices(devices),
        1 => Mfa::AtLeast(devices),
        _ => Mfa::Active(active),
    })
}

fn console() -> impl Strategy<Value = ConsoleAccess> {
    (any::<bool>(), option::of(date())).prop_map(|(enabled, password_last_changed)| ConsoleAccess {
        enabled,
        password_last_changed,
    })
}

fn access_keys() -> impl Strategy<Value = Vec<AccessKey>> {
    let used = (date(), option::of("[a-z]{1,6}"), option::of("[a-z]{1,6}"));
    let used = used.prop_map(|(at, service, region)| AccessKeyUse {
        at,
        service,
        region,
    });
    // Two slots at most in IAM; few dates, so that slots without an id tie.
    let rotated = option::of(prop_oneof![
        Just(OffsetDateTime::UNIX_EPOCH + RECENT),
        date()
    ]);
    let key = (
        option::of("AKIA[A-Z0-9]{16}"),
        any::<bool>(),
        rotated,
        option::of(used),
    );
    let key = key.prop_map(|(id, active, rotated_at, last_used)| AccessKey {
        id,
        active,
        rotated_at,
        last_used,
    });
    vec(key, 0..4)
}

fn status() -> impl Strategy<Value = String> {
    prop_oneof![Just("Active".to_owned()), Just("Inactive".to_owned())]
}

fn service_credentials() -> impl Strategy<Value = Vec<ServiceCredential>> {
    let service = prop_oneof![
        Just("bedrock.amazonaws.com"),
        Just("cassandra.amazonaws.com")
    ];
    let named = ("ACCA[A-Z0-9]{16}", service, option::of("[a-z+]{1,9}"));
    let credential = (named, status(), date(), option::of(date()));
    let credential =
        credential.prop_map(|((id, service, name), status, created_at, expires_at)| {
            ServiceCredential {
                id,
                service_name: service.to_owned(),
                service_user_name: name,
                status,
                created_at,
                expires_at,
            }
        });
    vec(credential, 0..3).prop_map(|all| unique(all, |it| it.id.clone()))
}

fn certificates() -> impl Strategy<Value = Vec<SigningCertificate>> {
    let certificate = (any::<bool>(), option::of(date()));
    let certificate =
        certificate.prop_map(|(active, rotated_at)| SigningCertificate { active, rotated_at });
    vec(certificate, 0..3)
}

fn ssh_keys() -> impl Strategy<Value = Vec<SshPublicKey>> {
    let key = ("APKA[A-Z0-9]{16}", status(), date());
    let key = key.prop_map(|(id, status, uploaded_at)| SshPublicKey {
        id,
        status,
        uploaded_at,
    });
    vec(key, 0..3).prop_map(|all| unique(all, |it| it.id.clone()))
}

const RECENT: time::Duration = time::Duration::days(20_000);

fn unique<T, K: Ord>(mut items: Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let mut seen = BTreeSet::new();
    items.retain(|item| seen.insert(key(item)));
    items
}
