//! `rollcall map`.

mod fields;

use time::OffsetDateTime;

use super::setup;
use crate::analyze::Verdicts;
use crate::cli::{GlobalArgs, MapArgs};
use crate::collect::FromFiles;
use crate::foreign::Page;
use crate::model::{Account, PassStamp};
use crate::output;
use crate::run::{self, ExitStatus};

/// Events about the users of saved files, on standard output.
pub(super) async fn map(global: &GlobalArgs, args: &MapArgs) -> anyhow::Result<ExitStatus> {
    if args.explain_fields {
        output::write(&Page::of(&fields::text(output::width())))?;
        return Ok(ExitStatus::Done);
    }
    let config = setup::config(global)?;
    let now = OffsetDateTime::now_utc();
    let files = args.files.clone();
    let source = tokio::task::spawn_blocking(move || FromFiles::load(&files, now)).await??;
    for warning in source.warnings() {
        tracing::warn!("{warning}");
    }
    let mapping = setup::mapping(&config.mapping);
    let stamp = PassStamp::new(now);
    let verdicts = Verdicts::on(source.snapshots(), now);
    run::print_events(
        &source,
        |user| Account::of(&user.arn),
        |user| verdicts.of(user),
        &mapping,
        args.dialect,
        stamp,
    )
    .await?;
    Ok(if source.warnings().is_empty() {
        ExitStatus::Done
    } else {
        ExitStatus::Partial
    })
}
