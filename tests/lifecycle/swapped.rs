//! Users who get another name, or whose name goes to a stranger, while they are deleted.

use std::sync::atomic::{AtomicBool, Ordering};

use super::common::{agent, keys, plant};
use crate::support::aws_proxy::{AwsProxy, aws_error};
use crate::support::block_on;
use crate::support::moto::Account;
use crate::support::owner;

/// Deletes anna, who is renamed at the first call of `action`; what is said, with 7.
fn renamed_at(account: &Account, action: &'static str, with_stranger: bool) -> String {
    let id = plant(account, "anna");
    let (client, is_first) = (account.iam(), AtomicBool::new(true));
    let stranger = account.clone();
    let proxy = AwsProxy::start(account, move |call| {
        if call.action() != action || !is_first.swap(false, Ordering::SeqCst) {
            return None;
        }
        let rename = client.update_user().user_name("anna").new_user_name("ann");
        block_on(rename.send()).unwrap();
        if with_stranger {
            owner::with(&stranger, "anna", &["access key"]);
        }
        Some(aws_error(409, "DeleteConflict"))
    });
    let agent = agent(account, "").env("AWS_ENDPOINT_URL", &proxy.url());
    let asked = agent.args(["lifecycle", "delete", &format!("{id}:anna")]);
    asked.run().expect_code(7).stderr
}

#[test]
fn a_stranger_who_got_the_name_meanwhile_keeps_everything() {
    let account = Account::strict();
    let said = renamed_at(&account, "DeleteUser", true);
    assert!(said.contains("renamed from anna to ann"), "{said}");
    assert!(!said.contains("nothing was changed"), "{said}");
    assert_eq!(keys(&account, "anna").len(), 1);
    assert!(keys(&account, "anna")[0].1);
}

#[test]
fn a_user_that_is_renamed_meanwhile_is_not_called_deleted() {
    let account = Account::strict();
    let said = renamed_at(&account, "DeleteUser", false);
    assert!(said.contains("a part of what it had is gone"), "{said}");
    assert!(block_on(account.iam().get_user().user_name("ann").send()).is_ok());
}
