//! Why a pass has no accounts, and why one of them cannot be read.

use crate::aws::AwsError;
use crate::model::Arn;
use crate::run::report::ExitStatus;

/// Why there is nobody to pass over.
#[derive(Debug, thiserror::Error)]
pub enum FleetError {
    /// AWS refused the credentials, or to list the organization.
    #[error(transparent)]
    Refused(#[from] AwsError),
    /// An account was asked for that there is not.
    #[error("there is no account {asked}; known are {known}")]
    Unknown {
        /// What was asked for.
        asked: String,
        /// Those that there are.
        known: String,
    },
    /// The selection leaves nobody.
    #[error(
        "the organization has no active account that `aws.organization` includes: correct \
         `include` and `exclude`"
    )]
    Nobody,
}

/// Why an account cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// AWS did not grant a session, or did not say whose it is.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// A session of another account than the one that is meant.
    #[error(
        "account id {configured} is configured, but the credentials belong to {actual}: correct \
         `id` or `role_arn`"
    )]
    OtherAccount {
        /// The id that is meant.
        configured: String,
        /// Whose the session is.
        actual: String,
    },
    /// A role that no credentials of this partition can assume.
    #[error(
        "{role_arn} is not in partition {partition}, to which the credentials belong: correct \
         `role_arn`, or `region` and credentials; roles are assumed within a partition alone"
    )]
    OtherPartition {
        /// The role.
        role_arn: Arn,
        /// The partition of the credentials.
        partition: String,
    },
}

impl AccountError {
    /// Whether AWS refused us, or what it granted is not what was meant: exit code 3.
    fn is_refusal(&self) -> bool {
        match self {
            Self::Aws(error) => error.class.is_refusal(),
            Self::OtherAccount { .. } | Self::OtherPartition { .. } => true,
        }
    }

    /// The exit code.
    pub fn status(&self) -> ExitStatus {
        match self.is_refusal() {
            true => ExitStatus::AwsRefused,
            false => ExitStatus::Partial,
        }
    }

    /// Whether a role may merely be too new to be usable yet.
    pub(in crate::run) fn may_be_too_early(&self) -> bool {
        matches!(self, Self::Aws(error) if error.may_be_too_early())
    }
}
