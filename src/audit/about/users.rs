//! Users that records are about: who, and what of theirs.

use super::About;
use crate::audit::ocsf::{self, Account, Credential, Policy, User};
use crate::audit::record::Record;

/// What IAM has in the place of the root user's name.
const ROOT: &str = "AWS ROOT USER";
/// The kinds of credentials, by where their ids are in requests and answers.
const CREDENTIALS: [(&str, &str, &str); 4] = [
    ("accessKeyId", "accessKey", "AWS Access Key"),
    (
        "serviceSpecificCredentialId",
        "serviceSpecificCredential",
        "AWS Service-Specific Credential",
    ),
    ("sSHPublicKeyId", "sSHPublicKey", "AWS SSH Public Key"),
    ("certificateId", "certificate", "AWS Signing Certificate"),
];

/// The change of a user; `None` if the record does not tell whom.
pub(super) fn change(record: &Record) -> Option<About<'_>> {
    let mut user = user(record)?;
    user.programmatic_credentials = credentials(record);
    if record.event_name == "EnableMFADevice" && !ocsf::outcome(record).has_failed() {
        user.has_mfa = Some(true);
    }
    Some(About {
        user_result: renamed(record),
        policies: policy(record).into_iter().collect(),
        user: Some(user),
        ..About::default()
    })
}

/// The change of the caller's own password.
pub(super) fn own_change(record: &Record) -> Option<About<'_>> {
    Some(About {
        user: Some(ocsf::user(&record.caller).filter(is_somebody)?),
        ..About::default()
    })
}

/// An account alone is nobody.
fn is_somebody(user: &User<'_>) -> bool {
    user.name.is_some() || user.uid.is_some()
}

/// The user that the record is about.
pub(super) fn user(record: &Record) -> Option<User<'_>> {
    match record.event_source.as_str() {
        "iam.amazonaws.com" => of_iam(record),
        _ => of_identity_center(record),
    }
}

/// By name: an ARN made from a name is wrong where the user has a path, so that only the answer
/// tells ARN and id.
fn of_iam(record: &Record) -> Option<User<'_>> {
    let answered = |field| record.answered(&["user", field]);
    let name = record.requested(&["userName"]);
    let name = name.or_else(|| {
        let places = [
            "user",
            "accessKey",
            "loginProfile",
            "serviceSpecificCredential",
        ];
        let mut names = places
            .iter()
            .map(|place| record.answered(&[place, "userName"]));
        names.find_map(|name| name)
    });
    match name {
        Some(ROOT) => root(record),
        Some(name) => Some(
            User {
                name: Some(name),
                uid: answered("arn"),
                uid_alt: answered("userId"),
                account: record.account().map(Account::of),
                ..User::default()
            }
            .of_people(),
        ),
        None => themselves(record),
    }
}

/// A user who leaves the name out means themselves. A refused call shows no request at all.
fn themselves(record: &Record) -> Option<User<'_>> {
    let may = is_name_optional(&record.event_name);
    let is_whole = record.error_code.is_none() || record.request_parameters.is_some();
    let is_user = record.caller.is_user();
    (may && is_whole && is_user)
        .then(|| ocsf::user(&record.caller))
        .flatten()
}

fn is_name_optional(event: &str) -> bool {
    let of_keys = event.ends_with("AccessKey") || event.ends_with("SigningCertificate");
    let of_services = event.ends_with("ServiceSpecificCredential");
    let others = [
        "CreateLoginProfile",
        "DeleteLoginProfile",
        "DeactivateMFADevice",
    ];
    of_keys || of_services && event != "CreateServiceSpecificCredential" || others.contains(&event)
}

/// The root user, who has no name.
fn root(record: &Record) -> Option<User<'_>> {
    let own = Some(&record.caller).filter(|caller| caller.is_root());
    let user = User {
        uid: own.and_then(|caller| caller.arn.as_deref()),
        account: record.account().map(Account::of),
        ..User::default()
    };
    user.of_type(2, "Admin").known()
}

/// By id: the names are hidden.
fn of_identity_center(record: &Record) -> Option<User<'_>> {
    let requested: [&[&str]; 4] = [
        &["userId"],
        &["member", "memberId"],
        &["memberId", "userId"],
        &["id"],
    ];
    let answered: [&[&str]; 3] = [&["user", "userId"], &["userId"], &["id"]];
    let mut ids = requested
        .iter()
        .map(|path| record.requested(path))
        .chain(answered.iter().map(|path| record.answered(path)));
    let id = ids.find_map(|id| id)?;
    Some(
        User {
            uid: Some(id),
            ..User::default()
        }
        .of_people(),
    )
}

/// The same user under the new name, if there is one now.
fn renamed(record: &Record) -> Option<User<'_>> {
    let is_of_iam = record.event_source == "iam.amazonaws.com";
    if record.event_name != "UpdateUser" || !is_of_iam || ocsf::outcome(record).has_failed() {
        return None;
    }
    let name = record
        .requested(&["newUserName"])
        .or_else(|| record.requested(&["userName"]))?;
    let user = User {
        name: Some(name),
        account: record.account().map(Account::of),
        ..User::default()
    };
    Some(user.of_people())
}

fn policy(record: &Record) -> Option<Policy<'_>> {
    let uid = record.requested(&["policyArn"]);
    let boundary = record.requested(&["permissionsBoundary"]);
    let arn = uid.or(boundary);
    let name = record.requested(&["policyName"]);
    let r#type = match (arn, name) {
        (None, None) => return None,
        _ if boundary.is_some() => "Permissions Boundary",
        (Some(_), _) => "Managed",
        (None, Some(_)) => "Inline",
    };
    let last = arn.and_then(|arn| arn.rsplit('/').next());
    Some(Policy {
        uid: arn,
        name: name.or(last).filter(|name| !name.is_empty()),
        r#type,
    })
}

fn credentials(record: &Record) -> Vec<Credential<'_>> {
    let found = CREDENTIALS.iter().filter_map(|(field, object, kind)| {
        let uid = record.requested(&[field]);
        let uid = uid.or_else(|| record.answered(&[object, field]))?;
        Some(Credential { uid, r#type: kind })
    });
    found.collect()
}
