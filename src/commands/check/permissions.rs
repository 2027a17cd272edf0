//! Permissions: each that the configuration uses, tried out once.

use super::item::{Finding, Item};
use crate::access::{Need, Resource, Statement, Weight};
use crate::aws::{Action, AwsError, AwsErrorClass, Trial};
use crate::run::ExitStatus;

/// A need, and what came of trying it out.
#[derive(Debug)]
pub(super) struct Tried {
    pub(super) need: Need,
    pub(super) answer: Result<Trial, AwsError>,
}

/// A line for each of `tried`.
pub(super) fn items(tried: &[Tried]) -> Vec<Item> {
    tried.iter().map(|it| item(it, tried)).collect()
}

fn item(Tried { need, answer }: &Tried, all: &[Tried]) -> Item {
    let name = need.action.as_str();
    let error = match answer {
        Ok(Trial::Allowed) => return Item::ok(name, need.brings),
        Ok(Trial::Untried(why)) => {
            let detail = format!("{}; not tried out: {why}", need.brings);
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

fn is_allowed(action: Action, all: &[Tried]) -> bool {
    let mut all = all.iter();
    all.any(|it| it.need.action == action && it.answer == Ok(Trial::Allowed))
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
