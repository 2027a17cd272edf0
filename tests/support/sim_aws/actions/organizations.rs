//! The organization that all simulated accounts are in, the first one managing it.

use serde_json::{Value, json};

use super::super::SimAccount;
use super::super::call::Call;

/// As AWS has it, whatever is asked for.
const PAGE_LEN: usize = 20;

/// The id of the organization.
const ORGANIZATION_ID: &str = "o-simulated1";

/// The only unit: every account but the managing one is in it.
pub(crate) const UNIT_ID: &str = "ou-sim1-members1";

/// The answer of `action`, in the JSON protocol.
pub(in super::super) fn answer(action: &str, accounts: &[SimAccount], call: &Call) -> Value {
    match action {
        "DescribeOrganizationalUnit" => {
            json!({ "OrganizationalUnit": { "Id": UNIT_ID, "Name": "members" } })
        }
        "ListOrganizationalUnitsForParent" => json!({ "OrganizationalUnits": [] }),
        "ListAccountsForParent" => {
            let members = accounts[1..]
                .iter()
                .map(|account| json!({ "Id": account.id }));
            json!({ "Accounts": members.collect::<Vec<_>>() })
        }
        _ => list_accounts(accounts, call),
    }
}

/// A page of accounts.
fn list_accounts(accounts: &[SimAccount], call: &Call) -> Value {
    let token = call.param("NextToken").and_then(|token| token.parse().ok());
    let start: usize = token.unwrap_or(0);
    let end = accounts.len().min(start + PAGE_LEN);
    let management = &accounts[0].id;
    let listed = accounts[start..end].iter().map(|account| {
        let (id, partition) = (&account.id, &account.partition);
        json!({
            "Id": id,
            "Arn": format!("arn:{partition}:organizations::{management}:account/{ORGANIZATION_ID}/{id}"),
            "Email": format!("{id}@example.com"),
            "Name": account.alias.clone().unwrap_or_else(|| format!("account-{id}")),
            "State": "ACTIVE",
        })
    });
    json!({
        "Accounts": listed.collect::<Vec<_>>(),
        "NextToken": (end < accounts.len()).then(|| end.to_string()),
    })
}
