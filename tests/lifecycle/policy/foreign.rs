//! Writes that lifecycle never makes, each against one condition of its policy.

use super::checks::Check;
use super::world::KMS_KEY;
use crate::lifecycle::common::BOUNDARY;

/// A user below our path.
pub(super) const BELOW: &str = "arn:aws:iam::111122223333:user/rollcall/theirs";
/// A user elsewhere.
pub(super) const ELSEWHERE: &str = "arn:aws:iam::111122223333:user/theirs";

/// Each is denied, and by one condition alone.
pub(super) fn writes() -> Vec<Check> {
    let owner = |value: &str| [("managed-by".to_owned(), value.to_owned())];
    let ours = |action: &str| Check::new(action, BELOW).of_tagged("managed-by", "rollcall");
    let create = || Check::new("iam:CreateUser", BELOW);
    let by_service = |service: &str| {
        let mut check = Check::new("kms:Decrypt", KMS_KEY);
        check.context = check.context.with("kms:ViaService", service);
        check
    };
    vec![
        // A user without our boundary, or with another.
        create().tagging(&owner("rollcall")).bounded(None),
        create()
            .tagging(&owner("rollcall"))
            .bounded(Some("arn:aws:iam::aws:policy/AdministratorAccess")),
        // A user without our tag, or with another's.
        create().tagging(&[]).bounded(Some(BOUNDARY)),
        create()
            .tagging(&owner("terraform"))
            .bounded(Some(BOUNDARY)),
        // Who is another's by the tag becomes ours.
        Check::new("iam:TagUser", BELOW)
            .of_tagged("managed-by", "terraform")
            .tagging(&owner("rollcall")),
        // Who is nobody's gets any other tag.
        Check::new("iam:TagUser", BELOW).tagging(&[("team".to_owned(), "core".to_owned())]),
        // A policy for one of ours that lost its boundary, and for one who is not ours.
        ours("iam:AttachUserPolicy").bounded(None),
        Check::new("iam:AttachUserPolicy", BELOW).bounded(Some(BOUNDARY)),
        // Another's user.
        Check::new("iam:DeleteUser", BELOW).of_tagged("managed-by", "terraform"),
        // Of one of ours a tag by which people keep it, and of another's that of its quarantine.
        ours("iam:UntagUser").of_keys(vec!["rollcall:exempt".to_owned()]),
        Check::new("iam:UntagUser", BELOW).of_keys(vec!["rollcall:quarantined".to_owned()]),
        // What the key encrypted for others.
        by_service("s3.us-east-1.amazonaws.com"),
    ]
}
