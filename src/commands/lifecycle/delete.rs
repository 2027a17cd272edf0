//! `rollcall lifecycle delete`.

use crate::cli::{GlobalArgs, LifecycleDeleteArgs};
use crate::commands::setup::{self, UsageError};
use crate::foreign::Page;
use crate::lifecycle::{Deletion, UserRef};
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
    let deletion = Box::pin(executor.delete(&user)).await?;
    let account = &executor.caller().account.id;
    output::write(&Page::of(&line(&deletion, account)))?;
    Ok(ExitStatus::Done)
}

fn line(deletion: &Deletion, account: &str) -> String {
    let UserRef { id, name } = &deletion.user;
    let parameter = match deletion.had_parameter {
        true => "; its parameter is deleted",
        false => "",
    };
    match deletion.was_there {
        true => format!(
            "deleted user {name} ({id}) of account {account}, which had {}{parameter}\n",
            deletion.had
        ),
        false => format!("user {name} ({id}) of account {account} is already deleted{parameter}\n"),
    }
}
