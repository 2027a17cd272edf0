//! An AWS account in memory.

use std::collections::{BTreeMap, BTreeSet};

use time::OffsetDateTime;

use super::report::SimReport;
use super::{SimGroup, SimPolicy, SimRole, SimUser};

/// An account: who is in it, and what they hold. Maps are by name, as IAM has it.
#[derive(Clone, Debug)]
pub(crate) struct SimAccount {
    pub(crate) id: String,
    pub(crate) partition: String,
    pub(crate) alias: Option<String>,
    /// What the trust policies of the account's roles ask for.
    pub(crate) external_id: Option<String>,
    pub(crate) created_at: OffsetDateTime,
    /// Whether the root user has a virtual MFA device.
    pub(crate) root_mfa: bool,
    pub(crate) users: BTreeMap<String, SimUser>,
    pub(crate) groups: BTreeMap<String, SimGroup>,
    /// The account's own policies and AWS's, by ARN.
    pub(crate) policies: BTreeMap<String, SimPolicy>,
    pub(crate) roles: BTreeMap<String, SimRole>,
    /// Service control policies of the account itself, by name; AWS's own, which allows everything,
    /// where there is none.
    pub(crate) scps: BTreeMap<String, String>,
    /// Names of virtual MFA devices that nobody uses.
    pub(crate) spare_mfa: BTreeSet<String>,
    /// The last credential report, frozen when it was made.
    pub(crate) report: Option<SimReport>,
    /// How many more polls of GenerateCredentialReport until a new report is there, from each
    /// request for one; counts down in `report_polls_left`.
    pub(crate) report_polls: u32,
    pub(crate) report_polls_left: Option<u32>,
}

impl SimAccount {
    /// An empty account.
    pub(crate) fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            partition: "aws".to_owned(),
            alias: None,
            external_id: None,
            created_at: time::macros::datetime!(2019-02-03 04:05:06 UTC),
            root_mfa: false,
            users: BTreeMap::new(),
            groups: BTreeMap::new(),
            policies: BTreeMap::new(),
            roles: BTreeMap::new(),
            scps: BTreeMap::new(),
            spare_mfa: BTreeSet::new(),
            report: None,
            report_polls: 1,
            report_polls_left: None,
        }
    }

    /// Adds a user, or replaces the one of that name.
    pub(crate) fn user(mut self, user: SimUser) -> Self {
        self.users.insert(user.name.clone(), user);
        self
    }

    /// Adds a group, or replaces the one of that name.
    pub(crate) fn group(mut self, group: SimGroup) -> Self {
        self.groups.insert(group.name.clone(), group);
        self
    }

    /// Adds a policy of the account's own or of AWS's, or replaces the one of that ARN.
    pub(crate) fn policy(mut self, policy: SimPolicy) -> Self {
        self.policies.insert(policy.arn.clone(), policy);
        self
    }

    /// Adds a role, or replaces the one of that name.
    pub(crate) fn role(mut self, role: SimRole) -> Self {
        self.roles.insert(role.name.clone(), role);
        self
    }

    pub(crate) fn role_arn(&self, role: &SimRole) -> String {
        format!("arn:{}:iam::{}:role/{}", self.partition, self.id, role.name)
    }

    /// Deletes a group; nobody is in it any more.
    pub(crate) fn delete_group(&mut self, name: &str) {
        self.groups.remove(name);
        for user in self.users.values_mut() {
            user.groups.remove(name);
        }
    }

    /// Gives a user another name; all else of it stays, its id as well.
    pub(crate) fn rename_user(&mut self, name: &str, to: &str) {
        let mut user = self.users.remove(name).expect("a user of that name");
        to.clone_into(&mut user.name);
        self.users.insert(to.to_owned(), user);
    }

    /// The groups that `user` is in.
    pub(crate) fn groups_of<'a>(
        &'a self,
        user: &'a SimUser,
    ) -> impl Iterator<Item = (&'a String, &'a SimGroup)> {
        user.groups
            .iter()
            .filter_map(|name| self.groups.get_key_value(name))
    }

    /// The ARN of something of this account's own: `user/alice`, `root`.
    pub(crate) fn arn(&self, resource: &str) -> String {
        format!("arn:{}:iam::{}:{resource}", self.partition, self.id)
    }

    pub(crate) fn user_arn(&self, user: &SimUser) -> String {
        let own = || self.arn(&format!("user{}{}", user.path, user.name));
        user.told_arn.clone().unwrap_or_else(own)
    }

    pub(crate) fn group_arn(&self, group: &SimGroup) -> String {
        self.arn(&format!("group{}{}", group.path, group.name))
    }

    /// The serial number of a virtual device.
    pub(crate) fn virtual_mfa(&self, name: &str) -> String {
        self.arn(&format!("mfa/{name}"))
    }
}
