//! A new key, as AWS tells it once and as it is stored.

use aws_credential_types::Credentials;
use aws_sdk_iam::operation::create_access_key::CreateAccessKeyOutput;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::aws::{Action, AwsError};
use crate::foreign::{Hidden, hide_while};
use crate::lifecycle::UserRef;

/// A key with its secret, which no output ever shows.
#[derive(Debug)]
pub(super) struct NewKey {
    /// AccessKeyId.
    pub(super) id: String,
    secret: SecretString,
    created: String,
    _hidden: Hidden,
}

impl NewKey {
    pub(super) fn of(answer: CreateAccessKeyOutput) -> Result<Self, AwsError> {
        let missing = || AwsError::malformed(Action::CreateAccessKey, "an answer without a key");
        let key = answer.access_key.ok_or_else(missing)?;
        let created = key.create_date.map(|date| date.to_string());
        Ok(Self {
            id: key.access_key_id,
            _hidden: hide_while("secret access key", &key.secret_access_key),
            secret: key.secret_access_key.into(),
            created: created.unwrap_or_default(),
        })
    }

    /// The key with this AccessKeyId as its parameter has it.
    pub(super) fn of_parameter(id: &str, secret: SecretString) -> Self {
        Self {
            id: id.to_owned(),
            _hidden: hide_while("secret access key", secret.expose_secret()),
            secret,
            created: String::new(),
        }
    }

    /// What a call is signed with as its user.
    pub(super) fn credentials(&self) -> Credentials {
        let secret = self.secret.expose_secret();
        Credentials::new(&self.id, secret, None, None, "lifecycle")
    }

    /// The value of the parameter: a flat object, since AWS refuses two braces in a row.
    pub(super) fn stored(&self, user: &UserRef) -> SecretString {
        let value = json!({
            "access_key_id": self.id,
            "secret_access_key": self.secret.expose_secret(),
            "user_name": user.name,
            "user_id": user.id,
            "created": self.created,
        });
        value.to_string().into()
    }
}
