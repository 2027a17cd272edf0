//! Parameters of Parameter Store, each with the secret of one user's newest access key.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use super::name::encoded;
use super::{OWNER_TAG, OWNER_VALUE, UserRef};
use crate::aws::{Action, AwsClient, AwsError, AwsErrorClass, JsonService};
use crate::config::LifecycleSettings;

/// The key of the tag that says whose secret a parameter holds, by UserId.
const USER_TAG: &str = "rollcall:user-id";
/// What a parameter holds before there is a secret.
const PLACEHOLDER: &str = r#"{"access_key_id":null}"#;

/// The parameters of `[lifecycle]`.
#[derive(Debug)]
pub(super) struct Parameters<'a> {
    pub(super) client: &'a AwsClient,
    pub(super) settings: &'a LifecycleSettings,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    parameter: Found,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Found {
    version: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tags {
    #[serde(default)]
    tag_list: Vec<TagFound>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TagFound {
    key: String,
    value: String,
}

impl Parameters<'_> {
    /// The name of the parameter with the secret of `user`.
    pub(super) fn name(&self, user: &UserRef) -> String {
        format!("{}{}", self.settings.parameter_prefix, encoded(&user.name))
    }

    /// The version that the parameter is in; `None` if there is none. The secret is not read.
    pub(super) async fn version(&self, name: &str) -> Result<Option<i64>, AwsError> {
        let input = json!({ "Name": name, "WithDecryption": false });
        let answer: Result<Answer, _> = self.call(Action::GetParameter, &input).await;
        Ok(unless_gone(answer)?.map(|it| it.parameter.version))
    }

    /// Whether the parameter is ours and of `user`; `None` if there is none.
    pub(super) async fn is_of(&self, name: &str, user: &UserRef) -> Result<Option<bool>, AwsError> {
        let input = json!({ "ResourceType": "Parameter", "ResourceId": name });
        let tags: Result<Tags, _> = self.call(Action::ListTagsForResource, &input).await;
        let has = |tags: &Tags, key: &str, value: &str| {
            let mut tags = tags.tag_list.iter();
            tags.any(|tag| tag.key == key && tag.value == value)
        };
        Ok(unless_gone(tags)?
            .map(|tags| has(&tags, OWNER_TAG, OWNER_VALUE) && has(&tags, USER_TAG, &user.id)))
    }

    /// Makes the parameter of `user`, without a secret yet. An error with the code
    /// `ParameterAlreadyExists` if there is one.
    pub(super) async fn reserve(&self, name: &str, user: &UserRef) -> Result<(), AwsError> {
        let mut input = self.input(name, PLACEHOLDER);
        input["Tags"] = json!([
            { "Key": OWNER_TAG, "Value": OWNER_VALUE },
            { "Key": USER_TAG, "Value": user.id },
        ]);
        let _: Value = self.call(Action::PutParameter, &input).await?;
        Ok(())
    }

    /// Stores `secret` in the parameter, which is there.
    pub(super) async fn put(&self, name: &str, secret: &SecretString) -> Result<(), AwsError> {
        let mut input = self.input(name, secret.expose_secret());
        input["Overwrite"] = json!(true);
        let _: Value = self.call(Action::PutParameter, &input).await?;
        Ok(())
    }

    /// Deletes the parameter of `user`, if there is one; false if there is none of it.
    pub(super) async fn delete(&self, user: &UserRef) -> Result<bool, AwsError> {
        let name = self.name(user);
        // A parameter that somebody else made stays.
        if self.is_of(&name, user).await? != Some(true) {
            return Ok(false);
        }
        let input = json!({ "Name": name });
        let answer: Result<Value, _> = self.call(Action::DeleteParameter, &input).await;
        Ok(unless_gone(answer)?.is_some())
    }

    /// Without a key of their own, secrets would be readable by whoever reads parameters: the key
    /// is named at every write.
    fn input(&self, name: &str, value: &str) -> Value {
        let mut input = json!({ "Name": name, "Value": value, "Type": "SecureString" });
        if let Some(key) = &self.settings.kms_key {
            input["KeyId"] = json!(key);
        }
        input
    }

    async fn call<T>(&self, action: Action, input: &Value) -> Result<T, AwsError>
    where
        T: serde::de::DeserializeOwned,
    {
        let client = self.client;
        client
            .call_json(JsonService::Ssm, None, action, input)
            .await
    }
}

/// What there is; `None` where AWS knows nothing of the kind.
pub(super) fn unless_gone<T>(answer: Result<T, AwsError>) -> Result<Option<T>, AwsError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.class == AwsErrorClass::Gone => Ok(None),
        Err(error) => Err(error),
    }
}
