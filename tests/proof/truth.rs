//! What was ever true of an account, as the events that say so.

use std::collections::BTreeMap;

use rollcall::analyze::AdminRule;
use rollcall::config::MappingSettings;
use rollcall::map::Dialect;
use rollcall::model::{Account, PassStamp};
use rollcall::run::MappingPlan;
use serde_json::Value;
use time::OffsetDateTime;

use crate::support::sim_aws::SimAccount;

/// What was and is true.
#[derive(Debug, Default)]
pub(super) struct Truth {
    /// Each present user as an event shows it, by UserId.
    pub(super) now: BTreeMap<String, Value>,
    /// Every state that a user was in, by UserId.
    states: BTreeMap<String, Vec<Value>>,
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
        self.now.clear();
        for user in account.expected() {
            let event = mapping.event(&named, &user, stamp, Dialect::Sekoia);
            let event: Value = serde_json::from_slice(&event.expect("an event")).expect("JSON");
            let sent = event["user"].clone();
            let states = self.states.entry(user.id.clone()).or_default();
            if !states.contains(&sent) {
                states.push(sent.clone());
            }
            self.now.insert(user.id.clone(), sent);
        }
    }

    /// Whether each fact of `event` was true of its user at some time: perhaps not all at the
    /// same time, since a fact that cannot be read now is as last known.
    pub(super) fn held(&self, event: &Value) -> bool {
        let user = user_id(event);
        let states = || self.states.get(user).into_iter().flatten();
        let mut facts = event["user"].as_object().expect("a user").iter();
        let was_true = |(key, fact): (&String, &Value)| {
            states().any(|state| state.get(key).is_some_and(|sent| is_part(fact, sent)))
        };
        facts.all(was_true) && !(is_deletion(event) && self.is_current(event))
    }

    /// Whether `event` is about a user that is there under the ARN that it names.
    fn is_current(&self, event: &Value) -> bool {
        let now = self.now.get(user_id(event));
        now.is_some_and(|now| now["uid"] == event["user"]["uid"])
    }
}

fn user_id(event: &Value) -> &str {
    event["user"]["uid_alt"].as_str().expect("a UserId")
}

/// Whether the event says that its user will not log in any more.
pub(super) fn is_deletion(event: &Value) -> bool {
    event["enrichments"][0]["data"]["is_enabled"] == Value::Bool(false)
}

/// Whether everything in `part` is in `whole`: what was never known is left out.
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
