//! Which facts an event lacks, so that it is repeated once they are known.

use super::{Dialect, EventInput};

/// The facts that events of the dialect `sekoia` have.
const SHOWN_BY_SEKOIA: [&str; 4] = ["groups", "groups.attached_policies", "mfa", "tags"];

/// The names of the facts that the event about `input` in `dialect` lacks, or gives as last
/// known; in order, each once.
pub(super) fn owed(dialect: Dialect, input: &EventInput<'_>) -> Vec<String> {
    let unknown = input.user.unknown_facts();
    let lacking = unknown.into_iter().map(|(fact, _)| fact.to_owned());
    let mut owed: Vec<String> = match dialect {
        Dialect::Ocsf => {
            let stale = input.stale.iter().map(|stale| stale.fact.to_string());
            lacking.chain(stale).collect()
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
