//! What a principal creates or chooses for a path.

use super::resources::{candidates, filled, pattern_of};
use super::{Power, create};
use crate::analyze::decision::{Boundary, Truth};
use crate::analyze::document::Pattern;
use crate::analyze::escalation::attachable;
use crate::analyze::escalation::found::{Found, Step};
use crate::analyze::escalation::tagging::{self, Wish};
use crate::analyze::paths::{Need, Path, Target};
use crate::model::Tag;

impl Power<'_> {
    /// Whether there is a user or role of that ARN already.
    fn is_there(&self, arn: &str) -> bool {
        let account = self.asker.account;
        let users = account.users.iter().map(|it| &it.principal);
        let mut all = users.chain(account.roles.iter().map(|it| &it.principal));
        all.any(|it| it.arn.as_str() == arn)
    }

    /// A new user or role of one name that every need is allowed on.
    pub(in crate::analyze::escalation) fn creates(&self, path: &'static Path) -> Option<Found> {
        let kind = match path.target {
            Target::NewUser => "user",
            Target::NewRole => "role",
            _ => return None,
        };
        let actions: Vec<String> = path
            .needs
            .iter()
            .map(|need| need.action.to_ascii_lowercase())
            .collect();
        let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
        let bounds = filled(
            &self.asker,
            &format!("arn:{{partition}}:iam::{{account}}:{kind}/*"),
        );
        let mut best: Option<Found> = None;
        let fences = create::boundaries(&self.asker, kind);
        let mut arns = candidates(&self.asker, &actions, &bounds);
        arns.retain(|arn| !self.is_there(arn));
        let bundles = tagging::bundles(&self.asker, &Wish::of_creation(&actions));
        let (fences, bundles) = (&fences, &bundles);
        let each = arns.iter().flat_map(|arn| {
            let each = fences.iter();
            each.flat_map(move |fence| bundles.iter().map(move |it| (arn, fence, it)))
        });
        for (arn, fence, bundle) in each {
            let tags = tagging::tagged(&[], bundle);
            let mut truth = self.creates_one(&actions, arn, fence, &tags);
            let mut steps: Vec<Step> = path
                .needs
                .iter()
                .flat_map(|need| self.attached(&need.action, arn, fence))
                .collect();
            if let Some(remove) = create::removal(fence, kind) {
                let may = || self.may(&remove.to_ascii_lowercase(), arn, fence);
                truth = truth.and_then(may);
                steps.push(Step::new(remove, arn));
            }
            if truth.is_false() {
                continue;
            }
            let is_certain = truth.is_true();
            best = Some(Found {
                path,
                truth,
                session: self.asker.session,
                target: None,
                steps,
                assumes: Vec::new(),
            });
            if is_certain {
                break;
            }
        }
        best
    }

    /// `action` on `arn`, whose boundary is `boundary`, and the policy that it attaches created.
    pub(super) fn attached(&self, action: &str, arn: &str, boundary: &Boundary) -> Vec<Step> {
        let creation = attachable::creation(&self.asker, action, arn, boundary);
        let steps = creation.into_iter();
        steps.chain([Step::new(action, arn)]).collect()
    }

    /// Whether every one of `actions` is allowed on `arn`, which the first creates with `tags`.
    fn creates_one(&self, actions: &[&str], arn: &str, fence: &Boundary, tags: &[Tag]) -> Truth {
        let each = actions.iter();
        each.fold(Truth::True, |truth, action| {
            truth.and_then(|| {
                let before = match tagging::of_creation(action) {
                    Some(_) => &[],
                    None => tags,
                };
                let asker = self.asker.setting(tags);
                let asker = asker.on_tagged(Some(before));
                self.may_as(&asker, action, arn, fence)
            })
        })
    }

    /// Whether `need` is allowed on a resource of the principal's choice, and on which: what `path`
    /// does to things of one kind, it does to one of them.
    pub(super) fn choose(&self, path: &'static Path, need: &Need) -> (Truth, String) {
        let actions = path.on_the_same(need);
        if let Some(known) = self.chosen.borrow().get(&actions) {
            return known.clone();
        }
        let names: Vec<&str> = actions.iter().map(String::as_str).collect();
        let bounds = names.first().and_then(|it| pattern_of(&self.asker, it));
        let bounds = bounds.unwrap_or_else(|| Pattern::parse("*"));
        let mut best = (Truth::False, String::new());
        for arn in candidates(&self.asker, &names, &bounds) {
            let truth = names.iter().fold(Truth::True, |truth, action| {
                truth.and_then(|| self.may(action, &arn, &Boundary::None))
            });
            if best.0.is_false() && !truth.is_false() || truth.is_true() {
                best = (truth, arn);
            }
            if best.0.is_true() {
                break;
            }
        }
        self.chosen.borrow_mut().insert(actions, best.clone());
        best
    }
}
