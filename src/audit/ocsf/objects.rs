//! Objects of OCSF, with the attributes that records tell.

use serde::Serialize;

/// `user`: somebody who acts, or who is acted upon.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct User<'a> {
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    /// The ARN, or the id in Identity Center.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<&'a str>,
    /// The id that IAM gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid_alt: Option<&'a str>,
    /// What kind of user it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub type_id: Option<u8>,
    /// The same in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<&'a str>,
    /// Whether MFA is on; never no, since a record tells of one device only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_mfa: Option<bool>,
    /// The account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<Account<'a>>,
    /// Keys and certificates that the record is about, or that were used.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub programmatic_credentials: Vec<Credential<'a>>,
}

impl<'a> User<'a> {
    /// `self` of the kind that a user is who is neither an administrator nor a service.
    pub(in crate::audit) fn of_people(self) -> Self {
        self.of_type(1, "User")
    }

    /// `self` of the kind `type_id`, in words `caption`.
    pub(in crate::audit) fn of_type(self, type_id: u8, caption: &'a str) -> Self {
        Self {
            type_id: Some(type_id),
            r#type: Some(caption),
            ..self
        }
    }

    /// `self`, if it has one of the attributes without which it is no user.
    pub(in crate::audit) fn known(self) -> Option<Self> {
        let is_known = self.name.is_some() || self.uid.is_some() || self.account.is_some();
        is_known.then_some(self)
    }
}

/// `account`: an account of AWS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Account<'a> {
    /// Twelve digits.
    pub uid: &'a str,
    type_id: u8,
    r#type: &'static str,
}

impl<'a> Account<'a> {
    /// The account of that id.
    pub fn of(uid: &'a str) -> Self {
        Self {
            uid,
            type_id: 10,
            r#type: "AWS Account",
        }
    }
}

/// `programmatic_credential`: a key or a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Credential<'a> {
    /// Its id.
    pub uid: &'a str,
    /// What it is.
    pub r#type: &'static str,
}

/// `group`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Group<'a> {
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    /// The ARN, or the id in Identity Center.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<&'a str>,
}

/// `policy`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Policy<'a> {
    /// The ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<&'a str>,
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    /// What it is to the user.
    pub r#type: &'static str,
}

/// `resource_details`: what was acted upon.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Resource<'a> {
    /// The ARN, or another id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<&'a str>,
    /// The name, where the id is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    /// The type in CloudFormation's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<&'a str>,
    /// Whose it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<User<'a>>,
}

/// `session`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Session<'a> {
    /// The ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<&'a str>,
    /// The id of the role with the name of the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid_alt: Option<&'a str>,
    /// The temporary access key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_uid: Option<&'a str>,
    /// When it began, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_time: Option<i64>,
    /// When it ends, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiration_time: Option<i64>,
    /// Whether it began with MFA.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_mfa: Option<bool>,
    /// The ARN of its role.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<&'a str>,
}

/// `network_endpoint`, by its address or by the name of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint<'a> {
    /// An address, of version 4 or 6.
    Ip(&'a str),
    /// The name of a service.
    SvcName(&'a str),
}

/// `service`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Service<'a> {
    /// The name, such as `iam.amazonaws.com`.
    pub name: &'a str,
}
