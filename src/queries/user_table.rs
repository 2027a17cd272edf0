//! Users for people: a row each, with `?` for what is not known.

use super::answer::FoundUser;
use super::columns::{self, Columns};
use super::times::day;
use super::user_json::last_seen;
use crate::model::{Mfa, User};
use crate::table::{Head, Table, Width};

/// What stands for a fact that is not known.
pub(super) const NOT_KNOWN: &str = "?";

/// What a star means.
const LAST_KNOWN: &str = "\n* as last known: `users get` says when, and why it is not known now\n";

/// The table of `users`; a sentence if there is nobody.
pub fn users_table(users: &[FoundUser], width: Width) -> String {
    if users.is_empty() {
        return "no users\n".to_owned();
    }
    let mut table = Table::new([
        Head::Text("account"),
        Head::Text("user"),
        Head::Text("can do"),
        Head::Text("MFA"),
        Head::Text("console"),
        Head::Number("keys"),
        Head::Text("last used"),
        Head::Text("groups"),
    ]);
    for found in users {
        table.push(row(found));
    }
    let mut text = table.text(width);
    if users
        .iter()
        .any(|it| columns::of_table().iter().any(|facts| it.is_stale(facts)))
    {
        text += LAST_KNOWN;
    }
    text
}

/// The table of `users` by `columns`.
pub fn users_table_of(users: &[FoundUser], columns: &Columns, width: Width) -> String {
    if users.is_empty() {
        return "no users\n".to_owned();
    }
    let mut table = Table::new(columns::OF_USER.map(Head::Text));
    for found in users {
        let mut row = columns::cells(found).map(or_not_known);
        for (cell, told_by) in row.iter_mut().zip(columns::TOLD_BY) {
            if found.is_stale(told_by) {
                cell.push('*');
            }
        }
        table.push(row);
    }
    let mut text = table.text_of(&columns.0, width);
    let told_by = columns.0.iter().map(|column| columns::TOLD_BY[*column]);
    let told_by: Vec<&[&str]> = told_by.collect();
    if users
        .iter()
        .any(|it| told_by.iter().any(|facts| it.is_stale(facts)))
    {
        text += LAST_KNOWN;
    }
    text
}

fn row(found: &FoundUser) -> [String; 8] {
    let user = found.user.as_ref();
    let mut facts = [
        verdict(found),
        or_not_known(user.mfa.value().map(Mfa::is_active).map(yes_or_no)),
        or_not_known(user.console.value().map(|it| yes_or_no(it.enabled))),
        or_not_known(active_keys(user).map(|count| count.to_string())),
        or_not_known(last_seen(user).map(|at| at.map_or_else(|| "never".to_owned(), day))),
        or_not_known(user.groups.value().map(|groups| {
            let names: Vec<&str> = groups.iter().map(|it| it.name.as_str()).collect();
            names.join(", ")
        })),
    ];
    for (cell, told_by) in facts.iter_mut().zip(columns::of_table()) {
        if found.is_stale(told_by) {
            cell.push('*');
        }
    }
    let [can_do, mfa, console, keys, last_used, groups] = facts;
    let (account, name) = (found.account.id.clone(), user.name.clone());
    [account, name, can_do, mfa, console, keys, last_used, groups]
}

pub(super) fn verdict(found: &FoundUser) -> String {
    let tier = found.privilege.value().map(|it| it.tier);
    match tier {
        _ if found.user.is_root() => "admin".to_owned(),
        None | Some(crate::analyze::Tier::Unknown) => NOT_KNOWN.to_owned(),
        Some(tier) => tier.as_str().to_owned(),
    }
}

/// How many keys can sign calls.
pub(super) fn active_keys(user: &User) -> Option<usize> {
    let keys = user.access_keys.value()?.iter();
    Some(keys.filter(|key| key.active).count())
}

pub(super) fn yes_or_no(is_so: bool) -> String {
    if is_so { "yes" } else { "no" }.to_owned()
}

pub(super) fn or_not_known(value: Option<String>) -> String {
    value.unwrap_or_else(|| NOT_KNOWN.to_owned())
}
