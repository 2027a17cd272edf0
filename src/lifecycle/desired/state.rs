//! The desired state.

use std::collections::btree_map::Entry as Slot;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::DesiredError;
use super::entry::Entry;
use crate::model::Digest;

/// A user that there should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DesiredUser {
    /// UserName.
    pub name: String,
    /// Path.
    pub path: String,
    /// GroupNames of all groups; `None` leaves groups as they are.
    pub groups: Option<BTreeSet<String>>,
    /// ARNs of all attached policies; `None` leaves policies as they are.
    pub policies: Option<BTreeSet<String>>,
    /// Tags to have besides others.
    pub tags: BTreeMap<String, String>,
    /// How many access keys are kept for it.
    pub keys: DesiredKeys,
    /// Whether none of its access is ever taken away.
    pub exempt: bool,
}

/// How many access keys are kept for a user.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DesiredKeys {
    /// None is created, and none that is there is touched.
    #[default]
    None,
    /// One, which is rotated.
    One,
}

/// The users that there should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesiredState {
    /// The file's path, or the table's name.
    pub place: String,
    /// By UserName in lower case, as AWS compares names.
    pub users: BTreeMap<String, DesiredUser>,
    /// Why nobody may be removed by it, if so.
    pub removal_bar: Option<String>,
}

impl DesiredState {
    /// The state of `entries`, each with where it stands.
    pub(super) fn of(
        place: &str,
        own_path: &str,
        entries: impl IntoIterator<Item = (String, Entry)>,
    ) -> Result<Self, DesiredError> {
        let mut users = BTreeMap::new();
        for (at, entry) in entries {
            let user = entry.check(own_path);
            let user = user.map_err(|why| DesiredError::unusable(place, at.clone(), why))?;
            match users.entry(user.name.to_ascii_lowercase()) {
                Slot::Vacant(slot) => drop(slot.insert(user)),
                Slot::Occupied(slot) => {
                    let DesiredUser { name, .. } = slot.get();
                    let why = format!(
                        "{:?} and {name:?} are one name to AWS, which does not tell case apart; \
                         leave one of them out",
                        user.name
                    );
                    return Err(DesiredError::unusable(place, at, why));
                }
            }
        }
        let is_empty = users.is_empty();
        let removal_bar = is_empty.then(|| format!("{place} desires nobody"));
        Ok(Self {
            place: place.to_owned(),
            users,
            removal_bar,
        })
    }

    /// The desired user of this name, in whichever case.
    pub fn get(&self, name: &str) -> Option<&DesiredUser> {
        self.users.get(&name.to_ascii_lowercase())
    }

    /// The same for the same state, in whichever order it was written.
    pub fn digest(&self) -> Digest {
        let users: Vec<_> = self.users.values().collect();
        // Maps of texts always have a JSON.
        let text = serde_json::to_vec(&(users, &self.removal_bar)).unwrap_or_default();
        Digest::of(&text)
    }
}
