//! The accounts below organizational units.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::json;

use super::Account;
use super::page::{Identified, each_page, page};
use crate::aws::{Action, AwsClient, AwsError, JsonService};
use crate::model::Unit;

/// An organizational unit, as AWS lists it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OrganizationalUnit {
    id: Option<String>,
    name: Option<String>,
}

/// The accounts below an organizational unit, at any depth, each with the unit that holds it.
pub(super) type Below = HashMap<String, Unit>;

pub(super) async fn below(client: &AwsClient, id: &str) -> Result<Below, AwsError> {
    let mut below = Below::new();
    let mut open = vec![Unit {
        id: id.to_owned(),
        name: name_of(client, id).await?,
    }];
    while let Some(unit) = open.pop() {
        let parent = unit.id.as_str();
        let of_parent = json!({ "ParentId": parent });
        each_page(
            |token| {
                page(
                    client,
                    Action::ListAccountsForParent,
                    of_parent.clone(),
                    token,
                )
            },
            |account: Account| below.extend(account.id.map(|id| (id, unit.clone()))),
        )
        .await?;
        each_page(
            |token| {
                let action = Action::ListOrganizationalUnitsForParent;
                page(client, action, of_parent.clone(), token)
            },
            |child: OrganizationalUnit| {
                let (Some(id), Some(name)) = (child.id, child.name) else {
                    return;
                };
                open.push(Unit { id, name });
            },
        )
        .await?;
    }
    Ok(below)
}

async fn name_of(client: &AwsClient, unit_id: &str) -> Result<String, AwsError> {
    let action = Action::DescribeOrganizationalUnit;
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer {
        organizational_unit: Option<OrganizationalUnit>,
    }
    let input = json!({ "OrganizationalUnitId": unit_id });
    let organizations = JsonService::Organizations;
    let answer: Answer = client
        .call_json(organizations, None, action, &input)
        .await?;
    let name = answer.organizational_unit.and_then(|unit| unit.name);
    name.ok_or_else(|| AwsError::malformed(action, "a unit without a name"))
}

impl Identified for OrganizationalUnit {
    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}
