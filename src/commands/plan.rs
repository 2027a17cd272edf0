//! `rollcall plan`.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::setup;
use crate::aws::Action;
use crate::cli::{GlobalArgs, OutputFormat, PlanArgs};
use crate::collect::{AccountSummary, Prediction, account_summary};
use crate::config::{AccessKeyLookup, AwsSettings, Config, MfaLookup, Strategy};
use crate::model::Account;
use crate::output;
use crate::run::{AccountError, ExitStatus, Fleet, Member};
use crate::store::{Store, StoreError};

/// What a pass over each account will cost and miss. Two calls an account; nothing is sent.
pub(super) async fn plan(global: &GlobalArgs, args: &PlanArgs) -> anyhow::Result<ExitStatus> {
    let config = setup::config(global)?;
    let fleet = Fleet::find(&setup::aws(&config)?, &args.accounts).await?;
    if let Some(error) = &fleet.failure {
        tracing::error!(%error, "the organization may have more accounts than were listed");
    }
    let is_alone = fleet.members.len() == 1;
    let mut plans = Vec::new();
    for member in &fleet.members {
        match of_account(&config, &fleet, member).await {
            Ok(plan) => plans.push(plan),
            Err(error) if is_alone => return Err(error.into()),
            Err(error) => {
                let account = member.id.as_deref().unwrap_or_default();
                tracing::error!(account, %error, "the account has no plan");
            }
        }
    }
    let text = match (args.output, plans.as_slice()) {
        (OutputFormat::Table, _) => {
            let tables: Vec<String> = plans.iter().map(Plan::table).collect();
            tables.join("\n")
        }
        (OutputFormat::Json, [plan]) if is_alone => format!("{}\n", plan.document()),
        (OutputFormat::Json, _) => {
            let documents: Vec<_> = plans.iter().map(Plan::document).collect();
            format!("{}\n", json!({ "accounts": documents }))
        }
    };
    output::write(text.as_bytes())?;
    let is_whole = plans.len() == fleet.members.len() && fleet.failure.is_none();
    Ok(match (is_whole, plans.is_empty()) {
        (true, _) => ExitStatus::Done,
        (false, true) => ExitStatus::AwsRefused,
        (false, false) => ExitStatus::Partial,
    })
}

async fn of_account<'a>(
    config: &'a Config,
    fleet: &Fleet,
    member: &Member,
) -> Result<Plan<'a>, AccountError> {
    let (client, account) = fleet.session(member).await?;
    let summary = account_summary(&client).await?;
    let denied = denied_last_time(config, &account.id).await;
    let known = match &denied {
        Denied::Known(denied) => denied.as_slice(),
        Denied::NoPassYet | Denied::Unreadable => &[],
    };
    let mut prediction = Prediction::of(&config.aws, &summary, known);
    if account.name.is_none() {
        prediction.calls.insert(Action::ListAccountAliases, 1);
    }
    Ok(Plan {
        settings: &config.aws,
        account,
        summary,
        prediction,
        denied,
    })
}

/// What is shown.
struct Plan<'a> {
    settings: &'a AwsSettings,
    account: Account,
    summary: AccountSummary,
    prediction: Prediction,
    denied: Denied,
}

/// What the last complete pass found denied.
enum Denied {
    /// These actions.
    Known(Vec<Action>),
    /// There was none.
    NoPassYet,
    /// The state could not be read: a daemon has it, or it is damaged. That is logged.
    Unreadable,
}

async fn denied_last_time(config: &Config, account_id: &str) -> Denied {
    let Ok(dir) = config.agent.resolved_state_dir() else {
        return Denied::NoPassYet;
    };
    let account_id = account_id.to_owned();
    let read = move || -> Result<Denied, StoreError> {
        let Some(store) = Store::open_existing(&dir)? else {
            return Ok(Denied::NoPassYet);
        };
        if store.checkpoint(&account_id)?.is_none() {
            return Ok(Denied::NoPassYet);
        }
        let denied = store.memory(&account_id)?.denied;
        let denied = denied.iter().filter_map(|action| Action::parse(action));
        Ok(Denied::Known(denied.collect()))
    };
    let read = tokio::task::spawn_blocking(read).await;
    let read = read.unwrap_or_else(|error| Err(StoreError::Worker(error.to_string())));
    read.unwrap_or_else(|error| {
        tracing::warn!("{error}");
        Denied::Unreadable
    })
}

impl Plan<'_> {
    fn table(&self) -> String {
        let Self {
            settings, summary, ..
        } = self;
        let mut text = String::new();
        let mut row = |name: &str, value: &str| {
            let _ = writeln!(text, "{name:<10}{value}");
        };
        let name = self.account.name.iter();
        let name: String = name.map(|name| format!(" ({name})")).collect();
        row("account", &format!("{}{name}", self.account.id));
        row("plan", told(settings.strategy));
        row("users", &summary.users.to_string());
        row("groups", &summary.groups.to_string());
        let total: u64 = self.prediction.calls.values().sum();
        row("calls", &format!("{total}{}", on_top(settings)));
        for (action, calls) in &self.prediction.calls {
            row("", &format!("{calls:>6}  {action}"));
        }
        let rate = settings.requests_per_second;
        let seconds = self.prediction.duration(settings).as_secs_f64();
        row(
            "duration",
            &format!("about {seconds:.1} s, at {rate} calls a second and action"),
        );
        match self.denied {
            Denied::NoPassYet => row("missing", "not known before the first complete pass"),
            Denied::Unreadable => row("missing", "not known: the state could not be read"),
            Denied::Known(_) if self.prediction.missing.is_empty() => row("missing", "nothing"),
            Denied::Known(_) => {
                for (fact, action) in &self.prediction.missing {
                    let why = format!("{fact}: {action} was denied in the last pass");
                    row("missing", &why);
                }
            }
        }
        text
    }

    fn document(&self) -> Value {
        let calls = self.prediction.calls.iter();
        let calls = calls.map(|(action, &calls)| (action.to_string(), calls.into()));
        let missing = self.prediction.missing.iter();
        let missing =
            missing.map(|(fact, action)| json!({"fact": fact, "permission": action.as_str()}));
        let is_known = matches!(self.denied, Denied::Known(_));
        json!({
            "account": self.account.id,
            "plan": self.settings.strategy.as_str(),
            "users": self.summary.users,
            "groups": self.summary.groups,
            "calls": calls.collect::<serde_json::Map<_, _>>(),
            "duration_ms": self.prediction.duration(self.settings).as_millis() as u64,
            "missing": is_known.then(|| missing.collect::<Vec<_>>()),
        })
    }
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

fn told(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::Auto => "auto: in bulk, and per user where bulk is denied or fails",
        Strategy::Bulk | Strategy::PerUser => strategy.as_str(),
    }
}
