//! Events to standard output, nothing stored and nothing sent: `map` and `collect --dry-run`.

use std::io;

use tokio::sync::{mpsc, oneshot};

use super::mapping::{KnownUser, MappingPlan};
use super::pass::verdicts::{self, Held};
use super::pass::{Chunks, UnknownCounts, count_unknown};
use super::stage::AccountVerdicts;
use crate::analyze::Privilege;
use crate::collect::{Enumeration, InventorySource};
use crate::map::Dialect;
use crate::model::{Account, Fact, PassStamp, User};
use crate::observe::{Phase, Progress};
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
/// verdict on a user, where there is one already; where the source sends policies, users are judged
/// by them.
pub async fn print_events<'a, S: InventorySource>(
    source: &S,
    account_of: impl Fn(&User) -> Account,
    privilege_of: impl Fn(&User) -> Option<&'a Privilege>,
    mapping: &MappingPlan,
    dialect: Dialect,
    stamp: PassStamp,
    progress: &Progress,
) -> io::Result<Printed<S::Error>> {
    let (sender, users) = mpsc::channel(64);
    let (policy_sender, policies) = oneshot::channel();
    let mut unknown_facts = UnknownCounts::new();
    let mut print = |chunk: &[User], verdicts: &AccountVerdicts| {
        count_unknown(&mut unknown_facts, chunk, verdicts);
        // The same terminal has one of both: events.
        if output::is_seen() {
            progress.end();
        }
        let mut lines = Vec::new();
        for user in chunk {
            let privilege = verdicts.value().and_then(|all| all.get(&user.id));
            let privilege = privilege.or_else(|| privilege_of(user));
            let known = KnownUser::first_seen(user, privilege);
            let event = mapping.event(&account_of(user), known, stamp, dialect);
            if let Some(event) = event {
                lines.extend_from_slice(&event);
                lines.push(b'\n');
            }
        }
        progress.add(Phase::Mapping, chunk.len());
        output::write_events(&lines)
    };
    // The channel goes with its reader: when nobody reads our output any more, the source stops.
    let print_as_they_come = async {
        let mut users = users;
        let held = verdicts::hold(&mut users, policies, || progress.add(Phase::Users, 1)).await;
        let Fact::Unknown(why) = &held.policies else {
            return Ok::<_, io::Error>(Some(held));
        };
        let none = Fact::Unknown(why.clone());
        let mut chunks = Chunks::of(held.users).and(&mut users, progress);
        loop {
            let chunk = chunks.next().await;
            if chunk.is_empty() {
                return Ok(None);
            }
            print(&chunk, &none)?;
        }
    };
    let (ended, held) = tokio::join!(source.collect(sender, policy_sender), print_as_they_come);
    if let Some(Held { users, policies }) = held?
        && let Some(first) = users.first()
    {
        let account = account_of(first);
        let lacks_users = ended.lacks_users();
        progress.enter_of(Phase::Judging, users.len());
        let verdicts = verdicts::judge_all(&account, policies, &users, lacks_users).await;
        progress.enter_of(Phase::Mapping, users.len());
        let mut chunks = Chunks::of(users);
        loop {
            let chunk = chunks.next().await;
            if chunk.is_empty() {
                break;
            }
            print(&chunk, &verdicts)?;
        }
    }
    Ok(Printed {
        ended,
        unknown_facts,
    })
}
