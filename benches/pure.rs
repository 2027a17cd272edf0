//! The parts without I/O: one event, one verdict, one credential report.

use std::sync::Arc;

use divan::{Bencher, black_box};
use rollcall::analyze::AdminRule;
use rollcall::map::{Dialect, EventInput, MappingRules};
use rollcall::model::{
    Account, Arn, AttachedPolicy, EventId, Fact, Group, Mfa, MfaDevice, PassStamp, Provenance, Tag,
    User,
};
use time::OffsetDateTime;

fn main() {
    divan::main();
}

fn source() -> Provenance {
    Provenance {
        source: "bench".into(),
        as_of: OffsetDateTime::UNIX_EPOCH,
    }
}

fn known<T>(value: T) -> Fact<T> {
    Fact::known(value, &source())
}

fn policy(name: &str) -> AttachedPolicy {
    AttachedPolicy {
        name: name.to_owned(),
        arn: format!("arn:aws:iam::aws:policy/{name}"),
    }
}

fn group(index: usize) -> Arc<Group> {
    Arc::new(Group {
        name: format!("group-{index}"),
        arn: Some(format!("arn:aws:iam::111122223333:group/group-{index}")),
        id: Some(format!("AGPA{index:016}")),
        attached_policies: known(vec![policy("ReadOnlyAccess"), policy("AmazonS3FullAccess")]),
        inline_policies: known(vec!["self-service".to_owned()]),
    })
}

/// A user as they are: three groups, four tags, one device.
fn user() -> User {
    let name = "maria.lindqvist";
    let tag = |key: &str, value: &str| Tag {
        key: key.to_owned(),
        value: value.to_owned(),
    };
    User {
        name: name.to_owned(),
        arn: Arn::parse(format!("arn:aws:iam::111122223333:user/engineering/{name}"))
            .unwrap_or_else(|error| unreachable!("{error}")),
        id: "AIDAEXAMPLE123456789".to_owned(),
        path: "/engineering/".to_owned(),
        created_at: OffsetDateTime::UNIX_EPOCH + time::Duration::days(19_000),
        password_last_used: known(Some(
            OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_000),
        )),
        tags: known(vec![
            tag("firstName", "Maria"),
            tag("lastName", "Lindqvist"),
            tag("email", "maria.lindqvist@example.com"),
            tag("department", "Engineering"),
        ]),
        groups: known((0..3).map(group).collect()),
        attached_policies: known(vec![policy("IAMUserChangePassword")]),
        inline_policies: known(Vec::new()),
        permissions_boundary: known(None),
        mfa: known(Mfa::AtLeast(vec![MfaDevice {
            serial_number: format!("arn:aws:iam::111122223333:mfa/{name}"),
            enabled_at: Some(OffsetDateTime::UNIX_EPOCH + time::Duration::days(19_001)),
        }])),
        console: Fact::not_collected("bench"),
        access_keys: known(Vec::new()),
        service_specific_credentials: known(Vec::new()),
        signing_certificates: known(Vec::new()),
        ssh_public_keys: known(Vec::new()),
    }
}

#[divan::bench(args = [Dialect::Ocsf, Dialect::Sekoia])]
fn map_and_serialize_one_event(bencher: Bencher<'_, '_>, dialect: Dialect) {
    let (user, rule, rules) = (
        user(),
        AdminRule::new(AdminRule::DOCUMENTED),
        MappingRules::default(),
    );
    let account = Account::of(&user.arn);
    let pass = PassStamp::new(OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_500));
    bencher.bench_local(|| {
        let admin = rule.judge(black_box(&user));
        let input = EventInput {
            account: &account,
            user: &user,
            admin: &admin,
            privilege: None,
            rules: &rules,
            changes: &[],
            stale: &[],
            former_names: &[],
            pass,
        };
        let digest = dialect.digest(&input);
        (digest, dialect.write(&input, &EventId::from_bytes([7; 16])))
    });
}

#[divan::bench]
fn judge_one_user(bencher: Bencher<'_, '_>) {
    let (user, rule) = (user(), AdminRule::new(AdminRule::DOCUMENTED));
    bencher.bench_local(|| rule.judge(black_box(&user)));
}

#[divan::bench(args = [false, true])]
fn content_digest_of_one_user(bencher: Bencher<'_, '_>, with_last_use: bool) {
    let user = user();
    bencher.bench_local(|| black_box(&user).content_digest(with_last_use));
}

#[divan::bench]
fn observation_digest_of_one_user(bencher: Bencher<'_, '_>) {
    let user = user();
    bencher.bench_local(|| black_box(&user).observation_digest());
}
