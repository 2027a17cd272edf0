//! The accounts of an organization: every active one that is asked for.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use wildmatch::WildMatch;

use super::{Action, AwsClient, AwsError, JsonService, Paging};
use crate::config::{OrganizationSettings, Selector};
use crate::model::{Membership, Unit};

/// What was listed of an organization.
#[derive(Debug, Default)]
pub struct Listing {
    /// The active accounts that are asked for.
    pub accounts: Vec<Listed>,
    /// Every account that AWS listed, of any state, asked for or not.
    pub ids: HashSet<String>,
    /// The account that manages the organization, as the ARNs of its accounts have it.
    pub management: Option<String>,
    /// Why that is not the whole organization, if so: then nobody has left it.
    pub failure: Option<AwsError>,
}

/// An active account of the organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The 12-digit id.
    pub id: String,
    /// The organization's name for it.
    pub name: Option<String>,
    /// Where it is.
    pub membership: Option<Arc<Membership>>,
}

/// An account, as AWS lists it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Account {
    id: Option<String>,
    arn: Option<String>,
    name: Option<String>,
    state: Option<String>,
    /// What answers had before there was `state`.
    status: Option<String>,
}

/// An organizational unit, as AWS lists it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OrganizationalUnit {
    id: Option<String>,
    name: Option<String>,
}

/// The accounts below an organizational unit, at any depth, each with the unit that holds it.
type Below = HashMap<String, Unit>;

/// Lists the accounts that `settings` ask for. Organizational units are looked up only where they
/// are named. An account that may be excluded is not listed.
pub async fn list_accounts(client: &AwsClient, settings: &OrganizationSettings) -> Listing {
    let mut listing = Listing::default();
    let mut units = HashMap::new();
    for (selectors, is_exclusion) in [(&settings.include, false), (&settings.exclude, true)] {
        for id in selectors.iter().filter_map(unit) {
            match below(client, id).await {
                Ok(below) => {
                    units.insert(id.to_owned(), below);
                }
                Err(error) if is_exclusion => {
                    listing.failure = Some(error);
                    return listing;
                }
                Err(error) => listing.failure = Some(error),
            }
        }
    }
    let selection = Selection { settings, units };
    let pages = each_page(
        |token| page(client, Action::ListAccounts, json!({}), token),
        |account: Account| {
            let Some(id) = account.id.clone() else {
                return;
            };
            let arn = account.arn.as_deref();
            let management = arn.and_then(|arn| arn.split(':').nth(4));
            if listing.management.is_none() {
                listing.management = management.map(str::to_owned);
            }
            if is_active(&account) && selection.holds(&id, account.name.as_deref()) {
                listing.accounts.push(Listed {
                    membership: selection.membership(&account),
                    name: account.name,
                    id: id.clone(),
                });
            }
            listing.ids.insert(id);
        },
    );
    let failure = pages.await.err();
    listing.failure = listing.failure.or(failure);
    listing
}

/// The selection of accounts, with the units that it names.
struct Selection<'a> {
    settings: &'a OrganizationSettings,
    units: HashMap<String, Below>,
}

impl Selection<'_> {
    fn holds(&self, id: &str, name: Option<&str>) -> bool {
        let is_meant = |selector: &Selector| match selector {
            Selector::Id(meant) => meant == id,
            Selector::Unit(unit) => {
                let below = self.units.get(unit);
                below.is_some_and(|below| below.contains_key(id))
            }
            Selector::Name(pattern) => {
                name.is_some_and(|name| WildMatch::new(pattern).matches(name))
            }
        };
        let OrganizationSettings {
            include, exclude, ..
        } = self.settings;
        (include.is_empty() || include.iter().any(is_meant)) && !exclude.iter().any(is_meant)
    }

    /// The account's ARN names its organization: no further call.
    fn membership(&self, account: &Account) -> Option<Arc<Membership>> {
        let organization_id = account.arn.as_deref()?.split('/').nth(1)?;
        let id = account.id.as_deref()?;
        Some(Arc::new(Membership {
            organization_id: organization_id.to_owned(),
            unit: self.units.values().find_map(|below| below.get(id)).cloned(),
        }))
    }
}

fn unit(selector: &Selector) -> Option<&str> {
    match selector {
        Selector::Unit(id) => Some(id),
        Selector::Id(_) | Selector::Name(_) => None,
    }
}

/// The state counts; where an answer has its predecessor alone, that does.
fn is_active(account: &Account) -> bool {
    let status = account.state.as_ref().or(account.status.as_ref());
    status.is_some_and(|it| it == "ACTIVE")
}

async fn below(client: &AwsClient, id: &str) -> Result<Below, AwsError> {
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

/// An entry of a listing.
trait Identified {
    fn id(&self) -> Option<&str>;
}

impl Identified for Account {
    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}

impl Identified for OrganizationalUnit {
    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}

/// What a page holds, and where the next one starts.
type Page<T> = Result<(Option<Vec<T>>, Option<String>, Action), AwsError>;

/// A page of `action`, as asked by `input`.
async fn page<T: DeserializeOwned>(
    client: &AwsClient,
    action: Action,
    mut input: Value,
    token: Option<String>,
) -> Page<T> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer<T> {
        #[serde(rename = "Accounts", alias = "OrganizationalUnits")]
        items: Option<Vec<T>>,
        next_token: Option<String>,
    }
    if let Some(token) = token {
        input["NextToken"] = token.into();
    }
    let organizations = JsonService::Organizations;
    let answer: Answer<T> = client
        .call_json(organizations, None, action, &input)
        .await?;
    Ok((answer.items, answer.next_token, action))
}

/// Gives every item of a listing to `take`. A page may be empty and still not be the last.
async fn each_page<T: Identified, F: Future<Output = Page<T>>>(
    mut fetch: impl FnMut(Option<String>) -> F,
    mut take: impl FnMut(T),
) -> Result<(), AwsError> {
    let (mut paging, mut token) = (Paging::default(), None);
    loop {
        let (items, next, action) = fetch(token).await?;
        let items = items.unwrap_or_default();
        let ids: Vec<Option<String>> = items
            .iter()
            .map(|item| item.id().map(str::to_owned))
            .collect();
        items.into_iter().for_each(&mut take);
        token = paging.follow(action, ids, next)?;
        if token.is_none() {
            return Ok(());
        }
    }
}
