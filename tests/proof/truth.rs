//! What was ever true of an account, as the ids of the events that say so.

use std::collections::{BTreeMap, BTreeSet};

use rollcall::analyze::AdminRule;
use rollcall::config::MappingSettings;
use rollcall::map::Dialect;
use rollcall::model::{Account, PassStamp, User};
use rollcall::run::MappingPlan;
use serde_json::Value;
use time::OffsetDateTime;

use crate::support::sim_aws::SimAccount;

/// The event id of a user's state; it tells account, ARN and all lasting content.
pub(super) type Id = String;

/// What was and is true.
#[derive(Debug, Default)]
pub(super) struct Truth {
    /// Each present user's event, by UserId.
    pub(super) now: BTreeMap<String, Id>,
    /// Every event that was true at some time.
    ever: BTreeSet<Id>,
    /// The deletions of every state of those who are gone.
    pub(super) gone: BTreeSet<Id>,
    states: BTreeMap<String, Vec<State>>,
}

/// A state that a user was in.
#[derive(Debug)]
struct State {
    user: User,
    told: Value,
    /// Whether its deletion is known already.
    is_gone: bool,
}

/// How users become events here: as by default, without the root user, who is no user.
pub(super) fn mapping() -> MappingPlan {
    let settings = MappingSettings::default();
    MappingPlan {
        admin: AdminRule::new(&settings.admin),
        tag_names: settings.tags,
        with_root: false,
        is_last_use_content: false,
    }
}

/// The account as events name it.
pub(super) fn named(account: &SimAccount) -> Account {
    Account {
        id: account.id.clone(),
        partition: account.partition.clone(),
        name: None,
        organization: None,
    }
}

impl Truth {
    /// Takes note of the account as it is now.
    pub(super) fn note(&mut self, account: &SimAccount) {
        let (mapping, named) = (mapping(), named(account));
        let stamp = PassStamp::new(OffsetDateTime::UNIX_EPOCH);
        let dialect = Dialect::Sekoia;
        self.now.clear();
        for user in account.expected() {
            let event = mapping.event(&named, &user, stamp, dialect);
            let event = event.expect("an event");
            let id = event.id.to_string();
            self.now.insert(user.id.clone(), id.clone());
            if self.ever.insert(id) {
                let event: Value = serde_json::from_slice(&event.json).expect("JSON");
                let states = self.states.entry(user.id.clone()).or_default();
                let told = event["user"].clone();
                states.push(State {
                    user,
                    told,
                    is_gone: false,
                });
            }
        }
        for (id, states) in &mut self.states {
            if self.now.contains_key(id) {
                continue;
            }
            for state in states.iter_mut().filter(|state| !state.is_gone) {
                state.is_gone = true;
                let event = mapping.deletion(&named, &state.user, stamp, dialect);
                self.gone.insert(event.expect("an event").id.to_string());
            }
        }
    }

    /// Whether this event tells what was true at some time, or a part of it.
    pub(super) fn held(&self, id: &Id, event: &Value) -> bool {
        if self.ever.contains(id) || self.gone.contains(id) {
            return true;
        }
        let user = event["user"]["uid_alt"].as_str().expect("a UserId");
        let states = || self.states.get(user).into_iter().flatten();
        if is_deletion(event) {
            // Each fact as it was last known, perhaps not all of them from the same pass.
            let mut facts = event["user"].as_object().expect("a user").iter();
            let was_true = |(key, fact): (&String, &Value)| {
                states().any(|state| state.told.get(key).is_some_and(|told| is_part(fact, told)))
            };
            return !self.now.contains_key(user) && facts.all(was_true);
        }
        states().any(|state| is_part(&event["user"], &state.told))
    }
}

/// Whether the event says that its user will not log in any more.
pub(super) fn is_deletion(event: &Value) -> bool {
    event["enrichments"][0]["data"]["is_enabled"] == Value::Bool(false)
}

/// Whether everything in `part` is in `whole`: what is unknown is left out.
pub(super) fn is_part(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Object(part), Value::Object(whole)) => part
            .iter()
            .all(|(key, part)| whole.get(key).is_some_and(|whole| is_part(part, whole))),
        (Value::Array(part), Value::Array(whole)) => {
            part.len() == whole.len()
                && part
                    .iter()
                    .zip(whole)
                    .all(|(part, whole)| is_part(part, whole))
        }
        (part, whole) => part == whole,
    }
}
