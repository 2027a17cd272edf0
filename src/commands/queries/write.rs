//! Answers on standard output, in each format.

use serde_json::Value;
use time::OffsetDateTime;

use super::activity::Activity;
use super::shape::Shape;
use crate::audit::Event;
use crate::cli::QueryOutput;
use crate::commands::audit::Rows;
use crate::commands::explain::tree;
use crate::foreign::Page;
use crate::map::Dialect;
use crate::model::{Fact, Member, PassStamp, User};
use crate::output;
use crate::queries::{
    Accounts, Columns, FoundGroup, FoundUser, group_event, group_json, group_text, groups_csv,
    groups_table, member_json, members_csv, members_table, user_json, user_json_of, user_text,
    users_csv, users_table, users_table_of,
};
use crate::run::{KnownUser, MappingPlan};

/// The same accounts, but for those that the answer is not about.
pub(super) fn of_one(mut accounts: Accounts, account: &str) -> Accounts {
    accounts.heads.retain(|head| head.account.id == account);
    accounts
}

pub(super) fn users(
    accounts: &Accounts,
    users: &[FoundUser],
    (mapping, shape): (&MappingPlan, &Shape),
    format: QueryOutput,
    now: OffsetDateTime,
) -> anyhow::Result<()> {
    match format {
        QueryOutput::Table => {
            let text = match shape {
                Shape::Columns(columns) => users_table_of(users, columns, output::width()),
                _ => users_table(users, output::width()),
            };
            table(accounts, &text, now)
        }
        QueryOutput::Ocsf => {
            let stamp = stamp(accounts, now);
            let events = users.iter().filter_map(|it| user_event(it, mapping, stamp));
            lines(events)
        }
        QueryOutput::Csv => {
            let every = Columns::every(false);
            let columns = match shape {
                Shape::Columns(columns) => columns,
                _ => &every,
            };
            Ok(output::write(&Page::of(&users_csv(users, columns)?))?)
        }
        QueryOutput::Json | QueryOutput::Ndjson => {
            let users = users.iter().map(|user| match shape {
                Shape::Fields(names) => user_json_of(user, names),
                _ => user_json(user),
            });
            let users = users.collect();
            json(accounts, "users", users, format, now)
        }
    }
}

/// One user, and what was recorded about it if that is asked for.
pub(super) fn user(
    accounts: &Accounts,
    (found, activity): (&FoundUser, Option<&Activity>),
    mapping: &MappingPlan,
    format: QueryOutput,
    now: OffsetDateTime,
) -> anyhow::Result<()> {
    let one = std::slice::from_ref(found);
    match (format, activity) {
        (QueryOutput::Table, activity) => {
            let mut text = user_text(found, output::width());
            if let Some(privilege) = found.privilege.value() {
                let arn = found.user.arn.as_str();
                text += &format!("\n{}", tree::verdict_on(&found.user.name, arn, privilege));
            }
            if let Some(activity) = activity {
                text += &format!("\n{}", activity_text(activity));
            }
            table(accounts, &text, now)
        }
        (QueryOutput::Json | QueryOutput::Ndjson, Some(activity)) => {
            let mut user = user_json(found);
            let events = activity.records.iter().map(|record| {
                let event = Event::of(record).to_json()?;
                Ok(serde_json::from_slice(&event)?)
            });
            let events = events.collect::<anyhow::Result<Vec<Value>>>()?;
            // What could not be read is no empty list.
            if activity.is_partial {
                user["unknown"]["activity"] = "not all of it could be read".into();
            }
            if !(activity.is_partial && events.is_empty()) {
                user["activity"] = events.into();
            }
            json(accounts, "users", vec![user], format, now)
        }
        (format, activity) => {
            users(accounts, one, (mapping, &Shape::Usual), format, now)?;
            let events = activity.map_or(&[][..], |it| &it.records).iter();
            let events = events.map(|record| Event::of(record).to_json());
            lines(events.collect::<Result<Vec<_>, _>>()?.into_iter())
        }
    }
}

/// The records as `audit` shows them.
fn activity_text(
    Activity {
        records,
        is_partial,
    }: &Activity,
) -> String {
    let mut rows = Rows::default();
    for record in records {
        rows.add(record, &Event::of(record));
    }
    match (records.is_empty(), is_partial) {
        (true, true) => "activity is not known: it could not be read\n".to_owned(),
        (true, false) => "no activity was recorded\n".to_owned(),
        (false, true) => rows.text(output::width()) + "there may be more activity\n",
        (false, false) => rows.text(output::width()),
    }
}

pub(super) fn groups(
    accounts: &Accounts,
    groups: &[FoundGroup],
    format: QueryOutput,
    now: OffsetDateTime,
) -> anyhow::Result<()> {
    match format {
        QueryOutput::Table => table(accounts, &groups_table(groups, output::width()), now),
        QueryOutput::Ocsf => {
            let stamp = stamp(accounts, now);
            lines(
                groups
                    .iter()
                    .map(|it| group_event(it, stamp).to_string().into_bytes()),
            )
        }
        QueryOutput::Csv => Ok(output::write(&Page::of(&groups_csv(groups)?))?),
        QueryOutput::Json | QueryOutput::Ndjson => {
            let groups = groups.iter().map(group_json).collect();
            json(accounts, "groups", groups, format, now)
        }
    }
}

pub(super) fn group(
    accounts: &Accounts,
    found: &FoundGroup,
    format: QueryOutput,
    now: OffsetDateTime,
) -> anyhow::Result<()> {
    match format {
        QueryOutput::Table => table(accounts, &group_text(found, output::width()), now),
        format => groups(accounts, std::slice::from_ref(found), format, now),
    }
}

pub(super) fn members(
    accounts: &Accounts,
    group: &FoundGroup,
    mapping: &MappingPlan,
    format: QueryOutput,
    now: OffsetDateTime,
) -> anyhow::Result<()> {
    let account = &group.account;
    let members = group.entry.members.value().map_or(&[][..], Vec::as_slice);
    match format {
        QueryOutput::Table => {
            let text = members_table(account, members, output::width());
            table(accounts, &text, now)
        }
        QueryOutput::Ocsf => {
            let stamp = stamp(accounts, now);
            let events = members.iter().filter_map(|member| {
                let user = with_nothing_else(member);
                let known = KnownUser::first_seen(&user, None);
                mapping.event(account, known, stamp, Dialect::Ocsf)
            });
            lines(events)
        }
        QueryOutput::Csv => Ok(output::write(&Page::of(&members_csv(
            &account.id,
            members,
        )?))?),
        QueryOutput::Json | QueryOutput::Ndjson => {
            let members = members
                .iter()
                .map(|it| member_json(&account.id, it))
                .collect();
            json(accounts, "users", members, format, now)
        }
    }
}

/// The user that the member is, of whom nothing else was asked.
fn with_nothing_else(member: &Member) -> User {
    fn not_asked<T>() -> Fact<T> {
        Fact::not_collected("a question about members does not ask")
    }
    User {
        name: member.name.clone(),
        arn: member.arn.clone(),
        id: member.id.clone(),
        path: member.path.clone(),
        created_at: member.created_at,
        password_last_used: member.password_last_used.clone(),
        tags: not_asked(),
        groups: not_asked(),
        attached_policies: not_asked(),
        inline_policies: not_asked(),
        permissions_boundary: not_asked(),
        mfa: not_asked(),
        console: not_asked(),
        access_keys: not_asked(),
        service_specific_credentials: not_asked(),
        signing_certificates: not_asked(),
        ssh_public_keys: not_asked(),
    }
}

fn user_event(found: &FoundUser, mapping: &MappingPlan, stamp: PassStamp) -> Option<Vec<u8>> {
    let known = KnownUser {
        user: &found.user,
        stale: &found.stale,
        former_names: &found.former_names,
        privilege: found.privilege.value(),
    };
    mapping.event(&found.account, known, stamp, Dialect::Ocsf)
}

/// The time that events tell: as of when the answer is known.
fn stamp(accounts: &Accounts, now: OffsetDateTime) -> PassStamp {
    PassStamp::new(accounts.as_of().unwrap_or(now))
}

fn table(accounts: &Accounts, text: &str, now: OffsetDateTime) -> anyhow::Result<()> {
    let text = accounts.heading(now) + text;
    Ok(output::write(&Page::of(&text))?)
}

fn json(
    accounts: &Accounts,
    key: &str,
    entries: Vec<Value>,
    format: QueryOutput,
    now: OffsetDateTime,
) -> anyhow::Result<()> {
    if format == QueryOutput::Json {
        let document = accounts.document(key, entries, now);
        return Ok(output::write(&Page::json(&format!("{document}\n")))?);
    }
    for entry in entries {
        output::write(&Page::json(&format!("{entry}\n")))?;
    }
    Ok(())
}

/// Events are data: they stay as they are.
fn lines(events: impl Iterator<Item = Vec<u8>>) -> anyhow::Result<()> {
    let mut text = Vec::new();
    for event in events {
        text.extend(event);
        text.push(b'\n');
    }
    Ok(output::write_events(&text)?)
}
