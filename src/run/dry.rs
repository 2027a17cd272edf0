//! Events to standard output, nothing stored and nothing sent: `map` and `collect --dry-run`.

use std::io;

use tokio::sync::mpsc;

use super::mapping::MappingPlan;
use super::pass::{UnknownCounts, count_unknown, next_chunk};
use crate::analyze::Privilege;
use crate::collect::{Enumeration, InventorySource};
use crate::map::Dialect;
use crate::model::{Account, PassStamp, User};
use crate::output;

/// What was printed, and what it lacks.
#[derive(Debug)]
pub struct Printed<E> {
    /// How the enumeration ended.
    pub ended: Enumeration<E>,
    /// Facts that were asked for and could not be read.
    pub unknown_facts: UnknownCounts,
}

/// Writes the event about every user of `source` as one line each, and returns how that went.
///
/// `account_of` names the account of a user; files may hold several accounts. `privilege_of` has the
/// verdict on a user, where there is one.
pub async fn print_events<'a, S: InventorySource>(
    source: &S,
    account_of: impl Fn(&User) -> Account,
    privilege_of: impl Fn(&User) -> Option<&'a Privilege>,
    mapping: &MappingPlan,
    dialect: Dialect,
    stamp: PassStamp,
) -> io::Result<Printed<S::Error>> {
    let (sender, mut users) = mpsc::channel(64);
    // The channel goes with its reader: when nobody reads our output any more, the source stops.
    let print_all = async move {
        let mut unknown_facts = UnknownCounts::new();
        loop {
            let chunk = next_chunk(&mut users).await;
            if chunk.is_empty() {
                return Ok::<_, io::Error>(unknown_facts);
            }
            count_unknown(&mut unknown_facts, &chunk);
            let events = chunk.iter().filter_map(|user| {
                mapping.event(&account_of(user), user, privilege_of(user), stamp, dialect)
            });
            let mut lines = Vec::new();
            for event in events {
                lines.extend_from_slice(&event);
                lines.push(b'\n');
            }
            output::write_events(&lines)?;
        }
    };
    let (ended, printed) = tokio::join!(source.collect(sender), print_all);
    let unknown_facts = printed?;
    Ok(Printed {
        ended,
        unknown_facts,
    })
}
