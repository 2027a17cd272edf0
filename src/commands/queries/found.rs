//! What becomes of a question about one: found, not found, or found more than once.

use std::collections::BTreeMap;

use crate::cli::GetArgs;
use crate::commands::setup::UsageError;
use crate::model::Unknown;
use crate::queries::Who;
use crate::run::ExitStatus;

/// The accounts to ask: those that are named, or that of the ARN.
pub(super) fn accounts_of(args: &GetArgs) -> Vec<String> {
    match args.who.account() {
        Some(account) if args.from.accounts.is_empty() => vec![account.to_owned()],
        _ => args.from.accounts.clone(),
    }
}

/// The one of `found`; `None` where there is none, which is logged. Of several, the error lists the
/// ARNs. `what` is asked for: a user or a group.
pub(super) fn the_one<T>(
    what: &str,
    who: &Who,
    mut found: Vec<T>,
    name_and_arn: impl Fn(&T) -> (String, String),
) -> anyhow::Result<Option<T>> {
    let asked = who.asked();
    if found.len() > 1 {
        let arns: Vec<String> = found.iter().map(|it| name_and_arn(it).1).collect();
        let several = format!(
            "{asked} is a {what} of {} accounts: give --account or one of {}",
            arns.len(),
            arns.join(", ")
        );
        return Err(UsageError(several).into());
    }
    let Some(one) = found.pop() else {
        tracing::error!("there is no {what} {asked}");
        return Ok(None);
    };
    if let Some(name) = who.respelled(&name_and_arn(&one).0) {
        tracing::info!("{asked} is spelled {name}");
    }
    Ok(Some(one))
}

/// The exit code where nobody was found: that there is none is certain only if every account
/// answered.
pub(super) fn nobody(failure: Option<ExitStatus>) -> ExitStatus {
    failure.unwrap_or(ExitStatus::No)
}

/// Logs which facts could not be read, and how often; returns the exit code.
pub(super) fn status<'a>(
    failure: Option<ExitStatus>,
    shortfalls: impl Iterator<Item = (&'static str, &'a Unknown)>,
) -> ExitStatus {
    let mut counts: BTreeMap<(&str, &Unknown), u64> = BTreeMap::new();
    for (fact, why) in shortfalls {
        *counts.entry((fact, why)).or_default() += 1;
    }
    for ((fact, why), times) in &counts {
        tracing::warn!(fact, %why, times, "a fact is unknown");
    }
    match failure {
        Some(failure) => failure,
        None if counts.is_empty() => ExitStatus::Done,
        None => ExitStatus::Partial,
    }
}
