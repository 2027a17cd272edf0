//! `rollcall lifecycle delete`.

use time::OffsetDateTime;
use uuid::Uuid;

use super::events;
use crate::cli::{GlobalArgs, LifecycleDeleteArgs};
use crate::commands::setup::{self, UsageError};
use crate::foreign::{Page, Shown};
use crate::lifecycle::{
    ActionError, Carried, Deed, Deletion, Executor, Subject, UserAction, UserRef,
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
    let ended = Box::pin(executor.delete(&user)).await;
    record(&executor, &user, &ended)?;
    events::hand_over(&config, &executor).await?;
    let account = &executor.caller().account.id;
    output::write(&Page::of(&line(&ended?, account)))?;
    Ok(ExitStatus::Done)
}

/// Keeps the event of what was done, or not; whoever was gone before is none.
fn record(
    executor: &Executor,
    user: &UserRef,
    ended: &Result<Deletion, ActionError>,
) -> anyhow::Result<()> {
    let carried = match ended {
        Ok(Deletion { arn: None, .. }) => return Ok(()),
        Ok(Deletion {
            arn: Some(arn),
            had,
            ..
        }) => Ok(Carried {
            user: user.clone(),
            arn: arn.clone(),
            what: format!("deleted, which had {had}"),
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
