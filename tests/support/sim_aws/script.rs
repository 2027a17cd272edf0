//! How the server is to behave.

use std::collections::HashMap;
use std::fmt;
use std::time::{Duration, Instant};

use super::bucket::Bucket;
use super::call::Call;
use super::faults::{Fault, Rule};
use super::{PageShape, SimAccount};

/// A change of the first account.
pub(super) type Edit = Box<dyn FnOnce(&mut SimAccount) + Send>;

/// What was asked for, by action; `None` is every action that nothing else was asked for.
#[derive(Debug, Default)]
pub(super) struct Script {
    pub(super) rules: Vec<Rule>,
    pub(super) buckets: HashMap<&'static str, Bucket>,
    pub(super) latency: HashMap<Option<&'static str>, Duration>,
    /// By access key; before all others.
    pub(super) latency_of_key: HashMap<String, Duration>,
    /// By action: which other one must have been answered before, and how often.
    pub(super) held: HashMap<&'static str, (&'static str, u64)>,
    /// How often each action was answered, with the changes after it made.
    pub(super) answered: HashMap<&'static str, u64>,
    pub(super) shapes: HashMap<Option<&'static str>, PageShape>,
    pub(super) edits: Vec<Planned>,
}

/// A change to make once a call was answered.
pub(super) struct Planned {
    pub(super) action: &'static str,
    pub(super) call: u64,
    pub(super) edit: Edit,
}

/// How to treat one call.
#[derive(Debug)]
pub(super) struct Treatment {
    pub(super) latency: Duration,
    pub(super) shape: PageShape,
    pub(super) fault: Option<Fault>,
    pub(super) edits: Vec<Planned>,
}

impl Script {
    /// Whether answers of `action` still have to wait for others.
    pub(super) fn is_held(&self, action: &str) -> bool {
        let answered = |other| self.answered.get(other).copied().unwrap_or_default();
        let held = self.held.get(action);
        held.is_some_and(|(other, answers)| answered(other) < *answers)
    }

    /// How to treat this call, the `number`th of its action.
    pub(super) fn treat(&mut self, action: &'static str, number: u64, call: &Call) -> Treatment {
        let hit = self
            .rules
            .iter_mut()
            .find_map(|rule| rule.hit(action, call));
        let bucket = self.buckets.get_mut(action);
        let is_throttled = bucket.is_some_and(|bucket| !bucket.take(Instant::now()));
        let is_due = |planned: &mut Planned| planned.action == action && planned.call == number;
        let of_key = self.latency_of_key.get(&call.access_key_id).copied();
        let latency = of_key.or_else(|| asked(&self.latency, action));
        Treatment {
            latency: latency.unwrap_or_default(),
            shape: asked(&self.shapes, action).unwrap_or(PageShape::FULL),
            fault: if is_throttled {
                Some(Fault::Throttling)
            } else {
                hit
            },
            edits: self.edits.extract_if(.., is_due).collect(),
        }
    }
}

fn asked<T: Copy>(map: &HashMap<Option<&'static str>, T>, action: &'static str) -> Option<T> {
    map.get(&Some(action)).or_else(|| map.get(&None)).copied()
}

impl fmt::Debug for Planned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a change after call {} of {}", self.call, self.action)
    }
}
