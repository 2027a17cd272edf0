//! The settings of the module and of the connector, as the platform writes them.

use std::time::Duration;

use secrecy::SecretString;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{PlatformError, Values};
use crate::foreign;

const MODULE: &str = "module_configuration";
const CONNECTOR: &str = "connector_configuration";
/// What has the connector's settings where [`CONNECTOR`] is missing.
const TRIGGER: &str = "trigger_configuration";

/// `module_configuration`: the access to AWS. Keys that are not known are left alone.
#[derive(Debug)]
pub struct Module {
    /// `aws_access_key`.
    pub access_key_id: String,
    /// `aws_secret_access_key`.
    pub secret_access_key: SecretString,
    /// `aws_region_name`.
    pub region: String,
}

/// `connector_configuration`: where the assets go.
#[derive(Debug)]
pub struct Connector {
    /// `connector_configuration_uuid`.
    pub uuid: Uuid,
    /// `sekoia_api_key`.
    pub api_key: SecretString,
    /// `sekoia_base_url`, which wins over the environment.
    pub base_url: Option<String>,
    /// `frequency`: from the beginning of a pass to that of the next.
    pub every: Option<Duration>,
    /// `batch_size`.
    pub batch_size: Option<u64>,
}

impl Module {
    /// As the platform's values have it, with the `secrets` that it keeps apart.
    pub fn read(values: &Values<'_>, secrets: Map<String, Value>) -> Result<Self, PlatformError> {
        let module = values.object(MODULE)?;
        let mut module = module.ok_or_else(|| values.missing(MODULE))?;
        module.extend(secrets);
        let secret = text(&module, MODULE, "aws_secret_access_key")?;
        Ok(Self {
            access_key_id: text(&module, MODULE, "aws_access_key")?,
            secret_access_key: hidden("aws_secret_access_key", secret),
            region: text(&module, MODULE, "aws_region_name")?,
        })
    }

    /// Whether the secret is among what the platform gave without being asked.
    pub fn has_secret(values: &Values<'_>) -> bool {
        let module = values.object(MODULE).ok().flatten().unwrap_or_default();
        text(&module, MODULE, "aws_secret_access_key").is_ok()
    }
}

impl Connector {
    /// As the platform's values have it, with the `secrets` that it keeps apart.
    pub fn read(values: &Values<'_>, secrets: Map<String, Value>) -> Result<Self, PlatformError> {
        let (name, mut connector) = match values.object(CONNECTOR)? {
            Some(connector) => (CONNECTOR, connector),
            None => match values.object(TRIGGER)? {
                Some(trigger) => (TRIGGER, trigger),
                None => return Err(values.missing(CONNECTOR)),
            },
        };
        connector.extend(secrets);
        let uuid = values.needed("connector_configuration_uuid")?;
        let uuid = Uuid::parse_str(&uuid).map_err(|_| PlatformError::Value {
            name: "connector_configuration_uuid".to_owned(),
            why: "is no UUID".to_owned(),
        })?;
        let api_key = text(&connector, name, "sekoia_api_key")?;
        Ok(Self {
            uuid,
            api_key: hidden("sekoia_api_key", api_key),
            base_url: base_url(&connector, name)?,
            every: number(&connector, name, "frequency")?.map(Duration::from_secs),
            batch_size: number(&connector, name, "batch_size")?,
        })
    }
}

/// A secret, of which nothing is shown from now on.
fn hidden(name: &str, text: String) -> SecretString {
    let secret = SecretString::from(text);
    foreign::hide(name, &secret);
    secret
}

fn text(object: &Map<String, Value>, of: &str, key: &str) -> Result<String, PlatformError> {
    let text = object.get(key).and_then(Value::as_str).unwrap_or_default();
    match text.trim() {
        "" => Err(PlatformError::Value {
            name: of.to_owned(),
            why: format!("has no text {key}"),
        }),
        text => Ok(text.to_owned()),
    }
}

/// The base URL, which may be absent, null or empty: then it is the default.
fn base_url(object: &Map<String, Value>, of: &str) -> Result<Option<String>, PlatformError> {
    let key = "sekoia_base_url";
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(url)) if url.trim().is_empty() => Ok(None),
        Some(Value::String(_)) => text(object, of, key).map(Some),
        Some(_) => Err(PlatformError::Value {
            name: of.to_owned(),
            why: format!("{key} is no text"),
        }),
    }
}

fn number(object: &Map<String, Value>, of: &str, key: &str) -> Result<Option<u64>, PlatformError> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_u64().filter(|number| *number > 0) {
            Some(number) => Ok(Some(number)),
            None => Err(PlatformError::Value {
                name: of.to_owned(),
                why: format!("{key} is no whole number above 0"),
            }),
        },
    }
}
