//! Each field of a user's event, with the call that told it and as of when.

use anyhow::Context as _;
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::json;
use crate::cli::OutputFormat;
use crate::commands::setup;
use crate::config::Config;
use crate::map::{Dialect, Field, Origin, fields, values};
use crate::model::{Account, PassStamp, Provenance, StaleFact, Unknown, User};
use crate::output;
use crate::run::KnownUser;
use crate::table::{Width, paragraph};

/// The source of what is the same in every event, or stamped on it.
const OURS: &str = "rollcall";

/// A user with its event, and what is known of where both come from.
struct Sources<'a> {
    user: &'a User,
    event: &'a Value,
    /// Facts that are as last known.
    stale: &'a [StaleFact],
    /// Where the documents come from that the verdict is made from.
    verdict: Option<Provenance>,
    /// Whether events tell of risk.
    has_risk: bool,
}

/// One field, and what it comes from.
#[derive(Debug, Serialize)]
struct FieldRow {
    field: &'static str,
    /// Left out where it is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
    from: Vec<Source>,
}

/// Where a part of a field comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Source {
    /// The call, the report or the kind of file; `rollcall` of what is our own.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    /// When it was so.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<String>,
    /// Why it is not known now.
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown: Option<String>,
}

/// Each field of the event about `known`, as `config` has users mapped.
pub(super) fn show(
    config: &Config,
    account: &Account,
    known: KnownUser<'_>,
    verdict: Option<Provenance>,
    output: OutputFormat,
) -> anyhow::Result<String> {
    let mapping = setup::mapping(&config.mapping);
    let stamp = PassStamp::new(OffsetDateTime::now_utc());
    let event = mapping.event(account, known, stamp, Dialect::Ocsf);
    let event = event.with_context(|| format!("{} has no event", known.user.name))?;
    let rows = rows(&Sources {
        user: known.user,
        event: &serde_json::from_slice(&event)?,
        stale: known.stale,
        verdict,
        has_risk: config.mapping.risk,
    });
    match output {
        OutputFormat::Table => {
            let (name, arn) = (&known.user.name, known.user.arn.as_str());
            let head = format!("The event about {name}, {arn}\n");
            Ok(head + &text(&rows, output::width()))
        }
        OutputFormat::Json => json(&rows),
    }
}

/// The fields of the event, and those that it lacks since a fact is unknown, in the table's order.
fn rows(sources: &Sources<'_>) -> Vec<FieldRow> {
    let mut rows = Vec::new();
    for field in fields().filter(|it| sources.has_risk || it.iam != "risk") {
        let from = sources_of(field, sources);
        let is_unknown = from.iter().any(|it| it.source.is_none());
        for path in field.paths(Dialect::Ocsf) {
            let value = value_at(sources.event, path);
            let is_told_by_parts = value.is_none() && !is_unknown;
            if !is_told_by_parts {
                rows.push(FieldRow {
                    field: path,
                    value,
                    from: from.clone(),
                });
            }
        }
    }
    rows
}

/// The same for people: fields below what they come from.
fn text(rows: &[FieldRow], width: Width) -> String {
    let mut origins: Vec<String> = rows.iter().map(origin).collect();
    let name_len = rows.iter().map(|row| row.field.len()).max().unwrap_or(0);
    let mut seen = std::collections::BTreeSet::new();
    origins.retain(|origin| seen.insert(origin.clone()));
    // What is the same in every event comes last.
    origins.sort_by_key(|origin| origin == OURS);
    let mut text = String::new();
    for wanted in origins {
        text.push('\n');
        text.push_str(&paragraph("", &wanted, width));
        for row in rows.iter().filter(|row| origin(row) == wanted) {
            let head = format!("    {:<name_len$}  ", row.field);
            let value = row.value.as_ref().map_or("unknown".to_owned(), shown);
            text.push_str(&paragraph(&head, &value, width));
        }
    }
    text
}

fn sources_of(field: &Field, sources: &Sources<'_>) -> Vec<Source> {
    match field.origin {
        Origin::Rollcall => vec![Source::named(OURS)],
        Origin::Listing | Origin::Account => vec![Source::named(field.calls)],
        Origin::Facts(facts) => {
            let mut found: Vec<Source> = facts
                .iter()
                .flat_map(|fact| sources.of_fact(fact))
                .collect();
            found.sort_by(|a, b| {
                (&a.source, &a.as_of, &a.unknown).cmp(&(&b.source, &b.as_of, &b.unknown))
            });
            found.dedup();
            found
        }
    }
}

impl Sources<'_> {
    fn of_fact(&self, fact: &str) -> Vec<Source> {
        if fact == "privilege" {
            return self.verdict.iter().map(|it| Source::of(Ok(it))).collect();
        }
        let stale = self.stale.iter().find(|stale| stale.fact == fact);
        let origins = self.user.origins().filter(|(name, _)| *name == fact);
        let sources = origins.map(|(_, origin)| Source {
            unknown: match (origin, stale) {
                (Ok(_), Some(stale)) => Some(stale.why.to_string()),
                (Ok(_), None) => None,
                (Err(why), _) => Some(why.to_string()),
            },
            ..Source::of(origin)
        });
        sources.collect()
    }
}

impl Source {
    fn named(source: &str) -> Self {
        Self {
            source: Some(source.to_owned()),
            as_of: None,
            unknown: None,
        }
    }

    fn of(origin: Result<&Provenance, &Unknown>) -> Self {
        let known = origin.ok();
        Self {
            source: known.map(|it| it.source.to_string()),
            as_of: known.and_then(|it| rfc3339(it.as_of)),
            unknown: origin.err().map(Unknown::to_string),
        }
    }

    fn text(&self) -> String {
        let source = self.source.as_deref().unwrap_or("unknown");
        let as_of = self.as_of.as_ref().map(|at| format!(" at {at}"));
        let why = self.unknown.as_ref().map(|why| match self.source {
            Some(_) => format!(", as last known ({why})"),
            None => format!(" ({why})"),
        });
        format!(
            "{source}{}{}",
            as_of.unwrap_or_default(),
            why.unwrap_or_default()
        )
    }
}

/// What a row comes from, in words.
fn origin(row: &FieldRow) -> String {
    let sources: Vec<String> = row.from.iter().map(Source::text).collect();
    sources.join("; ")
}

/// The value at `path`; of a list of objects that the table takes apart, nothing.
fn value_at(event: &Value, path: &str) -> Option<Value> {
    let found = values(event, path)?;
    let is_apart = fields().flat_map(|it| it.ocsf).any(|other| {
        let below = other.strip_prefix(path);
        below.is_some_and(|below| below.starts_with("[]"))
    });
    match (path.contains("[]"), found.as_slice()) {
        (false, [Value::Array(items)]) if is_apart && !items.is_empty() => None,
        (false, [one]) => Some((*one).clone()),
        _ => Some(found.into_iter().cloned().collect()),
    }
}

/// A value as people write it.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

fn rfc3339(at: OffsetDateTime) -> Option<String> {
    at.replace_nanosecond(0).ok()?.format(&Rfc3339).ok()
}
