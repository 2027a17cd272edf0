//! `unmapped.aws_iam.privilege`: the verdict, within bounds.

use serde::Serialize;

use crate::analyze::{
    Change, Evidence, LimitReport, PathReport, Privilege, StatementReport, StepReport,
};

/// Of how many paths the steps are there; of the others the id is.
const PATHS_WITH_STEPS_MAX: usize = 8;
/// How many statements, limits and changes are named.
const NAMED_MAX: usize = 16;

#[derive(Serialize)]
pub(super) struct PrivilegeView<'a> {
    tier: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    paths: Vec<PathView<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    proof: &'a [StatementReport],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    limits: &'a [LimitReport],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    counterfactual: &'a [Change],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    not_considered: &'a [String],
}

#[derive(Serialize)]
struct PathView<'a> {
    id: &'a str,
    evidence: Evidence,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    assumes: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    steps: &'a [StepReport],
}

impl<'a> From<&'a Privilege> for PrivilegeView<'a> {
    fn from(privilege: &'a Privilege) -> Self {
        let paths = privilege.paths.iter().enumerate();
        Self {
            tier: privilege.tier.as_str(),
            paths: paths.map(|(index, path)| view(index, path)).collect(),
            proof: first(&privilege.proof),
            limits: first(&privilege.limits),
            // A part of it would be no counterfactual.
            counterfactual: match privilege.counterfactual.len() {
                0..=NAMED_MAX => &privilege.counterfactual,
                _ => &[],
            },
            not_considered: first(&privilege.not_considered),
        }
    }
}

fn view(index: usize, path: &PathReport) -> PathView<'_> {
    PathView {
        id: &path.id,
        evidence: path.evidence,
        assumes: first(&path.assumes),
        steps: match index < PATHS_WITH_STEPS_MAX {
            true => first(&path.steps),
            false => &[],
        },
    }
}

fn first<T>(all: &[T]) -> &[T] {
    all.get(..NAMED_MAX).unwrap_or(all)
}
