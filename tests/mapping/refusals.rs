//! What the schemas refuse: an event that breaks one rule of the mapping, whichever it is.

use std::collections::BTreeSet;

use rollcall::map::Dialect;
use serde_json::{Value, json};

use super::catalogue::{case, cases};
use super::schema::findings;

const DIALECTS: [Dialect; 2] = [Dialect::Ocsf, Dialect::Sekoia];

/// All that may be missing from an event without anything else changing. Every other field is
/// required, or required by what else the event says.
const OPTIONAL_OCSF: [&str; 38] = [
    "/cloud/account/name",
    "/cloud/org",
    // Where another key has an id.
    "/unmapped/aws_iam/access_keys/[]/id",
    "/unmapped/aws_iam/access_keys/[]/last_rotated",
    "/unmapped/aws_iam/access_keys/[]/last_used_date",
    "/unmapped/aws_iam/access_keys/[]/last_used_region",
    "/unmapped/aws_iam/access_keys/[]/last_used_service",
    "/unmapped/aws_iam/changes",
    // Only of a change of tier or paths.
    "/unmapped/aws_iam/changes/[]/meaning",
    // Where one of its kinds is unknown.
    "/unmapped/aws_iam/credentials",
    // Of a signing certificate.
    "/unmapped/aws_iam/credentials/[]/create_date",
    "/unmapped/aws_iam/credentials/[]/expiration_date",
    "/unmapped/aws_iam/credentials/[]/service_user_name",
    "/unmapped/aws_iam/former_names",
    "/unmapped/aws_iam/mfa_devices/[]/enable_date",
    "/unmapped/aws_iam/password_last_changed",
    "/unmapped/aws_iam/password_last_used",
    "/unmapped/aws_iam/permissions_boundary",
    // The reasons of a verdict are left out where they are too long.
    "/unmapped/aws_iam/privilege/counterfactual",
    "/unmapped/aws_iam/privilege/not_considered",
    "/unmapped/aws_iam/privilege/paths",
    "/unmapped/aws_iam/privilege/paths/[]/steps",
    "/unmapped/aws_iam/privilege/proof",
    "/unmapped/aws_iam/privilege/proof/[]/version",
    // What it marks is there in any case.
    "/unmapped/aws_iam/stale",
    // Where it only names what may be absent anyway.
    "/unmapped/aws_iam/unknown",
    "/user/account/name",
    "/user/email_addr",
    // Where another group's policies are unknown.
    "/user/groups/[]/privileges",
    "/user/groups/[]/uid",
    "/user/ldap_person",
    "/user/ldap_person/employee_uid",
    "/user/ldap_person/given_name",
    "/user/ldap_person/job_title",
    "/user/ldap_person/office_location",
    "/user/ldap_person/surname",
    "/user/org",
    "/user/programmatic_credentials/[]/last_used_time",
];
const OPTIONAL_SEKOIA: [&str; 12] = [
    "/user/email_addr",
    // Where tags are unknown, which it cannot say.
    "/user/full_name",
    // Where there is no type either.
    "/user/groups",
    // Where another group's policies are unknown.
    "/user/groups/[]/privileges",
    "/user/groups/[]/uid",
    "/user/has_mfa",
    "/user/ldap_person",
    "/user/ldap_person/employee_uid",
    "/user/ldap_person/given_name",
    "/user/ldap_person/job_title",
    "/user/ldap_person/office_location",
    "/user/ldap_person/surname",
];

#[test]
fn dropping_any_field_but_the_optional_ones_is_refused() {
    for (dialect, optional) in [
        (Dialect::Ocsf, OPTIONAL_OCSF.as_slice()),
        (Dialect::Sekoia, OPTIONAL_SEKOIA.as_slice()),
    ] {
        let accepted: BTreeSet<String> = each_place(dialect, |event, pointer| {
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            let object = event.pointer_mut(parent).unwrap().as_object_mut()?;
            object.remove(key);
            Some(())
        });
        let optional: BTreeSet<String> = optional.iter().map(|&path| path.to_owned()).collect();
        assert_eq!(accepted, optional, "{dialect}");
    }
}

#[test]
fn an_unknown_field_is_refused_in_every_object() {
    for dialect in DIALECTS {
        let accepted = each_place(dialect, |event, pointer| {
            let object = event.pointer_mut(pointer)?.as_object_mut()?;
            object.insert("surprise".to_owned(), json!("x"));
            Some(())
        });
        assert_eq!(accepted, BTreeSet::new(), "{dialect}");
    }
}

#[test]
fn null_and_every_other_type_are_refused_but_where_nothing_is_a_value() {
    for dialect in DIALECTS {
        for wrong in [json!(null), json!("x"), json!(7.5), json!([[]]), json!({})] {
            let accepted = each_place(dialect, |event, pointer| {
                let value = event.pointer_mut(pointer)?;
                let differs = std::mem::discriminant(value) != std::mem::discriminant(&wrong);
                *value = wrong.clone();
                differs.then_some(())
            });
            let allowed: BTreeSet<String> = match (dialect, &wrong) {
                // Where there was nothing before, or is nothing any more.
                (Dialect::Ocsf, Value::Null) => ["after", "before"]
                    .map(|side| format!("/unmapped/aws_iam/changes/[]/{side}"))
                    .into(),
                _ => BTreeSet::new(),
            };
            assert_eq!(accepted, allowed, "{dialect} {wrong}");
        }
    }
}

#[test]
fn an_empty_string_is_refused_everywhere_but_as_a_tag_value() {
    for (dialect, allowed) in [
        (Dialect::Ocsf, vec!["/unmapped/aws_iam/tags/[]/value"]),
        (Dialect::Sekoia, vec![]),
    ] {
        let accepted = each_place(dialect, |event, pointer| {
            let value = event.pointer_mut(pointer)?;
            let filled = value.as_str().is_some_and(|text| !text.is_empty());
            *value = json!("");
            filled.then_some(())
        });
        let allowed: BTreeSet<String> = allowed.into_iter().map(str::to_owned).collect();
        assert_eq!(accepted, allowed, "{dialect}");
    }
}

#[test]
fn a_wrong_value_is_refused_where_the_type_is_right() {
    let ocsf = [
        ("/time", json!(1_780_315_200)),
        ("/time", json!(1_780_315_200_250_000_u64)),
        ("/activity_id", json!(1)),
        ("/class_name", json!("User Inventory")),
        ("/type_uid", json!(500_301)),
        ("/severity", json!("Low")),
        ("/metadata/version", json!("1.3.0")),
        ("/metadata/profiles", json!([])),
        (
            "/metadata/uid",
            json!("01978d2a-4b00-7000-8000-000000000001"),
        ),
        ("/metadata/correlation_uid", json!("pass 1")),
        ("/metadata/loggers/0/version", json!("v1")),
        ("/cloud/account/uid", json!("12345678901")),
        ("/cloud/account/uid", json!("1234567890123")),
        ("/user/account/type_id", json!(3)),
        ("/user/type_id", json!(1)),
        ("/user/type_id", json!(0)),
        ("/user/type", json!("User")),
        ("/user/has_mfa", json!(false)),
        (
            "/user/uid",
            json!("arn:aws:iam::123456789012:role/full.house"),
        ),
        ("/user/uid", json!("full.house")),
        ("/user/email_addr", json!("full.house")),
        ("/user/email_addr", json!("full house@example.com")),
        ("/user/groups", json!([])),
        (
            "/user/groups/0/uid",
            json!("arn:aws:iam::123456789012:user/Admins"),
        ),
        ("/user/groups/0/privileges/0", json!("Administrator Access")),
        (
            "/user/programmatic_credentials/0/last_used_time",
            json!(1_780_271_999),
        ),
        ("/unmapped/aws_iam/path", json!("engineering")),
        (
            "/unmapped/aws_iam/create_date",
            json!("2023-02-14T11:12:45+02:00"),
        ),
        ("/unmapped/aws_iam/create_date", json!("2023-02-14")),
        ("/unmapped/aws_iam/mfa_devices", json!([])),
        ("/unmapped/aws_iam/mfa_devices/0/kind", json!("Virtual")),
        ("/unmapped/aws_iam/admin_because", json!([])),
        ("/unmapped/aws_iam/access_keys/0/status", json!("active")),
        ("/unmapped/aws_iam/credentials/0/kind", json!("password")),
        ("/unmapped/aws_iam/credentials/0/status", json!("active")),
        ("/unmapped/aws_iam/credentials/0/create_date", json!(1)),
        ("/unmapped/aws_iam/mfa_devices_complete", json!("yes")),
    ];
    refuse(Dialect::Ocsf, &ocsf);
    let sekoia = [
        ("/time", json!(1_676_365_965_000_u64)),
        ("/time", json!(1_676_365_965.5)),
        ("/type_uid", json!(500_302)),
        ("/class_name", json!("User Inventory Info")),
        ("/metadata/product/name", json!("rollcall")),
        ("/user/type_id", json!(1)),
        ("/user/type", json!("User")),
        ("/user/groups", json!([])),
        ("/user/account/uid", json!("123456789012")),
        ("/user/account/type_id", json!(3)),
        ("/user/org/uid", json!("arn:aws:iam::123456789012:root")),
        ("/user/org/name", json!("123456789012")),
        ("/user/email_addr", json!("n/a")),
    ];
    refuse(Dialect::Sekoia, &sekoia);
}

#[test]
fn a_wrong_mark_of_what_is_stale_former_or_cut_is_refused() {
    let event = case("everything_known").event(Dialect::Ocsf);
    let stale = |fact, as_of, reason| json!([{ "fact": fact, "as_of": as_of, "reason": reason }]);
    let (day, why) = ("2026-05-31T12:00:00Z", "denied: iam:GetUser");
    let former = |arn| json!([{ "name": "full", "arn": arn, "until": day }]);
    let marks = [
        ("stale", stale("tags", day, why), true),
        ("stale", stale("path", day, why), false),
        ("stale", stale("tags", "1780228800", why), false),
        ("stale", stale("tags", day, "iam:GetUser"), false),
        ("stale", json!([]), false),
        (
            "former_names",
            former("arn:aws:iam::123456789012:user/full"),
            true,
        ),
        ("former_names", former("full"), false),
        ("former_names", json!([]), false),
        ("tags_cut", json!({ "kept": 2, "of": 50 }), true),
        ("tags_cut", json!({ "kept": 2 }), false),
        ("tags_cut", json!({ "kept": -1, "of": 50 }), false),
    ];
    for (place, mark, is_valid) in marks {
        let mut event = event.clone();
        event["unmapped"]["aws_iam"][place] = mark.clone();
        let found = findings(Dialect::Ocsf, &event);
        assert_eq!(found.is_empty(), is_valid, "{place} {mark} {found:#?}");
    }
}

#[test]
fn a_fact_both_present_and_unknown_is_refused() {
    let event = case("everything_known").event(Dialect::Ocsf);
    let told_or_unknown = [
        "access_keys",
        "attached_policies",
        "console_access",
        "groups",
        "groups.attached_policies",
        "inline_policies",
        "mfa",
        "password_last_used",
        "permissions_boundary",
        "service_specific_credentials",
        "signing_certificates",
        "ssh_public_keys",
        "tags",
    ];
    for fact in told_or_unknown {
        let mut event = event.clone();
        event["unmapped"]["aws_iam"]["unknown"] =
            json!([{ "fact": fact, "reason": "denied", "detail": "iam:Something" }]);
        assert!(!findings(Dialect::Ocsf, &event).is_empty(), "{fact}");
    }
}

#[test]
fn a_user_type_without_the_facts_behind_it_is_refused() {
    for dialect in DIALECTS {
        for name in ["groups_denied", "group_policies_denied"] {
            let mut event = case(name).event(dialect);
            event["user"]["type"] = json!("User");
            event["user"]["type_id"] = json!(1);
            assert!(!findings(dialect, &event).is_empty(), "{dialect} {name}");
        }
    }
}

fn refuse(dialect: Dialect, wrong: &[(&str, Value)]) {
    let event = case("everything_known").event(dialect);
    for (pointer, value) in wrong {
        let mut event = event.clone();
        let place = event.pointer_mut(pointer).unwrap();
        assert_ne!(place, value, "{pointer} changes nothing");
        *place = value.clone();
        let found = findings(dialect, &event);
        assert!(!found.is_empty(), "{dialect} takes {value} at {pointer}");
    }
}

/// Breaks every place of every case by `breaks` (`None`: not applicable there), one at a time,
/// and returns the places where the schema noticed nothing, with `[]` for any index.
fn each_place(
    dialect: Dialect,
    breaks: impl Fn(&mut Value, &str) -> Option<()>,
) -> BTreeSet<String> {
    let (mut accepted, mut broken) = (BTreeSet::new(), 0);
    for case in cases() {
        let event = case.event(dialect);
        for pointer in places(&event, String::new()) {
            let mut event = event.clone();
            if breaks(&mut event, &pointer).is_none() {
                continue;
            }
            broken += 1;
            if findings(dialect, &event).is_empty() {
                let index = |part: &str| part.parse::<usize>().is_ok();
                let parts = pointer.split('/');
                let parts: Vec<&str> = parts.map(|p| if index(p) { "[]" } else { p }).collect();
                accepted.insert(parts.join("/"));
            }
        }
    }
    assert!(broken > 200, "only {broken} places");
    accepted
}

/// JSON pointers to everything inside `value`.
fn places(value: &Value, at: String) -> Vec<String> {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(object) => object.iter().map(|(key, v)| (key.clone(), v)).collect(),
        Value::Array(array) => (0..).map(|i: usize| i.to_string()).zip(array).collect(),
        _ => Vec::new(),
    };
    let below = children.into_iter().flat_map(|(key, child)| {
        let here = format!("{at}/{key}");
        let mut all = places(child, here.clone());
        all.push(here);
        all
    });
    below.collect()
}
