//! Several accounts, a line each.

use std::fmt::Write as _;

use crate::run::{AccountReport, ExitStatus};

/// With more accounts than this, only those that need somebody's attention have a line.
const LINES_MAX: usize = 20;

/// A line for each account and one for all of them; nothing without accounts.
pub(super) fn account_table(accounts: &[AccountReport]) -> String {
    let mut text = String::new();
    if accounts.is_empty() {
        return text;
    }
    let heads = [
        "users",
        "new or changed",
        "deleted",
        "unknown facts",
        "calls",
    ];
    let head = heads.map(|head| format!("  {head}")).concat();
    let _ = writeln!(text, "{:<12}{head}  state", "account");
    let is_shown =
        |it: &&AccountReport| accounts.len() <= LINES_MAX || it.status != ExitStatus::Done;
    for account in accounts.iter().filter(is_shown) {
        let figures = line(heads, figures(account));
        let _ = writeln!(text, "{:<12}{figures}  {}", account.id, state(account));
    }
    let sums = accounts.iter().map(figures).fold([0; 5], |sums, figures| {
        std::array::from_fn(|index| sums[index] + figures[index])
    });
    let done = accounts.iter().filter(|it| it.status == ExitStatus::Done);
    let _ = writeln!(
        text,
        "{:<12}{}  {} of {} done\n",
        "all",
        line(heads, sums),
        done.count(),
        accounts.len()
    );
    text
}

fn figures(account: &AccountReport) -> [u64; 5] {
    [
        account.users,
        account.queued,
        account.deleted,
        account.unknown_facts,
        account.calls,
    ]
}

/// Each figure below the end of its head.
fn line(heads: [&str; 5], figures: [u64; 5]) -> String {
    let columns = heads.iter().zip(figures);
    let told = columns.map(|(head, figure)| format!("  {figure:>width$}", width = head.len()));
    told.collect()
}

fn state(account: &AccountReport) -> String {
    let name = account.name.iter().map(|name| format!(" ({name})"));
    let state = match account.status {
        ExitStatus::Done => "done",
        ExitStatus::AwsRefused => "refused",
        _ => "in part",
    };
    let why = account.why.iter().map(|why| format!(": {why}"));
    let told = [state.to_owned()].into_iter().chain(name).chain(why);
    told.collect()
}
