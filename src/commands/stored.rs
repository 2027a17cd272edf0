//! `history`, `diff`, `dead-letters`, `status` and most of `state`: questions to the state, which
//! the daemon answers where it holds the state.

use std::path::Path;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::time::{Instant, sleep};

use super::setup;
use crate::cli::{
    DeadLettersCommand, DiffArgs, GlobalArgs, HistoryArgs, OutputFormat, WhichLetters,
};
use crate::config::Config;
use crate::control::{self, Answer, Answers, Letters, Query, Request};
use crate::observe::StatusReport;
use crate::output;
use crate::run::ExitStatus;
use crate::store::{Store, StoreError};

/// How long another command may hold the state, or a daemon may take to begin to answer.
const PATIENCE: Duration = Duration::from_secs(3);
const POLL: Duration = Duration::from_millis(50);

/// Answers `query` on standard output.
pub(super) async fn answer(
    global: &GlobalArgs,
    query: Query,
    output: OutputFormat,
) -> anyhow::Result<ExitStatus> {
    let config = setup::config(global)?;
    let request = Request {
        query,
        output,
        width: output::width(),
    };
    let answer = ask(&config, request).await?;
    output::write(&answer.stdout)?;
    Ok(answer.status)
}

/// The answer to `request` from the daemon that holds the state, or from the state itself.
pub(super) async fn ask(config: &Config, request: Request) -> anyhow::Result<Answer> {
    ask_within(config, request, PATIENCE).await
}

/// The same, however long another command may hold the state.
pub(super) async fn ask_within(
    config: &Config,
    request: Request,
    patience: Duration,
) -> anyhow::Result<Answer> {
    let dir = config.agent.resolved_state_dir()?;
    let deadline = Instant::now() + patience;
    loop {
        if let Some(answer) = control::ask(&dir, &request).await? {
            return Ok(answer);
        }
        match open(&dir, request.query.is_write()).await? {
            Ok(Some(store)) => return read(config, store, request).await,
            Ok(None) => return without_state(config, &dir, &request),
            Err(StoreError::Locked(_)) if Instant::now() < deadline => sleep(POLL).await,
            Err(error) => return Err(error.into()),
        }
    }
}

/// Opens the state to look at it, or to change it; `None` if there is none.
async fn open(
    dir: &Path,
    is_write: bool,
) -> Result<Result<Option<Store>, StoreError>, tokio::task::JoinError> {
    let dir = dir.to_owned();
    let open = move || match is_write {
        true if !Store::exists(&dir)? => Ok(None),
        true => Store::open(&dir).map(Some),
        false => Store::open_existing(&dir),
    };
    tokio::task::spawn_blocking(open).await
}

async fn read(config: &Config, store: Store, request: Request) -> anyhow::Result<Answer> {
    let answers = Answers {
        store,
        receivers: setup::receivers(config),
        daemon: None,
    };
    let answered = tokio::task::spawn_blocking(move || answers.answer(&request)).await?;
    Ok(answered?)
}

/// Where nothing was ever collected, the status shows what is configured all the same.
fn without_state(config: &Config, dir: &Path, request: &Request) -> anyhow::Result<Answer> {
    if request.query == Query::Status {
        let report = StatusReport::of_nothing(&setup::receivers(config), OffsetDateTime::now_utc());
        return Ok(Answer {
            stdout: control::status_page(&report, request),
            status: ExitStatus::Done,
        });
    }
    Ok(control::without_state(dir, request)?)
}

impl From<&HistoryArgs> for Query {
    fn from(args: &HistoryArgs) -> Self {
        Self::History {
            user: args.user.clone(),
            account: args.account.clone(),
        }
    }
}

impl From<&DiffArgs> for Query {
    fn from(args: &DiffArgs) -> Self {
        Self::Diff {
            from: args.from.clone(),
            to: args.to.clone(),
            since_s: args.since.map(|since| since.as_secs()),
            account: args.account.clone(),
        }
    }
}

impl From<&DeadLettersCommand> for Query {
    fn from(command: &DeadLettersCommand) -> Self {
        match command {
            DeadLettersCommand::List { .. } => Self::ListLetters,
            DeadLettersCommand::Show { id } => Self::ShowLetter(id.clone()),
            DeadLettersCommand::Retry(which) => Self::RetryLetters(which.into()),
            DeadLettersCommand::Drop(which) => Self::DropLetters(which.into()),
            DeadLettersCommand::Export => Self::ExportLetters,
        }
    }
}

impl From<&WhichLetters> for Letters {
    fn from(which: &WhichLetters) -> Self {
        match which.all {
            true => Self::All,
            false => Self::Ids(which.ids.clone()),
        }
    }
}
