//! `rollcall plan`.

use std::fmt::Write as _;

use serde_json::json;

use super::setup;
use crate::aws::{Action, AwsClient};
use crate::cli::{GlobalArgs, OutputFormat, PlanArgs};
use crate::collect::{AccountSummary, Prediction, account_summary};
use crate::config::{AccessKeyLookup, AwsSettings, Config, MfaLookup, Strategy};
use crate::model::Account;
use crate::output;
use crate::run::ExitStatus;
use crate::store::Store;

/// What a pass over the account will cost and miss. Two calls; nothing is changed.
pub(super) async fn plan(global: &GlobalArgs, args: &PlanArgs) -> anyhow::Result<ExitStatus> {
    let config = setup::config(global)?;
    let client = AwsClient::connect(&config.aws).await;
    let account = client.account().await?;
    let summary = account_summary(&client).await?;
    let denied = denied_last_time(&config, &account.id).await;
    let prediction = Prediction::of(&config.aws, &summary, denied.as_deref().unwrap_or_default());
    let text = match args.output {
        OutputFormat::Table => table(&config.aws, &account, &summary, &prediction, &denied),
        OutputFormat::Json => document(&config.aws, &account, &summary, &prediction, &denied),
    };
    output::write(text.as_bytes())?;
    Ok(ExitStatus::Done)
}

/// What the last pass found denied; `None` if there was none, or a daemon has the store.
async fn denied_last_time(config: &Config, account_id: &str) -> Option<Vec<Action>> {
    let dir = config.agent.resolved_state_dir().ok()?;
    if !dir.exists() {
        return None;
    }
    let account_id = account_id.to_owned();
    let read = move || {
        let store = Store::open(&dir)?;
        store
            .checkpoint(&account_id)?
            .map(|_| store.memory(&account_id))
            .transpose()
    };
    let memory = tokio::task::spawn_blocking(read).await.ok()?;
    let denied = memory
        .inspect_err(|error| tracing::warn!("{error}"))
        .ok()??
        .denied;
    Some(
        denied
            .iter()
            .filter_map(|action| Action::parse(action))
            .collect(),
    )
}

fn table(
    settings: &AwsSettings,
    account: &Account,
    summary: &AccountSummary,
    prediction: &Prediction,
    denied: &Option<Vec<Action>>,
) -> String {
    let mut text = String::new();
    let mut row = |name: &str, value: &str| {
        let _ = writeln!(text, "{name:<10}{value}");
    };
    row("account", &account.id);
    row("plan", strategy(settings.strategy));
    row(
        "users",
        &format!("{} in {} groups", summary.users, summary.groups),
    );
    let total: u64 = prediction.calls.values().sum();
    let on_top = on_top(settings);
    row("calls", &format!("{total}{on_top}"));
    for (action, calls) in &prediction.calls {
        row("", &format!("{calls:>6}  {action}"));
    }
    let rate = settings.requests_per_second;
    let seconds = prediction.duration(settings).as_secs_f64();
    row(
        "duration",
        &format!("about {seconds:.1} s, at {rate} calls a second and action"),
    );
    match denied {
        None => row("missing", "not known before the first complete pass"),
        Some(_) if prediction.missing.is_empty() => row("missing", "nothing"),
        Some(_) => {
            for (fact, action) in &prediction.missing {
                row(
                    "missing",
                    &format!("{fact}: {action} was denied in the last pass"),
                );
            }
        }
    }
    text
}

/// The calls whose number the account's summary does not tell.
fn on_top(settings: &AwsSettings) -> String {
    let mut on_top = Vec::new();
    if settings.strategy != Strategy::PerUser && settings.mfa == MfaLookup::Auto {
        on_top.push("one for each user whose MFA nothing else tells");
    }
    if settings.access_keys == AccessKeyLookup::Ids {
        on_top.push("one for each access key");
    }
    on_top
        .iter()
        .map(|calls| format!(", and {calls}"))
        .collect()
}

fn document(
    settings: &AwsSettings,
    account: &Account,
    summary: &AccountSummary,
    prediction: &Prediction,
    denied: &Option<Vec<Action>>,
) -> String {
    let calls = prediction
        .calls
        .iter()
        .map(|(action, &calls)| (action.to_string(), calls.into()));
    let missing = prediction
        .missing
        .iter()
        .map(|(fact, action)| json!({"fact": fact, "permission": action.as_str()}));
    let document = json!({
        "account": account.id,
        "plan": strategy(settings.strategy),
        "users": summary.users,
        "groups": summary.groups,
        "calls": calls.collect::<serde_json::Map<_, _>>(),
        "duration_ms": prediction.duration(settings).as_millis() as u64,
        "missing": denied.is_some().then(|| missing.collect::<Vec<_>>()),
    });
    format!("{document}\n")
}

fn strategy(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::Auto => "auto: in bulk, and per user where bulk is denied or fails",
        Strategy::Bulk => "bulk",
        Strategy::PerUser => "per-user",
    }
}
