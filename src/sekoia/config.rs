//! The platform's settings as a configuration of ours.

use std::path::{Path, PathBuf};

use super::{Connector, Module, PlatformError, Values};
use crate::config::{
    AccessKeyId, AssetConnectorOverrides, Config, ConfigError, SecretRef, SinkKind,
};

/// Where the container keeps what has to outlive it.
const DATA_DIR: &str = "/symphony_data";

impl Config {
    /// The configuration of a container: one account, by its access key, to one asset connector.
    /// The environment wins over the file but for the base URL, as in Sekoia's own connectors.
    pub fn of_platform(
        module: &Module,
        connector: &Connector,
        overrides: &AssetConnectorOverrides,
        state_dir: Option<PathBuf>,
    ) -> Result<Self, ConfigError> {
        let mut config = connector.config(overrides)?;
        module.put_into(&mut config);
        if let Some(dir) = state_dir {
            config.agent.state_dir = Some(dir);
        }
        Ok(config)
    }

    /// The same without a receiver, to try out the access to AWS.
    pub fn of_module(module: &Module) -> Result<Self, ConfigError> {
        let overrides = AssetConnectorOverrides::default();
        let mut config = Self::parse(Path::new("module_configuration"), "", &overrides)?;
        module.put_into(&mut config);
        Ok(config)
    }
}

impl Module {
    fn put_into(&self, config: &mut Config) {
        config.aws.region = Some(self.region.clone());
        config.aws.access_key_id = Some(AccessKeyId::Plain(self.access_key_id.clone()));
        let secret = SecretRef::given("aws_secret_access_key", &self.secret_access_key);
        config.aws.secret_access_key = Some(secret);
    }
}

impl Connector {
    fn config(&self, overrides: &AssetConnectorOverrides) -> Result<Config, ConfigError> {
        let every = self.every.map(|every| every.as_secs());
        let mut text = format!(
            "[schedule]\nevery = \"{}s\"\n[[sinks]]\ntype = \"sekoia-asset\"\n\
             connector_uuid = \"{}\"\napi_key = \"env:SEKOIA_API_KEY\"\n",
            every.unwrap_or(DEFAULT_EVERY_S),
            self.uuid
        );
        if let Some(url) = &self.base_url {
            text.push_str(&format!(
                "url = {}\n",
                serde_json::Value::from(url.as_str())
            ));
        }
        if let Some(size) = self.batch_size {
            text.push_str(&format!("batch_size = {size}\n"));
        }
        let mut overrides = overrides.clone();
        if self.base_url.is_some() {
            overrides.base_url = None;
        }
        let mut config = Config::parse(Path::new("connector_configuration"), &text, &overrides)?;
        for sink in &mut config.sinks {
            if let SinkKind::SekoiaAsset(asset) = &mut sink.kind {
                asset.api_key = SecretRef::given("sekoia_api_key", &self.api_key);
            }
        }
        Ok(config)
    }
}

/// What the connector's manifest has as its default.
const DEFAULT_EVERY_S: u64 = 1200;

/// Where the state of a container is, if it has a directory that outlives it.
pub fn state_dir(values: &Values<'_>) -> Option<PathBuf> {
    let data = Path::new(DATA_DIR);
    let folder = values.variable("SUB_FOLDER").unwrap_or_default();
    data.is_dir().then(|| data.join(folder).join("rollcall"))
}

/// Refuses a container that is run in a way that has no files.
pub fn check_runtime(values: &Values<'_>) -> Result<(), PlatformError> {
    match values.variable("SYMPHONY_RUNTIME").as_deref() {
        Some("fission") => Err(PlatformError::Fission),
        _ => Ok(()),
    }
}
