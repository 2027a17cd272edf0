//! Groups and their members for people.

use super::group_answer::FoundGroup;
use super::times::{day, rfc3339};
use super::user_table::or_not_known;
use super::user_text::{Lines, arn, listed};
use crate::model::{Account, Group, Member};
use crate::table::{Head, Table, Width};

/// The table of `groups`; a sentence if there is none.
pub fn groups_table(groups: &[FoundGroup], width: Width) -> String {
    if groups.is_empty() {
        return "no groups\n".to_owned();
    }
    let mut table = Table::new([
        Head::Text("account"),
        Head::Text("group"),
        Head::Text("path"),
        Head::Number("members"),
        Head::Text("policies"),
    ]);
    for FoundGroup { account, entry } in groups {
        let members = entry.members.value();
        table.push([
            account.id.clone(),
            entry.group.name.clone(),
            or_not_known(entry.group.path().map(str::to_owned)),
            or_not_known(members.map(|it| it.len().to_string())),
            or_not_known(policies(&entry.group)),
        ]);
    }
    table.text(width)
}

/// The names of managed and inline policies, where both are known.
pub(super) fn policies(group: &Group) -> Option<String> {
    let attached = group.attached_policies.value()?.iter();
    let inline = group.inline_policies.value()?.iter();
    let attached = attached.map(|it| it.name.clone());
    let names = attached.chain(inline.map(|name| format!("{name} (inline)")));
    Some(names.collect::<Vec<_>>().join(", "))
}

/// Everything that is known of one group.
pub fn group_text(found: &FoundGroup, width: Width) -> String {
    let group = &found.entry.group;
    let mut lines = Lines::new(width);
    lines.push("group", &group.name);
    lines.push("account", &found.account.id);
    lines.push("ARN", &or_not_known(group.arn.clone()));
    lines.push("id", &or_not_known(group.id.clone()));
    let created = found.entry.created_at.value();
    lines.push("created", &or_not_known(created.map(|at| rfc3339(*at))));
    lines.push_each("attached policies", listed(&group.attached_policies, arn));
    lines.push_each(
        "inline policies",
        listed(&group.inline_policies, String::clone),
    );
    let members = listed(&found.entry.members, |member| member.name.clone());
    lines.push_each("members", members);
    for (fact, why) in found.unknown_facts() {
        lines.push("not known", &format!("{fact} ({why})"));
    }
    lines.finish()
}

/// The table of the members of a group of `account`; a sentence if there is nobody.
pub fn members_table(account: &Account, members: &[Member], width: Width) -> String {
    if members.is_empty() {
        return "no members\n".to_owned();
    }
    let mut table = Table::new([
        Head::Text("account"),
        Head::Text("user"),
        Head::Text("path"),
        Head::Text("created"),
        Head::Text("password last used"),
    ]);
    for member in members {
        let used = member.password_last_used.value();
        table.push([
            account.id.clone(),
            member.name.clone(),
            member.path.clone(),
            day(member.created_at),
            or_not_known(used.map(|at| at.map_or_else(|| "never".to_owned(), day))),
        ]);
    }
    table.text(width)
}
