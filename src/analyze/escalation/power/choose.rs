//! What a principal creates or chooses for a path.

use super::resources::{candidates, filled, pattern_of};
use super::{Power, create};
use crate::analyze::decision::{Boundary, Truth};
use crate::analyze::document::Pattern;
use crate::analyze::escalation::found::{Found, Step};
use crate::analyze::paths::{Need, Path, Target};

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
        let each = arns
            .iter()
            .flat_map(|arn| fences.iter().map(move |it| (arn, it)));
        for (arn, fence) in each {
            let mut truth = actions.iter().fold(Truth::True, |truth, action| {
                truth.and_then(|| self.may(action, arn, fence))
            });
            let mut steps: Vec<Step> = path
                .needs
                .iter()
                .map(|need| Step::new(&need.action, arn))
                .collect();
            if let Some(remove) = create::removal(fence, kind) {
                let may = || self.may(&remove.to_ascii_lowercase(), arn, fence);
                truth = truth.and_then(may);
                steps.push(Step::new(remove, arn));
            }
            if truth.is_false() || best.as_ref().is_some_and(|best| best.truth.is_true()) {
                continue;
            }
            best = Some(Found {
                path,
                truth,
                session: self.asker.session,
                target: None,
                steps,
                assumes: Vec::new(),
            });
        }
        best
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
