//! One user from everything that tells about it.

use std::sync::Arc;

use super::bulk::{AccountWide, NoDetails, NotListed};
use super::convert::ListedUser;
use super::details::UserDetails;
use super::facts::{self, Told};
use super::mfa;
use super::reader::UserReader;
use crate::aws::{Action, AwsError};
use crate::collect::report::ReportRow;
use crate::config::{AccessKeyLookup, AwsSettings, Strategy};
use crate::model::{AccessKey, AttachedPolicy, Fact, Group, Mfa, Tag, User};

/// What was listed about one user: by ListUsers, by the details, or by both.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) listed: ListedUser,
    /// Whether ListUsers told of the user, and so when its password was last used.
    pub(super) is_listed: Result<(), NotListed>,
    pub(super) details: Result<UserDetails, NoDetails>,
}

/// Joins entries to users, asking for what is still open.
#[derive(Debug)]
pub(super) struct Joiner<'a> {
    pub(super) settings: &'a AwsSettings,
    pub(super) reader: UserReader<'a>,
    pub(super) wide: AccountWide,
}

/// The facts that only the details tell.
struct DetailFacts {
    tags: Fact<Vec<Tag>>,
    attached_policies: Fact<Vec<AttachedPolicy>>,
    inline_policies: Fact<Vec<String>>,
    permissions_boundary: Fact<Option<String>>,
}

impl Entry {
    /// A user whom the details do not tell of.
    pub(super) fn without_details(listed: ListedUser, why: NoDetails) -> Self {
        Self {
            listed,
            is_listed: Ok(()),
            details: Err(why),
        }
    }

    /// A user whom ListUsers does not tell of.
    pub(super) fn unlisted(details: UserDetails, why: NotListed) -> Self {
        let listed = ListedUser {
            name: details.name.clone(),
            arn: details.arn.clone(),
            id: details.id.clone(),
            path: details.path.clone(),
            created_at: details.created_at,
            password_last_used: None,
        };
        Self {
            listed,
            is_listed: Err(why),
            details: Ok(details),
        }
    }
}

impl Joiner<'_> {
    /// The user with its facts; `None` if it was deleted since it was listed. An error ends the
    /// pass.
    pub(super) async fn user(&self, entry: Entry) -> Result<Option<User>, AwsError> {
        let Entry {
            listed,
            is_listed,
            details,
        } = entry;
        let row = self.wide.row(listed.arn.as_str());
        let row = row.filter(|row| row.is_about(listed.created_at));
        let (groups, mfa, keys) = tokio::join!(
            self.groups(&listed.name, &details),
            self.mfa(&listed, row),
            self.access_keys(&listed, row),
        );
        let (Some(groups), Some(mfa), Some(access_keys)) = (groups?, mfa?, keys?) else {
            return Ok(None);
        };
        let details = detail_facts(details);
        Ok(Some(User {
            password_last_used: password_last_used(&listed, is_listed, row),
            name: listed.name,
            arn: listed.arn,
            id: listed.id,
            path: listed.path,
            created_at: listed.created_at,
            tags: details.tags,
            groups,
            attached_policies: details.attached_policies,
            inline_policies: details.inline_policies,
            permissions_boundary: details.permissions_boundary,
            mfa,
            console: match row.and_then(|row| Some((row.console.clone()?, &row.source))) {
                Some((console, source)) => Fact::known(console, source),
                None => self.wide.unreported(listed.created_at),
            },
            access_keys,
        }))
    }

    /// Whether a fact that its bulk call does not tell is asked for per user.
    pub(super) fn falls_back(&self) -> bool {
        self.settings.strategy != Strategy::Bulk
    }

    // A call in progress is many times the size of a user. The calls below are boxed, so that the
    // users who need none, which is most of them in bulk, do not carry room for it along.

    async fn groups(
        &self,
        name: &str,
        details: &Result<UserDetails, NoDetails>,
    ) -> Told<Vec<Arc<Group>>> {
        match details {
            Ok(details) => Ok(Some(Fact::known(details.groups.clone(), &details.source))),
            Err(NoDetails::Failed(error)) if !self.falls_back() => Ok(Some(error.as_unknown())),
            Err(why) => Box::pin(self.reader.groups(name, &why.untold())).await,
        }
    }

    async fn mfa(&self, listed: &ListedUser, row: Option<&ReportRow>) -> Told<Mfa> {
        if let Some(settled) = mfa::settled(listed.arn.as_str(), &self.wide, row) {
            return Ok(Some(settled));
        }
        let given_up = mfa::without_asking(&self.wide, row).filter(|_| !self.falls_back());
        if given_up.is_some() {
            return Ok(given_up);
        }
        let asked = Box::pin(self.reader.mfa(&listed.name)).await?;
        Ok(asked.map(|asked| mfa::or_reported(asked, row)))
    }

    async fn access_keys(
        &self,
        listed: &ListedUser,
        row: Option<&ReportRow>,
    ) -> Told<Vec<AccessKey>> {
        let reported = match row.and_then(|row| Some((row.access_keys.clone()?, &row.source))) {
            Some((keys, source)) => Fact::known(keys, source),
            None => self.wide.unreported(listed.created_at),
        };
        if self.settings.access_keys == AccessKeyLookup::Report {
            return Ok(Some(reported));
        }
        let asked = Box::pin(self.reader.access_keys(&listed.name)).await?;
        Ok(asked.map(|asked| match (&asked, &reported) {
            (Fact::Unknown(_), Fact::Known { .. }) => reported,
            _ => asked,
        }))
    }
}

fn password_last_used(
    listed: &ListedUser,
    is_listed: Result<(), NotListed>,
    row: Option<&ReportRow>,
) -> Fact<Option<time::OffsetDateTime>> {
    let reported = row.and_then(|row| Some((row.password_last_used?, &row.source)));
    match (is_listed, reported) {
        (Ok(()), _) => Fact::known(listed.password_last_used, &facts::now(Action::ListUsers)),
        (Err(_), Some((used, source))) => Fact::known(used, source),
        (Err(why), None) => why.untold(),
    }
}

fn detail_facts(details: Result<UserDetails, NoDetails>) -> DetailFacts {
    match details {
        Ok(details) => {
            let source = &details.source;
            DetailFacts {
                tags: Fact::known(details.tags, source),
                attached_policies: Fact::known(details.attached_policies, source),
                inline_policies: Fact::known(details.inline_policies, source),
                permissions_boundary: Fact::known(details.permissions_boundary, source),
            }
        }
        Err(why) => DetailFacts {
            tags: why.untold(),
            attached_policies: why.untold(),
            inline_policies: why.untold(),
            permissions_boundary: why.untold(),
        },
    }
}
