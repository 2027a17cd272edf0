//! Options of `users` and `groups`.

use std::num::NonZeroUsize;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use super::When;
use crate::queries::{Glob, Order, TagFilter, Who};

/// Options of `users`.
#[derive(Debug, Args)]
pub struct UsersArgs {
    /// What is asked.
    #[command(subcommand)]
    pub command: UsersCommand,
}

/// Questions about users.
#[derive(Debug, Subcommand)]
pub enum UsersCommand {
    /// Every user, or those that match all filters
    List(Box<UsersListArgs>),
    /// One user with everything that is known, and how much it can do
    Get(UserGetArgs),
}

/// Options of `users get`.
#[derive(Debug, Args)]
pub struct UserGetArgs {
    /// Which user, and where from.
    #[command(flatten)]
    pub get: GetArgs,
    /// Also what CloudTrail recorded about the user for so long, such as 7d; 90d at most
    #[arg(long, value_name = "AGE", value_parser = humantime::parse_duration)]
    pub activity: Option<Duration>,
}

/// Options of `users list`.
#[derive(Debug, Args)]
pub struct UsersListArgs {
    /// Which users.
    #[command(flatten)]
    pub filter: FilterArgs,
    /// The deleted users that the state remembers, as last known, instead of those who are there
    #[arg(long, requires = "stored")]
    pub deleted: bool,
    /// By name, created_at or last_used; with :desc, the last one is the first
    #[arg(long, value_name = "FIELD")]
    pub sort: Option<Order>,
    /// So many users at most, the first ones of that order
    #[arg(long, value_name = "COUNT")]
    pub limit: Option<NonZeroUsize>,
    /// Only these columns, or fields of JSON, with commas in between
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub fields: Vec<String>,
    /// Where from, and how it is written.
    #[command(flatten)]
    pub from: FromArgs,
}

/// Which users are listed: those that match all of it.
#[derive(Debug, Args)]
pub struct FilterArgs {
    /// Only administrators, with MFA or without
    #[arg(long)]
    pub admin: bool,
    /// Only users with MFA, without, or of whom it is not known
    #[arg(long, value_name = "WHETHER")]
    pub mfa: Option<Whether>,
    /// Only users with a console password
    #[arg(long)]
    pub console: bool,
    /// Only members of this group
    #[arg(long, value_name = "NAME")]
    pub group: Option<String>,
    /// Only users below this path, as /sales/
    #[arg(long, value_name = "PATH", value_parser = path_prefix)]
    pub path: Option<String>,
    /// Only users with this tag
    #[arg(long, value_name = "KEY[=VALUE]")]
    pub tag: Option<TagFilter>,
    /// Only users of such a name, in any case; * and ? stand for others
    #[arg(long, value_name = "PATTERN")]
    pub name: Option<Glob>,
    /// Only users with an active access key that is older, as 90d
    #[arg(long, value_name = "AGE", value_parser = humantime::parse_duration)]
    pub key_age: Option<Duration>,
    /// Only users whose password and keys were not used for so long, as 90d
    #[arg(long, value_name = "AGE", value_parser = humantime::parse_duration)]
    pub unused: Option<Duration>,
    /// Only users who were created since: so long ago, such as 30d, a date, or a time
    #[arg(long, value_name = "WHEN")]
    pub created_since: Option<When>,
}

/// Whether something is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Whether {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// That is not known.
    Unknown,
}

/// Options of `groups`.
#[derive(Debug, Args)]
pub struct GroupsArgs {
    /// What is asked.
    #[command(subcommand)]
    pub command: GroupsCommand,
}

/// Questions about groups.
#[derive(Debug, Subcommand)]
pub enum GroupsCommand {
    /// Every group, with its policies and members
    List(FromArgs),
    /// One group, with its policies and members
    Get(GetArgs),
    /// The members of one group
    Members(GetArgs),
}

/// Options of questions about one user or group.
#[derive(Debug, Args)]
pub struct GetArgs {
    /// Name, ARN, id, or ID:NAME
    #[arg(value_name = "WHO")]
    pub who: Who,
    /// Where from, and how it is written.
    #[command(flatten)]
    pub from: FromArgs,
}

/// Where an answer comes from, and how it is written.
#[derive(Debug, Args)]
pub struct FromArgs {
    /// Only this account; may be given several times
    #[arg(long = "account", value_name = "ID")]
    pub accounts: Vec<String>,
    /// Answer from the last complete pass instead of asking AWS
    #[arg(long)]
    pub stored: bool,
    /// How the result is written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub output: QueryOutput,
}

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum QueryOutput {
    /// For people.
    Table,
    /// One JSON object.
    Json,
    /// One JSON object a line.
    Ndjson,
    /// One OCSF event a line.
    Ocsf,
    /// Comma-separated values, safe to open in a spreadsheet.
    Csv,
}

/// Every path in IAM begins with a slash: without one, nobody would be found.
fn path_prefix(text: &str) -> Result<String, String> {
    match text.starts_with('/') {
        true => Ok(text.to_owned()),
        false => Err(format!(
            "a path begins with a slash, as /{}/",
            text.trim_end_matches('/')
        )),
    }
}
