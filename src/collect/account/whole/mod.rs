//! What is known of the whole account before any user is looked at.

mod credential_report;
pub(super) mod service_credentials;
mod virtual_mfa;

use super::listing::{AccountScope, UserIdentity};
use super::plan::CallPlan;
use crate::aws::{Action, AwsClient, AwsError, AwsErrorClass};
use crate::collect::report::ReportRow;
use crate::model::{Arn, Fact, Reason, ServiceCredential};
use credential_report::CredentialReport;
use service_credentials::ServiceCredentials;
use virtual_mfa::VirtualMfa;

/// The answer to a question about the whole account.
#[derive(Debug)]
pub(in crate::collect) enum Bulk<T> {
    /// Answered.
    Read(T),
    /// Asked, and not answered.
    Failed(AwsError),
    /// Not part of the plan.
    NotAsked,
}

/// What is known of the whole account.
#[derive(Debug)]
pub(in crate::collect) struct AccountWide {
    pub(in crate::collect) virtual_mfa: Bulk<VirtualMfa>,
    pub(in crate::collect) report: Bulk<CredentialReport>,
    pub(in crate::collect) service_credentials: Bulk<ServiceCredentials>,
}

impl<T> Bulk<T> {
    /// The answer, if there is one.
    pub(in crate::collect) fn value(&self) -> Option<&T> {
        match self {
            Self::Read(value) => Some(value),
            Self::Failed(_) | Self::NotAsked => None,
        }
    }

    /// Why there is none.
    pub(in crate::collect) fn error(&self) -> Option<&AwsError> {
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
    /// Asks what `plan` asks for the whole account.
    pub(in crate::collect) async fn read(
        client: &AwsClient,
        scope: &AccountScope,
        plan: &CallPlan,
    ) -> Self {
        let virtual_mfa = async {
            match plan.has(Action::ListVirtualMfaDevices) {
                true => Bulk::from(virtual_mfa::list(client, scope).await),
                false => Bulk::NotAsked,
            }
        };
        let report = async {
            match plan.has(Action::GetCredentialReport) {
                true => Bulk::from(credential_report::fetch(client).await),
                false => Bulk::NotAsked,
            }
        };
        // A call in progress is large, and this one is made beside two others.
        let service_credentials = Box::pin(async {
            match plan.has(Action::ListServiceSpecificCredentials) {
                true => Bulk::from(service_credentials::list(client).await),
                false => Bulk::NotAsked,
            }
        });
        let (virtual_mfa, report, service_credentials) =
            tokio::join!(virtual_mfa, report, service_credentials);
        if let Some(error) = service_credentials.error()
            && error.class == AwsErrorClass::NotOffered
        {
            tracing::debug!(%error, "service-specific credentials are not collected");
        }
        Self {
            virtual_mfa,
            report,
            service_credentials,
        }
    }

    /// The service-specific credentials of `user`, who had another name in another answer where it
    /// `is_renamed`.
    pub(in crate::collect) fn service_credentials(
        &self,
        user: &UserIdentity,
        is_renamed: bool,
    ) -> Fact<Vec<ServiceCredential>> {
        match &self.service_credentials {
            Bulk::Read(listed) => listed.of_user(user, is_renamed),
            Bulk::Failed(error) => error.as_unknown(),
            Bulk::NotAsked => Fact::not_collected("per-user plan"),
        }
    }

    /// The report's row of `user`, which may have had the ARN `former` when the report was made.
    pub(in crate::collect) fn row(
        &self,
        user: &UserIdentity,
        former: Option<&Arn>,
    ) -> Option<&ReportRow> {
        let rows = &self.report.value()?.rows;
        let mut arns = [Some(&user.arn), former].into_iter().flatten();
        arns.find_map(|arn| {
            let row = rows.get(arn)?;
            row.is_about(user.created_at).then_some(row)
        })
    }

    /// Why a fact of `user` is unknown that the report does not have in `row`.
    pub(in crate::collect) fn unreported<F>(
        &self,
        user: &UserIdentity,
        row: Option<&ReportRow>,
        fact: &str,
    ) -> Fact<F> {
        if row.is_some_and(|row| row.malformed.contains(&fact)) {
            let action = Action::GetCredentialReport;
            return Fact::unknown(
                Reason::Failed,
                format!("{action}: {}", AwsErrorClass::Malformed),
            );
        }
        match &self.report {
            Bulk::Failed(error) => error.as_unknown(),
            Bulk::NotAsked => Fact::not_collected("per-user plan"),
            Bulk::Read(report) if report.as_of < user.created_at => {
                Fact::not_collected("newer than the credential report")
            }
            Bulk::Read(_) => Fact::not_collected("not told by the credential report"),
        }
    }
}
