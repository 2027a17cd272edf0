//! `rollcall users` and `rollcall groups`.

mod activity;
mod found;
mod groups;
mod live;
mod shape;
mod stored;
mod users;
mod write;

use crate::cli::{GlobalArgs, GroupsArgs, GroupsCommand, UsersArgs, UsersCommand};
use crate::run::ExitStatus;

pub(super) use stored::NotStored;

/// Answers a question about users.
pub(super) async fn users(global: &GlobalArgs, args: &UsersArgs) -> anyhow::Result<ExitStatus> {
    match &args.command {
        UsersCommand::List(args) => users::list(global, args).await,
        UsersCommand::Get(args) => users::get(global, args).await,
    }
}

/// Answers a question about groups.
pub(super) async fn groups(global: &GlobalArgs, args: &GroupsArgs) -> anyhow::Result<ExitStatus> {
    match &args.command {
        GroupsCommand::List(args) => groups::list(global, args).await,
        GroupsCommand::Get(args) => groups::get(global, args).await,
        GroupsCommand::Members(args) => groups::members(global, args).await,
    }
}
