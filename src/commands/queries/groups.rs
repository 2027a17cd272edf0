//! `rollcall groups list`, `get` and `members`.

use std::sync::Arc;

use time::OffsetDateTime;

use super::found::{accounts_of, nobody, status, the_one};
use super::{live, stored, write};
use crate::cli::{FromArgs, GetArgs, GlobalArgs};
use crate::collect::{Wanted as _, query_group, query_groups};
use crate::commands::setup;
use crate::config::Config;
use crate::queries::{Accounts, FoundGroup, groups_of};
use crate::run::ExitStatus;

/// Groups with the accounts that they are in, and the exit code if something is missing.
type Found = (Accounts, Vec<FoundGroup>, Option<ExitStatus>);

/// Lists groups.
pub(super) async fn list(global: &GlobalArgs, args: &FromArgs) -> anyhow::Result<ExitStatus> {
    let config = setup::config(global)?;
    let (accounts, groups, failure) = match args.stored {
        true => stored_groups(&config, &args.accounts).await?,
        false => live_groups(&config, &args.accounts).await?,
    };
    write::groups(&accounts, &groups, args.output, OffsetDateTime::now_utc())?;
    Ok(status(
        failure,
        groups.iter().flat_map(FoundGroup::shortfalls),
    ))
}

/// Shows one group.
pub(super) async fn get(global: &GlobalArgs, args: &GetArgs) -> anyhow::Result<ExitStatus> {
    let config = setup::config(global)?;
    let (accounts, found, failure) = find(&config, args, true).await?;
    let Some(group) = found else {
        return Ok(nobody(failure));
    };
    write::group(
        &accounts,
        &group,
        args.from.output,
        OffsetDateTime::now_utc(),
    )?;
    Ok(status(failure, group.shortfalls()))
}

/// Lists the members of one group.
pub(super) async fn members(global: &GlobalArgs, args: &GetArgs) -> anyhow::Result<ExitStatus> {
    let config = setup::config(global)?;
    let mapping = setup::mapping(&config.mapping);
    let (accounts, found, failure) = find(&config, args, false).await?;
    let Some(group) = found else {
        return Ok(nobody(failure));
    };
    let now = OffsetDateTime::now_utc();
    write::members(&accounts, &group, &mapping, args.from.output, now)?;
    let facts = group.shortfalls().filter(|(fact, _)| *fact == "members");
    Ok(status(failure, facts))
}

/// The one group that is meant, if there is one.
async fn find(
    config: &Config,
    args: &GetArgs,
    with_policies: bool,
) -> anyhow::Result<(Accounts, Option<FoundGroup>, Option<ExitStatus>)> {
    let only = accounts_of(args);
    let (accounts, groups, failure) = match args.from.stored {
        true => {
            let (accounts, mut groups, failure) = stored_groups(config, &only).await?;
            groups.retain(|it| {
                let group = &it.entry.group;
                let id = group.id.as_deref().unwrap_or_default();
                args.who
                    .is(&group.name, id, group.arn.as_deref().unwrap_or_default())
            });
            (accounts, groups, failure)
        }
        false => live_group(config, args, &only, with_policies).await?,
    };
    let name_and_arn = |it: &FoundGroup| {
        let group = &it.entry.group;
        (group.name.clone(), group.arn.clone().unwrap_or_default())
    };
    if args.from.stored && groups.is_empty() {
        let asked = args.who.asked();
        tracing::warn!(
            "nobody is in a group {asked}, and groups without members are not kept: whether there is \
             one is unknown; ask without --stored"
        );
        return Ok((accounts, None, Some(failure.unwrap_or(ExitStatus::Partial))));
    }
    let found = the_one("group", &args.who, groups, name_and_arn)?;
    let accounts = match &found {
        Some(group) => write::of_one(accounts, &group.account.id),
        None => accounts,
    };
    Ok((accounts, found, failure))
}

async fn live_group(
    config: &Config,
    args: &GetArgs,
    only: &[String],
    with_policies: bool,
) -> anyhow::Result<Found> {
    let asked = live::ask(config, only, async |client, account, _| {
        let entry = query_group(&client, &account, &args.who, with_policies).await?;
        Ok(entry.map(|entry| FoundGroup { account, entry }))
    })
    .await?;
    let (accounts, answers, failure) = asked.split();
    Ok((accounts, answers.into_iter().flatten().collect(), failure))
}

async fn live_groups(config: &Config, only: &[String]) -> anyhow::Result<Found> {
    let asked = live::ask(config, only, async |client, account, _| {
        let groups = query_groups(&client, &config.aws, &account)
            .await?
            .into_iter();
        let groups = groups.map(|entry| FoundGroup {
            account: Arc::clone(&account),
            entry,
        });
        Ok(groups.collect::<Vec<_>>())
    })
    .await?;
    let (accounts, answers, failure) = asked.split();
    Ok((accounts, answers.into_iter().flatten().collect(), failure))
}

/// The groups that stored users are in.
async fn stored_groups(config: &Config, only: &[String]) -> anyhow::Result<Found> {
    let (accounts, users, failure) = stored::users(config, only, stored::Which::Present).await?;
    let (groups, open) = groups_of(&users);
    tracing::info!("the state keeps groups with members alone");
    if open == 0 {
        return Ok((accounts, groups, failure));
    }
    tracing::warn!(
        users = open,
        "their groups are unknown: members may be missing"
    );
    Ok((
        accounts,
        groups,
        Some(failure.unwrap_or(ExitStatus::Partial)),
    ))
}
