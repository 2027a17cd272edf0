//! How the user gets in.

use super::Field;
use super::Origin::Facts;

pub(super) const FIELDS: [Field; 7] = [
    Field {
        iam: "MFA",
        ocsf: &["user.has_mfa"],
        sekoia: &["user.has_mfa"],
        kind: "boolean",
        meaning: "Whether any device is in use",
        example: "true",
        calls: "ListVirtualMFADevices, the credential report, ListMFADevices; GetAccountSummary of the root user",
        origin: Facts(&["mfa"]),
    },
    Field {
        iam: "MFA devices",
        ocsf: &[
            "unmapped.aws_iam.mfa_devices",
            "unmapped.aws_iam.mfa_devices_complete",
        ],
        sekoia: &[],
        kind: "list of {serial_number, kind, enable_date}; boolean",
        meaning: "Those that are known, and whether others may exist",
        example: "arn:aws:iam::123456789012:mfa/anna",
        calls: "ListVirtualMFADevices, ListMFADevices",
        origin: Facts(&["mfa"]),
    },
    Field {
        iam: "console password",
        ocsf: &[
            "unmapped.aws_iam.console_access",
            "unmapped.aws_iam.password_last_changed",
        ],
        sekoia: &[],
        kind: "boolean; RFC 3339",
        meaning: "Whether there is one, and since when",
        example: "true",
        calls: "the credential report",
        origin: Facts(&["console_access"]),
    },
    Field {
        iam: "PasswordLastUsed",
        ocsf: &["unmapped.aws_iam.password_last_used"],
        sekoia: &[],
        kind: "RFC 3339",
        meaning: "A stamp; left out where it never was",
        example: "2026-05-31T17:45:10Z",
        calls: "ListUsers, the credential report",
        origin: Facts(&["password_last_used"]),
    },
    Field {
        iam: "credentials with an id",
        ocsf: &["user.programmatic_credentials"],
        sekoia: &[],
        kind: "list of {uid, type, last_used_time}",
        meaning: "AWS Access Key and AWS SSH Public Key with aws.access_keys = \"ids\", AWS Service-Specific Credential; last use of access keys in ms, a stamp",
        example: "AKIAIOSFODNN7EXAMPLE",
        calls: "ListAccessKeys, GetAccessKeyLastUsed, ListServiceSpecificCredentials, ListSSHPublicKeys",
        origin: Facts(&[
            "access_keys",
            "service_specific_credentials",
            "ssh_public_keys",
        ]),
    },
    Field {
        iam: "access keys",
        ocsf: &["unmapped.aws_iam.access_keys"],
        sekoia: &[],
        kind: "list of objects",
        meaning: "Status, rotation and last use of each; without ids from the report",
        example: "Active",
        calls: "ListAccessKeys, GetAccessKeyLastUsed, the credential report",
        origin: Facts(&["access_keys"]),
    },
    Field {
        iam: "other credentials",
        ocsf: &["unmapped.aws_iam.credentials"],
        sekoia: &[],
        kind: "list of {kind, id, status, service_name, service_user_name, create_date, expiration_date}",
        meaning: "Service-specific credentials, signing certificates (no id), SSH public keys; empty only where all three are known",
        example: "service-specific credential",
        calls: "ListServiceSpecificCredentials, the credential report, ListSSHPublicKeys",
        origin: Facts(&[
            "service_specific_credentials",
            "signing_certificates",
            "ssh_public_keys",
        ]),
    },
];
