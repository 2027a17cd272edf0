//! Parsed documents by their content.

use std::collections::HashMap;
use std::sync::Arc;

use crate::analyze::document::{Policy, Use};
use crate::model::{DocumentId, PolicyDocument, Snapshot};

/// What AWS's AdministratorAccess has said since 2015.
const ADMINISTRATOR_ACCESS: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// The documents of a snapshot, each parsed once.
pub(super) struct Documents<'a> {
    snapshot: &'a Snapshot,
    identity: HashMap<DocumentId, Option<Arc<Policy>>>,
    trust: HashMap<DocumentId, Option<Arc<Policy>>>,
}

impl<'a> Documents<'a> {
    pub(super) fn new(snapshot: &'a Snapshot) -> Self {
        Self {
            snapshot,
            identity: HashMap::new(),
            trust: HashMap::new(),
        }
    }

    /// The identity policy `id`; `None` if it is missing or malformed.
    pub(super) fn identity(&mut self, id: Option<&DocumentId>) -> Option<Arc<Policy>> {
        parsed(&mut self.identity, self.snapshot, id?, Use::Identity)
    }

    /// The service control policy `document`; `None` if it is malformed.
    pub(super) fn of_text(&mut self, document: &PolicyDocument) -> Option<Arc<Policy>> {
        let known = self.identity.entry(document.id);
        let parse = || {
            Policy::parse(&document.text, Use::Identity)
                .ok()
                .map(Arc::new)
        };
        known.or_insert_with(parse).clone()
    }

    /// The trust policy `id`; `None` if it is missing or malformed.
    pub(super) fn trust(&mut self, id: Option<&DocumentId>) -> Option<Arc<Policy>> {
        parsed(&mut self.trust, self.snapshot, id?, Use::Trust)
    }
}

fn parsed(
    cache: &mut HashMap<DocumentId, Option<Arc<Policy>>>,
    snapshot: &Snapshot,
    id: &DocumentId,
    usage: Use,
) -> Option<Arc<Policy>> {
    if let Some(known) = cache.get(id) {
        return known.clone();
    }
    let text = snapshot.documents.get(id);
    let policy = text.and_then(|document| Policy::parse(&document.text, usage).ok());
    let policy = policy.map(Arc::new);
    cache.insert(*id, policy.clone());
    policy
}

/// The document of an AWS managed policy that is known without having been read.
pub(super) fn known_by_arn(arn: &str) -> Option<Arc<Policy>> {
    let is_administrator =
        arn.split(':').nth(4) == Some("aws") && arn.ends_with(":policy/AdministratorAccess");
    let policy = is_administrator.then(|| Policy::parse(ADMINISTRATOR_ACCESS, Use::Identity))?;
    policy.ok().map(Arc::new)
}
