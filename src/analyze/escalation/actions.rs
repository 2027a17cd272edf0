//! Which actions of the paths a principal may be allowed at all: most have none of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, LazyLock};

use crate::analyze::decision::{AppliedPolicy, Boundary, Principal};
use crate::analyze::document::{Condition, Effect, Policy};
use crate::analyze::escalation::own::tags;
use crate::analyze::paths::{Catalogue, Family, Gain, Path};

const WORDS: usize = 4;

/// A set of actions of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct ActionSet([u64; WORDS]);

/// The actions of every path, in lower case.
static ACTIONS: LazyLock<BTreeMap<String, usize>> = LazyLock::new(|| {
    let needs = Catalogue::get().paths.iter().flat_map(|path| &path.needs);
    let mut actions: BTreeSet<String> =
        needs.map(|need| need.action.to_ascii_lowercase()).collect();
    actions.insert(ASSUME_ROLE.to_owned());
    actions
        .into_iter()
        .enumerate()
        .map(|(index, action)| (action, index))
        .collect()
});

/// The actions that each path needs, by its id.
static NEEDED: LazyLock<HashMap<&'static str, ActionSet>> = LazyLock::new(|| {
    let paths = Catalogue::get().paths.iter().map(|path| {
        let mut set = ActionSet::default();
        for need in &path.needs {
            if let Some(&index) = ACTIONS.get(&need.action.to_ascii_lowercase()) {
                set.insert(index);
            }
        }
        (path.id.as_str(), set)
    });
    paths.collect()
});

/// What writes what makes an administrator of another, in lower case. Tags of others do not count.
pub(super) static WRITING: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let paths = Catalogue::get()
        .paths
        .iter()
        .filter(|path| is_of_others(path));
    let needs = paths.flat_map(|path| &path.needs);
    needs.map(|need| need.action.to_ascii_lowercase()).collect()
});

const ASSUME_ROLE: &str = "sts:assumerole";
const TAG_SESSION: &str = "sts:tagsession";

impl ActionSet {
    const ALL: Self = Self([u64::MAX; WORDS]);

    fn of(document: &Policy) -> Self {
        let mut set = Self::default();
        let allows = || {
            document
                .statements
                .iter()
                .filter(|it| it.effect == Effect::Allow)
        };
        for (action, &index) in ACTIONS.iter() {
            if allows().any(|statement| statement.action.matches(action)) {
                set.insert(index);
            }
        }
        set
    }

    fn insert(&mut self, index: usize) {
        if let Some(word) = self.0.get_mut(index / 64) {
            *word |= 1 << (index % 64);
        }
    }

    fn or(self, other: Self) -> Self {
        let mut words = self.0;
        for (word, more) in words.iter_mut().zip(other.0) {
            *word |= more;
        }
        Self(words)
    }

    /// What of it a boundary leaves that allows `capped`. A trust policy may name whoever assumes a
    /// role, and then no boundary is in the way.
    fn within(self, capped: Self) -> Self {
        let mut kept = capped;
        let past_a_boundary = [ASSUME_ROLE, TAG_SESSION].map(|action| ACTIONS.get(action));
        for &index in past_a_boundary.into_iter().flatten() {
            kept.insert(index);
        }
        let mut words = self.0;
        for (word, kept) in words.iter_mut().zip(kept.0) {
            *word &= kept;
        }
        Self(words)
    }

    fn contains(&self, action: &str) -> bool {
        let Some(index) = ACTIONS.get(action) else {
            return true;
        };
        self.0
            .get(index / 64)
            .is_some_and(|word| word & (1 << (index % 64)) != 0)
    }

    /// Whether roles may be assumed where their trust leaves it to identity policies.
    pub(super) fn may_assume(&self) -> bool {
        self.contains(ASSUME_ROLE)
    }

    /// Whether the principal may grant more to itself, or lift what limits it.
    pub(super) fn may_change_itself(&self) -> bool {
        let mut paths = Catalogue::get().paths.iter();
        paths.any(|path| is_of_writing(path) && self.may_take(path))
    }

    /// Whether the principal may write what makes an administrator of another. Tags of others do
    /// not count.
    pub(super) fn may_write(&self) -> bool {
        let mut writing = Catalogue::get()
            .paths
            .iter()
            .filter(|path| is_of_others(path));
        writing.any(|path| self.may_take(path))
    }

    /// Whether every need of `path` may be allowed.
    pub(super) fn may_take(&self, path: &Path) -> bool {
        let needed = NEEDED.get(path.id.as_str());
        needed.is_some_and(|needed| self.or(*needed) == *self)
    }
}

fn is_of_writing(path: &Path) -> bool {
    matches!(
        path.family,
        Family::Itself | Family::RoleSelf | Family::Limit
    )
}

/// Whether it is a path by which others are written to.
fn is_of_others(path: &Path) -> bool {
    let is_of_tags = tags::PATHS.contains(&path.id.as_str());
    (is_of_writing(path) && !is_of_tags) || path.gains == Some(Gain::Unbounded)
}

/// What is known of each document, once.
#[derive(Default)]
pub(super) struct Digests {
    by_document: HashMap<usize, (ActionSet, bool)>,
}

impl Digests {
    /// The actions that `principal` may be allowed: what its policies allow, as far as its boundary
    /// does.
    pub(super) fn actions(&mut self, principal: &Principal) -> ActionSet {
        let policies = principal.policies.iter();
        let allowed = policies.fold(ActionSet::default(), |set, policy| match &policy.document {
            Some(document) => set.or(self.of(document).0),
            None => ActionSet::ALL,
        });
        match &principal.boundary {
            Boundary::Policy {
                document: Some(document),
                ..
            } => allowed.within(self.of(document).0),
            _ => allowed,
        }
    }

    /// Whether what applies to `principal` tells sessions apart.
    pub(super) fn tells_sessions_apart(
        &mut self,
        principal: &Principal,
        levels: Option<&Vec<Vec<AppliedPolicy>>>,
    ) -> bool {
        let of_levels = levels.into_iter().flatten().flatten();
        let policies = principal.policies.iter().chain(of_levels);
        let documents = policies.filter_map(|policy| policy.document.as_ref());
        let boundary = match &principal.boundary {
            Boundary::Policy { document, .. } => document.as_ref(),
            Boundary::None | Boundary::Unread => None,
        };
        let documents: Vec<&Arc<Policy>> = documents.chain(boundary).collect();
        documents.into_iter().any(|document| self.of(document).1)
    }

    fn of(&mut self, document: &Arc<Policy>) -> (ActionSet, bool) {
        let key = Arc::as_ptr(document) as usize;
        *self
            .by_document
            .entry(key)
            .or_insert_with(|| (ActionSet::of(document), names_sessions(document)))
    }
}

/// Whether a condition is on a key that depends on the session.
pub(super) fn names_sessions(document: &Policy) -> bool {
    let is_of_session = |condition: &Condition| {
        matches!(
            condition.key.as_str(),
            "aws:multifactorauthpresent" | "aws:multifactorauthage" | "aws:tokenissuetime"
        )
    };
    let mut statements = document.statements.iter();
    statements.any(|statement| statement.conditions.iter().any(is_of_session))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::decision::{Holder, PolicySource, PrincipalKind};
    use crate::analyze::document::Use;
    use crate::model::Arn;

    fn document(action: &str) -> Arc<Policy> {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"{action}","Resource":"*"}}}}"#
        );
        Arc::new(Policy::parse(&text, Use::Identity).unwrap())
    }

    #[test]
    fn a_boundary_leaves_what_it_allows_and_to_assume_roles() {
        let bounded = |allowed: &str| Principal {
            kind: PrincipalKind::User,
            arn: Arn::parse("arn:aws:iam::111122223333:user/ann").unwrap(),
            name: "ann".to_owned(),
            id: "AIDAANN".to_owned(),
            tags: None,
            policies: vec![AppliedPolicy {
                source: PolicySource::Inline {
                    holder: Holder::User("ann".to_owned()),
                    name: "all".to_owned(),
                },
                document: Some(document("*")),
            }],
            boundary: Boundary::Policy {
                arn: "arn:aws:iam::111122223333:policy/boundary".to_owned(),
                document: Some(document(allowed)),
            },
        };
        let mut digests = Digests::default();
        let reads = digests.actions(&bounded("iam:Get*"));
        assert!(!reads.may_write() && !reads.may_change_itself());
        assert!(reads.may_assume());
        assert!(digests.actions(&bounded("iam:Put*")).may_write());
    }

    #[test]
    fn every_action_of_the_catalogue_has_a_place() {
        assert!(ACTIONS.len() <= WORDS * 64, "{}", ACTIONS.len());
    }
}
