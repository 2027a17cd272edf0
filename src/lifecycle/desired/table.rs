//! A table of desired users: an item each, `UserName` its key.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::entry::{Entry, FIELDS};
use super::{DesiredError, DesiredState, item};
use crate::aws::{Action, AwsClient, AwsError, JsonService, Paging};
use crate::foreign::Shown;

/// The item that says that this is the table of desired users. Without it, nobody is removed.
pub const SENTINEL: &str = "rollcall:sentinel";

/// What our own items begin with; no user's name may hold a colon.
pub(in crate::lifecycle) const OWN_ITEM: &str = "rollcall:";

type Item = Map<String, Value>;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    items: Vec<Item>,
    last_evaluated_key: Option<Value>,
}

#[derive(Deserialize)]
struct Described {
    #[serde(rename = "TimeToLiveDescription")]
    time_to_live: TimeToLive,
}

#[derive(Deserialize)]
struct TimeToLive {
    #[serde(rename = "TimeToLiveStatus")]
    status: String,
}

impl TimeToLive {
    /// What is being turned off may still let items expire.
    fn is_on(&self) -> bool {
        self.status != "DISABLED"
    }
}

/// Reads every item of the table `name`, consistently. A page that is missing is an error.
pub(super) async fn read(
    client: &AwsClient,
    name: &str,
    own_path: &str,
) -> Result<DesiredState, DesiredError> {
    let items = scan(client, name)
        .await
        .map_err(|error| DesiredError::Aws {
            table: name.into(),
            error,
        })?;
    let mut state = of_items(name, own_path, items)?;
    if state.removal_bar.is_none() {
        state.removal_bar = why_items_expire(client, name).await;
    }
    Ok(state)
}

/// Why an item that is missing may have expired, which is no order to remove a user.
async fn why_items_expire(client: &AwsClient, name: &str) -> Option<String> {
    let input = json!({ "TableName": name });
    let action = Action::DescribeTimeToLive;
    let call = client.call_json(JsonService::DynamoDb, None, action, &input);
    match Box::pin(call).await {
        Ok(Described { time_to_live }) if time_to_live.is_on() => Some(format!(
            "items of table {name} expire, and an item that has expired is no order to remove a \
             user: turn its time to live off"
        )),
        Ok(_) => None,
        Err(error) => Some(format!(
            "whether items of table {name} expire is unknown: {}",
            Shown::of(&error)
        )),
    }
}

async fn scan(client: &AwsClient, name: &str) -> Result<Vec<Item>, AwsError> {
    let mut paging = Paging::default();
    let mut items = Vec::new();
    let mut start: Option<Value> = None;
    loop {
        let mut input = json!({ "TableName": name, "ConsistentRead": true });
        if let Some(start) = start.take() {
            input["ExclusiveStartKey"] = start;
        }
        let call = client.call_json(JsonService::DynamoDb, None, Action::Scan, &input);
        let page: Page = Box::pin(call).await?;
        let next = page.last_evaluated_key;
        let marker = next.as_ref().map(Value::to_string);
        let keys = page
            .items
            .iter()
            .map(|it| it.get("UserName").map(Value::to_string));
        let marker = paging.follow(Action::Scan, keys, marker)?;
        items.extend(page.items);
        if marker.is_none() {
            return Ok(items);
        }
        start = next;
    }
}

/// The state of `items`.
fn of_items(name: &str, own_path: &str, items: Vec<Item>) -> Result<DesiredState, DesiredError> {
    let place = format!("table {name}");
    let mut has_sentinel = false;
    let mut entries = Vec::new();
    for item in items {
        let user_name = item.get("UserName").and_then(|it| it.get("S"));
        let user_name = user_name.and_then(Value::as_str).unwrap_or_default();
        if user_name.starts_with(OWN_ITEM) {
            has_sentinel |= user_name == SENTINEL;
            continue;
        }
        let at = format!("item UserName = {user_name:?}");
        let entry = entry(&item).map_err(|why| DesiredError::unusable(&place, at.clone(), why))?;
        entries.push((at, entry));
    }
    let mut state = DesiredState::of(&place, own_path, entries)?;
    if !has_sentinel {
        let why = format!("{place} has no item UserName = \"{SENTINEL}\": it may be another one");
        state.removal_bar = Some(why);
    }
    Ok(state)
}

fn entry(item: &Item) -> Result<Entry, String> {
    let mut plain = Map::new();
    for (key, value) in item {
        if is_others_number(key, value) {
            continue;
        }
        let value = item::plain(value).map_err(|why| format!("{key}: {why}"))?;
        let key = match key.as_str() {
            "UserName" => "name",
            // The spelling of files is none of tables.
            "name" => return Err("attribute \"name\": the name is UserName".to_owned()),
            other => other,
        };
        if !value.is_null() {
            plain.insert(key.to_owned(), value);
        }
    }
    serde_json::from_value(Value::Object(plain)).map_err(|error| error.to_string())
}

/// Whether it is a number of somebody else's, such as the time at which an item expires: no user has
/// a number, so it is no attribute of ours under another name.
fn is_others_number(key: &str, value: &Value) -> bool {
    let is_ours = FIELDS.iter().any(|field| key.eq_ignore_ascii_case(field));
    value.get("N").is_some() && !is_ours
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(items: Value) -> Result<DesiredState, String> {
        let items = serde_json::from_value(items).unwrap();
        of_items("people", "/r/", items).map_err(|error| error.to_string())
    }

    #[test]
    fn an_item_is_a_user_and_the_sentinel_lets_users_be_removed() {
        let anna = json!({
            "UserName": {"S": "anna"}, "groups": {"SS": ["ops"]}, "keys": {"S": "one"},
            "policies": {"L": [{"S": "arn:aws:iam::aws:policy/ReadOnlyAccess"}]},
            "tags": {"M": {"team": {"S": "core"}}}, "exempt": {"BOOL": false},
        });
        let without = state(json!([anna])).unwrap();
        assert!(without.removal_bar.as_ref().unwrap().contains(SENTINEL));
        let with = state(json!([{"UserName": {"S": SENTINEL}}, anna])).unwrap();
        assert_eq!(with.removal_bar, None);
        assert_eq!(with.users, without.users);
        assert_eq!(with.get("anna").unwrap().tags["team"], "core");
        let nobody = state(json!([{"UserName": {"S": SENTINEL}}])).unwrap();
        assert!(nobody.removal_bar.is_some());
    }

    #[test]
    fn a_number_that_no_user_has_is_another_s_and_refuses_nothing() {
        let anna = json!({"UserName": {"S": "anna"}, "expires_at": {"N": "1795168860"}});
        assert!(state(json!([anna])).unwrap().get("anna").is_some());
        let exempt = json!({"UserName": {"S": "anna"}, "Exempt": {"N": "1"}});
        assert!(state(json!([exempt])).unwrap_err().contains("Exempt"));
    }

    #[test]
    fn a_renamed_attribute_refuses_the_table_and_names_the_item() {
        for item in [
            json!({"UserName": {"S": "anna"}, "grps": {"SS": ["ops"]}}),
            json!({"Username": {"S": "anna"}}),
            json!({"UserName": {"S": "anna"}, "groups": {"N": "1"}}),
        ] {
            let error = state(json!([item])).unwrap_err();
            assert!(error.contains("table people: item UserName"), "{error}");
        }
    }
}
