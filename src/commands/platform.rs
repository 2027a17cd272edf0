//! The commands of Sekoia's own container: `aws_users_asset_connector` and
//! `validate_module_configuration`; and where a configuration is from.

use std::path::PathBuf;

use serde_json::{Map, Value};

use super::{check, run, setup};
use crate::cli::GlobalArgs;
use crate::config::{AssetConnectorOverrides, Config};
use crate::foreign::Shown;
use crate::run::ExitStatus;
use crate::sekoia::{Connector, Module, Platform, PlatformError, Values, check_runtime, state_dir};

/// Where the configuration of a daemon is from.
#[derive(Clone)]
pub(super) enum Origin {
    /// A file of ours.
    Own(GlobalArgs),
    /// What Sekoia's platform wrote into a directory, and the secrets that it gave.
    Platform {
        /// The directory.
        dir: PathBuf,
        /// The secrets of the module.
        secrets: Option<Map<String, Value>>,
    },
}

impl Origin {
    /// A file of ours or, if a directory is named, the platform, which is asked for its secrets.
    pub(super) async fn of(global: &GlobalArgs, dir: Option<PathBuf>) -> anyhow::Result<Self> {
        let Some(dir) = dir else {
            return Ok(Self::Own(global.clone()));
        };
        let values = Values::new(&dir, &variable);
        check_runtime(&values)?;
        let secrets = match Platform::of(&values)? {
            Some(platform) => match platform.secrets().await {
                Ok(secrets) => secrets,
                Err(error) if Module::has_secret(&values) => {
                    tracing::warn!(%error, "the platform does not give the module's secrets");
                    None
                }
                Err(error) => return Err(error.into()),
            },
            None => None,
        };
        Ok(Self::Platform { dir, secrets })
    }

    /// The configuration, read now.
    pub(super) fn config(&self) -> anyhow::Result<Config> {
        let (dir, secrets) = match self {
            Self::Own(global) => return setup::config(global),
            Self::Platform { dir, secrets } => (dir, secrets),
        };
        let values = Values::new(dir, &variable);
        let module = Module::read(&values, secrets.clone())?;
        let connector = Connector::read(&values)?;
        let overrides = AssetConnectorOverrides::read(variable)?;
        let state_dir = state_dir(&values);
        Ok(Config::of_platform(
            &module, &connector, &overrides, state_dir,
        )?)
    }
}

/// `aws_users_asset_connector`: a daemon, as the platform configures it.
pub(super) async fn connector(global: &GlobalArgs, dir: PathBuf) -> anyhow::Result<ExitStatus> {
    run::run(global, &Origin::of(global, Some(dir)).await?).await
}

/// `validate_module_configuration`: tries out the access to AWS, and tells the platform.
pub(super) async fn validate(dir: PathBuf) -> anyhow::Result<ExitStatus> {
    let values = Values::new(&dir, &variable);
    let Some(platform) = Platform::of(&values)? else {
        return Err(PlatformError::Missing {
            name: "token".to_owned(),
            dir,
        }
        .into());
    };
    let secrets = match platform.begin().await? {
        Some(module) => Some(module),
        None => platform.secrets().await?,
    };
    let tried = match Module::read(&values, secrets) {
        Ok(module) => check::problem(&Config::of_module(&module)?).await,
        Err(error) => Some((error.to_string(), ExitStatus::Usage)),
    };
    // It is AWS's text in part, and leaves the machine: through the same door as what is shown.
    let tried = tried.map(|(problem, status)| (Shown::of(problem), status));
    let problem = tried.as_ref().map(|(problem, _)| problem.as_str());
    platform.end(problem).await?;
    if let Some((problem, status)) = tried {
        tracing::error!(%problem, "the module's configuration does not work");
        return Ok(status);
    }
    tracing::info!("the module's configuration works");
    Ok(ExitStatus::Done)
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
