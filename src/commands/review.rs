//! `rollcall review`.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;
use time::OffsetDateTime;

use super::setup::UsageError;
use crate::cli::{OutputFormat, ReviewArgs};
use crate::collect::FromFiles;
use crate::output;
use crate::review::{self, Comparison, Events, Review, ReviewError};
use crate::run::ExitStatus;

/// Shows what differs between two files of events.
pub(super) async fn review(args: &ReviewArgs) -> anyhow::Result<ExitStatus> {
    if [&args.old, &args.new]
        .iter()
        .all(|it| it.as_os_str() == "-")
    {
        let why = "both are standard input, which can be read once; give a file for one of them";
        return Err(UsageError(why.to_owned()).into());
    }
    let before = read(&args.old, args.stamps).await?;
    let after = read(&args.new, args.stamps).await?;
    for (file, events) in [(&args.old, &before), (&args.new, &after)] {
        if events.is_empty() {
            let file = file.display();
            tracing::warn!(%file, "the file holds no event: was it written to its end?");
        }
    }
    of_one_dialect(args, &before, &after)?;
    let comparison = review::compare(&before, &after);
    if let Some(path) = &args.html {
        let sources = sources(&args.sources).await?;
        let files = [&args.old, &args.new].map(|path| path.display().to_string());
        let review = Review {
            files: [&files[0], &files[1]],
            before: &before,
            after: &after,
            comparison: &comparison,
            sources: &sources,
        };
        let inputs = [&args.old, &args.new].into_iter().chain(&args.sources);
        write(path, inputs, &review.html()?)?;
    }
    let text = match args.output {
        OutputFormat::Table => comparison.text(output::width()),
        OutputFormat::Json => json(&comparison)?,
    };
    output::write(&args.output.page(&text))?;
    Ok(match args.exit_code && comparison.has_differences() {
        true => ExitStatus::No,
        false => ExitStatus::Done,
    })
}

/// Refuses events of two dialects, in one file or one in each.
fn of_one_dialect(args: &ReviewArgs, before: &Events, after: &Events) -> Result<(), UsageError> {
    let why = match (before.dialects().as_slice(), after.dialects().as_slice()) {
        ([_, _], _) => format!("{} holds events of both dialects", args.old.display()),
        (_, [_, _]) => format!("{} holds events of both dialects", args.new.display()),
        ([old], [new]) if old != new => format!(
            "{} holds events of dialect {old} and {} of dialect {new}",
            args.old.display(),
            args.new.display()
        ),
        _ => return Ok(()),
    };
    Err(UsageError(format!(
        "{why}: every field would differ; make both with the same --dialect"
    )))
}

async fn read(path: &Path, with_stamps: bool) -> anyhow::Result<Events> {
    let path = PathBuf::from(path);
    let read = tokio::task::spawn_blocking(move || review::read(&path)).await??;
    for warning in read.warnings {
        tracing::warn!("{warning}");
    }
    Ok(match with_stamps {
        true => read.events,
        false => read.events.without_stamps(),
    })
}

/// The facts of the users in saved files, by ARN.
async fn sources(files: &[PathBuf]) -> anyhow::Result<BTreeMap<String, Value>> {
    if files.is_empty() {
        return Ok(BTreeMap::new());
    }
    let (files, now) = (files.to_vec(), OffsetDateTime::now_utc());
    let source = tokio::task::spawn_blocking(move || FromFiles::load(&files, now)).await??;
    for warning in source.warnings() {
        tracing::warn!("{warning}");
    }
    let users = source.snapshots().iter().flat_map(|it| it.users.values());
    let facts = users.map(|user| {
        let facts = bare(serde_json::to_value(user)?);
        Ok((user.arn.as_str().to_owned(), facts))
    });
    facts.collect()
}

/// `value` with what is known in the places of facts, which say when and by what call as well.
fn bare(value: Value) -> Value {
    match value {
        Value::Object(mut fields) if fields.contains_key("as_of_ms") => {
            fields.remove("value").map_or(Value::Object(fields), bare)
        }
        Value::Object(fields) => {
            let fields = fields.into_iter();
            fields.map(|(name, value)| (name, bare(value))).collect()
        }
        Value::Array(items) => items.into_iter().map(bare).collect(),
        other => other,
    }
}

/// Writes the page, over none of the files that it was made from.
fn write<'a>(
    path: &Path,
    mut inputs: impl Iterator<Item = &'a PathBuf>,
    html: &str,
) -> Result<(), ReviewError> {
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    if inputs.any(|input| real(path).is_some_and(|it| real(input) == Some(it))) {
        return Err(ReviewError::Overwrites(path.display().to_string()));
    }
    replace(path, html).map_err(|source| ReviewError::Write {
        file: path.display().to_string(),
        source,
    })
}

/// Puts the page in the place of an earlier one, once it is whole. What is no file is written to, and
/// so is what a link leads to.
fn replace(path: &Path, html: &str) -> std::io::Result<()> {
    if path.symlink_metadata().is_ok_and(|it| !it.is_file()) {
        return std::fs::write(path, html);
    }
    let directory = match path.parent() {
        Some(directory) if !directory.as_os_str().is_empty() => directory,
        _ => Path::new("."),
    };
    let mut beside = tempfile::NamedTempFile::new_in(directory)?;
    beside.write_all(html.as_bytes())?;
    beside.persist(path)?;
    Ok(())
}

fn json(comparison: &Comparison) -> anyhow::Result<String> {
    let mut text = serde_json::to_string(comparison)?;
    text.push('\n');
    Ok(text)
}
