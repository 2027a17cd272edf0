//! Policy documents, kept once per content.

use serde::{Deserialize, Serialize};

use crate::model::Digest;

/// The content address of a policy document: the digest of its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DocumentId(Digest);

/// A policy document: trust policy, inline policy or the default version of a managed one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyDocument {
    /// The address of the text.
    pub id: DocumentId,
    /// The JSON text, decoded from what AWS sends.
    pub text: String,
}

/// An inline policy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct InlinePolicy {
    /// PolicyName.
    pub name: String,
    /// Its document, where that was collected.
    pub document: Option<DocumentId>,
}

/// A managed policy with its versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagedPolicy {
    /// PolicyName.
    pub name: String,
    /// The policy's ARN; AWS's own have `aws` in place of the account.
    pub arn: String,
    /// Every version that is known.
    pub versions: Vec<PolicyVersion>,
}

/// A version of a managed policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyVersion {
    /// VersionId: `v1`, `v2`, ...
    pub id: String,
    /// Whether it is the one that counts.
    pub is_default: bool,
    /// Its document, where that was collected.
    pub document: Option<DocumentId>,
}

impl ManagedPolicy {
    /// The version that counts.
    pub fn default_version(&self) -> Option<&PolicyVersion> {
        self.versions.iter().find(|version| version.is_default)
    }
}

/// Why a text is no content address.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no document id (expected 64 hexadecimal digits)")]
pub struct DocumentIdError(String);

impl DocumentId {
    /// The address of `text`.
    pub fn of(text: &str) -> Self {
        Self(Digest::of(text.as_bytes()))
    }

    /// The digest of the text.
    pub fn digest(&self) -> &Digest {
        &self.0
    }
}

impl PolicyDocument {
    /// The document with that text.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            id: DocumentId::of(&text),
            text,
        }
    }
}

impl From<DocumentId> for String {
    fn from(id: DocumentId) -> Self {
        id.0.to_string()
    }
}

impl TryFrom<String> for DocumentId {
    type Error = DocumentIdError;

    fn try_from(text: String) -> Result<Self, DocumentIdError> {
        Digest::parse(&text).map(Self).ok_or(DocumentIdError(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_of_one_text_have_one_id_which_reads_back_from_a_record() {
        let document = PolicyDocument::new("{}");
        assert_eq!(document.id, DocumentId::of("{}"));
        assert_ne!(document.id, DocumentId::of("{ }"));
        let record = rmp_serde::to_vec_named(&document).unwrap();
        let read: PolicyDocument = rmp_serde::from_slice(&record).unwrap();
        assert_eq!(read, document);
        assert!(serde_json::from_str::<DocumentId>("\"12\"").is_err());
    }
}
