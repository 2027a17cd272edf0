//! Parameters of Parameter Store, each with the secret of one user's newest access key.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::name::encoded;
use super::{OWNER_TAG, OWNER_VALUE, UserRef};
use crate::aws::{Action, AwsClient, AwsError, AwsErrorClass, JsonService};
use crate::config::LifecycleSettings;

/// The key of the tag that says whose secret a parameter holds, by UserId.
const USER_TAG: &str = "rollcall:user-id";
/// The key of the tag that says which access key's secret a parameter holds, by AccessKeyId. It is
/// set once the secret is stored.
const KEY_TAG: &str = "rollcall:access-key-id";
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

/// A value, decrypted.
#[derive(Deserialize)]
struct Decrypted {
    #[serde(rename = "Parameter")]
    parameter: Secret,
}

#[derive(Deserialize)]
struct Secret {
    #[serde(rename = "Value", deserialize_with = "secret")]
    value: SecretString,
}

/// Of a value of ours, what is needed of the key.
#[derive(Deserialize)]
struct Stored {
    access_key_id: Option<String>,
    #[serde(default, deserialize_with = "secret")]
    secret_access_key: SecretString,
}

/// The version that a write made.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Written {
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

    /// The secret of the access key `key`, if the parameter holds that one. It is decrypted to tell.
    pub(super) async fn secret_of(
        &self,
        name: &str,
        key: &str,
    ) -> Result<Option<SecretString>, AwsError> {
        let input = json!({ "Name": name, "WithDecryption": true });
        let answer: Result<Decrypted, _> = self.call(Action::GetParameter, &input).await;
        let Some(Decrypted { parameter }) = unless_gone(answer)? else {
            return Ok(None);
        };
        // What is nothing of ours holds no secret of ours.
        let stored: Option<Stored> = serde_json::from_str(parameter.value.expose_secret()).ok();
        let stored = stored.filter(|it| it.access_key_id.as_deref() == Some(key));
        Ok(stored.map(|it| it.secret_access_key))
    }

    /// Whether the parameter is ours and of `user`; `None` if there is none.
    pub(super) async fn is_of(&self, name: &str, user: &UserRef) -> Result<Option<bool>, AwsError> {
        let tags = self.tags(name).await?;
        Ok(tags.map(|tags| tags.are_of(&user.id)))
    }

    /// AccessKeyId of the key whose secret the parameter of `user` holds, as its tag says; `None`
    /// where there is no such parameter or tag.
    pub(super) async fn key_of(&self, user: &UserRef) -> Result<Option<String>, AwsError> {
        let tags = self.tags(&self.name(user)).await?;
        let tags = tags.filter(|tags| tags.are_of(&user.id));
        Ok(tags.and_then(|tags| tags.get(KEY_TAG).map(str::to_owned)))
    }

    /// Says by a tag that the parameter holds the secret of the access key `key`.
    pub(super) async fn name_key(&self, name: &str, key: &str) -> Result<(), AwsError> {
        let input = json!({
            "ResourceType": "Parameter",
            "ResourceId": name,
            "Tags": [{ "Key": KEY_TAG, "Value": key }],
        });
        let _: Value = self.call(Action::AddTagsToResource, &input).await?;
        Ok(())
    }

    /// The tags of the parameter; `None` if there is none.
    async fn tags(&self, name: &str) -> Result<Option<Tags>, AwsError> {
        let input = json!({ "ResourceType": "Parameter", "ResourceId": name });
        unless_gone(self.call(Action::ListTagsForResource, &input).await)
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

    /// Stores `secret` in the parameter, which is there; the version that it has with it.
    pub(super) async fn put(&self, name: &str, secret: &SecretString) -> Result<i64, AwsError> {
        let mut input = self.input(name, secret.expose_secret());
        input["Overwrite"] = json!(true);
        let written: Written = self.call(Action::PutParameter, &input).await?;
        Ok(written.version)
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

impl Tags {
    fn get(&self, key: &str) -> Option<&str> {
        let found = self.tag_list.iter().find(|tag| tag.key == key)?;
        Some(&found.value)
    }

    /// Whether a parameter with these is ours, and of the user with this UserId.
    fn are_of(&self, user_id: &str) -> bool {
        self.get(OWNER_TAG) == Some(OWNER_VALUE) && self.get(USER_TAG) == Some(user_id)
    }
}

fn secret<'de, D: Deserializer<'de>>(from: D) -> Result<SecretString, D::Error> {
    Ok(String::deserialize(from)?.into())
}

/// What there is; `None` where AWS knows nothing of the kind.
pub(super) fn unless_gone<T>(answer: Result<T, AwsError>) -> Result<Option<T>, AwsError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.class == AwsErrorClass::Gone => Ok(None),
        Err(error) => Err(error),
    }
}
