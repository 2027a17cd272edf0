//! Answers from the last complete pass over each account.

use std::sync::Arc;

use anyhow::Context as _;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use time::OffsetDateTime;

use crate::analyze::Privilege;
use crate::cli::OutputFormat;
use crate::commands::{setup, stored};
use crate::config::Config;
use crate::control::{Query, Request};
use crate::model::{Account, Fact, FormerName, Membership, Provenance, StaleFact, User};
use crate::queries::{Accounts, AnswerSource, FoundUser, HeadOf};
use crate::run::ExitStatus;
use crate::table::Width;

/// Why the state has no answer.
#[derive(Debug, thiserror::Error)]
pub(in crate::commands) enum NotStored {
    /// Nothing was collected whole.
    #[error(
        "no complete pass is kept{}: run rollcall collect, or ask without --stored",
        .of.iter().map(|id| format!(" of account {id}")).collect::<String>()
    )]
    Nothing {
        /// The account that was asked for.
        of: Option<String>,
    },
}

/// An account as the state has it.
#[derive(Debug, Deserialize)]
struct KeptAccount {
    id: String,
    name: Option<String>,
    membership: Option<Arc<Membership>>,
    last_complete_unix_ms: Option<i64>,
    last_pass_unix_ms: Option<i64>,
}

#[derive(Debug, Deserialize)]
struct KeptPage {
    users: Vec<KeptUser>,
    next: Option<String>,
}

/// A user as the state has it.
#[derive(Debug, Deserialize)]
struct KeptUser {
    user: Option<User>,
    is_absent: bool,
    stale: Vec<StaleFact>,
    former_names: Vec<FormerName>,
    privilege: Option<Privilege>,
    deleted_at_unix_ms: Option<i64>,
}

/// Which users are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// Those who are there.
    Present,
    /// Those who were deleted.
    Deleted,
}

/// The users of the accounts `only`, or of all, and whether somebody may be missing.
pub(super) async fn users(
    config: &Config,
    only: &[String],
    which: Which,
) -> anyhow::Result<(Accounts, Vec<FoundUser>, Option<ExitStatus>)> {
    let mut accounts: Vec<KeptAccount> = ask(config, Query::Accounts).await?;
    if let Some(unknown) = only
        .iter()
        .find(|id| !accounts.iter().any(|it| it.id == **id))
    {
        let of = Some(unknown.clone());
        return Err(NotStored::Nothing { of }.into());
    }
    accounts.retain(|it| only.is_empty() || only.contains(&it.id));
    let (mut heads, mut users, mut failure) = (Vec::new(), Vec::new(), None);
    for account in &accounts {
        let Some(as_of) = account.last_complete_unix_ms.and_then(moment) else {
            tracing::error!(
                account = account.id,
                "no pass over the account was complete"
            );
            failure = Some(ExitStatus::Partial);
            continue;
        };
        if account.last_pass_unix_ms > account.last_complete_unix_ms {
            tracing::warn!(account = account.id, "a later pass was not complete");
        }
        let found = of_account(config, account, as_of, which).await?;
        let first = found.first();
        let named = first.map(|it| Arc::clone(&it.account));
        heads.push(HeadOf {
            account: named.unwrap_or_else(|| Arc::new(unseen(account))),
            as_of,
        });
        users.extend(found);
    }
    if heads.is_empty() {
        let of = only.first().cloned();
        return Err(NotStored::Nothing { of }.into());
    }
    let source = AnswerSource::Stored;
    Ok((Accounts { source, heads }, users, failure))
}

/// An account without users, whose partition nothing tells.
fn unseen(kept: &KeptAccount) -> Account {
    Account {
        id: kept.id.clone(),
        partition: "aws".to_owned(),
        name: kept.name.clone(),
        organization: kept.membership.clone(),
    }
}

async fn of_account(
    config: &Config,
    kept: &KeptAccount,
    as_of: OffsetDateTime,
    which: Which,
) -> anyhow::Result<Vec<FoundUser>> {
    let mapping = setup::mapping(&config.mapping);
    let (mut found, mut after) = (Vec::new(), None);
    let (mut absent, mut unreadable) = (0, 0);
    loop {
        let account = kept.id.clone();
        let query = match which {
            Which::Present => Query::Users { account, after },
            Which::Deleted => Query::DeletedUsers { account, after },
        };
        let page: KeptPage = ask(config, query).await?;
        for record in page.users {
            match record.user {
                None => unreadable += 1,
                Some(_) if record.is_absent => absent += 1,
                Some(user) if user.is_root() && !mapping.with_root => {}
                Some(user) => {
                    let account = Account {
                        name: kept.name.clone(),
                        organization: kept.membership.clone(),
                        ..Account::of(&user.arn)
                    };
                    found.push(FoundUser {
                        by_names: mapping.admin.judge(&user),
                        account: Arc::new(account),
                        user: Arc::new(user),
                        stale: record.stale,
                        former_names: record.former_names,
                        privilege: privilege(record.privilege, as_of),
                        deleted_at: record.deleted_at_unix_ms.and_then(moment),
                    });
                }
            }
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    if absent > 0 {
        let account = kept.id.as_str();
        tracing::warn!(
            account,
            users = absent,
            "left out: the last complete pass did not see them"
        );
    }
    if unreadable > 0 {
        let account = kept.id.as_str();
        tracing::error!(
            account,
            users = unreadable,
            "left out: their records cannot be read"
        );
    }
    found.sort_by(|a, b| a.user.name.cmp(&b.user.name));
    Ok(found)
}

fn privilege(kept: Option<Privilege>, as_of: OffsetDateTime) -> Fact<Privilege> {
    let source = Provenance {
        source: "iam:GetAccountAuthorizationDetails".into(),
        as_of,
    };
    match kept {
        Some(privilege) => Fact::known(privilege, &source),
        None => Fact::not_collected("no pass has read policy documents"),
    }
}

async fn ask<T: DeserializeOwned>(config: &Config, query: Query) -> anyhow::Result<T> {
    let request = Request {
        query,
        output: OutputFormat::Json,
        width: Width::Pipe,
    };
    let answer = stored::ask(config, request).await?;
    serde_json::from_str(answer.stdout.as_str()).context("what is kept")
}

fn moment(unix_ms: i64) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(unix_ms) * 1_000_000).ok()
}
