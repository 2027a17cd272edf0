//! What was ever true of an account, as the ids of the events that say so.

use std::collections::{BTreeMap, BTreeSet};

use rollcall::analyze::AdminRule;
use rollcall::config::MappingSettings;
use rollcall::map::Dialect;
use rollcall::model::{Account, PassStamp, User};
use rollcall::run::MappingPlan;
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
    states: BTreeMap<String, Vec<User>>,
}

/// How users become events here: as by default, without the root user, who is no user.
pub(super) fn mapping() -> MappingPlan {
    let settings = MappingSettings::default();
    MappingPlan {
        admin: AdminRule::new(&settings.admin),
        tag_names: settings.tags,
        with_root: false,
    }
}

/// The account as events name it.
pub(super) fn named(account: &SimAccount) -> Account {
    Account {
        id: account.id.clone(),
        partition: account.partition.clone(),
        name: None,
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
            let event = mapping.event(&named, &user, &user, None, stamp, dialect);
            let id = event.expect("an event").id.to_string();
            if self.ever.insert(id.clone()) {
                let states = self.states.entry(user.id.clone()).or_default();
                states.push(user.clone());
            }
            self.now.insert(user.id, id);
        }
        let gone = |(id, _): &(&String, _)| !self.now.contains_key(*id);
        for user in self.states.iter().filter(gone).flat_map(|(_, all)| all) {
            let event = mapping.deletion(&named, user, stamp, dialect);
            self.gone.insert(event.expect("an event").id.to_string());
        }
    }

    /// Whether this event was true at some time.
    pub(super) fn held(&self, id: &Id) -> bool {
        self.ever.contains(id) || self.gone.contains(id)
    }
}
