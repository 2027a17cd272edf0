//! `rollcall lifecycle delete`.

use anyhow::Context;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{NO_LEASE, events};
use crate::cli::{GlobalArgs, LifecycleDeleteArgs};
use crate::commands::setup::{self, UsageError};
use crate::config::{Config, DesiredPlace};
use crate::foreign::{Page, Shown};
use crate::lifecycle::{
    ActionError, Carried, Deed, Deletion, DesiredState, Executor, Subject, UserAction, UserRef,
};
use crate::output;
use crate::run::ExitStatus;

/// Deletes one user at once, and says what it had.
pub(super) async fn delete(
    global: &GlobalArgs,
    args: &LifecycleDeleteArgs,
) -> anyhow::Result<ExitStatus> {
    let user: UserRef = args.user.parse().map_err(UsageError)?;
    let config = setup::config(global)?;
    let executor = super::executor(&config).await?;
    let desired = desired(&config, &executor).await?;
    executor.take_lease().await.context(NO_LEASE)?;
    let ended = Box::pin(executor.delete(&user, desired.as_ref())).await;
    executor.release().await;
    record(&executor, &user, &ended)?;
    events::hand_over(&config, &executor).await?;
    let account = &executor.caller().account.id;
    output::write(&Page::of(&line(&ended?, account)))?;
    if let Some(desired) = desired.filter(|it| it.get(&user.name).is_some()) {
        let place = Shown::of(&desired.place);
        let name = user.name;
        tracing::warn!(
            "{name} is desired by {place}: the next run creates it again; remove it there"
        );
    }
    Ok(ExitStatus::Done)
}

/// Who is desired. Without a file of them, nobody is, and nobody exempt by it.
async fn desired(config: &Config, executor: &Executor) -> anyhow::Result<Option<DesiredState>> {
    if let DesiredPlace::File(file) = &super::settings(config)?.desired
        && !file.try_exists().unwrap_or(true)
    {
        let file = Shown::of(file.display());
        tracing::warn!("there is no {file}: nobody is exempt by exempt = true");
        return Ok(None);
    }
    Ok(Some(executor.desired().await?))
}

/// Keeps the event of what was done, or not; whoever was gone before is none.
fn record(
    executor: &Executor,
    user: &UserRef,
    ended: &Result<Deletion, ActionError>,
) -> anyhow::Result<()> {
    let carried = match ended {
        Ok(Deletion {
            arn: None,
            was_begun: false,
            ..
        }) => return Ok(()),
        Ok(deletion) => Ok(Carried {
            user: user.clone(),
            arn: deletion.arn.clone(),
            what: deletion.what(),
        }),
        Err(error) => Err(Shown::of(error)),
    };
    let subject = Subject {
        name: user.name.clone(),
        id: Some(user.id.clone()),
    };
    let deed = Deed {
        caller: executor.caller(),
        plan: &Uuid::now_v7().to_string(),
        subject: &subject,
        action: &UserAction::Delete,
        result: carried.as_ref().map_err(Shown::clone),
        at: OffsetDateTime::now_utc(),
    };
    executor.record(&deed.event())?;
    Ok(())
}

fn line(deletion: &Deletion, account: &str) -> String {
    let UserRef { id, name } = &deletion.user;
    let parameter = match deletion.had_parameter {
        true => "; its parameter is deleted",
        false => "",
    };
    match deletion.arn.is_some() {
        true => format!(
            "deleted user {name} ({id}) of account {account}, which had {}{parameter}\n",
            deletion.had
        ),
        false => format!("user {name} ({id}) of account {account} is already deleted{parameter}\n"),
    }
}
