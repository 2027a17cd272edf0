//! Groups, fetched once a pass however many users are in them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_iam::types;
use tokio::sync::OnceCell;

use super::super::listing::{self, PAGE_SIZE, Page};
use super::facts;
use crate::aws::{Action, AwsClient, AwsError, AwsErrorClass};
use crate::model::{AttachedPolicy, Fact, Group};

/// A group that was asked for: `None` once AWS said that it no longer exists.
type Cell = Arc<OnceCell<Option<Arc<Group>>>>;

/// The groups met so far in this pass.
#[derive(Debug, Default)]
pub(super) struct GroupCache {
    cells: Mutex<HashMap<String, Cell>>,
}

impl GroupCache {
    /// The group that `listed` names, with its policies: from memory, from the call that another
    /// user's collection has under way, or from AWS. `None` if it was deleted meanwhile.
    ///
    /// Only an error that ends the pass is one here; any other makes the policies unknown. Of the
    /// inline policies `unlisted` is known: only the details list them.
    pub(super) async fn group(
        &self,
        client: &AwsClient,
        listed: &types::Group,
        unlisted: &Fact<Vec<String>>,
    ) -> Result<Option<Arc<Group>>, AwsError> {
        let cell = self.cell(listed.arn());
        let group = cell
            .get_or_try_init(|| fetch(client, listed, unlisted))
            .await?;
        Ok(group.clone())
    }

    fn cell(&self, arn: &str) -> Cell {
        let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
        cells.entry(arn.to_owned()).or_default().clone()
    }
}

async fn fetch(
    client: &AwsClient,
    listed: &types::Group,
    unlisted: &Fact<Vec<String>>,
) -> Result<Option<Arc<Group>>, AwsError> {
    let attached_policies = match attached_policies(client, listed.group_name()).await {
        Ok(policies) => Fact::known(policies, &facts::now(Action::ListAttachedGroupPolicies)),
        Err(error) if error.class == AwsErrorClass::Gone => return Ok(None),
        Err(error) if error.class.ends_the_pass() => return Err(error),
        Err(error) => {
            tracing::warn!(group = listed.group_name(), %error, "a group's policies are unknown");
            error.as_unknown()
        }
    };
    Ok(Some(Arc::new(Group {
        name: listed.group_name().to_owned(),
        arn: Some(listed.arn().to_owned()),
        id: Some(listed.group_id().to_owned()),
        attached_policies,
        inline_policies: unlisted.clone(),
    })))
}

async fn attached_policies(
    client: &AwsClient,
    group_name: &str,
) -> Result<Vec<AttachedPolicy>, AwsError> {
    let action = Action::ListAttachedGroupPolicies;
    listing::all(async |marker: Option<String>| {
        let request = || {
            let request = client.iam().list_attached_group_policies();
            let request = request.group_name(group_name).max_items(PAGE_SIZE);
            request.set_marker(marker.clone()).send()
        };
        let answer = client.call_about(group_name, action, request).await?;
        let listed = answer.attached_policies();
        let policies = listing::attached_policies(action, listed)?;
        let ids = listed.iter().filter_map(|policy| policy.policy_arn());
        Page::new(
            action,
            policies,
            ids,
            answer.is_truncated(),
            answer.marker(),
        )
    })
    .await
}
