//! The accounts of an organization: every active one that is asked for.

mod page;
mod units;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;
use wildmatch::WildMatch;

use self::page::{Identified, page};
use self::units::{Below, below};
use super::{Action, AwsClient, AwsError, Paging};
use crate::config::{OrganizationSettings, Selector};
use crate::model::Membership;

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

/// The accounts of an organization, page by page: passes begin while it is still listed.
#[derive(Debug)]
pub struct AccountPages<'a> {
    client: AwsClient,
    selection: Selection<'a>,
    paging: Paging,
    next: Next,
    ids: HashSet<String>,
    management: Option<String>,
    failure: Option<AwsError>,
}

/// Where the next page starts.
#[derive(Debug)]
enum Next {
    First,
    At(String),
    Nowhere,
}

impl<'a> AccountPages<'a> {
    /// The pages of the accounts that `settings` ask for. Organizational units are looked up only
    /// where they are named. Without those that exclude accounts there are no pages: an account that
    /// may be excluded is not listed.
    pub async fn begin(client: &AwsClient, settings: &'a OrganizationSettings) -> Self {
        let (mut units, mut failure, mut next) = (HashMap::new(), None, Next::First);
        for (selectors, is_exclusion) in [(&settings.include, false), (&settings.exclude, true)] {
            for id in selectors.iter().filter_map(unit) {
                match below(client, id).await {
                    Ok(below) => {
                        units.insert(id.to_owned(), below);
                    }
                    Err(error) => {
                        failure = Some(error);
                        if is_exclusion {
                            next = Next::Nowhere;
                        }
                    }
                }
            }
        }
        Self {
            client: client.clone(),
            selection: Selection { settings, units },
            paging: Paging::default(),
            next,
            ids: HashSet::new(),
            management: None,
            failure,
        }
    }

    /// The active accounts of the next page that are asked for: a page may have none and not be the
    /// last. `None` is the end, early where there is a `failure`.
    pub async fn next(&mut self) -> Option<Vec<Listed>> {
        let token = match std::mem::replace(&mut self.next, Next::Nowhere) {
            Next::First => None,
            Next::At(token) => Some(token),
            Next::Nowhere => return None,
        };
        let action = Action::ListAccounts;
        let (accounts, next) = match page(&self.client, action, json!({}), token).await {
            Ok((accounts, next, _)) => (accounts.unwrap_or_default(), next),
            Err(error) => {
                self.failure = Some(error);
                return None;
            }
        };
        let ids: Vec<_> = accounts.iter().map(|it: &Account| it.id.clone()).collect();
        match self.paging.follow(action, ids, next) {
            Ok(Some(token)) => self.next = Next::At(token),
            Ok(None) => {}
            Err(error) => self.failure = Some(error),
        }
        Some(
            accounts
                .into_iter()
                .filter_map(|it| self.take(it))
                .collect(),
        )
    }

    /// The account, if it is active, asked for and not listed before.
    fn take(&mut self, account: Account) -> Option<Listed> {
        let id = account.id.clone()?;
        if self.management.is_none() {
            let arn = account.arn.as_deref();
            let management = arn.and_then(|arn| arn.split(':').nth(4));
            self.management = management.map(str::to_owned);
        }
        let is_new = self.ids.insert(id.clone());
        let is_asked_for = self.selection.holds(&id, account.name.as_deref());
        (is_new && is_active(&account) && is_asked_for).then(|| Listed {
            membership: self.selection.membership(&account),
            name: account.name,
            id,
        })
    }

    /// The account that manages the organization, as the ARNs of its accounts have it.
    pub fn management(&self) -> Option<&str> {
        self.management.as_deref()
    }

    /// Every account that AWS listed, of any state, asked for or not; or why that is not the whole
    /// organization: then nobody has left it.
    pub fn end(self) -> Result<HashSet<String>, AwsError> {
        match self.failure {
            Some(error) => Err(error),
            None => Ok(self.ids),
        }
    }
}

/// The selection of accounts, with the units that it names.
#[derive(Debug)]
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

impl Identified for Account {
    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}
