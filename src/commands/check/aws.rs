//! AWS: whose the credentials are, which roles they may assume, what each account allows.

use futures_util::{StreamExt, stream};

use super::item::{Finding, Item, Items};
use super::permissions::{self, Probe};
use crate::access::{self, Need, Resource, Statement};
use crate::aws::{
    Action, AwsClient, AwsError, AwsErrorClass, PermissionProbe, Probed, probe_listing, probe_log,
    probe_queue,
};
use crate::commands::setup;
use crate::config::{AwsSettings, Config, MappingSettings};
use crate::model::{Account, Arn};
use crate::run::{AccountError, ExitStatus, Fleet, FleetError, Member, audit_regions};

/// Beyond so many accounts, only those with a problem have lines.
const TOLD_ACCOUNTS_MAX: usize = 5;

/// Everything about AWS, restricted to the accounts `only` unless that is empty, handed to
/// `items` as it is found.
pub(super) async fn check(config: &Config, only: &[String], items: Items) {
    let settings = match setup::aws(config) {
        Ok(settings) => settings,
        Err(error) => {
            let why = crate::commands::with_causes(&error);
            return items.add(Item::failed("credentials", why, ExitStatus::Usage));
        }
    };
    if let Some(client) = caller(&settings, &items).await {
        if let Some(place) = config.audit.queue() {
            items.add(match probe_queue(&client, &place).await {
                Ok(()) => Item::ok("queue", place.url),
                Err(error) => Item::failed("queue", &error, status(&error)),
            });
        }
        let listing = listing(&client, &settings, &config.mapping).await;
        let has_problem = listing.iter().any(|it| it.finding != Finding::Ok);
        items.add_all(listing);
        match Fleet::find(&settings, only).await {
            Ok(fleet) => {
                if let Some(error) = fleet.failure.as_ref().filter(|_| !has_problem) {
                    items.add(Item::failed("accounts", error, status(error)));
                }
                accounts(config, &fleet, &items).await;
            }
            // Listing has said why already.
            Err(FleetError::Refused(_)) if has_problem => {}
            Err(error) => items.add(Item::failed("accounts", &error, error.status())),
        }
    }
}

/// The credentials, and the role that they assume before anything else; the client of the last of
/// them, unless one failed.
async fn caller(settings: &AwsSettings, items: &Items) -> Option<AwsClient> {
    let credentials = AwsSettings {
        role_arn: None,
        ..settings.clone()
    };
    let client = AwsClient::connect(&credentials).await;
    match client.identity().await {
        Ok(identity) => items.add(Item::ok("credentials", identity.arn.as_str())),
        Err(error) => {
            items.add(Item::failed("credentials", &error, status(&error)));
            return None;
        }
    }
    let Some(role) = settings.role() else {
        return Some(client);
    };
    let client = AwsClient::connect(settings).await;
    match client.identity().await {
        Ok(identity) => {
            items.add(Item::ok("first role", identity.arn.as_str()));
            Some(client)
        }
        Err(error) => {
            let item = Item::failed("first role", &error, status(&error));
            items.add(item.adding(to_assume(&error, &role.arn)));
            None
        }
    }
}

/// What listing the organization needs, if there is one.
async fn listing(
    client: &AwsClient,
    settings: &AwsSettings,
    mapping: &MappingSettings,
) -> Vec<Item> {
    let Some(organization) = &settings.organization else {
        return Vec::new();
    };
    let unit = access::units(organization).next().unwrap_or_default();
    let mut probes = Vec::new();
    for need in access::to_list(organization, mapping) {
        let answer = probe_listing(client, need.action, unit).await;
        probes.push(Probe { need, answer });
    }
    permissions::items(&probes)
}

/// Every account; of many, those with a problem.
async fn accounts(config: &Config, fleet: &Fleet, items: &Items) {
    let in_flight = config.aws.accounts_in_flight.get();
    let count = fleet.members.len();
    let is_each_told = count <= TOLD_ACCOUNTS_MAX;
    let checks = fleet
        .members
        .iter()
        .map(|member| account(config, fleet, member));
    let mut checks = stream::iter(checks).buffered(in_flight);
    let mut fine = 0;
    while let Some(checked) = checks.next().await {
        if is_each_told {
            items.add_all(checked);
        } else if checked.iter().all(|it| it.status == ExitStatus::Done) {
            fine += 1;
        } else {
            let is_told =
                |it: &Item| it.status != ExitStatus::Done || it.name.starts_with("account ");
            items.add_all(checked.into_iter().filter(is_told));
        }
    }
    if !is_each_told {
        let detail = format!("{fine} of {count} without a problem");
        items.add(Item::ok("accounts", detail));
    }
}

/// The session of one account, and what that may do.
async fn account(config: &Config, fleet: &Fleet, member: &Member) -> Vec<Item> {
    let (client, of_client) = match fleet.session(member).await {
        Ok(session) => session,
        Err(error) => {
            let id = member.id.as_deref().unwrap_or_default();
            let item = Item::failed(format!("account {id}"), &error, error.status());
            let add = match (&error, &member.role) {
                (AccountError::Aws(error), Some(role)) => to_assume(error, &role.arn),
                _ => None,
            };
            return vec![item.of_account(id).adding(add)];
        }
    };
    let read_as = match &member.role {
        Some(role) => format!("read as {}", role.arn),
        None => "read with these credentials".to_owned(),
    };
    let name = member.name.iter().map(|name| format!("{name}, "));
    let detail = format!("{}{read_as}", name.collect::<String>());
    let id = of_client.id.clone();
    let mut items = vec![Item::ok(format!("account {id}"), detail).of_account(&id)];
    let mut probes = probe_all(config, member, &client).await;
    if config.audit.enabled {
        probes.extend(follow(config, &client, &of_client).await);
    }
    let of_permissions = permissions::items(&probes);
    items.extend(of_permissions.into_iter().map(|item| item.of_account(&id)));
    items
}

async fn probe_all(config: &Config, member: &Member, client: &AwsClient) -> Vec<Probe> {
    let mut probe = PermissionProbe::new(client);
    let mut probes = Vec::new();
    let is_used = |need: &Need| need.action != Action::ListAccountAliases || member.name.is_none();
    let needs = access::to_read(&config.aws, &config.mapping);
    for need in needs.into_iter().filter(is_used) {
        let answer = probe.call(need.action).await;
        probes.push(Probe { need, answer });
    }
    probes
}

/// What following CloudTrail needs, tried out in each region.
async fn follow(config: &Config, client: &AwsClient, account: &Account) -> Vec<Probe> {
    let regions = audit_regions(&config.audit.regions, client, account);
    let mut answer = Ok(Probed::Allowed);
    for region in &regions {
        answer = answer.and(probe_log(client, region).await);
    }
    let needs = access::to_follow().into_iter();
    needs
        .map(|need| Probe {
            need,
            answer: answer.clone(),
        })
        .collect()
}

/// What the caller may lack, where AWS did not grant `role_arn`.
fn to_assume(error: &AwsError, role_arn: &Arn) -> Option<Statement> {
    let is_refused = error.class == AwsErrorClass::RoleRefused;
    is_refused.then(|| Statement::adding(Action::AssumeRole, Resource::arn(role_arn)))
}

fn status(error: &AwsError) -> ExitStatus {
    match error.class.is_refusal() {
        true => ExitStatus::AwsRefused,
        false => ExitStatus::Partial,
    }
}
