//! Principals that others made more of, and how they are at the top by then.

use crate::analyze::decision::{Principal, PrincipalKind, Session, Truth};
use crate::analyze::escalation::asker::Asker;
use crate::analyze::escalation::found::{Found, NodeId, Step};
use crate::analyze::escalation::graph::Graph;
use crate::analyze::escalation::graph::vary::changed;
use crate::analyze::escalation::limits::standing;
use crate::analyze::escalation::own;
use crate::analyze::paths::Path;

impl Graph<'_> {
    /// How `id`, which is `principal` by then, is at the top for whoever did what came `before`.
    pub(super) fn risen(
        &self,
        id: NodeId,
        principal: &Principal,
        before: (&'static Path, Truth, Vec<Step>),
        tops: &[usize],
        counts: &impl Fn(&Truth) -> bool,
    ) -> Option<Found> {
        let node = self.node(id)?;
        let session = match principal.kind {
            PrincipalKind::User => Session::AccessKey,
            PrincipalKind::Role => Session::Role,
        };
        let asker = Asker::new(self.account, principal, session);
        let (path, entered, steps) = before.clone();
        let found = |truth: Truth, more: Vec<Step>| Found {
            path,
            truth: entered.clone().and(truth),
            session,
            target: None,
            steps: steps.iter().cloned().chain(more).collect(),
            assumes: Vec::new(),
        };
        let itself = found(standing(&asker).is_admin, Vec::new());
        let own = own::found(&asker, node.groups).into_iter();
        let own = own.map(|it| found(it.truth, it.steps));
        let mut alone = std::iter::once(itself).chain(own);
        alone.find(|it| counts(&it.truth)).or_else(|| {
            let node = changed(node, session, principal, node.groups);
            self.after(&node, session, before, tops, counts)
        })
    }
}
