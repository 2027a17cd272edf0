//! From configuration to the parts that commands run.

use std::path::Path;

use anyhow::Context;
use clap::ColorChoice;

use crate::analyze::AdminRule;
use crate::aws::check_access_key;
use crate::cli::GlobalArgs;
use crate::config::{
    AssetConnectorOverrides, AwsSettings, Config, DeletedUsers, MappingSettings, SinkKind,
    SinkSettings, check_aws_environment,
};
use crate::foreign;
use crate::map::MappingRules;
use crate::metrics::Metrics;
use crate::observe;
use crate::output;
use crate::run::{Agent, AuditPlan, DeletionPlan, MappingPlan, PassPlan, Receiver, RefreshPlan};
use crate::trust::{ExtraRoots, RootsError};

/// Arguments that do not fit what there is, in words.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct UsageError(pub(super) String);

/// The configuration that `global` names.
pub(super) fn config(global: &GlobalArgs) -> anyhow::Result<Config> {
    let overrides = AssetConnectorOverrides::read(|name| std::env::var(name).ok())?;
    let config = Config::load(global.config_file().as_deref(), &overrides)?;
    hide_secrets(&config);
    if super::asked_level(global).is_none() {
        observe::set_log_level(config.log.level);
    }
    Ok(config)
}

/// Makes the secrets of `config` known, whatever the command needs of them: others may repeat
/// them all the same. Whoever needs one that cannot be read says so.
fn hide_secrets(config: &Config) {
    for sink in &config.sinks {
        match &sink.kind {
            SinkKind::SekoiaAsset(asset) => drop(asset.secret()),
            SinkKind::SekoiaIntake(intake) => drop(intake.secret()),
            SinkKind::Http(http) => {
                foreign::hide_url("url", &http.url);
                for (name, secret) in http.secrets().unwrap_or_default() {
                    foreign::hide(&name, &secret);
                }
            }
            SinkKind::Ndjson(_) => {}
        }
    }
    drop(config.status.secret());
    if let Some(key) = config.aws.access_key() {
        drop(check_access_key(&key));
    }
}

/// The settings of AWS, once their access key and certificates were found to be where they say.
pub(super) fn aws(config: &Config) -> anyhow::Result<AwsSettings> {
    check_aws_environment(|name| std::env::var(name))?;
    if let Some(key) = config.aws.access_key() {
        check_access_key(&key).context("aws: the access key")?;
    }
    let mut aws = config.aws.clone();
    aws.roots = config.agent.roots()?.and(ca_bundle()?);
    Ok(aws)
}

/// The authorities that AWS_CA_BUNDLE names, which other tools for AWS read as well.
fn ca_bundle() -> Result<ExtraRoots, RootsError> {
    match std::env::var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty()) {
        Some(path) => ExtraRoots::read("AWS_CA_BUNDLE", Path::new(&path)),
        None => Ok(ExtraRoots::default()),
    }
}

/// What every pass needs.
pub(super) fn agent(config: &Config) -> anyhow::Result<Agent> {
    Ok(Agent {
        aws: aws(config)?,
        mapping: mapping(&config.mapping),
        receivers: receivers(config),
        plan: plan(config),
        metrics: Metrics::new()?,
    })
}

/// What the daemon follows of CloudTrail, if anything.
pub(super) fn audit(config: &Config) -> Option<AuditPlan> {
    let audit = &config.audit;
    audit.enabled.then(|| AuditPlan {
        regions: audit.regions.clone(),
        lag: audit.lag,
        receivers: receivers_of(config, |sink| sink.audit),
        listener: None,
    })
}

/// What makes the daemon read users again, if anything.
pub(super) fn refresh(config: &Config) -> Option<RefreshPlan> {
    let audit = &config.audit;
    audit.refresh.then(|| RefreshPlan {
        queue: audit.queue(),
    })
}

/// Who receives events.
pub(super) fn receivers(config: &Config) -> Vec<Receiver> {
    receivers_of(config, |_| true)
}

fn receivers_of(config: &Config, is_one: impl Fn(&SinkSettings) -> bool) -> Vec<Receiver> {
    let receiver = |sink: &SinkSettings| Receiver {
        sink: sink.name.clone(),
        id: sink.receiver(),
        dialect: sink.dialect,
        outbox: sink.outbox,
    };
    let sinks = config.sinks.iter().filter(|sink| is_one(sink));
    sinks.map(receiver).collect()
}

/// What a pass sends, and what it keeps.
pub(super) fn plan(config: &Config) -> PassPlan {
    PassPlan {
        emit: config.mapping.emit,
        full_resync_every: config.schedule.full_resync_every,
        deletions: deletions(&config.mapping),
        keep_history: config.agent.keep_history,
    }
}

/// When a deletion is reported.
pub(super) fn deletions(settings: &MappingSettings) -> DeletionPlan {
    DeletionPlan {
        is_sent: settings.deleted_users == DeletedUsers::Send,
        percent_max: settings.max_deleted_percent,
        is_accepted: false,
    }
}

/// How users become events.
pub(super) fn mapping(settings: &MappingSettings) -> MappingPlan {
    MappingPlan {
        admin: AdminRule::new(&settings.admin),
        rules: MappingRules {
            admin_by: settings.admin_by,
            service_accounts: settings.service_accounts.clone(),
            tag_names: settings.tags.clone(),
            is_last_use_content: settings.send_last_used,
            has_risk: settings.risk,
        },
        with_root: settings.root_account,
        with_scps: settings.scps,
        verifies: false,
    }
}

/// Whether logs are coloured.
pub(super) fn with_color(choice: ColorChoice) -> bool {
    with_color_on(choice, output::is_seen_beside())
}

/// Whether what is written is coloured, which a person sees or not.
pub(super) fn with_color_on(choice: ColorChoice, is_seen: bool) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => {
            let is_refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
            is_seen && !is_refused
        }
    }
}
