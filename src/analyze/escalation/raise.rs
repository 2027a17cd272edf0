//! What makes an administrator of a principal once others write to it.

use crate::analyze::decision::{Holder, PolicySource, Truth};
use crate::analyze::document::{Policy, Statement};
use crate::analyze::escalation::actions::WRITING;
use crate::analyze::escalation::asker::Asker;
use crate::analyze::escalation::found::{Found, Step};
use crate::analyze::escalation::limits::{LimitKind, Standing, standing};
use crate::analyze::escalation::own;
use crate::analyze::paths::{Catalogue, On};

/// How `asker`, whose groups are `groups`, comes to the top with those that help it.
pub(super) fn raised(
    asker: &Asker<'_>,
    groups: &[usize],
    counts: &impl Fn(&Truth) -> bool,
) -> Option<Found> {
    let mut ways = own::found(asker, groups);
    ways.extend(lifted(asker, standing(asker)));
    ways.retain(|found| counts(&found.truth));
    let best = ways.iter().position(|found| found.truth.is_true());
    (!ways.is_empty()).then(|| ways.swap_remove(best.unwrap_or(0)))
}

/// The path of one whose limits are lifted.
fn lifted(asker: &Asker<'_>, standing: Standing) -> Option<Found> {
    if standing.is_admin.is_false() {
        return None;
    }
    let lifted = standing.limits.iter().filter_map(|limit| {
        let id = limit.lifted_by.first()?;
        let path = Catalogue::get().path(id)?;
        let need = path.needs.first()?;
        let step = Step::new(&need.action, on(asker, need.on, &limit.kind));
        Some((path, step))
    });
    let (paths, steps): (Vec<_>, Vec<Step>) = lifted.unzip();
    Some(Found {
        path: paths.first()?,
        truth: standing.is_admin,
        session: asker.session,
        target: None,
        steps,
        assumes: Vec::new(),
    })
}

/// What the action that lifts a limit is done on.
fn on<'k>(asker: &Asker<'k>, on: On, kind: &'k LimitKind) -> &'k str {
    match (on, kind) {
        (On::BoundaryPolicy | On::OlderVersion, LimitKind::Boundary { arn }) => arn,
        (
            On::DenyPolicy | On::OlderVersion,
            LimitKind::Deny {
                source: PolicySource::Managed { arn, .. },
                ..
            },
        ) => arn,
        (
            On::OwnGroup,
            LimitKind::Deny {
                source:
                    PolicySource::Inline {
                        holder: Holder::Group(name),
                        ..
                    }
                    | PolicySource::Managed {
                        holder: Holder::Group(name),
                        ..
                    },
                ..
            },
        ) => {
            let mut groups = asker.account.groups.iter();
            let group = groups.find(|group| group.name == *name);
            group.map_or(name.as_str(), |group| group.arn.as_str())
        }
        _ => asker.principal.arn.as_str(),
    }
}

/// Whether a statement is on what makes an administrator of another.
pub(super) fn writes(statement: &Statement) -> bool {
    WRITING
        .iter()
        .any(|action| statement.action.matches(action))
}

/// Whether a document says of writing different things of principals that have it.
pub(super) fn tells_writers_apart(document: &Policy) -> bool {
    document.statements.iter().any(|statement| {
        if !writes(statement) {
            return false;
        }
        let mut texts = statement.resource.iter().flat_map(|it| &it.texts);
        !statement.conditions.is_empty() || texts.any(|text| text.written.contains("${"))
    })
}
