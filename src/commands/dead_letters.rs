//! `rollcall dead-letters`: what sinks rejected for good, and what to do about it.

use std::fmt::Write as _;

use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::setup;
use crate::cli::{DeadLettersArgs, DeadLettersCommand, GlobalArgs, OutputFormat, WhichLetters};
use crate::output;
use crate::run::ExitStatus;
use crate::store::{DeadLetter, Store};

/// Lists, shows, retries, drops or exports dead letters.
pub(super) async fn dead_letters(
    global: &GlobalArgs,
    args: &DeadLettersArgs,
) -> anyhow::Result<ExitStatus> {
    let store = match args.command {
        DeadLettersCommand::Retry(_) | DeadLettersCommand::Drop(_) => {
            let dir = setup::config(global)?.agent.resolved_state_dir()?;
            setup::open_store(&dir).await?
        }
        _ => setup::existing(global).await?,
    };
    let letters = store.run(Store::dead_letters).await?;
    let text = match &args.command {
        DeadLettersCommand::List {
            output: OutputFormat::Table,
        } => table(&letters),
        DeadLettersCommand::List {
            output: OutputFormat::Json,
        } => document(&letters),
        DeadLettersCommand::Show { id } => one(&letters, id)?,
        DeadLettersCommand::Export => letters.iter().map(line).collect(),
        DeadLettersCommand::Retry(which) => retry(&store, chosen(letters, which)?).await?,
        DeadLettersCommand::Drop(which) => forget(&store, chosen(letters, which)?).await?,
    };
    output::write(text.as_bytes())?;
    Ok(ExitStatus::Done)
}

fn table(letters: &[DeadLetter]) -> String {
    if letters.is_empty() {
        return "no dead letters\n".to_owned();
    }
    let mut text = String::new();
    for letter in letters {
        let _ = writeln!(
            text,
            "{}  {}  {}  {}  {}\n    {}",
            short(letter),
            time(letter),
            letter.sink(),
            letter.account_id(),
            letter.user_id(),
            letter.why
        );
    }
    text
}

fn document(letters: &[DeadLetter]) -> String {
    let letters = letters.iter().map(|letter| {
        json!({
            "id": letter.id.to_string(),
            "time": time(letter),
            "sink": letter.sink(),
            "account": letter.account_id(),
            "user_id": letter.user_id(),
            "why": letter.why,
        })
    });
    format!("{}\n", serde_json::Value::Array(letters.collect()))
}

fn one(letters: &[DeadLetter], id: &str) -> anyhow::Result<String> {
    let found = letters
        .iter()
        .filter(|letter| letter.id.to_string().starts_with(id));
    match found.collect::<Vec<_>>().as_slice() {
        [letter] => Ok(line(letter)),
        [] => Err(unknown(id)),
        several => {
            let count = several.len();
            let what = format!("{id:?} begins the ids of {count} dead letters; give more of it");
            Err(setup::UsageError(what).into())
        }
    }
}

fn chosen(letters: Vec<DeadLetter>, which: &WhichLetters) -> anyhow::Result<Vec<DeadLetter>> {
    let is_chosen = |letter: &DeadLetter| {
        which.all
            || which
                .ids
                .iter()
                .any(|id| letter.id.to_string().starts_with(id))
    };
    for id in &which.ids {
        if !letters
            .iter()
            .any(|letter| letter.id.to_string().starts_with(id))
        {
            return Err(unknown(id));
        }
    }
    Ok(letters.into_iter().filter(is_chosen).collect())
}

fn unknown(id: &str) -> anyhow::Error {
    setup::UsageError(format!(
        "no dead letter's id begins with {id:?}; see dead-letters list"
    ))
    .into()
}

async fn retry(store: &Store, letters: Vec<DeadLetter>) -> anyhow::Result<String> {
    let (mut sent, mut outdated) = (0, 0);
    let now = OffsetDateTime::now_utc();
    for letter in letters {
        match store
            .run(move |store| store.retry_dead_letter(&letter, now))
            .await?
        {
            true => sent += 1,
            false => outdated += 1,
        }
    }
    Ok(format!(
        "{sent} will be sent with the next pass, {outdated} dropped: their users changed since\n"
    ))
}

async fn forget(store: &Store, letters: Vec<DeadLetter>) -> anyhow::Result<String> {
    let count = letters.len();
    for letter in letters {
        store
            .run(move |store| store.drop_dead_letter(&letter))
            .await?;
    }
    Ok(format!("{count} dropped\n"))
}

fn line(letter: &DeadLetter) -> String {
    format!("{}\n", String::from_utf8_lossy(&letter.json))
}

/// As much of an id as a person copies.
fn short(letter: &DeadLetter) -> String {
    letter.id.to_string().chars().take(8).collect()
}

fn time(letter: &DeadLetter) -> String {
    letter.at.format(&Rfc3339).unwrap_or_default()
}
