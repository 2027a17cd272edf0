//! `rollcall state`: what the state directory holds, whether it is whole, and less of it.

use super::{lock, setup, stored};
use crate::cli::{GlobalArgs, OutputFormat, StateArgs, StateCommand};
use crate::control::{self, Query};
use crate::foreign::Page;
use crate::output;
use crate::run::ExitStatus;
use crate::store::{Compacted, Store};

/// Looks at the state, changes it, or compacts it.
pub(super) async fn state(global: &GlobalArgs, args: &StateArgs) -> anyhow::Result<ExitStatus> {
    let (query, output) = match &args.command {
        StateCommand::Info { output } => (Query::StateInfo, *output),
        StateCommand::Verify => (Query::VerifyState, OutputFormat::Table),
        StateCommand::Forget { sink } => (Query::ForgetSink(sink.clone()), OutputFormat::Table),
        StateCommand::Compact => return compact(global).await,
    };
    stored::answer(global, query, output).await
}

/// Compacts the store, which nobody else may hold meanwhile.
async fn compact(global: &GlobalArgs) -> anyhow::Result<ExitStatus> {
    let dir = setup::config(global)?.agent.resolved_state_dir()?;
    let at = dir.clone();
    let compact = move || match Store::exists(&at)? {
        true => Store::compact(&at).map(Some),
        false => Ok(None),
    };
    let Compacted { before, after } = match tokio::task::spawn_blocking(compact).await? {
        Ok(Some(compacted)) => compacted,
        Ok(None) => {
            output::write(&Page::of("nothing collected yet; run rollcall collect\n"))?;
            return Ok(ExitStatus::Done);
        }
        Err(error) => return Err(lock::explain_lock(error, &dir).await),
    };
    let text = format!(
        "{} before, {} after\n",
        control::size(before),
        control::size(after)
    );
    output::write(&Page::of(&text))?;
    Ok(ExitStatus::Done)
}
