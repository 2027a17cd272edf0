//! Users for a question: read and judged, nothing stored and nothing sent.

use std::collections::BTreeMap;
use std::sync::Arc;

use time::OffsetDateTime;
use tokio::sync::{mpsc, oneshot};

use super::pass::incomplete;
use super::pass::verdicts;
use crate::analyze::{Privilege, judge};
use crate::aws::AwsError;
use crate::collect::{AccountSource, InventorySource};
use crate::model::{Account, AccountPolicies, Fact, Group, User};

/// Users between the collector and who holds them.
const CHANNEL_LEN: usize = 256;

/// What a list of users is made from.
#[derive(Debug)]
pub struct QueriedUsers {
    /// The users, in the order of their names.
    pub users: Vec<Arc<User>>,
    /// The verdicts on them by UserId, or why there are none.
    pub verdicts: Fact<BTreeMap<String, Privilege>>,
    /// Why not everybody was read, if so.
    pub why_incomplete: Option<String>,
    /// The error that ended the enumeration early, if one did.
    pub failure: Option<AwsError>,
}

/// Every user of `account`, which `source` reads.
pub async fn query_users(source: &AccountSource, account: &Account) -> QueriedUsers {
    let (sender, mut users) = mpsc::channel(CHANNEL_LEN);
    let (policy_sender, policies) = oneshot::channel();
    let hold = async {
        let mut held = verdicts::hold(&mut users, policies, || ()).await;
        while let Some(user) = users.recv().await {
            held.users.push(Arc::new(user));
        }
        held
    };
    let (ended, held) = tokio::join!(Box::pin(source.collect(sender, policy_sender)), hold);
    let mut users = held.users;
    let lacks_users = ended.lacks_users();
    let verdicts = verdicts::judge_all(account, held.policies, &users, lacks_users).await;
    users.sort_by(|a, b| a.name.cmp(&b.name));
    QueriedUsers {
        users,
        verdicts,
        why_incomplete: incomplete(ended.failure.as_ref(), Some(&ended.completeness)),
        failure: ended.failure,
    }
}

/// The verdict on `user` by what the calls about it alone tell: the document of AdministratorAccess
/// is known without being read, and no other is.
pub fn judge_alone(account: &Account, user: &User, now: OffsetDateTime) -> Privilege {
    let groups = user.groups.value().into_iter().flatten();
    let groups: BTreeMap<String, Arc<Group>> =
        groups.map(|it| (it.name.clone(), Arc::clone(it))).collect();
    let policies = AccountPolicies {
        groups,
        roles: Fact::not_collected("a question about one user does not ask"),
        managed_policies: BTreeMap::new(),
        inline_policies: BTreeMap::new(),
        service_control_policies: None,
        documents: BTreeMap::new(),
    };
    let snapshot = policies.with_users(account.clone(), [Arc::new(user.clone())]);
    let mut privilege = match judge(&snapshot, now).remove(&user.id) {
        Some(privilege) => privilege.shortened(),
        None => Privilege::without_documents(user).clone(),
    };
    let unread = "documents of policies other than AdministratorAccess; a list of users reads them";
    privilege.not_considered.insert(0, unread.to_owned());
    privilege
}
