//! What an intake was sent, as a receiver keeps it, and no event twice.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::truth::{Truth, is_deletion, known_by, shown};
use crate::support::intake::{Intake, Recorded};

/// What a receiver knows that takes an event once, by its id.
#[derive(Clone, Debug, Default)]
pub(super) struct View {
    /// The last event about each user: by ARN, or of strict events by UserId.
    pub(super) last: BTreeMap<String, Value>,
    /// How many events came again.
    pub(super) repeats: usize,
    /// How many came under another id, and said of their user what the event before said.
    pub(super) doubles: usize,
    by_id: BTreeMap<String, Value>,
}

impl View {
    /// This, and what the intake took, whether or not the agent heard its answer.
    pub(super) fn after(&self, intake: &Intake) -> Self {
        let mut view = self.clone();
        view.repeats = 0;
        let mut posts = intake.posts();
        posts.retain(|post| (200..300).contains(&post.status));
        for event in posts.iter().flat_map(Recorded::items) {
            view.hear(event);
        }
        view
    }

    /// Adds what the intake took since this was last called.
    pub(super) fn take(&mut self, intake: &Intake) {
        for post in intake.take_posts() {
            post.items().iter().for_each(|event| self.hear(event));
        }
    }

    fn hear(&mut self, event: &Value) {
        let text = |value: &Value| value.as_str().expect("a string").to_owned();
        let id = text(&event["metadata"]["uid"]);
        if let Some(earlier) = self.by_id.get(&id) {
            assert_eq!(event, earlier, "two events of one id");
            self.repeats += 1;
            return;
        }
        self.by_id.insert(id, event.clone());
        let said = shown(event);
        let is_same = |last: &Value| {
            ["user", "enrichments"]
                .iter()
                .all(|it| last[it] == said[it])
        };
        let key = text(&event["user"][known_by(event)]);
        self.doubles += usize::from(self.last.get(&key).is_some_and(is_same));
        self.last.insert(key, said);
    }

    /// What is wrong unless everything sent was true, and the end of it is what is true now;
    /// `except` is a user that the intake refuses.
    pub(super) fn wrong(&self, truth: &Truth, except: Option<&String>) -> Vec<String> {
        let mut wrong = Vec::new();
        for event in self.by_id.values() {
            // What was gone for a while may be back by now.
            if !truth.held(&shown(event)) && !is_deletion(event) {
                wrong.push(format!("never true: {event}"));
            }
        }
        wrong.extend(self.behind(truth, except));
        wrong
    }

    /// What is wrong unless the end of what was sent is what is true now.
    pub(super) fn behind(&self, truth: &Truth, except: Option<&String>) -> Vec<String> {
        let mut wrong = Vec::new();
        let of_current = |event: &Value| {
            let user = event["user"]["uid_alt"].as_str().unwrap_or_default();
            except.is_some_and(|except| except == user)
        };
        for (id, now) in &truth.now {
            let last = self.last.get(truth.key(now));
            let is_known = last.is_some_and(|last| last["user"] == *now && !is_deletion(last));
            if !is_known && except != Some(id) {
                let last = last.map(Value::to_string);
                wrong.push(format!(
                    "{id} is missed: {now}\nand was last sent as {last:?}"
                ));
            }
        }
        let keys: BTreeSet<&str> = truth.now.values().map(|it| truth.key(it)).collect();
        for (key, last) in &self.last {
            if !keys.contains(key.as_str()) && !is_deletion(last) && !of_current(last) {
                wrong.push(format!(
                    "{key} is gone, and the intake does not know: {last}"
                ));
            }
        }
        wrong
    }
}
