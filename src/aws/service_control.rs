//! The service control policies that bind an account: ListParents up to the root, and at each level
//! ListPoliciesForTarget and DescribePolicy, each once for what accounts share.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::{Action, AwsClient, AwsError, JsonService, Paging};
use crate::model::{PolicyDocument, ServiceControlLevels, ServiceControlPolicy};

/// The policies among all kinds of an organization's.
pub(super) const SERVICE_CONTROL_POLICY: &str = "SERVICE_CONTROL_POLICY";
/// More levels than an organization can have: units nest five deep.
const LEVELS_MAX: usize = 10;

/// Reads service control policies, for all accounts of one pass.
#[derive(Debug)]
pub struct ServiceControl {
    client: AwsClient,
    /// The account that manages the organization, which none binds; unknown where no account was
    /// listed.
    management: Option<String>,
    known: Mutex<Known>,
}

/// What was read so far, that other accounts may share.
#[derive(Debug, Default)]
struct Known {
    /// By unit.
    parents: HashMap<String, Parent>,
    /// By unit or root.
    levels: HashMap<String, Vec<ServiceControlPolicy>>,
    /// By id.
    policies: HashMap<String, ServiceControlPolicy>,
}

/// What a unit or an account is in.
#[derive(Debug, Clone)]
struct Parent {
    id: String,
    is_root: bool,
}

/// Answers of ListParents.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parents {
    parents: Option<Vec<Entry>>,
}

/// Answers of ListPoliciesForTarget.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Policies {
    policies: Option<Vec<Entry>>,
    next_token: Option<String>,
}

/// A parent, or a policy's summary.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    id: Option<String>,
    name: Option<String>,
    r#type: Option<String>,
}

/// Answers of DescribePolicy.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    policy: Option<DescribedPolicy>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DescribedPolicy {
    policy_summary: Option<Entry>,
    content: Option<String>,
}

impl ServiceControl {
    /// Reads as `client`, which belongs to the account that manages the organization or to one that
    /// it delegates that to.
    pub fn new(client: AwsClient, management: Option<String>) -> Self {
        Self {
            client,
            management,
            known: Mutex::default(),
        }
    }

    /// The policies that bind `account`, by level.
    ///
    /// An organization that has them enabled has one at every level; one without any has not, and
    /// binds nobody.
    pub async fn levels(&self, account: &str) -> Result<ServiceControlLevels, AwsError> {
        match self.management.as_deref() {
            Some(management) if management == account => return Ok(Vec::new()),
            Some(_) => {}
            // It may be this one, which none binds.
            None => {
                let what = "no account whose ARN names the managing one";
                return Err(AwsError::malformed(Action::ListAccounts, what));
            }
        }
        // Accounts ask one after the other: what they share is read once.
        let mut known = self.known.lock().await;
        let mut levels = vec![self.attached(&mut known, account).await?];
        let mut child = account.to_owned();
        loop {
            let parent = self.parent(&mut known, &child, child == account).await?;
            let level = match known.levels.get(&parent.id) {
                Some(level) => level.clone(),
                None => {
                    let level = self.attached(&mut known, &parent.id).await?;
                    known.levels.insert(parent.id.clone(), level.clone());
                    level
                }
            };
            levels.insert(0, level);
            if parent.is_root {
                break;
            }
            if levels.len() > LEVELS_MAX {
                let what = "units that are in each other";
                return Err(AwsError::malformed(Action::ListParents, what));
            }
            child = parent.id;
        }
        if levels.iter().all(Vec::is_empty) {
            return Ok(Vec::new());
        }
        match levels.iter().any(Vec::is_empty) {
            true => Err(AwsError::malformed(
                Action::ListPoliciesForTarget,
                "a level without a service control policy beside levels with one",
            )),
            false => Ok(levels),
        }
    }

    async fn parent(
        &self,
        known: &mut Known,
        child: &str,
        is_account: bool,
    ) -> Result<Parent, AwsError> {
        if let Some(parent) = known.parents.get(child) {
            return Ok(parent.clone());
        }
        let action = Action::ListParents;
        let answer: Parents = self.call(action, json!({ "ChildId": child })).await?;
        let parent = answer.parents.into_iter().flatten().next();
        let parent = parent.and_then(|parent| {
            Some(Parent {
                id: parent.id?,
                is_root: parent.r#type? == "ROOT",
            })
        });
        let parent = parent.ok_or_else(|| AwsError::malformed(action, "no parent"))?;
        if !is_account {
            known.parents.insert(child.to_owned(), parent.clone());
        }
        Ok(parent)
    }

    /// The policies that are attached to `target`.
    async fn attached(
        &self,
        known: &mut Known,
        target: &str,
    ) -> Result<Vec<ServiceControlPolicy>, AwsError> {
        let action = Action::ListPoliciesForTarget;
        let (mut attached, mut paging, mut token) = (Vec::new(), Paging::default(), None);
        loop {
            let mut input = json!({ "TargetId": target, "Filter": SERVICE_CONTROL_POLICY });
            if let Some(token) = token {
                input["NextToken"] = json!(token);
            }
            let answer: Policies = self.call(action, input).await?;
            let policies = answer.policies.into_iter().flatten();
            let ids: Option<Vec<String>> = policies.map(|policy| policy.id).collect();
            let ids = ids.ok_or_else(|| AwsError::malformed(action, "a policy without an id"))?;
            for id in &ids {
                attached.push(self.policy(known, id).await?);
            }
            let ids: Vec<Option<String>> = ids.into_iter().map(Some).collect();
            token = paging.follow(action, ids, answer.next_token)?;
            if token.is_none() {
                return Ok(attached);
            }
        }
    }

    async fn policy(&self, known: &mut Known, id: &str) -> Result<ServiceControlPolicy, AwsError> {
        if let Some(policy) = known.policies.get(id) {
            return Ok(policy.clone());
        }
        let action = Action::DescribePolicy;
        let answer: Described = self.call(action, json!({ "PolicyId": id })).await?;
        let policy = answer.policy.and_then(|policy| {
            Some(ServiceControlPolicy {
                name: policy.policy_summary?.name?,
                document: Arc::new(PolicyDocument::new(&policy.content?)),
            })
        });
        let policy =
            policy.ok_or_else(|| AwsError::malformed(action, "a policy without a name or text"))?;
        known.policies.insert(id.to_owned(), policy.clone());
        Ok(policy)
    }

    async fn call<T: DeserializeOwned>(&self, action: Action, input: Value) -> Result<T, AwsError> {
        let organizations = JsonService::Organizations;
        let answer = self.client.call_json(organizations, None, action, &input);
        answer.await
    }
}
