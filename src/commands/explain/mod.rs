//! `rollcall explain`.

mod fields;
mod stored;
mod summary;
pub(super) mod tree;

use std::collections::BTreeMap;

use serde::Serialize;
use time::OffsetDateTime;

use crate::analyze::{Answer, Privilege, Question, answer, judge};
use crate::cli::{ExplainArgs, GlobalArgs, OutputFormat};
use crate::collect::FromFiles;
use crate::commands::setup;
use crate::model::{Snapshot, User};
use crate::output;
use crate::run::{ExitStatus, KnownUser};

/// The verdict on one user, or on an account.
#[derive(Serialize)]
struct Explained<'a> {
    account: &'a str,
    user: &'a str,
    arn: &'a str,
    /// As of when it holds, where it was kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<&'a str>,
    privilege: &'a Privilege,
}

/// Explains the verdict on a user of the last pass, or of saved files.
pub(super) async fn explain(global: &GlobalArgs, args: &ExplainArgs) -> anyhow::Result<ExitStatus> {
    match &args.user {
        Some(user) if args.from.is_empty() => stored::explain(global, args, user).await,
        _ => of_files(global, args).await,
    }
}

async fn of_files(global: &GlobalArgs, args: &ExplainArgs) -> anyhow::Result<ExitStatus> {
    let now = OffsetDateTime::now_utc();
    let files = args.from.clone();
    let source = tokio::task::spawn_blocking(move || FromFiles::load(&files, now)).await??;
    for warning in source.warnings() {
        tracing::warn!("{warning}");
    }
    let snapshots: Vec<&Snapshot> = source
        .snapshots()
        .iter()
        .filter(|it| args.account.as_ref().is_none_or(|id| *id == it.account.id))
        .collect();
    let Some(name) = &args.user else {
        let text = match args.output {
            OutputFormat::Table => summary::text(&snapshots, now),
            OutputFormat::Json => json(&summary::of(&snapshots, now))?,
        };
        output::write(&args.output.page(&text))?;
        return Ok(ExitStatus::Done);
    };
    let found: Vec<(&Snapshot, &User)> = snapshots.iter().flat_map(|it| named(it, name)).collect();
    let (snapshot, user) = match found.as_slice() {
        [one] => *one,
        [] => {
            tracing::error!(user = name, "the files have no such user");
            return Ok(ExitStatus::No);
        }
        several => {
            tracing::error!(
                user = name,
                "{} users have that name: give the ARN, or --account",
                several.len()
            );
            return Ok(ExitStatus::No);
        }
    };
    let status = match source.warnings().is_empty() {
        true => ExitStatus::Done,
        // What is missing may decide.
        false => ExitStatus::Partial,
    };
    let text = match question(args, user) {
        Some(question) => asked(snapshot, &question, args.output, now)?,
        None if args.fields => {
            let config = setup::config(global)?;
            let verdicts = judge(snapshot, now);
            let known = KnownUser::first_seen(user, verdicts.get(&user.id));
            let documents = snapshot.roles.provenance().cloned();
            fields::show(&config, &snapshot.account, known, documents, args.output)?
        }
        None => verdict(snapshot, user, args.output, now)?,
    };
    output::write(&args.output.page(&text))?;
    Ok(status)
}

fn named<'a>(
    snapshot: &'a Snapshot,
    name: &'a str,
) -> impl Iterator<Item = (&'a Snapshot, &'a User)> {
    let users = snapshot.users.values().map(AsRef::as_ref);
    users
        .filter(move |user: &&User| {
            user.name == name || user.id == name || user.arn.as_str() == name
        })
        .map(move |user| (snapshot, user))
}

fn question(args: &ExplainArgs, user: &User) -> Option<Question> {
    let mut context: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (key, value) in &args.context {
        context.entry(key.clone()).or_default().push(value.clone());
    }
    Some(Question {
        user_id: user.id.clone(),
        action: args.can.clone()?,
        resource: args.on.clone().unwrap_or_else(|| "*".to_owned()),
        context: context.into_iter().collect(),
    })
}

fn asked(
    snapshot: &Snapshot,
    question: &Question,
    output: OutputFormat,
    now: OffsetDateTime,
) -> anyhow::Result<String> {
    // The root user has no identity policies: nothing but service control policies limits it.
    let answer: Answer = answer(snapshot, question, now)
        .ok_or_else(|| anyhow::anyhow!("the root user is not judged by policies"))?;
    match output {
        OutputFormat::Table => Ok(tree::answer(&answer)),
        OutputFormat::Json => json(&answer),
    }
}

fn verdict(
    snapshot: &Snapshot,
    user: &User,
    output: OutputFormat,
    now: OffsetDateTime,
) -> anyhow::Result<String> {
    let verdicts = judge(snapshot, now);
    let privilege = match verdicts.get(&user.id) {
        Some(privilege) => privilege,
        None => Privilege::without_documents(user),
    };
    match output {
        OutputFormat::Table => Ok(tree::verdict(user, privilege)),
        OutputFormat::Json => json(&Explained {
            account: &snapshot.account.id,
            user: &user.name,
            arn: user.arn.as_str(),
            as_of: None,
            privilege,
        }),
    }
}

fn json(value: &impl Serialize) -> anyhow::Result<String> {
    let mut text = serde_json::to_string(value)?;
    text.push('\n');
    Ok(text)
}
