//! Several accounts, a line each.

use crate::run::{AccountReport, ExitStatus};
use crate::table::{Head, Table, Width, paragraph};

/// With more accounts than this, only those that need somebody's attention have a line.
const LINES_MAX: usize = 20;

/// A line for each account and one for all of them, and why some are not done; nothing without
/// accounts.
pub(super) fn account_table(accounts: &[AccountReport], width: Width) -> String {
    if accounts.is_empty() {
        return String::new();
    }
    let mut table = Table::new([
        Head::Text("account"),
        Head::Number("users"),
        Head::Number("new"),
        Head::Number("changed"),
        Head::Number("as before"),
        Head::Number("deleted"),
        Head::Number("unknown facts"),
        Head::Number("calls"),
        Head::Text("state"),
    ]);
    let mut reasons = String::new();
    for account in accounts {
        if accounts.len() <= LINES_MAX || account.status != ExitStatus::Done {
            table.push(row(&account.id, figures(account), state(account)));
            if let Some(why) = &account.why {
                reasons += &paragraph(&format!("  {}: ", account.id), why, width);
            }
        }
    }
    let sums = accounts.iter().map(figures).fold([0; 7], |sums, figures| {
        std::array::from_fn(|index| sums[index] + figures[index])
    });
    let done = accounts.iter().filter(|it| it.status == ExitStatus::Done);
    let state = format!("{} of {} done", done.count(), accounts.len());
    table.push(row("all", sums, state));
    format!("{}{reasons}\n", table.text(width))
}

fn row(name: &str, figures: [u64; 7], state: String) -> [String; 9] {
    let [users, new, changed, same, deleted, unknown, calls] = figures.map(|it| it.to_string());
    let name = name.to_owned();
    [
        name, users, new, changed, same, deleted, unknown, calls, state,
    ]
}

fn figures(account: &AccountReport) -> [u64; 7] {
    let news = account.appeared + account.changed;
    [
        account.users,
        account.appeared,
        account.changed,
        account.users.saturating_sub(news),
        account.deleted,
        account.unknown_facts,
        account.calls,
    ]
}

fn state(account: &AccountReport) -> String {
    let state = match account.status {
        ExitStatus::Done => "done",
        ExitStatus::AwsRefused => "refused",
        _ => "in part",
    };
    match &account.name {
        Some(name) => format!("{state} ({name})"),
        None => state.to_owned(),
    }
}
