//! A user from its entry, asking for what is still open.

use std::sync::Arc;

use time::OffsetDateTime;
use tokio::sync::Semaphore;

use super::super::details::DetailFacts;
use super::super::listing::UserIdentity;
use super::super::per_user::{UserFact, UserReader};
use super::super::plan::CallPlan;
use super::super::whole::AccountWide;
use super::entry::{Entry, NoDetails};
use super::mfa;
use crate::aws::{Action, AwsError};
use crate::collect::report::ReportRow;
use crate::model::{
    AccessKey, AttachedPolicy, Fact, Group, Mfa, Provenance, ServiceCredential, SigningCertificate,
    SshPublicKey, Tag, User,
};

/// Joins entries to users, asking for what is still open.
#[derive(Debug)]
pub(in crate::collect) struct Joiner<'a> {
    pub(in crate::collect) plan: CallPlan,
    pub(in crate::collect) reader: UserReader<'a>,
    pub(in crate::collect) wide: AccountWide,
    /// So many users are asked about at once.
    pub(in crate::collect) max_in_flight: usize,
    pub(in crate::collect) in_flight: Semaphore,
}

/// What became of an entry.
#[derive(Debug)]
pub(in crate::collect) enum Joined {
    /// Every fact is known, or why it is not.
    User(Box<User>),
    /// AWS says that there is no user of this name: it was deleted, or renamed.
    NotFound(Box<Entry>),
}

/// The facts that may have to be asked for; those that have to be are `None`.
#[derive(Debug)]
struct Settled {
    groups: Option<Fact<Vec<Arc<Group>>>>,
    mfa: Option<Fact<Mfa>>,
    access_keys: Option<Fact<Vec<AccessKey>>>,
    ssh_public_keys: Option<Fact<Vec<SshPublicKey>>>,
}

/// The same once all are known, or why they are not.
struct Asked {
    groups: Fact<Vec<Arc<Group>>>,
    mfa: Fact<Mfa>,
    access_keys: Fact<Vec<AccessKey>>,
    ssh_public_keys: Fact<Vec<SshPublicKey>>,
}

/// The facts that only the details have.
struct OwnFacts {
    tags: Fact<Vec<Tag>>,
    attached_policies: Fact<Vec<AttachedPolicy>>,
    inline_policies: Fact<Vec<String>>,
    permissions_boundary: Fact<Option<String>>,
}

impl Joiner<'_> {
    /// The user, if nothing has to be asked for it; else its entry.
    pub(in crate::collect) fn without_asking(&self, entry: Entry) -> Result<User, Box<Entry>> {
        match self.settled(&entry) {
            Settled {
                groups: Some(groups),
                mfa: Some(mfa),
                access_keys: Some(access_keys),
                ssh_public_keys: Some(ssh_public_keys),
            } => {
                let asked = Asked {
                    groups,
                    mfa,
                    access_keys,
                    ssh_public_keys,
                };
                Ok(self.user(entry, asked))
            }
            _ => Err(Box::new(entry)),
        }
    }

    /// The user, with what has to be asked for it. An error ends the pass.
    pub(in crate::collect) async fn ask(&self, entry: Entry) -> Result<Joined, AwsError> {
        let settled = self.settled(&entry);
        let name = entry.identity.name.as_str();
        let row = self.row(&entry);
        let unlisted = self.unlisted_policies(&entry);
        let permit = self.in_flight.acquire().await;
        let (groups, mfa, access_keys, ssh_keys) = tokio::join!(
            unless(settled.groups, || self.reader.groups(name, &unlisted)),
            unless(settled.mfa, || self.reader.mfa(name)),
            unless(settled.access_keys, || self.reader.access_keys(name)),
            unless(settled.ssh_public_keys, || self
                .reader
                .ssh_public_keys(name)),
        );
        drop(permit);
        let (Some(groups), Some(mfa), Some(keys), Some(ssh_public_keys)) =
            (groups?, mfa?, access_keys?, ssh_keys?)
        else {
            return Ok(Joined::NotFound(Box::new(entry)));
        };
        let asked = Asked {
            groups,
            mfa: mfa::or_reported(mfa, &entry.identity, &self.wide, row),
            access_keys: match (&keys, self.reported_keys(&entry)) {
                (Fact::Unknown(_), reported @ Fact::Known { .. }) => reported,
                _ => keys,
            },
            ssh_public_keys,
        };
        Ok(Joined::User(Box::new(self.user(entry, asked))))
    }

    fn settled(&self, entry: &Entry) -> Settled {
        Settled {
            groups: self.settled_groups(entry),
            mfa: self.settled_mfa(entry),
            access_keys: match self.plan.has(Action::ListAccessKeys) {
                true => None,
                false => Some(self.reported_keys(entry)),
            },
            ssh_public_keys: match self.plan.has(Action::ListSshPublicKeys) {
                true => None,
                false if self.plan.is_query() => Some(Fact::not_collected("a list does not ask")),
                false if self.plan.is_in_bulk() => {
                    Some(Fact::not_collected("aws.access_keys is not \"ids\""))
                }
                false => Some(Fact::not_collected("per-user plan")),
            },
        }
    }

    fn settled_groups(&self, entry: &Entry) -> Option<Fact<Vec<Arc<Group>>>> {
        match &entry.details {
            Ok((facts, provenance)) => Some(Fact::known(facts.groups.clone(), provenance)),
            Err(NoDetails::Failed(error)) if !self.plan.falls_back => Some(error.as_unknown()),
            Err(_) => None,
        }
    }

    fn settled_mfa(&self, entry: &Entry) -> Option<Fact<Mfa>> {
        if !self.plan.has(Action::ListMfaDevices) {
            return Some(Fact::not_collected("nothing here needs it"));
        }
        let row = self.row(entry);
        if let Some(settled) = mfa::settled(&entry.identity, &self.wide, row) {
            return Some(settled);
        }
        mfa::without_asking(&entry.identity, &self.wide, row).filter(|_| !self.plan.falls_back)
    }

    /// What is known of the inline policies of groups that are asked for.
    fn unlisted_policies(&self, entry: &Entry) -> Fact<Vec<String>> {
        match &entry.details {
            Ok(_) => Fact::not_collected("not asked"),
            Err(why) => why.unknown(),
        }
    }

    fn reported_keys(&self, entry: &Entry) -> Fact<Vec<AccessKey>> {
        let row = self.row(entry);
        match row.and_then(|row| Some((row.access_keys.clone()?, &row.source))) {
            Some((keys, provenance)) => Fact::known(keys, provenance),
            None if row.is_some_and(|row| row.has_more_keys) => {
                Fact::not_collected("the credential report does not list all of them")
            }
            None => self.wide.unreported(&entry.identity, row, "access_keys"),
        }
    }

    fn row(&self, entry: &Entry) -> Option<&ReportRow> {
        self.wide.row(&entry.identity, entry.former_arn.as_ref())
    }

    fn reported_certificates(&self, entry: &Entry) -> Fact<Vec<SigningCertificate>> {
        let row = self.row(entry);
        match row.and_then(|row| Some((row.signing_certificates.clone()?, &row.source))) {
            Some((certificates, provenance)) => Fact::known(certificates, provenance),
            None => {
                let fact = "signing_certificates";
                self.wide.unreported(&entry.identity, row, fact)
            }
        }
    }

    fn service_credentials(
        &self,
        user: &UserIdentity,
        is_renamed: bool,
    ) -> Fact<Vec<ServiceCredential>> {
        match self.plan.is_query() {
            true => Fact::not_collected("a list does not ask"),
            false => self.wide.service_credentials(user, is_renamed),
        }
    }

    fn user(&self, entry: Entry, asked: Asked) -> User {
        let signing_certificates = self.reported_certificates(&entry);
        let is_renamed = entry.former_arn.is_some();
        let service_specific_credentials = self.service_credentials(&entry.identity, is_renamed);
        let row = self.row(&entry);
        let console = match row.and_then(|row| Some((row.console.clone()?, &row.source))) {
            Some((console, provenance)) => Fact::known(console, provenance),
            None => self.wide.unreported(&entry.identity, row, "console_access"),
        };
        let identity = entry.identity;
        let own = own_facts(entry.details);
        User {
            password_last_used: password_last_used(entry.password_last_used, row),
            name: identity.name,
            arn: identity.arn,
            id: identity.id,
            path: identity.path,
            created_at: identity.created_at,
            tags: own.tags,
            groups: asked.groups,
            attached_policies: own.attached_policies,
            inline_policies: own.inline_policies,
            permissions_boundary: own.permissions_boundary,
            mfa: asked.mfa,
            console,
            access_keys: asked.access_keys,
            service_specific_credentials,
            signing_certificates,
            ssh_public_keys: asked.ssh_public_keys,
        }
    }
}

/// What is settled, else what `ask` yields. Calls in progress are many times the size of a user:
/// they are boxed, so that only those that are made take room.
async fn unless<T, F>(settled: Option<Fact<T>>, ask: impl FnOnce() -> F) -> UserFact<T>
where
    F: Future<Output = UserFact<T>>,
{
    match settled {
        Some(fact) => Ok(Some(fact)),
        None => Box::pin(ask()).await,
    }
}

/// ListUsers is live; the report makes up for it.
fn password_last_used(
    listed: Fact<Option<OffsetDateTime>>,
    row: Option<&ReportRow>,
) -> Fact<Option<OffsetDateTime>> {
    let reported = row.and_then(|row| Some((row.password_last_used?, &row.source)));
    match (&listed, reported) {
        (Fact::Unknown(_), Some((used, provenance))) => Fact::known(used, provenance),
        _ => listed,
    }
}

fn own_facts(details: Result<(DetailFacts, Provenance), NoDetails>) -> OwnFacts {
    match details {
        Ok((facts, provenance)) => OwnFacts {
            tags: Fact::known(facts.tags, &provenance),
            attached_policies: Fact::known(facts.attached_policies, &provenance),
            inline_policies: Fact::known(facts.inline_policies, &provenance),
            permissions_boundary: Fact::known(facts.permissions_boundary, &provenance),
        },
        Err(why) => OwnFacts {
            tags: why.unknown(),
            attached_policies: why.unknown(),
            inline_policies: why.unknown(),
            permissions_boundary: why.unknown(),
        },
    }
}
