//! Events to standard output, nothing stored and nothing sent: `map` and `collect --dry-run`.

use std::io;

use tokio::sync::mpsc;

use super::chunk;
use super::pass::MappingPlan;
use crate::collect::{Enumeration, InventorySource};
use crate::map::Dialect;
use crate::model::{Account, PassStamp, User};
use crate::output;

/// Writes the event about every user of `source` as one line each, and tells how the enumeration
/// ended.
///
/// `account_of` names the account of a user; files may hold several accounts.
pub async fn print_events<S: InventorySource>(
    source: &S,
    account_of: impl Fn(&User) -> Account,
    mapping: &MappingPlan,
    dialect: Dialect,
    stamp: PassStamp,
) -> io::Result<Enumeration<S::Error>> {
    let (sender, mut users) = mpsc::channel(64);
    let print_all = async {
        loop {
            let chunk = chunk::next(&mut users).await;
            if chunk.is_empty() {
                return Ok(());
            }
            let events = chunk
                .iter()
                .filter_map(|user| mapping.event(&account_of(user), user, stamp, dialect));
            let mut lines = Vec::new();
            for event in events {
                lines.extend_from_slice(&event.json);
                lines.push(b'\n');
            }
            output::write(&lines)?;
        }
    };
    let (ended, printed) = tokio::join!(source.collect(sender), print_all);
    printed.map(|()| ended)
}
