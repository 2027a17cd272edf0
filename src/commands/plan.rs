//! `rollcall plan`.

use serde_json::{Value, json};

use futures_util::{StreamExt, stream};

use super::setup;
use crate::aws::{
    Action, AwsClient, AwsError, AwsErrorClass, PermissionProbe, probe_log, probe_queue,
};
use crate::cli::{GlobalArgs, OutputFormat, PlanArgs};
use crate::collect::{AccountSummary, CallPlan, Prediction, account_summary};
use crate::config::{AccessKeyLookup, AwsSettings, Config, MfaLookup, Strategy};
use crate::model::Account;
use crate::output;
use crate::run::{AccountError, ExitStatus, Fleet, Member, audit_regions};
use crate::table::{Width, paragraph};

/// What a pass over each account will cost and miss: its size, and one call of each action that
/// a pass may make, which shows what is denied. Nothing is sent, and no state is read or written.
/// Where the pass will be refused, the exit code is that of `collect`.
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
    let has_queue = has_queue(&config).await?;
    let text = match (args.output, plans.as_slice()) {
        (OutputFormat::Table, _) => {
            let width = output::width();
            let tables: Vec<String> = plans.iter().map(|plan| plan.table(width)).collect();
            tables.join("\n")
        }
        (OutputFormat::Json, [plan]) if is_alone => format!("{}\n", plan.document()),
        (OutputFormat::Json, _) => {
            let documents: Vec<_> = plans.iter().map(Plan::document).collect();
            format!("{}\n", json!({ "accounts": documents }))
        }
    };
    output::write(&args.output.page(&text))?;
    let collecting = plans.iter().filter(|plan| !plan.is_refused()).count();
    let is_whole = collecting == fleet.members.len() && fleet.failure.is_none() && has_queue;
    Ok(match (is_whole, collecting) {
        (true, _) => ExitStatus::Done,
        (false, 0) => ExitStatus::AwsRefused,
        (false, _) => ExitStatus::Partial,
    })
}

/// Whether the queue of the audit log can be read, where there is one.
async fn has_queue(config: &Config) -> anyhow::Result<bool> {
    let Some(place) = config.audit.queue() else {
        return Ok(true);
    };
    let client = AwsClient::connect(&setup::aws(config)?).await;
    let tried = probe_queue(&client, &place).await;
    if let Err(error) = &tried {
        tracing::error!(queue = place.url, %error, "the queue of the audit log cannot be read");
    }
    Ok(tried.is_ok())
}

async fn of_account<'a>(
    config: &'a Config,
    fleet: &Fleet,
    member: &Member,
) -> Result<Plan<'a>, AccountError> {
    let (client, account) = fleet.session(member).await?;
    let (summary, mut not_probed) = (account_summary(&client).await, Vec::new());
    let summary = match summary {
        Ok(summary) => Some(summary),
        // No other call would fare better.
        Err(error) if error.class.ends_the_pass() => return Err(error.into()),
        Err(error) => {
            not_probed.extend((error.class != AwsErrorClass::Denied).then_some(error));
            None
        }
    };
    let dialects = config.sinks.iter().map(|sink| sink.dialect);
    let reads_policies = setup::mapping(&config.mapping).needs_policies(dialects);
    let calls = CallPlan::of(&config.aws).with_policies(reads_policies);
    not_probed.extend(probe(&client, &calls).await);
    let mut prediction = Prediction::of(&calls, summary.as_ref(), &client.denied());
    if account.name.is_none() {
        prediction.calls.insert(Action::ListAccountAliases, 1);
    }
    let mut followed = Vec::new();
    if config.audit.enabled {
        followed = audit_regions(&config.audit.regions, &client, &account);
        for region in &followed {
            match probe_log(&client, region).await {
                Err(error) if error.class == AwsErrorClass::Denied => {
                    let what = "the audit log";
                    prediction.missing.push((what, Action::LookupEvents));
                    break;
                }
                answer => not_probed.extend(answer.err()),
            }
        }
    }
    Ok(Plan {
        settings: &config.aws,
        followed,
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

/// Of what follows from the account's size alone.
const NOT_KNOWN: &str = "not known, since AWS does not say how large the account is";

/// What is shown.
struct Plan<'a> {
    settings: &'a AwsSettings,
    /// The regions where CloudTrail is followed.
    followed: Vec<String>,
    account: Account,
    /// The account's size, if AWS says it.
    summary: Option<AccountSummary>,
    prediction: Prediction,
    /// The calls that failed, so that it is not known whether they are denied.
    not_probed: Vec<AwsError>,
}

impl Plan<'_> {
    /// Whether AWS will refuse the pass, since no call says who there is.
    fn is_refused(&self) -> bool {
        !self.prediction.nobody_by.is_empty()
    }

    fn table(&self, width: Width) -> String {
        let Self {
            settings, summary, ..
        } = self;
        let mut text = String::new();
        let mut row = |name: &str, value: &str| {
            let head = format!("{name:<10}");
            match name {
                // Figures, which have a column of their own.
                "" => text += &format!("{head}{value}\n"),
                _ => text += &paragraph(&head, value, width),
            }
        };
        let name = self.account.name.iter();
        let name: String = name.map(|name| format!(" ({name})")).collect();
        row("account", &format!("{}{name}", self.account.id));
        row("plan", describe(settings.strategy));
        if self.is_refused() {
            let code = ExitStatus::AwsRefused as u8;
            let text = format!("will collect nothing and end with exit code {code}");
            row("collect", &text);
        }
        let size = |count: fn(&AccountSummary) -> u64| match summary {
            Some(summary) => count(summary).to_string(),
            None => NOT_KNOWN.to_owned(),
        };
        row("users", &size(|it| it.users));
        row("groups", &size(|it| it.groups));
        let total: u64 = self.prediction.calls.values().sum();
        let at_least = match summary {
            Some(_) => "",
            None => "more than ",
        };
        let on_top = match self.is_refused() {
            true => String::new(),
            false => on_top(settings),
        };
        row("calls", &format!("{at_least}{total}{on_top}"));
        for (action, calls) in &self.prediction.calls {
            row("", &format!("{calls:>6}  {action}"));
        }
        for action in &self.prediction.uncounted {
            row("", &format!("{:>6}  {action}", "?"));
        }
        let rate = settings.requests_per_second;
        let seconds = self.prediction.duration(settings).as_secs_f64();
        match summary {
            Some(_) => row(
                "duration",
                &format!("about {seconds:.1} s, at {rate} calls a second and action"),
            ),
            None => row("duration", NOT_KNOWN),
        }
        if !self.followed.is_empty() {
            let regions = self.followed.join(", ");
            row(
                "follow",
                &format!("CloudTrail in {regions}, at 2 calls a second each at most"),
            );
        }
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
        let uncounted = self.prediction.uncounted.iter();
        let calls = calls.chain(uncounted.map(|action| (action.to_string(), Value::Null)));
        let size = self.summary.as_ref();
        let duration_ms = || self.prediction.duration(self.settings).as_millis() as u64;
        json!({
            "account": self.account.id,
            "plan": self.settings.strategy.as_str(),
            "users": size.map(|it| it.users),
            "groups": size.map(|it| it.groups),
            "calls": calls.collect::<serde_json::Map<_, _>>(),
            "duration_ms": size.map(|_| duration_ms()),
            "collect_exit_code": self.is_refused().then_some(ExitStatus::AwsRefused as u8),
            "follow": self.followed,
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
