//! What was ever true of an account, as the events that say so.

use std::collections::BTreeMap;

use rollcall::analyze::AdminRule;
use rollcall::config::MappingSettings;
use rollcall::map::{AdminBy, Dialect, MappingRules};
use rollcall::model::{Account, PassStamp};
use rollcall::run::{KnownUser, MappingPlan};
use serde_json::Value;
use time::OffsetDateTime;

use crate::support::sim_aws::SimAccount;

/// What was and is true, as events of one dialect show it.
#[derive(Debug)]
pub(super) struct Truth {
    dialect: Dialect,
    /// Each present user as an event shows it, by UserId.
    pub(super) now: BTreeMap<String, Value>,
    /// Every state that a user was in, by UserId.
    states: BTreeMap<String, Vec<Value>>,
}

/// How users become events here: as by default, without the root user, who is no user. Names give
/// the type: verdicts, which hold users back, are told beside it.
pub(super) fn mapping() -> MappingPlan {
    let settings = MappingSettings::default();
    MappingPlan {
        admin: AdminRule::new(&settings.admin),
        rules: MappingRules {
            admin_by: AdminBy::Names,
            ..MappingRules::default()
        },
        with_root: false,
        with_scps: false,
        verifies: false,
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
    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            now: BTreeMap::new(),
            states: BTreeMap::new(),
        }
    }

    /// Takes note of the accounts as they are now.
    pub(super) fn note(&mut self, accounts: &[SimAccount]) {
        self.now.clear();
        accounts.iter().for_each(|account| self.add(account));
    }

    /// What a receiver knows the user `now` by.
    pub(super) fn key<'a>(&self, now: &'a Value) -> &'a str {
        let key = match self.dialect {
            Dialect::Ocsf => "uid_alt",
            Dialect::Sekoia => "uid",
        };
        now[key].as_str().expect("a text")
    }

    fn add(&mut self, account: &SimAccount) {
        let (mapping, named) = (mapping(), named(account));
        let stamp = PassStamp::new(OffsetDateTime::UNIX_EPOCH);
        for user in account.expected() {
            let event = mapping.event(
                &named,
                KnownUser::first_seen(&user, None),
                stamp,
                self.dialect,
            );
            let event: Value = serde_json::from_slice(&event.expect("an event")).expect("JSON");
            let sent = shown(&event)["user"].clone();
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
    let is_disabled = event["enrichments"][0]["data"]["is_enabled"] == Value::Bool(false);
    is_disabled || event["activity_id"] == 6
}

/// What a receiver knows users by: the strict dialect has UserIds and former ARNs.
pub(super) fn known_by(event: &Value) -> &'static str {
    match event["type_uid"] == 500_301 {
        true => "uid",
        false => "uid_alt",
    }
}

/// `event` with what both dialects know of a user: calls differ in what else they know.
pub(super) fn shown(event: &Value) -> Value {
    const KEYS: [&str; 6] = ["name", "uid", "uid_alt", "has_mfa", "type_id", "groups"];
    let mut event = event.clone();
    if known_by(&event) == "uid" {
        return event;
    }
    if let Some(user) = event["user"].as_object_mut() {
        user.retain(|key, value| KEYS.contains(&key.as_str()) && *value != 0);
        let groups = user.get_mut("groups").and_then(Value::as_array_mut);
        for group in groups.into_iter().flatten() {
            *group = group["name"].clone();
        }
    }
    event
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
