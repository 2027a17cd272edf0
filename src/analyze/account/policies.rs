//! The policies that apply to a principal, in one list.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::VersionedPolicy;
use super::documents::{Documents, known_by_arn};
use crate::analyze::decision::{AppliedPolicy, Boundary, Holder, PolicySource};
use crate::model::{AttachedPolicy, Fact, InlinePolicy, ManagedPolicy};

/// Every managed policy with its documents.
pub(super) fn versioned(
    managed: &BTreeMap<String, ManagedPolicy>,
    documents: &mut Documents<'_>,
) -> BTreeMap<String, VersionedPolicy> {
    let policies = managed.iter().map(|(arn, policy)| {
        let default = policy.default_version();
        let older = policy.versions.iter().filter(|version| !version.is_default);
        let older = older.filter_map(|version| {
            let document = documents.identity(version.document.as_ref())?;
            Some((version.id.clone(), document))
        });
        let older = older.collect();
        let document = default.and_then(|it| documents.identity(it.document.as_ref()));
        let versioned = VersionedPolicy {
            default_id: default.map(|version| version.id.clone()),
            default: document.or_else(|| known_by_arn(arn)),
            older,
            versions: policy.versions.len(),
        };
        (arn.clone(), versioned)
    });
    policies.collect()
}

/// The managed policies of `holder`.
pub(super) fn attached(
    holder: &Holder,
    policies: &Fact<Vec<AttachedPolicy>>,
    managed: &BTreeMap<String, VersionedPolicy>,
) -> Vec<AppliedPolicy> {
    let Some(policies) = policies.value() else {
        return vec![unread(&format!("attached policies of {}", holder.label()))];
    };
    let applied = policies.iter().map(|policy| {
        let known = managed.get(&policy.arn);
        AppliedPolicy {
            source: PolicySource::Managed {
                holder: holder.clone(),
                arn: policy.arn.clone(),
                version: known.and_then(|known| known.default_id.clone()),
            },
            document: default_document(&policy.arn, managed),
        }
    });
    applied.collect()
}

/// The inline policies of `holder` by their names; `with_documents` has what is known of them.
pub(super) fn named(
    holder: &Holder,
    names: &Fact<Vec<String>>,
    with_documents: Option<&Vec<InlinePolicy>>,
    documents: &mut Documents<'_>,
) -> Vec<AppliedPolicy> {
    let Some(names) = names.value() else {
        return vec![unread(&format!("inline policies of {}", holder.label()))];
    };
    let known = with_documents.map_or(&[][..], Vec::as_slice);
    let applied = names.iter().map(|name| {
        let known = known.iter().find(|policy| policy.name == *name);
        let id = known.and_then(|policy| policy.document.as_ref());
        inline(holder, name, documents.identity(id))
    });
    applied.collect()
}

pub(super) fn inline(
    holder: &Holder,
    name: &str,
    document: Option<Arc<crate::analyze::document::Policy>>,
) -> AppliedPolicy {
    AppliedPolicy {
        source: PolicySource::Inline {
            holder: holder.clone(),
            name: name.to_owned(),
        },
        document,
    }
}

/// Stands for policies that could not be read.
pub(super) fn unread(what: &str) -> AppliedPolicy {
    AppliedPolicy {
        source: PolicySource::Unread {
            what: what.to_owned(),
        },
        document: None,
    }
}

/// The boundary that `arn` names.
pub(super) fn boundary(
    arn: &Fact<Option<String>>,
    managed: &BTreeMap<String, VersionedPolicy>,
) -> Boundary {
    match arn.value() {
        None => Boundary::Unread,
        Some(None) => Boundary::None,
        Some(Some(arn)) => Boundary::Policy {
            arn: arn.clone(),
            document: default_document(arn, managed),
        },
    }
}

fn default_document(
    arn: &str,
    managed: &BTreeMap<String, VersionedPolicy>,
) -> Option<Arc<crate::analyze::document::Policy>> {
    match managed.get(arn) {
        Some(known) => known.default.clone(),
        None => known_by_arn(arn),
    }
}
