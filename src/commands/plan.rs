//! `rollcall plan`.

use std::fmt::Write as _;

use serde_json::{Value, json};

use futures_util::{StreamExt, stream};

use super::setup;
use crate::aws::{Action, AwsClient, AwsError, AwsErrorClass, PermissionProbe};
use crate::cli::{GlobalArgs, OutputFormat, PlanArgs};
use crate::collect::{AccountSummary, CallPlan, Prediction, account_summary};
use crate::config::{AccessKeyLookup, AwsSettings, Config, MfaLookup, Strategy};
use crate::model::Account;
use crate::output;
use crate::run::{AccountError, ExitStatus, Fleet, Member};

/// What a pass over each account will cost and miss: its size, and one call of each action that
/// a pass may make, which shows what is denied. Nothing is sent, and no state is read or written.
pub(super) async fn plan(global: &GlobalArgs, args: &PlanArgs) -> anyhow::Result<ExitStatus> {
    let config = setup::config(global)?;
    let fleet = Fleet::find(&setup::aws(&config)?, &args.accounts).await?;
    if let Some(error) = &fleet.failure {
        tracing::error!(%error, "the organization may have more accounts than were listed");
    }
    let is_alone = fleet.members.len() == 1;
    let mut plans = Vec::new();
    let in_flight = config.aws.accounts_in_flight.get();
    let planned = stream::iter(&fleet.members)
        .map(async |member| (member, of_account(&config, &fleet, member).await));
    let mut planned = std::pin::pin!(planned.buffered(in_flight));
    while let Some((member, plan)) = planned.next().await {
        match plan {
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
    let calls = CallPlan::of(&config.aws);
    let not_probed = probe(&client, &calls).await;
    let mut prediction = Prediction::of(&calls, &summary, &client.denied());
    if account.name.is_none() {
        prediction.calls.insert(Action::ListAccountAliases, 1);
    }
    Ok(Plan {
        settings: &config.aws,
        account,
        summary,
        prediction,
        not_probed,
    })
}

/// Calls each action of `calls` once, as `check` does; the client remembers what is denied. The
/// calls that failed otherwise show nothing.
async fn probe(client: &AwsClient, calls: &CallPlan) -> Vec<AwsError> {
    let mut probes = PermissionProbe::new(client);
    let mut failed = Vec::new();
    let actions = calls.actions().into_iter();
    // The account's size was asked for already.
    for action in actions.filter(|&action| action != Action::GetAccountSummary) {
        let answer = probes.call(action).await;
        failed.extend(
            answer
                .err()
                .filter(|error| error.class != AwsErrorClass::Denied),
        );
    }
    failed
}

/// What is shown.
struct Plan<'a> {
    settings: &'a AwsSettings,
    account: Account,
    summary: AccountSummary,
    prediction: Prediction,
    /// The calls that failed, so that it is not known whether they are denied.
    not_probed: Vec<AwsError>,
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
        row("plan", describe(settings.strategy));
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
        for (fact, action) in &self.prediction.missing {
            row("missing", &format!("{fact}: {action} is denied"));
        }
        for error in &self.not_probed {
            row("missing", &format!("not known: {error}"));
        }
        if self.prediction.missing.is_empty() && self.not_probed.is_empty() {
            row("missing", "nothing");
        }
        text
    }

    fn document(&self) -> Value {
        let calls = self.prediction.calls.iter();
        let calls = calls.map(|(action, &calls)| (action.to_string(), calls.into()));
        let missing = self.prediction.missing.iter();
        let missing =
            missing.map(|(fact, action)| json!({"fact": fact, "permission": action.as_str()}));
        let is_known = self.not_probed.is_empty();
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

/// The calls whose number the account's summary does not give.
fn on_top(settings: &AwsSettings) -> String {
    let mut on_top = Vec::new();
    if settings.strategy != Strategy::PerUser && settings.mfa == MfaLookup::Auto {
        on_top.push("one for each user whose MFA no other call has");
    }
    if settings.access_keys == AccessKeyLookup::Ids {
        on_top.push("one for each access key");
    }
    on_top
        .iter()
        .map(|calls| format!(", and {calls}"))
        .collect()
}

fn describe(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::Auto => "auto: in bulk, and per user where bulk is denied or fails",
        Strategy::Bulk | Strategy::PerUser => strategy.as_str(),
    }
}
