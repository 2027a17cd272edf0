//! The members of an organization, as its pages arrive.

use super::{Fleet, FleetError, Member};
use crate::aws::{AccountPages, AwsClient, KeptSessions, Listed};
use crate::config::{AwsSettings, OrganizationSettings, Role};
use crate::model::Account;

/// The members that were not listed yet.
#[derive(Debug)]
pub(in crate::run) struct Rest<'a> {
    pages: AccountPages<'a>,
    organization: &'a OrganizationSettings,
    caller: Account,
    /// The roles of everybody so far, and of the credentials themselves.
    roles: Vec<Role>,
    is_anybody: bool,
}

impl<'a> Rest<'a> {
    /// Everybody whom `organization` asks for, none of them listed yet. Configured accounts are
    /// somebody too.
    pub(super) async fn begin(
        client: &AwsClient,
        settings: &AwsSettings,
        organization: &'a OrganizationSettings,
        caller: &Account,
    ) -> Self {
        let configured = settings.accounts.iter();
        let configured = configured.filter_map(|it| it.get_ref().role());
        Self {
            pages: AccountPages::begin(client, organization).await,
            organization,
            caller: caller.clone(),
            roles: settings.role().into_iter().chain(configured).collect(),
            is_anybody: !settings.accounts.is_empty(),
        }
    }

    /// The members of the next page, which may have none and not be the last.
    pub(in crate::run) async fn next(&mut self) -> Option<Vec<Member>> {
        let listed = self.pages.next().await?;
        let members = listed.into_iter().map(|listed| self.member(listed));
        let members: Vec<Member> = members.collect();
        self.is_anybody |= !members.is_empty();
        let roles = members.iter().flat_map(|it| it.role.clone());
        self.roles.extend(roles);
        Some(members)
    }

    /// The account that manages the organization, once a page was listed.
    pub(super) fn management(&self) -> Option<String> {
        self.pages.management().map(str::to_owned)
    }

    fn member(&self, listed: Listed) -> Member {
        // The caller's own account, mostly the management account, needs no role.
        let is_callers = listed.id == self.caller.id;
        let role = || self.organization.role(&self.caller.partition, &listed.id);
        Member {
            role: (!is_callers).then(role),
            id: Some(listed.id),
            name: listed.name,
            membership: listed.membership,
            is_unlisted: false,
        }
    }
}

impl Fleet {
    /// Takes in that `rest` came to its end. Sessions of roles that no account has any more are
    /// dropped from `sessions`. Fails where there was nobody.
    pub(in crate::run) fn end(
        &mut self,
        rest: Rest<'_>,
        sessions: &KeptSessions,
    ) -> Result<(), FleetError> {
        let Rest {
            pages,
            roles,
            is_anybody,
            ..
        } = rest;
        match pages.end() {
            Err(error) if !is_anybody => return Err(error.into()),
            Err(error) => self.failure = Some(error),
            Ok(_) if !is_anybody => return Err(FleetError::Nobody),
            Ok(ids) => {
                self.organization = Some(ids);
                sessions.retain(&roles);
            }
        }
        Ok(())
    }
}
