//! Users from all files together.

use std::collections::BTreeMap;
use std::sync::Arc;

use time::OffsetDateTime;

use super::entry::{Entry, Identity};
use super::groups::{self, Groups, fact_of};
use super::kind;
use super::policies::PolicyTables;
use super::tables::Tables;
use super::wire::UserDetail;
use crate::collect::report::ReportRow;
use crate::collect::root;
use crate::model::{
    Account, AttachedPolicy, Fact, Group, Mfa, Provenance, ServiceCredential, Snapshot, Tag, User,
};

/// What the files together have.
pub(super) struct Assembled {
    /// In the order of their first appearance.
    pub(super) users: Vec<Arc<User>>,
    /// One an account.
    pub(super) snapshots: Vec<Snapshot>,
    /// What belongs to no user, and what is missing.
    pub(super) warnings: Vec<String>,
}

/// Builds every user, and the account of each.
pub(super) fn assemble(tables: Tables, read_at: OffsetDateTime) -> Assembled {
    let mut warnings = tables.warnings;
    warnings.extend(tables.pages.warnings());
    let mut mfa = tables.mfa;
    warnings.extend(mfa.drop_ambiguous(&tables.users));
    let mut service_credentials = tables.service_credentials;
    warnings.extend(service_credentials.drop_ambiguous(&tables.users));
    let source = Provenance {
        source: kind::DETAILS.into(),
        as_of: read_at,
    };
    let mut groups = Groups::new(tables.groups, &source);
    let mut policies = tables.policies;
    let mut rows = tables.report_rows;
    let mut users = Vec::with_capacity(tables.users.len());
    for entry in tables.users {
        let row = take_row(&mut rows, &entry.identity, &mut warnings);
        let mfa = mfa.take(&entry.identity, row.as_ref(), read_at);
        let listed = Listed {
            mfa,
            service_credentials: service_credentials.take(&entry.identity, read_at),
        };
        users.push(Arc::new(user(entry, row, listed, &mut groups, &source)));
    }
    for row in tables.roots.values() {
        let root = root::user(row, mfa.take_root(row, read_at));
        if root.is_none() {
            warnings.push(format!(
                "{}: the row about the root user says no creation time, without which there is no \
                 event about it: pass the report as AWS made it",
                row.place
            ));
        }
        users.extend(root.map(Arc::new));
    }
    warnings.extend(unmatched(&rows));
    warnings.extend(mfa.unmatched());
    warnings.extend(service_credentials.unmatched());
    let snapshots = snapshots(&users, &groups, &mut policies, &source);
    Assembled {
        users,
        snapshots,
        warnings,
    }
}

fn snapshots(
    users: &[Arc<User>],
    groups: &Groups,
    policies: &mut PolicyTables,
    source: &Provenance,
) -> Vec<Snapshot> {
    let mut by_account: BTreeMap<&str, Vec<&Arc<User>>> = BTreeMap::new();
    for user in users {
        by_account
            .entry(user.arn.account_id())
            .or_default()
            .push(user);
    }
    let accounts = by_account.into_iter().filter_map(|(id, users)| {
        let account = Account::of(&users.first()?.arn);
        let groups = groups.of_account(id);
        let groups = groups.map(|(name, group)| (name.clone(), Arc::clone(group)));
        let policies = policies.of_account(id, &account.partition, groups.collect(), source);
        Some(policies.with_users(account, users.into_iter().cloned()))
    });
    accounts.collect()
}

fn take_row(
    rows: &mut BTreeMap<String, ReportRow>,
    user: &Identity,
    warnings: &mut Vec<String>,
) -> Option<ReportRow> {
    let row = rows.remove(user.arn.as_str())?;
    if row.is_about(user.created_at) {
        return Some(row);
    }
    warnings.push(format!(
        "{}: {} has another creation time than in the other files, so the row is about a deleted \
         user of the same name; it is left out: pass a newer report",
        row.place, user.arn
    ));
    None
}

/// Facts of a user from lists of their own.
struct Listed {
    mfa: Fact<Mfa>,
    service_credentials: Fact<Vec<ServiceCredential>>,
}

fn user(
    entry: Entry,
    row: Option<ReportRow>,
    listed: Listed,
    groups: &mut Groups,
    details_source: &Provenance,
) -> User {
    let identity = entry.identity;
    let password_last_used =
        password_last_used(entry.password_last_used, row.as_ref(), details_source.as_of);
    let details = Details::of(entry.details, &identity, groups, details_source);
    let (console, access_keys, signing_certificates) = match row {
        Some(row) => (
            fact_of(row.console, &row.source),
            fact_of(row.access_keys, &row.source),
            fact_of(row.signing_certificates, &row.source),
        ),
        None => (
            Fact::not_in_input(kind::REPORT),
            Fact::not_in_input(kind::REPORT),
            Fact::not_in_input(kind::REPORT),
        ),
    };
    User {
        name: identity.name,
        arn: identity.arn,
        id: identity.id,
        path: identity.path,
        created_at: identity.created_at,
        password_last_used,
        tags: details.tags,
        groups: details.groups,
        attached_policies: details.attached_policies,
        inline_policies: details.inline_policies,
        permissions_boundary: details.permissions_boundary,
        mfa: listed.mfa,
        console,
        access_keys,
        service_specific_credentials: listed.service_credentials,
        signing_certificates,
        ssh_public_keys: Fact::not_collected("no file has them"),
    }
}

/// The facts that only the details have.
struct Details {
    tags: Fact<Vec<Tag>>,
    groups: Fact<Vec<Arc<Group>>>,
    attached_policies: Fact<Vec<AttachedPolicy>>,
    inline_policies: Fact<Vec<String>>,
    permissions_boundary: Fact<Option<String>>,
}

impl Details {
    fn of(
        details: Option<UserDetail>,
        identity: &Identity,
        groups: &mut Groups,
        source: &Provenance,
    ) -> Self {
        let Some(details) = details else {
            return Self {
                tags: Fact::not_in_input(kind::DETAILS),
                groups: Fact::not_in_input(kind::DETAILS),
                attached_policies: Fact::not_in_input(kind::DETAILS),
                inline_policies: Fact::not_in_input(kind::DETAILS),
                permissions_boundary: Fact::not_in_input(kind::DETAILS),
            };
        };
        let account_id = identity.arn.account_id();
        let boundary = details.permissions_boundary;
        let boundary = boundary.map(|boundary| boundary.permissions_boundary_arn);
        let tags = details.tags;
        let group_list = details.group_list.map(|names| {
            let named = names.into_iter().map(|name| groups.named(account_id, name));
            named.collect()
        });
        Self {
            tags: fact_of(
                tags.map(|tags| tags.into_iter().map(Tag::from).collect()),
                source,
            ),
            groups: fact_of(group_list, source),
            attached_policies: groups::attached(details.attached_managed_policies, source),
            inline_policies: Fact::known(groups::names(details.user_policy_list), source),
            permissions_boundary: Fact::known(boundary, source),
        }
    }
}

fn password_last_used(
    listed: Option<Option<OffsetDateTime>>,
    row: Option<&ReportRow>,
    read_at: OffsetDateTime,
) -> Fact<Option<OffsetDateTime>> {
    let source = Provenance {
        source: kind::LIST_USERS.into(),
        as_of: read_at,
    };
    let reported = row.and_then(|row| Some((row.password_last_used?, &row.source)));
    match (listed, reported) {
        (Some(used), _) => Fact::known(used, &source),
        (None, Some((used, source))) => Fact::known(used, source),
        (None, None) => Fact::not_in_input(format!("{} or {}", kind::LIST_USERS, kind::REPORT)),
    }
}

fn unmatched(rows: &BTreeMap<String, ReportRow>) -> Option<String> {
    let (arn, first) = rows.first_key_value()?;
    Some(format!(
        "{}: {arn} is a user in no other file, and so are {} rows in all; they are left out: \
         pass the details or the user list of the same account, saved at the same time",
        first.place,
        rows.len()
    ))
}
