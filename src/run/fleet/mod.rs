//! Which accounts a pass goes over, and a session for each.

mod error;
mod member;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

pub use error::{AccountError, FleetError};
pub use member::Member;

use crate::aws::{
    AwsClient, AwsError, CallOutcomes, KeptSessions, Listed, Listing, ServiceControl, list_accounts,
};
use crate::config::{AwsSettings, Role};
use crate::model::Account;
use crate::run::mapping::MappingPlan;

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
    /// Reads the policies that bind the accounts of an organization, if it was listed.
    service_control: Option<Arc<ServiceControl>>,
    /// Every account of the organization, where all of them were listed.
    pub organization: Option<HashSet<String>>,
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
            service_control: None,
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
            management,
            failure,
        } = list_accounts(&self.base, organization).await;
        let reader = ServiceControl::new(self.base.clone(), management);
        self.service_control = Some(Arc::new(reader));
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

    /// What reads service control policies, where `mapping` has verdicts made with them.
    pub fn service_control(&self, mapping: &MappingPlan) -> Option<Arc<ServiceControl>> {
        self.service_control.clone().filter(|_| mapping.with_scps)
    }

    /// The calls that belong to no account: sessions, and the organization's listing.
    pub fn calls(&self) -> u64 {
        self.base.calls().values().sum()
    }

    /// What became of them.
    pub fn outcomes(&self) -> CallOutcomes {
        self.base.outcomes()
    }
}
