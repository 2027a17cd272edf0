//! Which facts an event lacks, so that it is repeated once they are known.

use super::{Dialect, EventInput};
use crate::model::{Reason, Unknown};

/// The facts that events of the dialect `sekoia` have.
const SHOWN_BY_SEKOIA: [&str; 4] = ["groups", "groups.attached_policies", "mfa", "tags"];

/// The names of the facts that the event about `input` in `dialect` lacks, or gives as last
/// known; in order, each once.
pub(super) fn owed(dialect: Dialect, input: &EventInput<'_>) -> Vec<String> {
    let unknown = input.user.unknown_facts().into_iter();
    let lacking = unknown.filter(|(fact, why)| !is_never_asked_for(fact, why));
    let lacking = lacking.map(|(fact, _)| fact.to_owned());
    let mut owed: Vec<String> = match dialect {
        Dialect::Ocsf => {
            let stale = input.stale.iter();
            let stale = stale.filter(|it| !is_never_asked_for(&it.fact, &it.why));
            lacking.chain(stale.map(|it| it.fact.to_string())).collect()
        }
        // It has no mark for what is stale: its event would be repeated word by word.
        Dialect::Sekoia => lacking
            .filter(|fact| SHOWN_BY_SEKOIA.contains(&fact.as_str()))
            .collect(),
    };
    owed.sort_unstable();
    owed.dedup();
    owed
}

/// Whether no pass by the same configuration will know the fact: without `aws.access_keys = "ids"`,
/// nobody's SSH public keys are asked for.
fn is_never_asked_for(fact: &str, why: &Unknown) -> bool {
    fact == "ssh_public_keys" && why.reason == Reason::NotCollected
}
