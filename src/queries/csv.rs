//! Answers as comma-separated values. A spreadsheet takes none of its cells for a formula.

use std::collections::BTreeSet;

use ::csv::{Terminator, WriterBuilder};

use super::answer::FoundUser;
use super::columns::{Columns, OF_USER, cells, joined};
use super::group_answer::FoundGroup;
use super::group_text::policies;
use super::times::rfc3339;
use super::user_json::unknown_facts;
use super::user_table::{NOT_KNOWN, verdict};
use crate::model::{Fact, Member};

/// The facts that columns of users are made from.
const OF_USERS: [&str; 7] = [
    "access_keys",
    "attached_policies",
    "console_access",
    "groups",
    "mfa",
    "password_last_used",
    "privilege",
];

/// Users, a line each, by `columns`. What is not known is an empty cell, and named in the last but one.
pub fn users_csv(users: &[FoundUser], columns: &Columns) -> anyhow::Result<String> {
    let heads = columns.0.iter().map(|column| OF_USER[*column]);
    let heads: Vec<&str> = heads.chain(["unknown", "as_last_known"]).collect();
    let rows = users.iter().map(|found| {
        // One that was made, and says that it cannot be known, is no unknown fact.
        let not_judged = (verdict(found) == NOT_KNOWN).then_some("privilege");
        let unknown = unknown_facts(found).into_iter().map(|(fact, _)| fact);
        let unknown: BTreeSet<&str> = unknown
            .filter(|fact| OF_USERS.contains(fact))
            .chain(not_judged)
            .collect();
        let cells = cells(found);
        let stale = found.stale.iter().map(|it| &*it.fact);
        let row = columns.0.iter().map(|column| cell(cells[*column].clone()));
        row.chain([
            joined(unknown.into_iter()),
            joined(stale.filter(|it| found.is_stale(&[it]))),
        ])
        .collect()
    });
    written(&heads, rows)
}

/// Groups, a line each.
pub fn groups_csv(groups: &[FoundGroup]) -> anyhow::Result<String> {
    let heads = [
        "account", "group", "id", "arn", "policies", "members", "unknown",
    ];
    let rows = groups.iter().map(|found| {
        let group = &found.entry.group;
        let members = found.entry.members.value();
        let unknown = found.unknown_facts();
        vec![
            found.account.id.clone(),
            group.name.clone(),
            cell(group.id.clone()),
            cell(group.arn.clone()),
            cell(policies(group)),
            cell(members.map(|it| joined(it.iter().map(|member| member.name.as_str())))),
            joined(unknown.iter().map(|(fact, _)| *fact)),
        ]
    });
    written(&heads, rows)
}

/// The members of a group of `account`, a line each.
pub fn members_csv(account: &str, members: &[Member]) -> anyhow::Result<String> {
    let heads = [
        "account",
        "user",
        "id",
        "arn",
        "created_at",
        "password_last_used",
    ];
    let rows = members.iter().map(|member| {
        let used = match &member.password_last_used {
            Fact::Known { value, .. } => value.map_or_else(|| "never".to_owned(), rfc3339),
            Fact::Unknown(_) => String::new(),
        };
        vec![
            account.to_owned(),
            member.name.clone(),
            member.id.clone(),
            member.arn.to_string(),
            rfc3339(member.created_at),
            used,
        ]
    });
    written(&heads, rows)
}

fn written(heads: &[&str], rows: impl Iterator<Item = Vec<String>>) -> anyhow::Result<String> {
    let mut writer = WriterBuilder::new();
    let mut writer = writer
        .terminator(Terminator::Any(b'\n'))
        .from_writer(Vec::new());
    writer.write_record(heads)?;
    for row in rows {
        writer.write_record(row.into_iter().map(harmless))?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

/// The text as no spreadsheet runs it: what begins as a formula does has an apostrophe before it.
fn harmless(text: String) -> String {
    // Some leave out blanks before they look.
    let first = text.chars().find(|it| *it != ' ');
    match first {
        Some(
            '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '|' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}'
            | '\u{ff20}',
        ) => {
            format!("'{text}")
        }
        _ => text,
    }
}

fn cell(value: Option<String>) -> String {
    value.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_that_looks_like_a_formula_is_a_text() {
        for name in [
            "=cmd|'/c calc'!A0",
            "+1",
            "-1",
            "@SUM(A1)",
            " =1",
            "\u{ff1d}1",
        ] {
            assert_eq!(harmless(name.to_owned()), format!("'{name}"));
        }
        assert_eq!(harmless("anna@example.com".to_owned()), "anna@example.com");
    }

    proptest! {
        #[test]
        fn every_cell_reads_back_and_none_begins_as_a_formula(cells in prop::collection::vec(".{0,12}", 3)) {
            let text = written(&["a", "b", "c"], [cells.clone()].into_iter()).unwrap();
            let mut reader = ::csv::Reader::from_reader(text.as_bytes());
            let read = reader.records().next().unwrap().unwrap();
            for (cell, written) in cells.iter().zip(read.iter()) {
                let with_apostrophe = ["'", cell.as_str()].concat();
                prop_assert!(written == cell || written == with_apostrophe);
                prop_assert!(!written.starts_with(['=', '+', '-', '@', '\t', '\r']));
            }
        }
    }
}
