//! The differences of all users, by field.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use super::difference::{Change, differences};
use super::events::{Event, Events};

/// Two sets of events, held against each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// How many users the earlier events are about.
    pub before: usize,
    /// How many users the later events are about.
    pub after: usize,
    /// How many users have an event in both, and no difference.
    pub unchanged: usize,
    /// How many users have an event in both, with differences.
    pub changed: usize,
    /// Users of the later events alone, and those that the earlier events call deleted.
    pub added: Vec<Arrival>,
    /// Users of the earlier events alone.
    pub removed: Vec<Arrival>,
    /// Users that the later events call deleted, and the earlier ones do not.
    pub deleted: Vec<Arrival>,
    /// What differs: fields whose values are one a user come last; else most users first, then by
    /// path.
    pub fields: Vec<FieldDifferences>,
}

/// A user, or what else an event is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Who {
    /// What people call it; its key, where two have that name.
    pub name: String,
    /// What its events are matched by: of a file, the user's ARN.
    pub uid: String,
}

/// A user that came or went, with what it is by its event: administrators come first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Arrival {
    /// Who.
    #[serde(flatten)]
    pub who: Who,
    /// `user.type`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// How much it can do, in dialect `ocsf`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
}

/// What differs in one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldDifferences {
    /// Its path, with `[]` for any item of a list.
    pub field: String,
    /// How many users it differs of.
    pub users: usize,
    /// The different differences, most users first.
    pub differences: Vec<SameDifference>,
}

/// One difference, and whom it is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SameDifference {
    /// In which items of the lists on the way; empty where there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub within: Vec<String>,
    /// What.
    #[serde(flatten)]
    pub change: Change,
    /// The users that it is the same of.
    pub users: Vec<Who>,
}

/// The users of each change, which is within items of lists.
type UsersByChange = HashMap<(Vec<String>, Change), Vec<Who>>;

impl Arrival {
    /// Whether its power is to be told beside its name.
    pub(super) fn is_told(&self) -> bool {
        let is_told = |word: &str| !matches!(word, "User" | "user" | "unknown" | "Unknown");
        self.kind.as_deref().is_some_and(is_told) || self.tier.as_deref().is_some_and(is_told)
    }

    /// What it is, in a word or two: `Admin`, `User, can_escalate`.
    pub(super) fn word(&self) -> String {
        let admin = |tier: &&str| !(*tier == "admin" && self.kind.as_deref() == Some("Admin"));
        let tier = self.tier.as_deref().filter(admin);
        let words: Vec<&str> = self.kind.as_deref().into_iter().chain(tier).collect();
        words.join(", ")
    }
}

impl Comparison {
    /// Whether anything differs, or somebody came or went.
    pub fn has_differences(&self) -> bool {
        let came_or_went = [&self.added, &self.removed, &self.deleted];
        self.changed > 0 || came_or_went.iter().any(|users| !users.is_empty())
    }
}

/// What differs from the events `before` to the events `after`.
pub fn compare(before: &Events, after: &Events) -> Comparison {
    let names = Names::of(before, after);
    let mut found = Comparison {
        before: before.len(),
        after: after.len(),
        unchanged: 0,
        changed: 0,
        added: Vec::new(),
        removed: Vec::new(),
        deleted: Vec::new(),
        fields: Vec::new(),
    };
    let mut fields = BTreeMap::new();
    for (key, old) in before.iter() {
        match after.get(key) {
            // A deletion is sent once: that it is not told again is no difference.
            None if old.is_deletion => {}
            None => found.removed.push(names.arrival(key, old)),
            Some(new) if new.is_deletion == old.is_deletion => {
                match add(&mut fields, &names.who(key, new), old, new) {
                    true => found.changed += 1,
                    false => found.unchanged += 1,
                }
            }
            // Listed below: a user that came or went is not compared field by field.
            Some(_) => {}
        }
    }
    for (key, new) in after.iter() {
        let is_known = |old: &Event| old.is_deletion == new.is_deletion;
        match new.is_deletion {
            _ if before.get(key).is_some_and(is_known) => {}
            true => found.deleted.push(names.arrival(key, new)),
            false => found.added.push(names.arrival(key, new)),
        }
    }
    for users in [&mut found.added, &mut found.removed, &mut found.deleted] {
        users.sort_by_key(|user| !user.is_told());
    }
    found.fields = fields.into_iter().map(of_field).collect();
    found.fields.sort_by(FieldDifferences::order);
    found
}

/// Adds what differs between two events about `who` to `fields`, and says whether anything does.
fn add(
    fields: &mut BTreeMap<String, UsersByChange>,
    who: &Who,
    before: &Event,
    after: &Event,
) -> bool {
    let differences = differences(&before.json, &after.json);
    let is_changed = !differences.is_empty();
    for found in differences {
        let same = fields.entry(found.field).or_default();
        let users = same.entry((found.within, found.change)).or_default();
        // A list may have the same item twice.
        if users.last() != Some(who) {
            users.push(who.clone());
        }
    }
    is_changed
}

fn of_field((field, same): (String, UsersByChange)) -> FieldDifferences {
    let differences = same.into_iter().map(|((within, change), users)| {
        let key = serde_json::to_string(&change).unwrap_or_default();
        let same = SameDifference {
            within,
            change,
            users,
        };
        (key, same)
    });
    let mut differences: Vec<(String, SameDifference)> = differences.collect();
    differences.sort_by(|(a_key, a), (b_key, b)| {
        let by_users = b.users.len().cmp(&a.users.len());
        by_users.then_with(|| (&a.within, a_key).cmp(&(&b.within, b_key)))
    });
    let users = differences.iter().flat_map(|(_, same)| &same.users);
    let users: BTreeSet<&str> = users.map(|who| who.uid.as_str()).collect();
    FieldDifferences {
        field,
        users: users.len(),
        differences: differences.into_iter().map(|(_, same)| same).collect(),
    }
}

/// The names that more than one user has.
struct Names<'a> {
    shared: BTreeSet<&'a str>,
}

impl<'a> Names<'a> {
    fn of(before: &'a Events, after: &'a Events) -> Self {
        let mut keys: BTreeMap<&str, &str> = BTreeMap::new();
        let mut shared = BTreeSet::new();
        for (key, event) in before.iter().chain(after.iter()) {
            let known = keys.entry(&event.name).or_insert(key);
            if *known != key {
                shared.insert(event.name.as_str());
            }
        }
        Self { shared }
    }

    fn arrival(&self, key: &str, event: &Event) -> Arrival {
        let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        Arrival {
            who: self.who(key, event),
            kind: text(&event.json["user"]["type"]),
            tier: text(&event.json["unmapped"]["aws_iam"]["privilege"]["tier"]),
        }
    }

    fn who(&self, key: &str, event: &Event) -> Who {
        let name = match self.shared.contains(event.name.as_str()) {
            true => key,
            false => &event.name,
        };
        Who {
            name: name.to_owned(),
            uid: key.to_owned(),
        }
    }
}
