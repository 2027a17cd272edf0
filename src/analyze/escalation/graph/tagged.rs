//! Roles that are assumed with tags of the session, by which they are at the top.

use crate::analyze::account::IamRole;
use crate::analyze::decision::{Principal, Session, Truth};
use crate::analyze::escalation::asker::Asker;
use crate::analyze::escalation::found::{Found, NodeId, Step};
use crate::analyze::escalation::graph::Graph;
use crate::analyze::escalation::graph::coalition::sessions;
use crate::analyze::escalation::tagging::{self, Bundle, Tagged, Toward, Wish};
use crate::analyze::paths::{Catalogue, Path};
use crate::model::Tag;

const ID: &str = "sts-tagsession";
/// Assuming a role with tags takes both.
const ACTIONS: [&str; 2] = ["sts:TagSession", "sts:AssumeRole"];
/// How many sets of tags are tried for one role.
const TRIED_MAX: usize = 64;

impl Graph<'_> {
    /// Adds whoever assumes a role with tags by which it is at the top; tells whom.
    pub(super) fn tag_sessions(&mut self, counts: &impl Fn(&Truth) -> bool) -> Vec<usize> {
        let roles = self.account.roles.iter().enumerate();
        let on_tags: Vec<(usize, &IamRole)> = roles
            .filter(|(_, role)| tagging::is_on_session(role))
            .collect();
        let Some(path) = Catalogue::get().path(ID).filter(|_| !on_tags.is_empty()) else {
            return Vec::new();
        };
        let tops = self.positions(counts);
        let mut added: Vec<(usize, Found)> = Vec::new();
        for (position, node) in self.below(counts) {
            if !node.is_named && !node.actions.may_take(path) {
                continue;
            }
            for session in sessions(node) {
                let asker = Asker::new(self.account, node.principal, session);
                let others = on_tags
                    .iter()
                    .filter(|(at, _)| node.id != NodeId::Role(*at));
                let mut each = others.filter_map(|(at, role)| {
                    self.with_tags(path, &asker, (*at, role), &tops, counts)
                });
                added.extend(each.next().map(|found| (position, found)));
            }
        }
        self.note(added)
    }

    /// How `asker` comes to the top by tags of its session of `role`.
    fn with_tags(
        &self,
        path: &'static Path,
        asker: &Asker<'_>,
        (index, role): (usize, &IamRole),
        tops: &[usize],
        counts: &impl Fn(&Truth) -> bool,
    ) -> Option<Found> {
        let steps = ACTIONS.map(|action| Step::new(action, role.principal.arn.as_str()));
        let mut all = self.bundles(asker, role, tops).into_iter();
        all.find_map(|bundle| {
            let set = tagging::tagged(&[], &bundle);
            let entered = enters(asker, role, &set);
            if set.is_empty() || !counts(&entered) {
                return None;
            }
            let own = role.principal.tags.as_deref().unwrap_or_default();
            let principal = Principal {
                tags: Some(tagging::tagged(own, &bundle)),
                ..role.principal.clone()
            };
            let before = (path, entered, steps.to_vec());
            let id = NodeId::Role(index);
            let found = self.risen(id, &principal, before, tops, counts)?;
            let session = asker.session;
            Some(Found { session, ..found })
        })
    }

    /// Tags that the policies of `role`, and what decides who may assume it, tell apart.
    fn bundles(&self, asker: &Asker<'_>, role: &IamRole, tops: &[usize]) -> Vec<Bundle> {
        let toward = tops.iter().filter_map(|at| self.nodes.get(*at));
        let toward: Vec<Toward<'_>> = toward.map(|it| it.principal.into()).collect();
        let of_role = Wish {
            actions: &[],
            of: Tagged::Principal,
            besides: &[],
            toward: &toward,
        };
        let role_asker = Asker::new(self.account, &role.principal, Session::Role);
        let of_role = tagging::bundles(&role_asker, &of_role);
        let trust: Vec<_> = role.trust.as_deref().into_iter().collect();
        let of_request = Wish {
            actions: &["sts:assumerole", "sts:tagsession"],
            of: Tagged::Request,
            besides: &trust,
            toward: &[],
        };
        let of_request = tagging::bundles(asker, &of_request);
        let both = of_role.iter().flat_map(|of_role| {
            of_request.iter().map(move |of_request| {
                let all = of_request.iter().chain(of_role);
                let set = all.filter(|(_, value)| value.is_some());
                set.map(|(key, value)| (key.clone(), value.clone()))
                    .collect()
            })
        });
        both.take(TRIED_MAX).collect()
    }
}

/// Whether `asker` may assume `role` with the tags `set` of the session.
fn enters(asker: &Asker<'_>, role: &IamRole, set: &[Tag]) -> Truth {
    let Some(trust) = role.trust.as_deref() else {
        return Truth::False;
    };
    let asker = asker.setting(set);
    let asker = asker.on_tagged(role.principal.tags.as_deref());
    let context = asker.context();
    let arn = role.principal.arn.as_str();
    ACTIONS.iter().fold(Truth::True, |truth, action| {
        let action = action.to_ascii_lowercase();
        truth.and_then(|| {
            asker
                .decide(&action, arn, &context, Some(trust))
                .is_granted()
        })
    })
}
