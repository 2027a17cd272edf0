//! Which event is of which class: the one place that knows.
//!
//! One name may be of several services (`CreateUser` of three): the service counts as well.

use crate::audit::ocsf::OTHER;

/// What an event is about, and with which `activity_id`, provided that the record tells whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A user, 3001.
    User(u8),
    /// A user who is the caller, whatever the request says: 3001.
    Caller(u8),
    /// A group, 3006.
    Group(u8),
    /// A user in a group, 3006.
    Member(u8),
    /// What a group may do, 3006.
    GroupPolicy(u8),
    /// A permission set of a user, 3005, or of a group, 3006.
    Assignment(u8),
    /// A sign-in, 3002.
    SignIn(u8),
    /// A role that is assumed, 3002.
    Role,
}

/// The kind of event `name` of service `source`; `None` is any other call, 6003.
pub(super) fn kind(source: &str, name: &str) -> Option<Kind> {
    match source {
        "iam.amazonaws.com" => iam(name),
        "sts.amazonaws.com" => sts(name),
        "signin.amazonaws.com" => sign_in(name),
        "sso.amazonaws.com" => assignment(name),
        "sso-directory.amazonaws.com"
        | "identitystore.amazonaws.com"
        | "identitystore-scim.amazonaws.com" => identity_center(name),
        _ => None,
    }
}

fn iam(name: &str) -> Option<Kind> {
    Some(match name {
        "CreateUser" => Kind::User(1),
        "ChangePassword" => Kind::Caller(3),
        "UpdateLoginProfile" => Kind::User(4),
        "DeleteUser" => Kind::User(6),
        "AttachUserPolicy" | "PutUserPolicy" => Kind::User(7),
        "DetachUserPolicy" | "DeleteUserPolicy" => Kind::User(8),
        "EnableMFADevice" => Kind::User(10),
        "DeactivateMFADevice" => Kind::User(11),
        // A boundary takes rights away, and a user with an inactive key is not disabled.
        "UpdateUser" | "TagUser" | "UntagUser" | "ResyncMFADevice" => Kind::User(OTHER),
        "PutUserPermissionsBoundary" | "DeleteUserPermissionsBoundary" => Kind::User(OTHER),
        "CreateAccessKey" | "UpdateAccessKey" | "DeleteAccessKey" => Kind::User(OTHER),
        "CreateLoginProfile" | "DeleteLoginProfile" => Kind::User(OTHER),
        "UploadSSHPublicKey" | "UpdateSSHPublicKey" | "DeleteSSHPublicKey" => Kind::User(OTHER),
        "UploadSigningCertificate" | "UpdateSigningCertificate" | "DeleteSigningCertificate" => {
            Kind::User(OTHER)
        }
        "CreateServiceSpecificCredential"
        | "UpdateServiceSpecificCredential"
        | "ResetServiceSpecificCredential"
        | "DeleteServiceSpecificCredential" => Kind::User(OTHER),
        "AddUserToGroup" => Kind::Member(3),
        "RemoveUserFromGroup" => Kind::Member(4),
        "CreateGroup" => Kind::Group(6),
        "DeleteGroup" => Kind::Group(5),
        "UpdateGroup" => Kind::Group(OTHER),
        "AttachGroupPolicy" | "PutGroupPolicy" => Kind::GroupPolicy(1),
        "DetachGroupPolicy" | "DeleteGroupPolicy" => Kind::GroupPolicy(2),
        _ => return None,
    })
}

fn sts(name: &str) -> Option<Kind> {
    let assumes = [
        "AssumeRole",
        "AssumeRoleWithSAML",
        "AssumeRoleWithWebIdentity",
    ];
    assumes.contains(&name).then_some(Kind::Role)
}

fn sign_in(name: &str) -> Option<Kind> {
    Some(match name {
        "ConsoleLogin" | "UserAuthentication" => Kind::SignIn(1),
        "SwitchRole" => Kind::SignIn(7),
        "CheckMfa" | "CredentialChallenge" | "CredentialVerification" => Kind::SignIn(OTHER),
        "PasswordUpdated" => Kind::Caller(3),
        _ => return None,
    })
}

fn assignment(name: &str) -> Option<Kind> {
    Some(match name {
        "CreateAccountAssignment" => Kind::Assignment(1),
        "DeleteAccountAssignment" => Kind::Assignment(2),
        _ => return None,
    })
}

/// The console's, the public and SCIM's API of the directory.
fn identity_center(name: &str) -> Option<Kind> {
    Some(match name {
        "CreateUser" => Kind::User(1),
        "EnableUser" => Kind::User(2),
        "DisableUser" => Kind::User(5),
        "DeleteUser" => Kind::User(6),
        "UpdatePassword" => Kind::User(4),
        "UpdateUser" | "UpdateUserName" | "PutUser" | "PatchUser" => Kind::User(OTHER),
        "AddMemberToGroup" | "CreateGroupMembership" => Kind::Member(3),
        "RemoveMemberFromGroup" | "DeleteGroupMembership" => Kind::Member(4),
        "CreateGroup" => Kind::Group(6),
        "DeleteGroup" => Kind::Group(5),
        "UpdateGroup" | "PatchGroup" => Kind::Group(OTHER),
        _ => return None,
    })
}
