//! What an intake was told, and what must hold of it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::truth::{Id, Truth, is_deletion, is_part};
use crate::support::intake::{Intake, Recorded};

/// The last that an intake heard of each user.
#[derive(Clone, Debug, Default)]
pub(super) struct View {
    /// Event ids, by UserId.
    pub(super) last: BTreeMap<String, Id>,
    /// How many events came that were the last about their user already.
    pub(super) repeats: usize,
    json: BTreeMap<Id, Value>,
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

    fn hear(&mut self, event: &Value) {
        let text = |value: &Value| value.as_str().expect("a string").to_owned();
        let user = text(&event["user"]["uid_alt"]);
        let id = text(&event["metadata"]["uid"]);
        let earlier = self.json.entry(id.clone()).or_insert_with(|| event.clone());
        let (now, before) = (&event["user"], &earlier["user"]);
        let is_same = is_part(now, before) || is_part(before, now);
        assert!(is_same, "two events of one id: {now} and {before}");
        let last = self.last.insert(user, id.clone());
        self.repeats += usize::from(last == Some(id));
    }

    /// What is wrong unless everything told was true, and the end of it is what is true now;
    /// `except` is a user whom the intake refuses to hear of.
    pub(super) fn wrong(&self, truth: &Truth, except: Option<&String>) -> Vec<String> {
        let mut wrong = Vec::new();
        for (id, event) in &self.json {
            if !truth.held(id, event) {
                wrong.push(format!("never true: {event}"));
            }
        }
        for (user, id) in &truth.now {
            let told = self.last.get(user);
            if told != Some(id) && except != Some(user) {
                let told = told.map(|id| &self.json[id]["user"]);
                wrong.push(format!("{user} is missed, and was last told as {told:?}"));
            }
        }
        for (user, id) in &self.last {
            if !truth.now.contains_key(user) && !is_deletion(&self.json[id]) {
                wrong.push(format!("{user} is gone, and was not told so"));
            }
        }
        wrong
    }
}
