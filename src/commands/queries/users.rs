//! `rollcall users list` and `rollcall users get`.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use time::OffsetDateTime;

use super::activity::{self, Activity};
use super::found::{accounts_of, nobody, status, the_one};
use super::shape::Shape;
use super::{live, stored, write};
use crate::analyze::Privilege;
use crate::cli::{GetArgs, GlobalArgs, UserGetArgs, UsersListArgs};
use crate::collect::{AccountSource, Wanted as _, query_user};
use crate::commands::setup;
use crate::config::Config;
use crate::model::{Account, Fact, Provenance, User};
use crate::queries::{Accounts, FoundUser, Match, UserFilter};
use crate::run::{AccountError, ExitStatus, MappingPlan, judge_alone, query_users};

/// Users with the accounts that they are in, and the exit code if some are missing.
type Found = (Accounts, Vec<FoundUser>, Option<ExitStatus>);

/// A user, and what CloudTrail recorded about it, if that is asked for.
type WithActivity = (FoundUser, Option<Activity>);

/// Lists users.
pub(super) async fn list(global: &GlobalArgs, args: &UsersListArgs) -> anyhow::Result<ExitStatus> {
    let shape = Shape::of(args)?;
    let config = setup::config(global)?;
    let mapping = setup::mapping(&config.mapping);
    let which = match args.deleted {
        true => stored::Which::Deleted,
        false => stored::Which::Present,
    };
    let (accounts, mut users, failure) = match args.from.stored {
        true => stored::users(&config, &args.from.accounts, which).await?,
        false => live_users(&config, &mapping, &args.from.accounts).await?,
    };
    let now = OffsetDateTime::now_utc();
    let filter = UserFilter::new(&args.filter, mapping.rules.admin_by, now);
    let mut left_out: BTreeMap<&str, u64> = BTreeMap::new();
    users.retain(|user| match filter.matches(user) {
        Match::Yes => true,
        Match::No => false,
        Match::Unknown(facts) => {
            *left_out.entry(facts[0]).or_default() += 1;
            false
        }
    });
    for (fact, users) in &left_out {
        tracing::warn!(fact, users, "left out, since the fact is unknown of them");
    }
    if let Some(order) = args.sort {
        order.sort(&mut users);
    }
    if let Some(limit) = args
        .limit
        .map(NonZeroUsize::get)
        .filter(|it| *it < users.len())
    {
        tracing::info!(shown = limit, of = users.len(), "--limit leaves users out");
        users.truncate(limit);
    }
    write::users(&accounts, &users, (&mapping, &shape), args.from.output, now)?;
    let failure = failure.or((!left_out.is_empty()).then_some(ExitStatus::Partial));
    Ok(status(
        failure,
        users.iter().flat_map(FoundUser::shortfalls),
    ))
}

/// Every user of every account that is asked.
async fn live_users(
    config: &Config,
    mapping: &MappingPlan,
    only: &[String],
) -> anyhow::Result<Found> {
    let asked = live::ask(config, only, async |client, account, fleet| {
        let source = AccountSource::of_query(client, &config.aws, &account)
            .with_policies(true)
            .with_service_control(fleet.service_control(mapping));
        let read = query_users(&source, &account).await;
        match (read.users.is_empty(), read.failure) {
            (true, Some(error)) => return Err(AccountError::from(error)),
            (_, failure) => drop(failure),
        }
        let users = read.users.into_iter();
        let users = users.filter(|user| mapping.with_root || !user.is_root());
        let verdicts = &read.verdicts;
        let users = users.map(|user| {
            let privilege = privilege(verdicts, &user);
            found(&account, user, privilege, mapping)
        });
        Ok((users.collect::<Vec<_>>(), read.why_incomplete))
    })
    .await?;
    let (accounts, answers, mut failure) = asked.split();
    let mut all = Vec::new();
    for (head, (users, why_incomplete)) in accounts.heads.iter().zip(answers) {
        if let Some(why) = why_incomplete {
            let account = head.account.id.as_str();
            tracing::error!(account, why, "not every user was read");
            failure = Some(ExitStatus::Partial);
        }
        all.extend(users);
    }
    Ok((accounts, all, failure))
}

fn privilege(verdicts: &Fact<BTreeMap<String, Privilege>>, user: &User) -> Fact<Privilege> {
    match verdicts {
        Fact::Unknown(why) => Fact::Unknown(why.clone()),
        Fact::Known { value, provenance } => match value.get(&user.id) {
            Some(privilege) => Fact::known(privilege.clone(), provenance),
            None => Fact::known(Privilege::without_documents(user).clone(), provenance),
        },
    }
}

fn found(
    account: &Arc<Account>,
    user: Arc<User>,
    privilege: Fact<Privilege>,
    mapping: &MappingPlan,
) -> FoundUser {
    FoundUser {
        by_names: mapping.admin.judge(&user),
        account: Arc::clone(account),
        user,
        stale: Vec::new(),
        former_names: Vec::new(),
        privilege,
        deleted_at: None,
    }
}

/// Shows one user.
pub(super) async fn get(global: &GlobalArgs, args: &UserGetArgs) -> anyhow::Result<ExitStatus> {
    let asked = activity::asked(args)?;
    let args = &args.get;
    let config = setup::config(global)?;
    let mapping = setup::mapping(&config.mapping);
    let only = accounts_of(args);
    let (accounts, users, failure) = match args.from.stored {
        true => {
            let which = stored::Which::Present;
            let (accounts, mut users, failure) = stored::users(&config, &only, which).await?;
            users.retain(|it| {
                args.who
                    .is(&it.user.name, &it.user.id, it.user.arn.as_str())
            });
            let users = users.into_iter().map(|user| (user, None)).collect();
            (accounts, users, failure)
        }
        false => live_user(&config, &mapping, (args, asked), &only).await?,
    };
    let name_and_arn = |(it, _): &WithActivity| (it.user.name.clone(), it.user.arn.to_string());
    let Some((user, activity)) = the_one("user", &args.who, users, name_and_arn)? else {
        return Ok(nobody(failure));
    };
    let accounts = write::of_one(accounts, &user.account.id);
    write::user(
        &accounts,
        (&user, activity.as_ref()),
        &mapping,
        args.from.output,
        OffsetDateTime::now_utc(),
    )?;
    let is_partial = activity.as_ref().is_some_and(|it| it.is_partial);
    let failure = failure.or(is_partial.then_some(ExitStatus::Partial));
    Ok(status(failure, user.shortfalls()))
}

/// Whoever is meant, in each account that is asked.
async fn live_user(
    config: &Config,
    mapping: &MappingPlan,
    (args, age): (&GetArgs, Option<time::Duration>),
    only: &[String],
) -> anyhow::Result<(Accounts, Vec<WithActivity>, Option<ExitStatus>)> {
    let asked = live::ask(config, only, async |client, account, _| {
        let Some(user) = query_user(&client, &account, &args.who).await? else {
            return Ok(None);
        };
        let now = OffsetDateTime::now_utc();
        let provenance = Provenance {
            source: "rollcall".into(),
            as_of: now,
        };
        let privilege = Fact::known(judge_alone(&account, &user, now), &provenance);
        let activity = match age {
            Some(age) => {
                let of = (config, account.as_ref());
                Some(activity::read(&client, of, &user.name, age).await)
            }
            None => None,
        };
        let found = found(&account, Arc::new(user), privilege, mapping);
        Ok(Some((found, activity)))
    })
    .await?;
    let (accounts, answers, failure) = asked.split();
    Ok((accounts, answers.into_iter().flatten().collect(), failure))
}
