use std::sync::Arc;

use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use crate::model::{
    AccessKey, AccessKeyUse, Arn, AttachedPolicy, ConsoleAccess, Fact, FormerName, Group, Mfa,
    MfaDevice, Provenance, Reason, ServiceCredential, SigningCertificate, SshPublicKey, Tag, User,
};

fn at(ms: i64) -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + Duration::milliseconds(ms)
}

fn known<T>(value: T) -> Fact<T> {
    let provenance = Provenance {
        source: "iam:Test".into(),
        as_of: at(1_700_000_000_123),
    };
    Fact::known(value, &provenance)
}

fn user() -> User {
    let device = MfaDevice {
        serial_number: "arn:aws:iam::111122223333:mfa/anna".to_owned(),
        enabled_at: Some(at(1_600_000_000_000)),
    };
    let key = AccessKey {
        id: Some("AKIA1".to_owned()),
        active: true,
        rotated_at: Some(at(1_650_000_000_000)),
        last_used: Some(AccessKeyUse {
            at: at(1_699_000_000_000),
            service: Some("s3".to_owned()),
            region: None,
        }),
    };
    let credential = ServiceCredential {
        id: "ACCA1".to_owned(),
        service_name: "bedrock.amazonaws.com".to_owned(),
        service_user_name: None,
        status: "Active".to_owned(),
        created_at: at(1_690_000_000_000),
        expires_at: Some(at(1_790_000_000_000)),
    };
    let certificate = SigningCertificate {
        active: false,
        rotated_at: None,
    };
    let ssh_key = SshPublicKey {
        id: "APKA1".to_owned(),
        status: "Inactive".to_owned(),
        uploaded_at: at(1_680_000_000_000),
    };
    let policy = AttachedPolicy {
        name: "Read".to_owned(),
        arn: "arn:aws:iam::aws:policy/Read".to_owned(),
    };
    let group = Group {
        name: "devs".to_owned(),
        arn: None,
        id: Some("AGPA1".to_owned()),
        attached_policies: known(vec![policy.clone()]),
        inline_policies: Fact::unknown(Reason::Denied, "iam:ListGroupPolicies"),
    };
    User {
        name: "anna".to_owned(),
        arn: Arn::parse("arn:aws:iam::111122223333:user/anna").unwrap(),
        id: "AIDA1".to_owned(),
        path: "/".to_owned(),
        created_at: at(1_500_000_000_000),
        password_last_used: known(None),
        tags: known(vec![Tag {
            key: "team".to_owned(),
            value: String::new(),
        }]),
        groups: known(vec![Arc::new(group)]),
        attached_policies: known(vec![policy]),
        inline_policies: known(Vec::new()),
        permissions_boundary: known(None),
        mfa: known(Mfa::AtLeast(vec![device])),
        console: known(ConsoleAccess {
            enabled: true,
            password_last_changed: None,
        }),
        access_keys: known(vec![key]),
        service_specific_credentials: known(vec![credential]),
        signing_certificates: known(vec![certificate]),
        ssh_public_keys: known(vec![ssh_key]),
    }
}

fn from_record(record: &Value) -> User {
    rmp_serde::from_slice(&rmp_serde::to_vec_named(record).unwrap()).unwrap()
}

#[test]
fn a_user_reads_back_with_provenance_and_reasons_from_both_encodings() {
    let mut user = user();
    let record = rmp_serde::to_vec_named(&user).unwrap();
    assert_eq!(rmp_serde::from_slice::<User>(&record).unwrap(), user);
    user.password_last_used = known(Some(at(-1)));
    user.permissions_boundary = known(Some("arn:aws:iam::111122223333:policy/b".to_owned()));
    user.mfa = known(Mfa::Active(true));
    let record = serde_json::to_vec(&user).unwrap();
    assert_eq!(serde_json::from_slice::<User>(&record).unwrap(), user);
    assert_eq!(from_record(&serde_json::to_value(&user).unwrap()), user);
}

#[test]
fn a_record_names_its_fields_and_has_times_in_milliseconds() {
    let record = serde_json::to_value(user()).unwrap();
    assert_eq!(record["created_at_ms"], json!(1_500_000_000_000_i64));
    assert_eq!(
        record["password_last_used_ms"],
        json!({ "value": null, "source": "iam:Test", "as_of_ms": 1_700_000_000_123_i64 })
    );
    assert_eq!(
        record["groups"]["value"][0]["inline_policies"],
        json!({ "unknown": { "reason": "denied", "detail": "iam:ListGroupPolicies" } })
    );
    assert_eq!(
        record["mfa"]["value"],
        json!({ "at_least": [{
            "serial_number": "arn:aws:iam::111122223333:mfa/anna",
            "enabled_at_ms": 1_600_000_000_000_i64
        }] })
    );
}

#[test]
fn an_older_record_is_read_with_what_it_lacks_unknown_and_what_is_foreign_ignored() {
    let mut record = serde_json::to_value(user()).unwrap();
    let fields = record.as_object_mut().unwrap();
    fields.remove("tags");
    fields.remove("password_last_used_ms");
    fields.insert("favourite_colour".to_owned(), json!({ "value": ["blue"] }));
    let mfa = fields["mfa"].as_object_mut().unwrap();
    mfa.insert("confidence".to_owned(), json!(0.5));
    let key = fields["access_keys"]["value"][0].as_object_mut().unwrap();
    key.retain(|field, _| field == "active");
    let group = fields["groups"]["value"][0].as_object_mut().unwrap();
    group.retain(|field, _| field == "name");

    let read = from_record(&record);
    let not_kept = Fact::not_collected("not kept by an older rollcall");
    assert_eq!(read.tags, not_kept);
    assert_eq!(
        read.password_last_used.why_unknown(),
        not_kept.why_unknown()
    );
    assert_eq!(read.mfa, user().mfa);
    let bare = AccessKey {
        id: None,
        active: true,
        rotated_at: None,
        last_used: None,
    };
    assert_eq!(read.access_keys.value().unwrap(), &[bare]);
    let group = &read.groups.value().unwrap()[0];
    assert_eq!((&group.arn, &group.id), (&None, &None));
    assert_eq!(
        group.attached_policies.why_unknown(),
        not_kept.why_unknown()
    );
}

#[test]
fn an_arn_in_a_record_is_parsed_like_any_other() {
    let mut record = serde_json::to_value(user()).unwrap();
    record["arn"] = json!("anna");
    let error = serde_json::from_value::<User>(record).unwrap_err();
    assert!(error.to_string().contains("\"anna\" is no ARN"), "{error}");
}

#[test]
fn a_fact_without_a_value_source_or_reason_is_refused_by_the_field_that_is_missing() {
    for (fact, missing) in [
        (json!({}), "`value`"),
        (json!({ "value": 1, "as_of_ms": 0 }), "`source`"),
        (json!({ "value": 1, "source": "iam:Test" }), "`as_of_ms`"),
        (json!({ "unknown": { "reason": "denied" } }), "`detail`"),
    ] {
        let error = serde_json::from_value::<Fact<u8>>(fact).unwrap_err();
        assert!(error.to_string().contains(missing), "{error}");
    }
}

#[test]
fn a_former_name_reads_back() {
    let former = FormerName {
        name: "ann".to_owned(),
        arn: Arn::parse("arn:aws:iam::111122223333:user/ann").unwrap(),
        until: at(1_700_000_000_000),
    };
    let record = rmp_serde::to_vec_named(&former).unwrap();
    assert_eq!(
        rmp_serde::from_slice::<FormerName>(&record).unwrap(),
        former
    );
}
