//! Which users and roles an action may be allowed on: of many targets, most are out of reach.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::analyze::account::IamAccount;
use crate::analyze::decision::{Principal, Request, resolve_own};
use crate::analyze::document::{Effect, Pattern};
use crate::analyze::escalation::asker::Asker;

/// As many places as make it worth to keep them.
const KEPT_MIN: usize = 16;

/// Where a principal may be allowed an action.
pub(in crate::analyze::escalation) enum Reach {
    /// Nothing is ruled out.
    Anywhere,
    /// On resources of these patterns alone.
    Within(Vec<Pattern>),
}

impl Reach {
    /// The reach of `principal`, which is cut down to one action.
    pub(in crate::analyze::escalation) fn of(asker: &Asker<'_>, principal: &Principal) -> Self {
        let context = asker.context();
        let request = Request {
            principal,
            action: "",
            resource: "*",
            context: &context,
        };
        let mut patterns = Vec::new();
        for policy in &principal.policies {
            let Some(document) = &policy.document else {
                return Self::Anywhere;
            };
            let statements = document.statements.iter();
            for statement in statements.filter(|it| it.effect == Effect::Allow) {
                let Some(element) = statement.resource.as_ref().filter(|it| !it.is_negated) else {
                    return Self::Anywhere;
                };
                for text in &element.texts {
                    match resolve_own(text, &request) {
                        Some(pattern) if !pattern.is_everything() => patterns.push(pattern),
                        _ => return Self::Anywhere,
                    }
                }
            }
        }
        Self::Within(patterns)
    }

    /// Whether `resource` may be within it.
    pub(in crate::analyze::escalation) fn covers(&self, resource: &str) -> bool {
        match self {
            Self::Anywhere => true,
            Self::Within(patterns) => patterns.iter().any(|pattern| pattern.matches(resource)),
        }
    }
}

/// The users or roles of an account by ARN, each with its place.
pub(in crate::analyze::escalation) struct Places<'a> {
    sorted: Vec<(&'a str, usize)>,
    /// What was found for patterns: the same policies are asked of many principals.
    found: RefCell<HashMap<Pattern, Rc<[usize]>>>,
}

impl<'a> Places<'a> {
    pub(in crate::analyze::escalation) fn of_users(account: &'a IamAccount) -> Self {
        Self::new(account.users.iter().map(|user| user.principal.arn.as_str()))
    }

    pub(in crate::analyze::escalation) fn of_roles(account: &'a IamAccount) -> Self {
        Self::new(account.roles.iter().map(|role| role.principal.arn.as_str()))
    }

    fn new(arns: impl Iterator<Item = &'a str>) -> Self {
        let mut places: Vec<(&str, usize)> = arns.zip(0..).collect();
        places.sort_unstable();
        Self {
            sorted: places,
            found: RefCell::default(),
        }
    }

    /// The place of `arn`.
    pub(in crate::analyze::escalation) fn of(&self, arn: &str) -> Option<usize> {
        let found = self.sorted.binary_search_by(|(known, _)| (*known).cmp(arn));
        self.sorted.get(found.ok()?).map(|(_, place)| *place)
    }

    /// The places within `reach`, in order; `None` if nothing is ruled out.
    pub(in crate::analyze::escalation) fn within(&self, reach: &Reach) -> Option<Rc<[usize]>> {
        let Reach::Within(patterns) = reach else {
            return None;
        };
        if let [pattern] = patterns.as_slice() {
            return Some(self.matching(pattern));
        }
        let mut found: Vec<usize> = Vec::new();
        for pattern in patterns {
            found.extend(self.matching(pattern).iter());
        }
        found.sort_unstable();
        found.dedup();
        Some(found.into())
    }

    /// The places that `pattern` matches, in order.
    fn matching(&self, pattern: &Pattern) -> Rc<[usize]> {
        if let Some(known) = self.found.borrow().get(pattern) {
            return Rc::clone(known);
        }
        let prefix = pattern.prefix();
        let first = self
            .sorted
            .partition_point(|(arn, _)| *arn < prefix.as_str());
        let rest = self.sorted.iter().skip(first);
        let alike = rest.take_while(|(arn, _)| arn.starts_with(&prefix));
        let matching = alike.filter(|(arn, _)| pattern.matches(arn));
        let mut found: Vec<usize> = matching.map(|(_, place)| *place).collect();
        found.sort_unstable();
        let found: Rc<[usize]> = found.into();
        // One that few match is as soon found again.
        if found.len() >= KEPT_MIN {
            let mut all = self.found.borrow_mut();
            all.insert(pattern.clone(), Rc::clone(&found));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn places_are_found_as_if_each_were_tried(
            arns in prop::collection::btree_set("[ab/]{0,5}", 0..12),
            patterns in prop::collection::vec("[ab/*?]{0,5}", 0..4),
        ) {
            let arns: Vec<String> = arns.into_iter().rev().collect();
            let reach = Reach::Within(patterns.iter().map(|it| Pattern::parse(it)).collect());
            let places = Places::new(arns.iter().map(String::as_str));
            let tried: Vec<usize> = (0..arns.len()).filter(|&at| reach.covers(&arns[at])).collect();
            prop_assert_eq!(places.within(&reach), Some(tried.clone().into()));
            // Once more, from what was kept.
            prop_assert_eq!(places.within(&reach), Some(tried.into()));
        }
    }

    #[test]
    fn what_rules_nothing_out_finds_no_places() {
        assert_eq!(
            Places::new(["a"].into_iter()).within(&Reach::Anywhere),
            None
        );
    }
}
