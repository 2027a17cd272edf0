//! `rollcall policy`.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::setup::{self, UsageError};
use crate::access::{self, EksPods, Holder, Policy, Principal, RoleName, Trust, Trusted};
use crate::cli::{GlobalArgs, PolicyArgs, PolicyFormat};
use crate::config::{AwsSettings, Config, check_external_id};
use crate::foreign::Page;
use crate::output;
use crate::run::ExitStatus;

/// Prints a policy, or the trust policy of a role. Makes no call.
pub(super) fn policy(global: &GlobalArgs, args: &PolicyArgs) -> anyhow::Result<ExitStatus> {
    let config = setup::config(global)?;
    let holder = args.holder;
    let partition = partition(&config.aws);
    let policy = least(&config, holder, &partition)?;
    let trust = trust(args, &config, holder, &partition)?;
    let role = RoleName::of(&config.aws, holder);
    let text = match (args.format, &trust) {
        (PolicyFormat::Json, Some(trust)) => pretty(&trust.document())?,
        (PolicyFormat::Json, None) => pretty(&policy)?,
        (PolicyFormat::Terraform, trust) => {
            access::terraform(&policy, holder, &role, trust.as_ref())
        }
        (PolicyFormat::Cloudformation, trust) => {
            let template = access::cloudformation(&policy, holder, &role, trust.as_ref());
            pretty(&template)?
        }
    };
    output::write(&match args.format {
        PolicyFormat::Terraform => Page::of(&text),
        PolicyFormat::Json | PolicyFormat::Cloudformation => Page::json(&text),
    })?;
    if trust.is_none() {
        log_other_policies(&config, holder);
    }
    Ok(ExitStatus::Done)
}

/// The least that `holder` needs.
fn least(config: &Config, holder: Holder, partition: &str) -> Result<Policy, UsageError> {
    let (policy, why) = match holder {
        Holder::Lifecycle => (
            config
                .lifecycle
                .as_ref()
                .map(|it| access::lifecycle_policy(it, partition)),
            "there is no [lifecycle] in the configuration, so nothing is ever written",
        ),
        _ => (
            access::policy(
                &config.aws,
                &config.mapping,
                &config.audit,
                holder,
                partition,
            ),
            "there is no `aws.role_arn`: the credentials do everything; use --for credentials",
        ),
    };
    policy.ok_or_else(|| UsageError(why.to_owned()))
}

/// The partition of ARNs that the configuration does not hold.
pub(super) fn partition(aws: &AwsSettings) -> String {
    let from_environment = || {
        let names = ["AWS_REGION", "AWS_DEFAULT_REGION"];
        names.into_iter().find_map(|name| std::env::var(name).ok())
    };
    let region = aws.region.clone().or_else(from_environment);
    access::partition(aws, region.as_deref())
}

/// An external id that nobody can guess.
pub(super) fn new_external_id() -> String {
    Uuid::new_v4().to_string()
}

/// `document` as people read it.
pub(super) fn pretty(document: &impl serde::Serialize) -> serde_json::Result<String> {
    serde_json::to_string_pretty(document).map(|text| text + "\n")
}

fn trust(
    args: &PolicyArgs,
    config: &Config,
    holder: Holder,
    partition: &str,
) -> Result<Option<Trusted>, UsageError> {
    let Some(principal) = &args.trust else {
        return Ok(None);
    };
    if let Some(pods) = EksPods::parse(principal) {
        if args.external_id.is_some() || args.new_external_id {
            let why = "--trust: pods say no external id: leave it out";
            return Err(UsageError(why.to_owned()));
        }
        let pods = pods.map_err(|error| UsageError(format!("--trust: {error}")))?;
        return Ok(Some(Trusted::Pods(pods)));
    }
    if holder == Holder::Credentials {
        let why = "--trust is about a role, which credentials are not: use --for accounts or role";
        return Err(UsageError(why.to_owned()));
    }
    let principal = Principal::parse(principal, partition);
    let principal = principal.map_err(|error| UsageError(format!("--trust: {error}")))?;
    let external_id = match &args.external_id {
        Some(id) => match check_external_id(id) {
            Some(why) => return Err(UsageError(format!("--external-id: {why}"))),
            None => Some(id.clone()),
        },
        None if args.new_external_id => Some(new_external_id()),
        None => configured(config, holder)?,
    };
    Ok(Some(Trusted::Caller(Trust {
        principal,
        external_id,
    })))
}

/// The external id that the configuration has for the roles of `holder`.
fn configured(config: &Config, holder: Holder) -> Result<Option<String>, UsageError> {
    let aws = &config.aws;
    if holder == Holder::Lifecycle {
        return Ok(config
            .lifecycle
            .as_ref()
            .and_then(|it| it.external_id.clone()));
    }
    if holder == Holder::Role {
        return Ok(aws.external_id.clone());
    }
    let of_accounts = aws.accounts.iter();
    let of_accounts = of_accounts.filter_map(|it| it.get_ref().external_id.clone());
    let of_organization = aws.organization.iter();
    let of_organization = of_organization.filter_map(|it| it.external_id.clone());
    let mut ids: BTreeSet<String> = of_accounts.chain(of_organization).collect();
    let one = ids.pop_first();
    match ids.is_empty() {
        true => Ok(one),
        false => Err(UsageError(
            "accounts have different external ids: name the one that is meant with --external-id"
                .to_owned(),
        )),
    }
}

/// Logs which policies there are besides.
fn log_other_policies(config: &Config, holder: Holder) {
    let aws = &config.aws;
    let has_roles = aws.organization.is_some()
        || aws
            .accounts
            .iter()
            .any(|it| it.get_ref().role_arn.is_some());
    if holder == Holder::Accounts && (has_roles || aws.role_arn.is_some()) {
        let more = match aws.role_arn {
            Some(_) => "--for role and --for credentials",
            None => "--for credentials",
        };
        tracing::info!("this is for the role in each account; there is more: {more}");
    }
}
