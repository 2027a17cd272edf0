//! What differs in a field, as the page's script reads it.

use std::collections::{BTreeMap, HashMap};

use serde::{Serialize, Serializer};

use super::bounds::Bounds;
use super::values::{Values, shown};
use crate::review::compare::{FieldDifferences, SameDifference};
use crate::review::difference::Change;

/// A field. Users are known by their places.
#[derive(Debug, Serialize)]
pub(super) struct Field {
    field: String,
    users: usize,
    /// How many of the differences are not folded into those of one user each.
    shared: usize,
    differences: Vec<Same>,
    /// How many differences the page has no room for.
    left_out: usize,
    /// How many of them are of each user.
    left_out_of: BTreeMap<usize, usize>,
}

/// A difference, and whom it is of.
#[derive(Debug)]
struct Same {
    within: Vec<usize>,
    change: u8,
    before: Option<usize>,
    after: Option<usize>,
    users: Vec<usize>,
}

impl Field {
    /// Each user's first differences in `field`, as many as `bounds` allow; those that most users
    /// share come first.
    pub(super) fn of(
        field: &FieldDifferences,
        places: &HashMap<&str, usize>,
        bounds: Bounds,
        values: &mut Values,
    ) -> Self {
        let (shared, _) = field.shared_and_single();
        let mut of = Self {
            field: bounds.text(shown(&field.field)),
            users: field.users,
            shared: shared.len(),
            differences: Vec::new(),
            left_out: 0,
            left_out_of: BTreeMap::new(),
        };
        let mut counts: HashMap<usize, usize> = HashMap::new();
        for (index, same) in field.differences.iter().enumerate() {
            let users = same.users.iter();
            let users: Vec<usize> = users
                .filter_map(|who| places.get(who.uid.as_str()).copied())
                .collect();
            let mut has_room = false;
            for user in &users {
                let count = counts.entry(*user).or_default();
                *count += 1;
                has_room |= *count <= bounds.items;
            }
            if has_room {
                of.differences.push(Same::of(same, users, values));
                continue;
            }
            of.left_out += 1;
            of.shared -= usize::from(index < shared.len());
            for user in users {
                *of.left_out_of.entry(user).or_default() += 1;
            }
        }
        of
    }
}

impl Same {
    fn of(same: &SameDifference, users: Vec<usize>, values: &mut Values) -> Self {
        let (change, before, after) = match &same.change {
            Change::Value { before, after } => (0, before.as_ref(), after.as_ref()),
            Change::ItemAdded { after } => (1, None, Some(after)),
            Change::ItemRemoved { before } => (2, Some(before), None),
            Change::Order => (3, None, None),
        };
        Self {
            within: same.within.iter().map(|it| values.text(it)).collect(),
            change,
            before: before.map(|it| values.number(it)),
            after: after.map(|it| values.number(it)),
            users,
        }
    }
}

/// A list: there may be tens of thousands.
impl Serialize for Same {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self {
            within,
            change,
            before,
            after,
            users,
        } = self;
        (within, change, before, after, users).serialize(to)
    }
}
