//! Who needs which statements: the roles of accounts, a first role, the credentials.

use super::need::{self, Need};
use super::policy::{Policy, Resource, Statement};
use crate::aws::Action;
use crate::config::{AuditSettings, AwsSettings, MappingSettings, QueuePlace};
use crate::model::{Arn, is_account_id};

/// Whose permissions are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Holder {
    /// What reads an account: the role in it, or the credentials themselves
    Accounts,
    /// What answers `users` and `groups` in an account: the same, with other permissions
    Queries,
    /// What follows CloudTrail in an account, and reads the queue of its records: the same again
    Audit,
    /// The role that is assumed before anything else, `aws.role_arn`
    Role,
    /// The credentials that everything begins with
    Credentials,
    /// What `lifecycle` writes with: `lifecycle.role_arn`, or the credentials themselves
    Lifecycle,
}

/// What `holder` needs; `None` where the configuration has no such role. What `lifecycle` writes
/// with has a policy of its own, and needs none of this. ARNs that the
/// configuration does not hold are made in `partition`.
pub fn policy(
    aws: &AwsSettings,
    mapping: &MappingSettings,
    audit: &AuditSettings,
    holder: Holder,
    partition: &str,
) -> Option<Policy> {
    let reads = || {
        let follows = audit.enabled.then(follows);
        let refreshes = audit.refresh.then(|| refreshes(aws));
        let reads = [reads(aws, mapping)].into_iter();
        reads.chain(follows).chain(refreshes).collect()
    };
    let statements = match (holder, &aws.role_arn) {
        (Holder::Accounts, _) => reads(),
        (Holder::Queries, _) => vec![Statement {
            sid: Some("AnswerQueries"),
            ..allows(&need::to_query(aws))
        }],
        (Holder::Audit, _) => {
            let is_of_queue_alone = audit.queue_url.is_some() && !audit.enabled;
            let follows = (!is_of_queue_alone).then(follows);
            let refreshes = audit.refresh.then(|| refreshes(aws));
            let of_accounts = follows.into_iter().chain(refreshes);
            of_accounts.chain(queue(audit, partition)).collect()
        }
        (Holder::Role, None) | (Holder::Lifecycle, _) => return None,
        (Holder::Credentials, Some(role)) => vec![assumes(vec![Resource::arn(role)])],
        (Holder::Role, Some(_)) | (Holder::Credentials, None) => {
            let mut statements = of_caller(aws, mapping, reads(), partition);
            statements.extend(queue(audit, partition));
            statements
        }
    };
    Some(Policy { statements })
}

/// Of whoever reads or assumes the accounts' roles; `reads` are those of an account.
fn of_caller(
    aws: &AwsSettings,
    mapping: &MappingSettings,
    reads: Vec<Statement>,
    partition: &str,
) -> Vec<Statement> {
    let mut statements = Vec::new();
    // The account of the credentials is read without a role, also as one of an organization.
    let has_one_without = aws
        .accounts
        .iter()
        .any(|it| it.get_ref().role_arn.is_none());
    if aws.accounts.is_empty() || aws.organization.is_some() || has_one_without {
        statements.extend(reads);
    }
    if let Some(organization) = &aws.organization {
        statements.push(Statement {
            sid: Some("ListOrganization"),
            ..allows(&need::to_list(organization, mapping))
        });
    }
    let roles = roles(aws, partition);
    if !roles.is_empty() {
        statements.push(assumes(roles));
    }
    statements
}

/// The accounts' roles. Those of an organization are meant by their name in every account.
fn roles(aws: &AwsSettings, partition: &str) -> Vec<Resource> {
    let organization = aws.organization.iter();
    let mut roles: Vec<Resource> = organization
        .map(|it| Resource::arn(&it.role(partition, "*").arn))
        .collect();
    let of_accounts = aws.accounts.iter();
    for arn in of_accounts.filter_map(|it| it.get_ref().role_arn.as_ref()) {
        let role = Resource::arn(arn);
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    roles
}

fn follows() -> Statement {
    Statement {
        sid: Some("FollowCloudTrail"),
        ..allows(&need::to_follow())
    }
}

fn refreshes(aws: &AwsSettings) -> Statement {
    Statement {
        sid: Some("ReadChanged"),
        ..allows(&need::to_refresh(aws))
    }
}

/// Of the queue, by its ARN where the URL tells that.
fn queue(audit: &AuditSettings, partition: &str) -> Option<Statement> {
    let place = audit.queue()?;
    let resource = queue_arn(&place, partition).map_or(Resource::All, Resource::Arn);
    Some(Statement {
        sid: Some("ReadQueue"),
        actions: vec![
            Action::ReceiveMessage,
            Action::DeleteMessage,
            Action::GetQueueAttributes,
        ],
        resources: vec![resource],
        conditions: Vec::new(),
    })
}

/// A queue whose URL ends with `/ACCOUNT/NAME` as an ARN.
fn queue_arn(place: &QueuePlace, partition: &str) -> Option<Arn> {
    let (_, path) = place.url.split_once("://")?.1.split_once('/')?;
    let region = place.region.as_deref()?;
    let (account, name) = path.split_once('/')?;
    let is_name = |char: char| char.is_ascii_alphanumeric() || "-_.".contains(char);
    let is_queue = is_account_id(account) && name.chars().all(is_name);
    let arn = || Arn::parse(format!("arn:{partition}:sqs:{region}:{account}:{name}")).ok();
    is_queue.then(arn).flatten()
}

fn reads(aws: &AwsSettings, mapping: &MappingSettings) -> Statement {
    Statement {
        sid: Some("ReadUsers"),
        ..allows(&need::to_read(aws, mapping))
    }
}

fn allows(needs: &[Need]) -> Statement {
    let mut actions: Vec<Action> = needs.iter().map(|need| need.action).collect();
    actions.sort_unstable();
    Statement {
        sid: None,
        actions,
        resources: vec![Resource::All],
        conditions: Vec::new(),
    }
}

fn assumes(roles: Vec<Resource>) -> Statement {
    Statement {
        sid: Some("AssumeRoles"),
        actions: vec![Action::AssumeRole],
        resources: roles,
        conditions: Vec::new(),
    }
}

/// A statement named `sid`, in the order of [`Action`].
pub(super) fn statement(sid: &'static str, actions: &[Action], resource: Resource) -> Statement {
    let mut actions = actions.to_vec();
    actions.sort_unstable();
    Statement {
        sid: Some(sid),
        actions,
        resources: vec![resource],
        conditions: Vec::new(),
    }
}
