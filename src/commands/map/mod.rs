//! `rollcall map`.

mod as_case;
mod fields;
mod forms;
mod made_up;

use std::sync::Arc;

use time::OffsetDateTime;

use super::{audit, setup};
use crate::analyze::Verdicts;
use crate::cli::{GlobalArgs, MapArgs, OutputFormat};
use crate::collect::{FileError, FromFiles};
use crate::config::Config;
use crate::foreign::Page;
use crate::model::{Account, PassStamp, Snapshot, User};
use crate::observe::{Phase, Progress};
use crate::output;
use crate::run::{self, ExitStatus};

/// Events about the users of saved files, on standard output.
pub(super) async fn map(
    global: &GlobalArgs,
    args: &MapArgs,
    progress: &Progress,
) -> anyhow::Result<ExitStatus> {
    if args.explain_fields {
        let page = match args.output {
            OutputFormat::Table => Page::of(&fields::text(output::width())),
            OutputFormat::Json => Page::json(&fields::json()?),
        };
        output::write(&page)?;
        return Ok(ExitStatus::Done);
    }
    let config = setup::config(global)?;
    let now = OffsetDateTime::now_utc();
    let files = args.files.clone();
    progress.begin(Phase::Files);
    let loaded = tokio::task::spawn_blocking(move || FromFiles::load(&files, now)).await?;
    if matches!(loaded, Err(FileError::Unrecognised { .. })) && args.as_case.is_none() {
        let files = args.files.clone();
        if tokio::task::spawn_blocking(move || audit::hold_records(&files)).await? {
            return audit::map(global, &args.files, progress).await;
        }
    }
    let source = loaded?;
    for warning in source.warnings() {
        tracing::warn!("{warning}");
    }
    if let Some(name) = &args.as_case {
        let verdicts = Verdicts::on(source.snapshots(), now);
        progress.end();
        return as_case(&config, source.snapshots(), &verdicts, name);
    }
    let mapping = setup::mapping(&config.mapping);
    let stamp = PassStamp::new(now);
    progress.enter_of(Phase::Judging, source.users_len());
    let verdicts = Verdicts::on(source.snapshots(), now);
    progress.enter_of(Phase::Mapping, source.users_len());
    run::print_events(
        &source,
        |user| Account::of(&user.arn),
        |user| verdicts.of(user),
        &mapping,
        args.dialect,
        stamp,
        progress,
    )
    .await?;
    Ok(if source.warnings().is_empty() {
        ExitStatus::Done
    } else {
        ExitStatus::Partial
    })
}

/// A case made from the user that `name` names, on standard output.
fn as_case(
    config: &Config,
    snapshots: &[Snapshot],
    verdicts: &Verdicts,
    name: &str,
) -> anyhow::Result<ExitStatus> {
    let users = snapshots
        .iter()
        .flat_map(|snapshot| snapshot.users.values());
    let is_named =
        |user: &&Arc<User>| user.name == name || user.id == name || user.arn.as_str() == name;
    let found: Vec<&Arc<User>> = users.filter(is_named).collect();
    let [user] = found.as_slice() else {
        tracing::error!(
            user = name,
            "the files have {} users of that name, ARN or UserId",
            found.len()
        );
        return Ok(ExitStatus::No);
    };
    let case = as_case::case(user, verdicts.of(user), &config.mapping);
    let mut text = serde_json::to_string_pretty(&case)?;
    text.push('\n');
    output::write(&Page::json(&text))?;
    Ok(ExitStatus::Done)
}
