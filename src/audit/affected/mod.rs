//! What a record's change makes worth reading again. The record is a hint: what is read is the truth.

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::record::Record;

/// No name in IAM is longer.
const NAME_LEN_MAX: usize = 128;

/// What IAM has in the place of the root user's name.
const ROOT: &str = "AWS ROOT USER";
/// Changes of one user that say nothing about policies. Where the name may be left out, it is the caller.
const OF_USER: [&str; 25] = [
    "ChangePassword",
    "CreateAccessKey",
    "CreateLoginProfile",
    "CreateServiceSpecificCredential",
    "CreateUser",
    "DeactivateMFADevice",
    "DeleteAccessKey",
    "DeleteLoginProfile",
    "DeleteSSHPublicKey",
    "DeleteServiceSpecificCredential",
    "DeleteSigningCertificate",
    "EnableMFADevice",
    "ResetServiceSpecificCredential",
    "ResyncMFADevice",
    "TagUser",
    "UntagUser",
    "UpdateAccessKey",
    "UpdateLoginProfile",
    "UpdateSSHPublicKey",
    "UpdateServiceSpecificCredential",
    "UpdateSigningCertificate",
    "UpdateUser",
    "UploadSSHPublicKey",
    "UploadSigningCertificate",
    "DeleteUser",
];
/// Changes of what one user may do.
const OF_POLICIES: [&str; 8] = [
    "AddUserToGroup",
    "RemoveUserFromGroup",
    "PutUserPolicy",
    "DeleteUserPolicy",
    "AttachUserPolicy",
    "DetachUserPolicy",
    "PutUserPermissionsBoundary",
    "DeleteUserPermissionsBoundary",
];
/// Changes of a group. CreateGroup has no members yet.
const OF_GROUP: [&str; 6] = [
    "AttachGroupPolicy",
    "DetachGroupPolicy",
    "PutGroupPolicy",
    "DeleteGroupPolicy",
    "UpdateGroup",
    "DeleteGroup",
];
/// Changes of a policy that anybody may have.
const OF_POLICY: [&str; 4] = [
    "CreatePolicyVersion",
    "SetDefaultPolicyVersion",
    "DeletePolicyVersion",
    "DeletePolicy",
];

/// What is worth reading again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Affected {
    /// The user of this name.
    User {
        /// UserName.
        name: String,
        /// Whether it is about what the user may do.
        is_of_policies: bool,
    },
    /// The user of this name, who is said to be deleted.
    Deleted(String),
    /// The members of the group of this name.
    Members(String),
    /// Everybody, or the root user: what a pass alone reads.
    Everybody,
}

impl Affected {
    /// As it is kept.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What was kept as `text`; everybody, where that is not to be read.
    pub fn of_text(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or(Self::Everybody)
    }

    /// The same, where it has a name that somebody may have.
    fn plausible(self) -> Self {
        match &self {
            Self::User { name, .. } | Self::Deleted(name) | Self::Members(name)
                if !is_name(name) =>
            {
                Self::Everybody
            }
            _ => self,
        }
    }
}

/// Whether somebody in IAM may have this name: that of another is not worth asking for.
fn is_name(text: &str) -> bool {
    let is_allowed = |it: u8| it.is_ascii_alphanumeric() || b"+=,.@_-".contains(&it);
    text.len() <= NAME_LEN_MAX && text.bytes().all(is_allowed)
}

/// What `record` makes worth reading again; nothing for reads, for calls that failed, and for what is
/// about no IAM user.
pub fn affected(record: &Record) -> Vec<Affected> {
    let has_failed = record.error_code.is_some() || record.error_message.is_some();
    if has_failed || record.read_only == Some(true) {
        return Vec::new();
    }
    let name = record.event_name.as_str();
    match record.event_source.as_str() {
        "iam.amazonaws.com" => {
            let affected = of_iam(record, name).into_iter();
            affected.map(Affected::plausible).collect()
        }
        // The root user's own.
        "signin.amazonaws.com" if ["PasswordUpdated", "EmailUpdated"].contains(&name) => {
            vec![Affected::Everybody]
        }
        _ => Vec::new(),
    }
}

fn of_iam(record: &Record, event: &str) -> Vec<Affected> {
    if OF_POLICY.contains(&event) {
        return vec![Affected::Everybody];
    }
    if OF_GROUP.contains(&event) {
        let names = ["groupName", "newGroupName"];
        let names = names.iter().filter_map(|it| record.requested(&[it]));
        return names.map(|it| Affected::Members(it.to_owned())).collect();
    }
    let is_of_policies = OF_POLICIES.contains(&event);
    if !is_of_policies && !OF_USER.contains(&event) {
        return Vec::new();
    }
    let user = |name: &str| Affected::User {
        name: name.to_owned(),
        is_of_policies,
    };
    let named = record.requested(&["userName"]);
    match (named.or_else(|| answered(record)), event) {
        (Some(ROOT), _) => vec![Affected::Everybody],
        (Some(name), "DeleteUser") => vec![Affected::Deleted(name.to_owned())],
        (Some(name), "UpdateUser") => {
            let renamed = record.requested(&["newUserName"]);
            [name].into_iter().chain(renamed).map(user).collect()
        }
        (Some(name), _) => vec![user(name)],
        (None, _) if record.caller.is_root() => vec![Affected::Everybody],
        (None, _) => caller(record).map(user).into_iter().collect(),
    }
}

/// Some answers name the user whom the request leaves out.
fn answered(record: &Record) -> Option<&str> {
    let objects = ["user", "accessKey", "loginProfile"];
    let mut names = objects
        .iter()
        .map(|object| record.answered(&[object, "userName"]));
    names.find_map(|name| name)
}

/// The caller's name, where it is a user.
fn caller(record: &Record) -> Option<&str> {
    let caller = Some(&record.caller).filter(|caller| caller.is_user())?;
    let of_arn = || {
        caller
            .arn
            .as_deref()?
            .rsplit_once('/')
            .map(|(_, name)| name)
    };
    caller.user_name.as_deref().or_else(of_arn)
}
