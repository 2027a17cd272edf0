//! Which accounts a pass goes over, and a session for each.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::exit_status::ExitStatus;
use crate::aws::{AwsClient, AwsError, KeptSessions, Listed, Listing, list_accounts};
use crate::config::{AccountSettings, AwsSettings, Role};
use crate::model::{Account, Arn, Membership};

/// The accounts of one pass, and the credentials that lead to them.
#[derive(Debug)]
pub struct Fleet {
    base: AwsClient,
    /// Whose the credentials are; not asked where only they themselves are used.
    caller: Option<Account>,
    /// The accounts to pass over.
    pub members: Vec<Member>,
    /// Why there may be more accounts in the organization, if so.
    pub failure: Option<AwsError>,
    /// Every account of the organization, where all of them were listed.
    pub organization: Option<HashSet<String>>,
}

/// An account to pass over.
#[derive(Debug, Clone, Default)]
pub struct Member {
    /// The id that is expected; without one, whatever account the credentials belong to.
    pub id: Option<String>,
    /// The configured name, or the organization's.
    pub name: Option<String>,
    /// The account's place in the organization, where that was listed.
    pub membership: Option<Arc<Membership>>,
    /// Whether the organization may hold the account although it was not listed.
    pub is_unlisted: bool,
    /// The role to read it as; without one, the credentials themselves.
    pub role: Option<Role>,
}

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

impl Fleet {
    /// Finds out which accounts there are by `settings`, and of those takes the ones of the ids
    /// `only`; all of them if that is empty.
    pub async fn find(settings: &AwsSettings, only: &[String]) -> Result<Self, FleetError> {
        Self::find_again(settings, only, &KeptSessions::default()).await
    }

    /// The same, with the sessions that an earlier pass left in `sessions`; those of roles that
    /// no account has any more are dropped there.
    pub async fn find_again(
        settings: &AwsSettings,
        only: &[String],
        sessions: &KeptSessions,
    ) -> Result<Self, FleetError> {
        let base = AwsClient::connect_keeping(settings, sessions).await;
        let fleet = Self::over(base, settings, only).await?;
        if fleet.failure.is_none() && only.is_empty() {
            let of_members = fleet.members.iter().flat_map(|it| it.role.clone());
            let roles: Vec<Role> = settings.role().into_iter().chain(of_members).collect();
            sessions.retain(&roles);
        }
        Ok(fleet)
    }

    async fn over(
        base: AwsClient,
        settings: &AwsSettings,
        only: &[String],
    ) -> Result<Self, FleetError> {
        let mut fleet = Self {
            base,
            caller: None,
            members: Vec::new(),
            failure: None,
            organization: None,
        };
        let configured = settings.accounts.iter().map(|account| account.get_ref());
        if settings.organization.is_none() {
            fleet.members = configured.map(Member::configured).collect();
            if fleet.members.is_empty() {
                fleet.add_the_callers(only).await?;
            } else {
                fleet.restrict(only)?;
                fleet.caller = Some(fleet.base.account().await?);
            }
            return Ok(fleet);
        }
        let caller = fleet.base.account().await?;
        fleet.add_organization(settings, &caller).await?;
        fleet.caller = Some(caller);
        fleet.restrict(only)?;
        Ok(fleet)
    }

    /// The account that the credentials belong to, whichever it is.
    async fn add_the_callers(&mut self, only: &[String]) -> Result<(), FleetError> {
        self.members = vec![Member::default()];
        if only.is_empty() {
            return Ok(());
        }
        self.members[0].id = Some(self.base.account().await?.id);
        self.restrict(only)
    }

    async fn add_organization(
        &mut self,
        settings: &AwsSettings,
        caller: &Account,
    ) -> Result<(), FleetError> {
        let Some(organization) = &settings.organization else {
            return Ok(());
        };
        let Listing {
            accounts,
            ids,
            failure,
        } = list_accounts(&self.base, organization).await;
        let mut listed: HashMap<String, Listed> = HashMap::new();
        let mut order = Vec::new();
        for account in accounts {
            order.push(account.id.clone());
            listed.insert(account.id.clone(), account);
        }
        for account in settings.accounts.iter().map(|account| account.get_ref()) {
            let mut member = Member::configured(account);
            member.is_unlisted = failure.is_some();
            if let Some(listed) = listed.remove(&account.id) {
                member.name = member.name.or(listed.name);
                member.membership = listed.membership;
                member.is_unlisted = false;
            }
            self.members.push(member);
        }
        for Listed {
            id,
            name,
            membership,
        } in order.iter().filter_map(|id| listed.remove(id))
        {
            // The caller's own account, mostly the management account, needs no role.
            let role = (id != caller.id).then(|| organization.role(&caller.partition, &id));
            self.members.push(Member {
                id: Some(id),
                name,
                membership,
                is_unlisted: false,
                role,
            });
        }
        match failure {
            Some(error) if self.members.is_empty() => return Err(error.into()),
            None if self.members.is_empty() => return Err(FleetError::Nobody),
            Some(error) => self.failure = Some(error),
            None => self.organization = Some(ids),
        }
        Ok(())
    }

    fn restrict(&mut self, only: &[String]) -> Result<(), FleetError> {
        let known: BTreeSet<&str> = self
            .members
            .iter()
            .flat_map(|it| it.id.as_deref())
            .collect();
        if let Some(asked) = only.iter().find(|id| !known.contains(id.as_str())) {
            const SHOWN_MAX: usize = 20;
            let shown: Vec<&str> = known.iter().copied().take(SHOWN_MAX).collect();
            let more = match known.len().saturating_sub(SHOWN_MAX) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            return Err(FleetError::Unknown {
                asked: asked.clone(),
                known: format!("{}{more}", shown.join(", ")),
            });
        }
        if !only.is_empty() {
            self.members
                .retain(|it| it.id.as_ref().is_some_and(|id| only.contains(id)));
        }
        Ok(())
    }

    /// A client for the account of `member`, and the account that AWS says it is.
    pub async fn session(&self, member: &Member) -> Result<(AwsClient, Account), AccountError> {
        let client = match &member.role {
            Some(role) => {
                self.check_partition(role)?;
                self.base.as_role(role.clone())
            }
            None => self.base.with_own_limits(),
        };
        let mut account = client.account().await?;
        if let Some(configured) = member.id.as_ref().filter(|id| **id != account.id) {
            return Err(AccountError::OtherAccount {
                configured: configured.clone(),
                actual: account.id,
            });
        }
        account.name.clone_from(&member.name);
        account.organization.clone_from(&member.membership);
        Ok((client, account))
    }

    fn check_partition(&self, role: &Role) -> Result<(), AccountError> {
        match &self.caller {
            Some(caller) if caller.partition != role.arn.partition() => {
                Err(AccountError::OtherPartition {
                    role_arn: role.arn.clone(),
                    partition: caller.partition.clone(),
                })
            }
            _ => Ok(()),
        }
    }

    /// The calls that belong to no account: sessions, and the organization's listing.
    pub fn calls(&self) -> u64 {
        self.base.calls().values().sum()
    }
}

impl Member {
    fn configured(account: &AccountSettings) -> Self {
        Self {
            id: Some(account.id.clone()),
            name: account.name.clone(),
            role: account.role(),
            ..Self::default()
        }
    }
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
    pub(super) fn may_be_too_early(&self) -> bool {
        matches!(self, Self::Aws(error) if error.may_be_too_early())
    }
}
