//! What a perfect collector finds about a simulated account.

use std::sync::Arc;

use rollcall::model::{
    Arn, AttachedPolicy, ConsoleAccess, Fact, Group, Mfa, MfaDevice, Provenance, Tag, User,
};
use time::OffsetDateTime;

use super::policy::name_in;
use super::{SimAccount, SimGroup, SimUser};

impl SimAccount {
    /// Every user with every fact known, in the order of their names.
    pub(crate) fn expected(&self) -> Vec<User> {
        self.users
            .values()
            .map(|user| self.expected_user(user))
            .collect()
    }

    fn expected_user(&self, user: &SimUser) -> User {
        let groups = self.groups_of(user);
        let groups = groups.map(|(_, group)| Arc::new(self.expected_group(group)));
        let devices = user
            .mfa
            .iter()
            .map(|(serial_number, enabled_at)| MfaDevice {
                serial_number: serial_number.clone(),
                enabled_at: Some(*enabled_at),
            });
        let tags = user.tags.iter().map(|(key, value)| Tag {
            key: key.clone(),
            value: value.clone(),
        });
        User {
            name: user.name.clone(),
            arn: Arn::parse(self.user_arn(user)).expect("an ARN"),
            id: user.id.clone(),
            path: user.path.clone(),
            created_at: user.created_at,
            password_last_used: known(user.password.and_then(|password| password.last_used)),
            tags: known(tags.collect()),
            groups: known(groups.collect()),
            attached_policies: known(attached(&user.attached)),
            inline_policies: known(user.inline.keys().cloned().collect()),
            permissions_boundary: known(user.boundary.clone()),
            mfa: known(Mfa::Devices(devices.collect())),
            console: known(ConsoleAccess {
                enabled: user.password.is_some(),
                password_last_changed: user.password.map(|password| password.changed_at),
            }),
            access_keys: known(user.keys.values().cloned().collect()),
            service_specific_credentials: known(
                user.service_credentials.values().cloned().collect(),
            ),
            signing_certificates: known(user.certificates.clone()),
            ssh_public_keys: known(user.ssh_keys.values().cloned().collect()),
        }
    }

    fn expected_group(&self, group: &SimGroup) -> Group {
        Group {
            name: group.name.clone(),
            arn: Some(self.group_arn(group)),
            id: Some(group.id.clone()),
            attached_policies: known(attached(&group.attached)),
            inline_policies: known(group.inline.keys().cloned().collect()),
        }
    }
}

fn attached<'a>(arns: impl IntoIterator<Item = &'a String>) -> Vec<AttachedPolicy> {
    let policy = |arn: &String| AttachedPolicy {
        name: name_in(arn).to_owned(),
        arn: arn.clone(),
    };
    arns.into_iter().map(policy).collect()
}

fn known<T>(value: T) -> Fact<T> {
    let source = Provenance {
        source: "the simulated account".into(),
        as_of: OffsetDateTime::UNIX_EPOCH,
    };
    Fact::known(value, &source)
}
