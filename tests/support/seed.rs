//! Fills a moto account, and says what a correct inventory of it holds.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::Client;
use futures_util::stream::{self, StreamExt};

use super::block_on;
use super::moto::Account;

/// Enough to keep moto busy; more only queues inside it.
const IN_FLIGHT: usize = 8;

const FULL_ACCESS: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mfa {
    None,
    Virtual,
    /// A token known by its serial number: ListVirtualMFADevices does not know it.
    Hardware,
}

/// What to create: customer-managed policies, groups that carry policies, users in groups.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seed {
    policies: BTreeMap<String, String>,
    groups: BTreeMap<String, BTreeSet<String>>,
    users: BTreeMap<String, SeededUser>,
}

#[derive(Clone, Debug)]
struct SeededUser {
    groups: BTreeSet<String>,
    mfa: Mfa,
}

/// What an inventory must say of one user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) arn: String,
    pub(crate) id: String,
    pub(crate) groups: BTreeSet<String>,
    pub(crate) group_policies: BTreeSet<String>,
    /// Whether one of these policies allows everything, whatever it is called.
    pub(crate) allows_everything: bool,
    pub(crate) has_mfa: bool,
}

impl Seed {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A customer-managed policy that allows everything.
    pub(crate) fn full_access(self, name: &str) -> Self {
        self.policy(name, FULL_ACCESS)
    }

    /// A customer-managed policy.
    pub(crate) fn policy(mut self, name: &str, document: &str) -> Self {
        self.policies.insert(name.to_owned(), document.to_owned());
        self
    }

    /// A group with managed policies: those of this seed, any other name being one of AWS's, which
    /// only an account made by [`Account::with_aws_policies`] has.
    pub(crate) fn group(mut self, name: &str, policies: &[&str]) -> Self {
        self.groups.insert(name.to_owned(), owned(policies));
        self
    }

    pub(crate) fn user(mut self, name: &str, groups: &[&str], mfa: Mfa) -> Self {
        let groups = owned(groups);
        self.users
            .insert(name.to_owned(), SeededUser { groups, mfa });
        self
    }

    /// Creates everything; the answer is by user name.
    pub(crate) fn plant(&self, account: &Account) -> BTreeMap<String, Expected> {
        block_on(async {
            let client = account.iam();
            for (name, document) in &self.policies {
                let policy = client.create_policy().policy_name(name);
                policy.policy_document(document).send().await.unwrap();
            }
            for (name, policies) in &self.groups {
                self.create_group(&client, account, name, policies).await;
            }
            let users = self.users.iter();
            let users: Vec<_> = users
                .map(|(name, user)| self.create_user(&client, name, user))
                .collect();
            let done = stream::iter(users).buffer_unordered(IN_FLIGHT);
            done.collect().await
        })
    }

    async fn create_group(
        &self,
        client: &Client,
        account: &Account,
        name: &str,
        policies: &BTreeSet<String>,
    ) {
        client.create_group().group_name(name).send().await.unwrap();
        for policy in policies {
            let owner = if self.policies.contains_key(policy) {
                account.id()
            } else {
                "aws"
            };
            let attach = client.attach_group_policy().group_name(name);
            attach
                .policy_arn(format!("arn:aws:iam::{owner}:policy/{policy}"))
                .send()
                .await
                .unwrap();
        }
    }

    async fn create_user(
        &self,
        client: &Client,
        name: &str,
        user: &SeededUser,
    ) -> (String, Expected) {
        let created = client.create_user().user_name(name).send().await.unwrap();
        let created = created.user.unwrap();
        for group in &user.groups {
            let add = client.add_user_to_group().user_name(name);
            add.group_name(group).send().await.unwrap();
        }
        enable_mfa(client, name, user.mfa).await;
        let policies = user.groups.iter().flat_map(|group| &self.groups[group]);
        let expected = Expected {
            arn: created.arn,
            id: created.user_id,
            groups: user.groups.clone(),
            allows_everything: policies
                .clone()
                .any(|policy| match self.policies.get(policy) {
                    Some(document) => document == FULL_ACCESS,
                    None => policy == "AdministratorAccess",
                }),
            group_policies: policies.cloned().collect(),
            has_mfa: user.mfa != Mfa::None,
        };
        (name.to_owned(), expected)
    }
}

async fn enable_mfa(client: &Client, user: &str, mfa: Mfa) {
    let serial_number = match mfa {
        Mfa::None => return,
        Mfa::Hardware => format!("GAHT{user}"),
        Mfa::Virtual => {
            let create = client.create_virtual_mfa_device();
            let created = create.virtual_mfa_device_name(user).send().await.unwrap();
            created.virtual_mfa_device.unwrap().serial_number
        }
    };
    let enable = client.enable_mfa_device().user_name(user);
    enable
        .serial_number(serial_number)
        .authentication_code1("123456")
        .authentication_code2("654321")
        .send()
        .await
        .unwrap();
}

fn owned(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
