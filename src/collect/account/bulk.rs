//! What is known of the whole account before any user is looked at.

use super::credential_report::{self, CredentialReport};
use super::virtual_mfa::{self, VirtualMfa};
use crate::aws::{AwsClient, AwsError};
use crate::collect::Served;
use crate::collect::report::ReportRow;
use crate::config::{AwsSettings, MfaLookup};
use crate::model::Fact;

/// The answer to a question about the whole account.
#[derive(Debug)]
pub(super) enum Bulk<T> {
    /// Answered.
    Read(T),
    /// Asked, and not answered.
    Failed(AwsError),
    /// Not part of the plan.
    NotAsked,
}

/// What is known of the whole account.
#[derive(Debug)]
pub(super) struct AccountWide {
    pub(super) virtual_mfa: Bulk<VirtualMfa>,
    pub(super) report: Bulk<CredentialReport>,
}

impl<T> Bulk<T> {
    /// The answer, if there is one.
    pub(super) fn value(&self) -> Option<&T> {
        match self {
            Self::Read(value) => Some(value),
            Self::Failed(_) | Self::NotAsked => None,
        }
    }

    /// Why there is none.
    pub(super) fn error(&self) -> Option<&AwsError> {
        match self {
            Self::Failed(error) => Some(error),
            Self::Read(_) | Self::NotAsked => None,
        }
    }

    /// A fact of a user that the answer does not tell: for lack of an answer, or because it is
    /// older than the user.
    pub(super) fn untold<F>(&self, newer_than: &str) -> Fact<F> {
        match self {
            Self::Failed(error) => error.as_unknown(),
            Self::NotAsked => Fact::not_collected("per-user plan"),
            Self::Read(_) => Fact::not_collected(format!("newer than the {newer_than}")),
        }
    }
}

impl<T> From<Result<T, AwsError>> for Bulk<T> {
    fn from(answer: Result<T, AwsError>) -> Self {
        answer.map_or_else(Self::Failed, Self::Read)
    }
}

impl AccountWide {
    /// Nothing, for the per-user plan.
    pub(super) fn not_asked() -> Self {
        Self {
            virtual_mfa: Bulk::NotAsked,
            report: Bulk::NotAsked,
        }
    }

    /// Asks what the bulk plan asks for the whole account.
    pub(super) async fn read(client: &AwsClient, settings: &AwsSettings) -> Self {
        let virtual_mfa = async {
            match settings.mfa {
                MfaLookup::Auto => Bulk::from(virtual_mfa::list(client).await),
                MfaLookup::Live => Bulk::NotAsked,
            }
        };
        let (virtual_mfa, report) = tokio::join!(virtual_mfa, credential_report::fetch(client));
        Self {
            virtual_mfa,
            report: report.into(),
        }
    }

    /// The report's row of the user `arn`.
    pub(super) fn row(&self, arn: &str) -> Option<&ReportRow> {
        self.report.value()?.rows.get(arn)
    }

    /// Where MFA, passwords and keys come from.
    pub(super) fn served(&self, asks_per_user: bool) -> Vec<Served> {
        const MFA: &str = "MFA";
        const PASSWORDS_AND_KEYS: &str = "passwords, keys";
        let why = |error: &AwsError| Some(format!("{}: {}", error.action, error.class));
        let mfa = match (&self.virtual_mfa, &self.report) {
            (Bulk::NotAsked, _) => ("ListMFADevices", None),
            (Bulk::Read(_), Bulk::Read(_)) => {
                ("ListVirtualMFADevices and the credential report", None)
            }
            (Bulk::Failed(error), _) | (_, Bulk::Failed(error)) => (
                if asks_per_user {
                    "ListMFADevices"
                } else {
                    "what is left"
                },
                why(error),
            ),
            (Bulk::Read(_), Bulk::NotAsked) => ("ListVirtualMFADevices", None),
        };
        let keys = match &self.report {
            Bulk::Read(_) => ("the credential report", None),
            Bulk::Failed(error) => ("nothing", why(error)),
            Bulk::NotAsked => ("nothing in this plan", None),
        };
        [(MFA, mfa), (PASSWORDS_AND_KEYS, keys)]
            .into_iter()
            .map(|(facts, (by, why))| Served { facts, by, why })
            .collect()
    }
}
