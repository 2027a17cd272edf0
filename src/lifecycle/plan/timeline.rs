//! Forty-five days of one user, hour by hour, as its program and its table go on.

use std::fmt::Write as _;

use time::{Duration, OffsetDateTime};

use super::fixture::{NOW, desired, known, observed, ours, settings, tag};
use super::*;
use crate::model::{AccessKey, AccessKeyUse, User};

const DAYS: i64 = 45;

/// A user, and a program that uses one of its keys every hour.
struct World {
    now: OffsetDateTime,
    user: Option<User>,
    /// AccessKeyId of the key whose secret is stored.
    stored: Option<String>,
    /// AccessKeyId of the key that the program has.
    taken: Option<String>,
    keys_made: u32,
    lines: String,
    /// What was held back at last.
    held: String,
}

impl World {
    fn new() -> Self {
        Self {
            now: NOW,
            user: None,
            stored: None,
            taken: None,
            keys_made: 0,
            lines: String::new(),
            held: String::new(),
        }
    }

    fn say(&mut self, what: &str) {
        let day = (self.now - NOW).whole_days();
        writeln!(self.lines, "day {day:>2}  {what}").unwrap();
    }

    /// Says it once.
    fn say_held(&mut self, held: String) {
        if self.held != held {
            self.say(&held);
            self.held = held;
        }
    }

    fn keys(&mut self) -> &mut Vec<AccessKey> {
        let Some(Fact::Known { value, .. }) = self.user.as_mut().map(|it| &mut it.access_keys)
        else {
            panic!("no keys");
        };
        value
    }

    fn key(&mut self, id: &str) -> &mut AccessKey {
        let mut keys = self.keys().iter_mut();
        keys.find(|it| it.id.as_deref() == Some(id)).unwrap()
    }

    fn add_key(&mut self) {
        self.keys_made += 1;
        let (id, created) = (format!("K{}", self.keys_made), self.now);
        self.stored = Some(id.clone());
        self.keys().push(AccessKey {
            id: Some(id),
            active: true,
            rotated_at: Some(created),
            last_used: None,
        });
    }

    fn tag(&mut self, key: &str, value: Option<String>) {
        let user = self.user.as_mut().unwrap();
        let mut tags = user.tags.value().unwrap().clone();
        tags.retain(|it| it.key != key);
        tags.extend(value.map(|value| tag(key, &value)));
        user.tags = known(tags);
    }

    /// A run, which does what is planned.
    fn run(&mut self, is_desired: bool) {
        // Somebody else is always desired: an empty state removes nobody.
        let names: &[&str] = if is_desired {
            &["anna", "bob"]
        } else {
            &["bob"]
        };
        let mut at = observed(self.user.clone());
        for stored in at.stored_keys.values_mut() {
            *stored = known(self.stored.clone());
        }
        let planned = plan(
            &desired(names),
            &at,
            &settings(),
            &BTreeSet::new(),
            self.now,
        );
        assert_eq!(planned.refusals, []);
        let of_anna = |user: &Subject| user.name == "anna";
        for Held { what, why, .. } in planned.held.iter().filter(|it| of_anna(&it.user)) {
            self.say_held(format!("held: {what}: {why}"));
        }
        for PlannedAction { action, reason, .. } in
            planned.actions.iter().filter(|it| of_anna(&it.user))
        {
            if !matches!(action, UserAction::Tag { .. }) {
                self.say(&format!("{action} ({reason})"));
            }
            self.act(action);
        }
    }

    fn act(&mut self, action: &UserAction) {
        match action {
            UserAction::Create { .. } => {
                self.user = Some(User {
                    created_at: self.now,
                    ..ours("anna")
                });
            }
            UserAction::CreateKey | UserAction::RotateKey { .. } => self.add_key(),
            UserAction::DeactivateKey { key } => self.key(key).active = false,
            UserAction::DeleteKey { key } => {
                let key = Some(key.as_str());
                self.keys().retain(|it| it.id.as_deref() != key);
            }
            UserAction::Tag { tags } => {
                for tag in tags {
                    self.tag(&tag.key, Some(tag.value.clone()));
                }
            }
            UserAction::Quarantine { mark } => {
                self.keys().iter_mut().for_each(|it| it.active = false);
                self.tag(crate::lifecycle::QUARANTINE_TAG, Some(mark.to_string()));
            }
            UserAction::Restore { keys } => {
                keys.iter().for_each(|key| self.key(key).active = true);
                self.tag(crate::lifecycle::QUARANTINE_TAG, None);
            }
            UserAction::Delete => self.user = None,
            other => panic!("not expected: {other}"),
        }
    }

    /// The program makes a call with its key, if that still works.
    fn call(&mut self) -> bool {
        let (Some(taken), now) = (self.taken.clone(), self.now) else {
            return true;
        };
        let key = self.key(&taken);
        if key.active {
            key.last_used = Some(AccessKeyUse {
                at: now,
                service: None,
                region: None,
            });
        }
        key.active
    }

    /// The program reads the parameter.
    fn take(&mut self) {
        if self.taken != self.stored {
            self.taken.clone_from(&self.stored);
            let key = self.stored.clone().unwrap_or_default();
            self.say(&format!("the program takes {key}"));
        }
    }
}

#[test]
fn a_key_is_rotated_without_a_call_that_fails() {
    let mut world = World::new();
    for hour in 0..DAYS * 24 {
        world.now = NOW + Duration::hours(hour);
        world.run(true);
        // It looks for another key once a day, at noon.
        if hour % 24 == 2 {
            world.take();
        }
        assert!(world.call(), "\n{}", world.lines);
    }
    insta::assert_snapshot!(world.lines);
    let document = include_str!("../../../docs/lifecycle.md");
    assert!(
        document.contains(&world.lines),
        "docs/lifecycle.md tells another timeline"
    );
}

#[test]
fn a_program_that_keeps_its_key_is_never_cut_off() {
    let mut world = World::new();
    for hour in 0..DAYS * 24 {
        world.now = NOW + Duration::hours(hour);
        world.run(true);
        if world.taken.is_none() {
            world.take();
        }
        assert!(world.call(), "\n{}", world.lines);
    }
    insta::assert_snapshot!(world.lines);
}

#[test]
fn who_leaves_the_list_is_quarantined_and_restored_or_deleted() {
    let mut world = World::new();
    for hour in 0..DAYS * 24 {
        world.now = NOW + Duration::hours(hour);
        let day = hour / 24;
        // Taken off the list on day 2, put back on day 10, taken off again on day 20.
        let is_desired = !(2..10).contains(&day) && day < 20;
        world.run(is_desired);
        if day < 1 {
            world.take();
            world.call();
        }
        if world.user.is_none() {
            break;
        }
    }
    insta::assert_snapshot!(world.lines);
}
