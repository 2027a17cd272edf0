//! What is known of the whole account before any user is looked at.

use time::OffsetDateTime;

use super::credential_report::{self, CredentialReport};
use super::virtual_mfa::{self, VirtualMfa};
use crate::aws::{AwsClient, AwsError};
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

/// Why ListUsers does not tell of a user.
#[derive(Debug, Clone)]
pub(super) enum NotListed {
    /// It ended early.
    Failed(AwsError),
    /// It came before there was the user.
    Newer,
}

/// Why there are no details of a user.
#[derive(Debug, Clone)]
pub(super) enum NoDetails {
    /// Asked for, and not answered.
    Failed(AwsError),
    /// Not part of the plan.
    NotAsked,
    /// They were told before there was the user.
    Newer,
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

    /// A fact of a user created at `created_at` that the report does not tell.
    pub(super) fn unreported<F>(&self, created_at: OffsetDateTime) -> Fact<F> {
        match &self.report {
            Bulk::Failed(error) => error.as_unknown(),
            Bulk::NotAsked => Fact::not_collected("per-user plan"),
            Bulk::Read(report) if report.as_of < created_at => {
                Fact::not_collected("newer than the credential report")
            }
            Bulk::Read(_) => Fact::not_collected("not told by the credential report"),
        }
    }
}

impl NotListed {
    /// A fact that ListUsers would have told.
    pub(super) fn untold<F>(&self) -> Fact<F> {
        match self {
            Self::Failed(error) => error.as_unknown(),
            Self::Newer => Fact::not_collected("created during the pass"),
        }
    }
}

impl NoDetails {
    /// A fact that the details would have told.
    pub(super) fn untold<F>(&self) -> Fact<F> {
        match self {
            Self::Failed(error) => error.as_unknown(),
            Self::NotAsked => Fact::not_collected("per-user plan"),
            Self::Newer => Fact::not_collected("newer than the authorization details"),
        }
    }
}
