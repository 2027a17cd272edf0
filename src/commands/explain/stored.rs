//! The verdict on a user of the last pass, as it is kept.

use std::sync::Arc;

use anyhow::Context as _;
use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Explained, fields, json, tree};
use crate::analyze::{Privilege, Tier};
use crate::cli::{ExplainArgs, GlobalArgs, OutputFormat};
use crate::commands::{setup, stored};
use crate::config::Config;
use crate::control::{Query, Request};
use crate::model::{Account, FormerName, Membership, Provenance, StaleFact, User};
use crate::output;
use crate::run::{ExitStatus, KnownUser};

/// A user as the state has it.
#[derive(Deserialize)]
struct KeptUser {
    account: String,
    user: String,
    arn: String,
    is_deleted: bool,
    as_of: Option<String>,
    stale: Option<String>,
    privilege: Option<Privilege>,
    facts: Option<KeptFacts>,
}

/// What its event is made from.
#[derive(Deserialize)]
struct KeptFacts {
    user: Option<User>,
    stale: Vec<StaleFact>,
    former_names: Vec<FormerName>,
    account_name: Option<String>,
    membership: Option<Arc<Membership>>,
}

/// Explains the last verdict on `user`.
pub(super) async fn explain(
    global: &GlobalArgs,
    args: &ExplainArgs,
    user: &str,
) -> anyhow::Result<ExitStatus> {
    let config = setup::config(global)?;
    let query = Query::Verdict {
        user: user.to_owned(),
        account: args.account.clone(),
        with_facts: args.fields,
    };
    let request = Request {
        query,
        output: OutputFormat::Json,
        width: output::width(),
    };
    let answer = stored::ask(&config, request).await?;
    let kept: Vec<KeptUser> =
        serde_json::from_str(answer.stdout.as_str()).context("what is kept of the user")?;
    let [user] = kept.as_slice() else {
        let accounts: Vec<&str> = kept.iter().map(|it| it.account.as_str()).collect();
        tracing::error!(
            user,
            "{} users have that name, in {}: give the ARN, or --account",
            kept.len(),
            accounts.join(", ")
        );
        return Ok(ExitStatus::No);
    };
    let is_root = user.arn.ends_with(":root");
    let privilege = user.privilege.clone().unwrap_or_else(|| match is_root {
        true => Privilege::of_tier(Tier::Admin),
        false => Privilege {
            not_considered: vec!["policy documents: no pass has read them".to_owned()],
            ..Privilege::of_tier(Tier::Unknown)
        },
    });
    let text = match args.output {
        output if args.fields => fields_of(&config, user, &privilege, output)?,
        OutputFormat::Table => {
            let mut text = tree::verdict_on(&user.user, &user.arn, &privilege);
            text.push_str(&age(user));
            text
        }
        OutputFormat::Json => json(&Explained {
            account: &user.account,
            user: &user.user,
            arn: &user.arn,
            as_of: user.as_of.as_deref(),
            privilege: &privilege,
        })?,
    };
    output::write(&args.output.page(&text))?;
    Ok(ExitStatus::Done)
}

/// The fields of the event about `user`.
fn fields_of(
    config: &Config,
    kept: &KeptUser,
    privilege: &Privilege,
    output: OutputFormat,
) -> anyhow::Result<String> {
    let facts = kept.facts.as_ref();
    let (facts, user) = facts
        .and_then(|facts| Some((facts, facts.user.as_ref()?)))
        .with_context(|| format!("no facts of {} are kept: it is deleted", kept.user))?;
    let account = Account {
        name: facts.account_name.clone(),
        organization: facts.membership.clone(),
        ..Account::of(&user.arn)
    };
    let known = KnownUser {
        user,
        stale: &facts.stale,
        former_names: &facts.former_names,
        privilege: Some(privilege),
    };
    let as_of = kept.as_of.as_deref();
    let as_of = as_of.and_then(|at| OffsetDateTime::parse(at, &Rfc3339).ok());
    let verdict = as_of.map(|as_of| Provenance {
        source: "iam:GetAccountAuthorizationDetails".into(),
        as_of,
    });
    fields::show(config, &account, known, verdict, output)
}

/// Of when the verdict is, and what became of the user since.
fn age(user: &KeptUser) -> String {
    let mut lines = String::new();
    if let Some(as_of) = &user.as_of {
        lines.push_str(&format!("\nAs of {as_of}"));
        if let Some(why) = &user.stale {
            lines.push_str(&format!("; there is no newer verdict ({why})"));
        }
        lines.push('\n');
    }
    if user.is_deleted {
        lines.push_str("The user is deleted.\n");
    }
    lines
}
