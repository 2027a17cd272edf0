//! The organization that all simulated accounts are in, the first one managing it.

use serde_json::{Value, json};

use super::super::SimAccount;
use super::super::call::Call;

/// As AWS has it, whatever is asked for.
const PAGE_LEN: usize = 20;

/// The root of the organization.
const ROOT_ID: &str = "r-sim1";

/// AWS's own service control policy.
const FULL_ACCESS: &str = "p-FullAWSAccess";
const EVERYTHING: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

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
        "ListParents" => {
            let (id, kind) = match call.param("ChildId") {
                Some(UNIT_ID) => (ROOT_ID, "ROOT"),
                Some(child) if child == accounts[0].id => (ROOT_ID, "ROOT"),
                _ => (UNIT_ID, "ORGANIZATIONAL_UNIT"),
            };
            json!({ "Parents": [{ "Id": id, "Type": kind }] })
        }
        "ListPoliciesForTarget" => {
            let target = call.param("TargetId").unwrap_or_default();
            let own = accounts.iter().find(|account| account.id == target);
            let own: Vec<Value> = own
                .into_iter()
                .flat_map(|account| account.scps.keys())
                .map(|name| json!({ "Id": format!("p-{target}-{name}"), "Name": name }))
                .collect();
            let everything = vec![json!({ "Id": FULL_ACCESS, "Name": "FullAWSAccess" })];
            json!({ "Policies": if own.is_empty() { everything } else { own } })
        }
        "DescribePolicy" => {
            let id = call.param("PolicyId").unwrap_or_default();
            let policies = accounts.iter().flat_map(|account| {
                let policies = account.scps.iter();
                policies.map(|(name, text)| (format!("p-{}-{name}", account.id), name, text))
            });
            let found = policies.into_iter().find(|(known, ..)| known == id);
            let (name, text) = match &found {
                Some((_, name, text)) => (name.as_str(), text.as_str()),
                None => ("FullAWSAccess", EVERYTHING),
            };
            json!({ "Policy": {
                "PolicySummary": { "Id": id, "Name": name, "Type": "SERVICE_CONTROL_POLICY" },
                "Content": text,
            } })
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
