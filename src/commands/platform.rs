//! The commands of Sekoia's own container: `aws_users_asset_connector` and
//! `validate_module_configuration`; and where a configuration is from.

use std::path::{Path, PathBuf};

use super::{check, run, setup, with_causes};
use crate::cli::GlobalArgs;
use crate::config::{AssetConnectorOverrides, Config};
use crate::foreign::Shown;
use crate::observe::Progress;
use crate::run::ExitStatus;
use crate::sekoia::{
    Connector, Module, Platform, PlatformError, Ports, Secrets, SentLog, Values, check_runtime,
    state_dir,
};

/// Where the configuration of a daemon is from.
#[derive(Clone)]
pub(super) enum Origin {
    /// A file of ours.
    Own(GlobalArgs),
    /// What Sekoia's platform wrote into a directory, and the secrets that it gave.
    Platform {
        /// The directory.
        dir: PathBuf,
        /// The secrets.
        secrets: Secrets,
    },
}

impl Origin {
    /// What the platform wrote into `dir`, with the secrets that it is asked for.
    async fn of_platform(dir: PathBuf) -> anyhow::Result<Self> {
        let values = Values::new(&dir, &variable);
        check_runtime(&values)?;
        let secrets = match Platform::of(&values)? {
            Some(platform) => match platform.secrets().await {
                Ok(secrets) => secrets.unwrap_or_default(),
                Err(error) if Module::has_secret(&values) => {
                    tracing::warn!(%error, "the platform does not give the module's secrets");
                    Secrets::default()
                }
                Err(error) => return Err(error.into()),
            },
            None => Secrets::default(),
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
        let module = Module::read(&values, secrets.module.clone())?;
        let connector = Connector::read(&values, secrets.connector.clone())?;
        let overrides = AssetConnectorOverrides::read(variable)?;
        let state_dir = state_dir(&values);
        Ok(Config::of_platform(
            &module, &connector, &overrides, state_dir,
        )?)
    }

    /// Where the platform asks, if there is one.
    pub(super) fn ports(&self) -> anyhow::Result<Option<Ports>> {
        match self {
            Self::Own(_) => Ok(None),
            Self::Platform { dir, .. } => Ok(Some(Ports::read(&Values::new(dir, &variable))?)),
        }
    }
}

/// `aws_users_asset_connector`: a daemon, as the platform configures it. The platform has its log,
/// and learns why it ended.
pub(super) async fn connector(global: &GlobalArgs, dir: PathBuf) -> anyhow::Result<ExitStatus> {
    let log = sent_log(&dir)?;
    let ended = match Origin::of_platform(dir).await {
        Ok(origin) => run::run(global, &origin, &Progress::hidden()).await,
        Err(error) => Err(error),
    };
    if let Some(log) = log {
        let failure = ended.as_ref().err().map(with_causes);
        log.end(failure.as_deref()).await;
    }
    ended
}

fn sent_log(dir: &Path) -> Result<Option<SentLog>, PlatformError> {
    let platform = Platform::of(&Values::new(dir, &variable))?;
    Ok(platform.and_then(Platform::send_log))
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
        Some(module) => module,
        None => platform.secrets().await?.unwrap_or_default().module,
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
