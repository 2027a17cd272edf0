//! What an event says about itself: what changed, and what is not known.

use super::Field;
use super::Origin::Rollcall;

pub(super) const FIELDS: [Field; 6] = [
    Field {
        iam: "changes",
        ocsf: &["unmapped.aws_iam.changes"],
        sekoia: &[],
        kind: "list of {field, before, after, meaning}",
        meaning: "Since the sink last took an event about the user; a stamp",
        example: "admin gained",
        calls: "–",
        origin: Rollcall,
    },
    Field {
        iam: "former names",
        ocsf: &["unmapped.aws_iam.former_names"],
        sekoia: &[],
        kind: "list of {name, arn, until}",
        meaning: "Of a renamed user, five at most; sekoia closes the former ARN",
        example: "mdupont",
        calls: "–",
        origin: Rollcall,
    },
    Field {
        iam: "what is as last known",
        ocsf: &["unmapped.aws_iam.stale"],
        sekoia: &[],
        kind: "list of {fact, as_of, reason}",
        meaning: "Facts that could not be read now; a stamp",
        example: "mfa",
        calls: "–",
        origin: Rollcall,
    },
    Field {
        iam: "what is not known",
        ocsf: &["unmapped.aws_iam.unknown"],
        sekoia: &[],
        kind: "list of {fact, reason, detail}",
        meaning: "Facts that never could be read; a stamp",
        example: "denied: iam:ListMFADevices",
        calls: "–",
        origin: Rollcall,
    },
    Field {
        iam: "tags that had no room",
        ocsf: &["unmapped.aws_iam.tags_cut"],
        sekoia: &[],
        kind: "{kept, of}",
        meaning: "Of an event that would be too large; a stamp",
        example: "7 of 50",
        calls: "–",
        origin: Rollcall,
    },
    Field {
        iam: "a deleted user",
        ocsf: &[],
        sekoia: &["enrichments"],
        kind: "list of objects",
        meaning: "is_enabled false: there will be no logon",
        example: "false",
        calls: "–",
        origin: Rollcall,
    },
];
