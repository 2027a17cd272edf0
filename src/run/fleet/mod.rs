//! Which accounts a pass goes over, and a session for each.

mod error;
mod listed;
mod member;

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

pub use error::{AccountError, FleetError};
pub(in crate::run) use listed::Rest;
pub use member::Member;

use crate::aws::{AwsClient, AwsError, CallOutcomes, KeptSessions, ServiceControl};
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

/// Whether the same accounts are read in the same way.
impl PartialEq for Fleet {
    fn eq(&self, other: &Self) -> bool {
        self.members == other.members
    }
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
        let (mut fleet, rest) = Self::start(settings, only, sessions).await?;
        if let Some(mut rest) = rest {
            while let Some(members) = rest.next().await {
                fleet.members.extend(members);
            }
            fleet.end(rest, sessions)?;
        }
        if let (false, [Member { id: None, .. }]) = (only.is_empty(), &fleet.members[..]) {
            fleet.members[0].id = Some(fleet.base.account().await?.id);
        }
        fleet.restrict(only)?;
        Ok(fleet)
    }

    /// The accounts that are known at once: of an organization, those of its first page. The rest
    /// comes as it is listed, and its end is told with `Fleet::end`.
    pub(in crate::run) async fn begin<'a>(
        settings: &'a AwsSettings,
        sessions: &KeptSessions,
    ) -> Result<(Self, Option<Rest<'a>>), FleetError> {
        Self::start(settings, &[], sessions).await
    }

    /// The same. Where no organization has to be asked, the accounts are restricted to `only`.
    async fn start<'a>(
        settings: &'a AwsSettings,
        only: &[String],
        sessions: &KeptSessions,
    ) -> Result<(Self, Option<Rest<'a>>), FleetError> {
        let mut fleet = Self {
            base: AwsClient::connect_keeping(settings, sessions).await,
            caller: None,
            members: Vec::new(),
            failure: None,
            service_control: None,
            organization: None,
        };
        let configured = settings.accounts.iter().map(|account| account.get_ref());
        fleet.members = configured.map(Member::configured).collect();
        let Some(organization) = &settings.organization else {
            let of_members = fleet.members.iter().flat_map(|it| it.role.clone());
            let roles: Vec<Role> = settings.role().into_iter().chain(of_members).collect();
            sessions.retain(&roles);
            if fleet.members.is_empty() {
                fleet.members.push(Member::default());
            } else {
                fleet.restrict(only)?;
                fleet.caller = Some(fleet.base.account().await?);
            }
            return Ok((fleet, None));
        };
        let caller = fleet.base.account().await?;
        let mut rest = Rest::begin(&fleet.base, settings, organization, &caller).await;
        fleet.caller = Some(caller);
        let first = rest.next().await.unwrap_or_default();
        let reader = ServiceControl::new(fleet.base.clone(), rest.management());
        fleet.service_control = Some(Arc::new(reader));
        if settings.accounts.is_empty() {
            fleet.members = first;
            return Ok((fleet, Some(rest)));
        }
        // Those that are configured are named by the organization, wherever it lists them.
        let mut listed = first;
        while let Some(members) = rest.next().await {
            listed.extend(members);
        }
        fleet.end(rest, sessions)?;
        fleet.merge(listed);
        Ok((fleet, None))
    }

    /// Adds those that were `listed`, and names the others by them.
    fn merge(&mut self, mut listed: Vec<Member>) {
        for member in &mut self.members {
            let same = listed.iter().position(|it| it.id == member.id);
            member.is_unlisted = same.is_none() && self.failure.is_some();
            if let Some(same) = same.map(|at| listed.remove(at)) {
                member.name = member.name.take().or(same.name);
                member.membership = same.membership;
            }
        }
        self.members.extend(listed);
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
