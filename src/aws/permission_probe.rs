//! One call of an action, the cheapest that proves whether it is allowed.
//!
//! AWS looks at permissions before it looks for what is meant: an answer that there is no such
//! user or group proves the permission as well.

use aws_sdk_iam::types::EntityType;
use serde::de::IgnoredAny;
use serde_json::json;
use time::OffsetDateTime;

use super::service_control::SERVICE_CONTROL_POLICY;
use super::{Action, AwsClient, AwsError, AwsErrorClass, JsonService, Lookup, LookupBy};
use crate::config::QueuePlace;

/// What a call proved that was not denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probed {
    /// The action is allowed.
    Allowed,
    /// Nothing: there is nothing to call it for, for this reason.
    NotCalled(&'static str),
}

/// Probes permissions in one account, each with what the calls before it brought to light.
#[derive(Debug)]
pub struct PermissionProbe<'a> {
    client: &'a AwsClient,
    users: Vec<String>,
    group: Option<String>,
    key_id: Option<String>,
}

/// The name to call with where no user is known.
const NOBODY: &str = "rollcall-check-nobody";

/// An account that no organization has.
const NO_ACCOUNT: &str = "000000000000";

/// The id of AWS's own service control policy, which every organization has.
const FULL_ACCESS: &str = "p-FullAWSAccess";

/// How many users are asked for a key, so that its last use can be asked for.
const ASKED_FOR_KEYS_MAX: i32 = 10;

impl<'a> PermissionProbe<'a> {
    /// Probes permissions in the account of `client`.
    pub fn new(client: &'a AwsClient) -> Self {
        Self {
            client,
            users: Vec::new(),
            group: None,
            key_id: None,
        }
    }

    /// Probes `action`, one of an account. An error is a denial, or leaves it open.
    pub async fn call(&mut self, action: Action) -> Result<Probed, AwsError> {
        let answer = match action {
            Action::ListUsers => self.list_users().await,
            Action::ListGroupsForUser => self.list_groups_for_user().await,
            Action::ListAccessKeys => self.list_access_keys().await,
            Action::GetAccessKeyLastUsed => return self.last_used().await,
            _ => self.plain(action).await,
        };
        allowed(answer)
    }

    /// Actions of whose answer nothing is of use to the others.
    async fn plain(&self, action: Action) -> Result<(), AwsError> {
        let client = self.client;
        let iam = || client.iam();
        macro_rules! send {
            ($request:expr) => {
                client.call(action, || $request.send()).await.map(drop)
            };
        }
        match action {
            Action::ListAccountAliases => send!(iam().list_account_aliases()),
            Action::GetAccountSummary => send!(iam().get_account_summary()),
            Action::GetAccountAuthorizationDetails => send!(
                iam()
                    .get_account_authorization_details()
                    .filter(EntityType::User)
                    .max_items(1)
            ),
            Action::ListVirtualMfaDevices => send!(iam().list_virtual_mfa_devices().max_items(1)),
            Action::GenerateCredentialReport => send!(iam().generate_credential_report()),
            Action::GetCredentialReport => send!(iam().get_credential_report()),
            Action::ListServiceSpecificCredentials => send!(
                iam()
                    .list_service_specific_credentials()
                    .all_users(true)
                    .max_items(1)
            ),
            Action::ListSshPublicKeys => send!(
                iam()
                    .list_ssh_public_keys()
                    .user_name(self.user())
                    .max_items(1)
            ),
            Action::ListMfaDevices => {
                send!(iam().list_mfa_devices().user_name(self.user()).max_items(1))
            }
            Action::GetUser => send!(iam().get_user().user_name(self.user())),
            Action::ListAttachedGroupPolicies => {
                let group = self.group.as_deref().unwrap_or(NOBODY);
                send!(
                    iam()
                        .list_attached_group_policies()
                        .group_name(group)
                        .max_items(1)
                )
            }
            other => Err(AwsError::malformed(other, "it is no action of an account")),
        }
    }

    async fn list_users(&mut self) -> Result<(), AwsError> {
        let request = || {
            let request = self.client.iam().list_users();
            request.max_items(ASKED_FOR_KEYS_MAX).send()
        };
        let answer = self.client.call(Action::ListUsers, request).await?;
        let users = answer.users().iter();
        self.users = users.map(|user| user.user_name().to_owned()).collect();
        Ok(())
    }

    async fn list_groups_for_user(&mut self) -> Result<(), AwsError> {
        let request = || {
            let request = self.client.iam().list_groups_for_user();
            request.user_name(self.user()).max_items(1).send()
        };
        let answer = self.client.call(Action::ListGroupsForUser, request).await?;
        let first = answer.groups().first();
        self.group = first.map(|group| group.group_name().to_owned());
        Ok(())
    }

    /// Asks one user after the other until somebody has a key.
    async fn list_access_keys(&mut self) -> Result<(), AwsError> {
        let nobody = [NOBODY.to_owned()];
        let users = match self.users.as_slice() {
            [] => &nobody,
            users => users,
        };
        let count = usize::try_from(ASKED_FOR_KEYS_MAX).unwrap_or_default();
        for user in users.iter().take(count) {
            let request = || {
                let request = self.client.iam().list_access_keys();
                request.user_name(user).max_items(1).send()
            };
            let answer = self.client.call(Action::ListAccessKeys, request).await?;
            let mut keys = answer.access_key_metadata().iter();
            self.key_id = keys.find_map(|key| key.access_key_id().map(str::to_owned));
            if self.key_id.is_some() {
                break;
            }
        }
        Ok(())
    }

    /// AWS may deny an unknown key as it denies the action: it takes a key that there is.
    async fn last_used(&self) -> Result<Probed, AwsError> {
        let Some(id) = &self.key_id else {
            return Ok(Probed::NotCalled("no user that was asked about has a key"));
        };
        let action = Action::GetAccessKeyLastUsed;
        let request = || {
            let request = self.client.iam().get_access_key_last_used();
            request.access_key_id(id).send()
        };
        allowed(self.client.call(action, request).await.map(drop))
    }

    fn user(&self) -> &str {
        self.users.first().map_or(NOBODY, String::as_str)
    }
}

/// Probes `action`, one of an organization; `unit` is one of those that are named.
pub async fn probe_listing(
    client: &AwsClient,
    action: Action,
    unit: &str,
) -> Result<Probed, AwsError> {
    let input = match action {
        Action::ListAccounts => json!({"MaxResults": 1}),
        Action::ListAccountsForParent | Action::ListOrganizationalUnitsForParent => {
            json!({"ParentId": unit, "MaxResults": 1})
        }
        Action::DescribeOrganizationalUnit => json!({"OrganizationalUnitId": unit}),
        // AWS looks at permissions before it looks for what is named.
        Action::ListParents => json!({"ChildId": NO_ACCOUNT}),
        Action::ListPoliciesForTarget => {
            json!({"TargetId": NO_ACCOUNT, "Filter": SERVICE_CONTROL_POLICY})
        }
        Action::DescribePolicy => json!({"PolicyId": FULL_ACCESS}),
        other => return Err(AwsError::malformed(other, "it is no listing")),
    };
    let answer = client.call_json(JsonService::Organizations, None, action, &input);
    allowed(answer.await.map(|_: IgnoredAny| ()))
}

/// Probes LookupEvents in `region`.
pub async fn probe_log(client: &AwsClient, region: &str) -> Result<Probed, AwsError> {
    let now = OffsetDateTime::now_utc();
    let lookup = Lookup {
        by: LookupBy::EventSource("iam.amazonaws.com"),
        start: now,
        end: now,
    };
    let client = client.with_own_limits();
    allowed(client.lookup_events(region, lookup, None).await.map(drop))
}

/// Tries the queue at `queue`, without receiving from it.
pub async fn probe_queue(client: &AwsClient, queue: &QueuePlace) -> Result<(), AwsError> {
    let input = json!({"QueueUrl": queue.url, "AttributeNames": ["QueueArn"]});
    let action = Action::GetQueueAttributes;
    let answer = client.call_queue(queue, action, &input).await;
    answer.map(|_: IgnoredAny| ())
}

/// What the answer proves: who learns that something is not there may ask for it.
fn allowed(answer: Result<(), AwsError>) -> Result<Probed, AwsError> {
    match answer {
        Err(error) if error.class == AwsErrorClass::Gone || is_no_report_yet(&error) => {
            Ok(Probed::Allowed)
        }
        Err(error) if error.class == AwsErrorClass::NotOffered => {
            Ok(Probed::NotCalled("the endpoint does not have it"))
        }
        answer => answer.map(|()| Probed::Allowed),
    }
}

fn is_no_report_yet(error: &AwsError) -> bool {
    matches!(
        error.code.as_deref(),
        Some("ReportNotPresent" | "ReportInProgress" | "ReportExpired")
    )
}
