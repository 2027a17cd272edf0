//! Permissions: each that the configuration uses, probed once.

use super::item::{Finding, Item};
use crate::access::{Need, Resource, Statement, Weight};
use crate::aws::{Action, AwsError, AwsErrorClass, Probed};
use crate::run::ExitStatus;

/// A need, and what came of trying it out.
#[derive(Debug)]
pub(super) struct Probe {
    pub(super) need: Need,
    pub(super) answer: Result<Probed, AwsError>,
}

/// A line for each of `probed`.
pub(super) fn items(probes: &[Probe]) -> Vec<Item> {
    probes.iter().map(|it| item(it, probes)).collect()
}

fn item(Probe { need, answer }: &Probe, all: &[Probe]) -> Item {
    let name = need.action.as_str();
    let error = match answer {
        Ok(Probed::Allowed) => return Item::ok(name, need.brings),
        Ok(Probed::NotCalled(why)) => {
            let detail = format!("{}; not tested: {why}", need.brings);
            return Item::new(Finding::Note, name, detail);
        }
        Err(error) => error,
    };
    if error.class != AwsErrorClass::Denied {
        let status = match error.class.is_refusal() {
            true => ExitStatus::AwsRefused,
            false => ExitStatus::Partial,
        };
        return Item::failed(name, error, status);
    }
    let lost = format!("lost: {}{}", need.brings, denied_by(error));
    let item = match need.weight {
        Weight::Needed => Item::new(Finding::Missing, name, lost),
        Weight::Optional => Item::new(Finding::Note, name, lost),
        Weight::Spare(other) if is_allowed(other, all) => {
            let detail = format!(
                "not allowed, nor needed while {other} is{}",
                denied_by(error)
            );
            Item::new(Finding::Note, name, detail)
        }
        Weight::Spare(_) => Item::new(Finding::Missing, name, lost),
    };
    item.adding(Some(Statement::adding(need.action, Resource::All)))
}

fn is_allowed(action: Action, all: &[Probe]) -> bool {
    let mut all = all.iter();
    all.any(|it| it.need.action == action && it.answer == Ok(Probed::Allowed))
}

/// A denial that no Allow undoes, in AWS's words.
fn denied_by(error: &AwsError) -> String {
    match error.message.find("explicit deny") {
        Some(start) => {
            let deny = error.message[start..].trim_end_matches('.');
            format!(" (by an {deny}, which stands above any Allow)")
        }
        None => String::new(),
    }
}
