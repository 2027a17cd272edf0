//! The strict moto refuses what AWS refuses.

use aws_sdk_iam::error::ProvideErrorMetadata;
use aws_sdk_iam::types::StatusType;
use serde_json::{Value, json};

use crate::support::block_on;
use crate::support::moto::Account;
use crate::support::owner::{self, NINE};

#[test]
fn a_user_is_deleted_only_once_all_nine_things_are_gone() {
    for what in NINE {
        let account = Account::strict();
        owner::with(&account, "anna", &[what]);
        let refused = block_on(account.iam().delete_user().user_name("anna").send());
        let code = refused.expect_err(what).code().map(str::to_owned);
        assert_eq!(code.as_deref(), Some("DeleteConflict"), "{what}");
    }
    let account = Account::strict();
    owner::with(&account, "anna", &[]);
    block_on(account.iam().delete_user().user_name("anna").send()).unwrap();
}

#[test]
fn a_boundary_is_kept_and_a_name_that_differs_in_case_alone_is_taken() {
    let account = Account::strict();
    let boundary = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    let create = |name: &str| {
        let create = account.iam().create_user().user_name(name);
        create.permissions_boundary(boundary)
    };
    block_on(create("anna").send()).unwrap();
    let user = block_on(account.iam().get_user().user_name("anna").send()).unwrap();
    let kept = user.user.unwrap().permissions_boundary.unwrap();
    assert_eq!(kept.permissions_boundary_arn.as_deref(), Some(boundary));
    let twin = block_on(create("Anna").send()).unwrap_err();
    assert_eq!(twin.code(), Some("EntityAlreadyExists"));
}

#[test]
fn a_user_has_two_keys_at_most_and_they_can_be_made_old() {
    let account = Account::strict();
    owner::with(&account, "anna", &["access key", "access key"]);
    let third = block_on(account.iam().create_access_key().user_name("anna").send());
    assert_eq!(third.unwrap_err().code(), Some("LimitExceeded"));
    let keys = || block_on(account.iam().list_access_keys().user_name("anna").send()).unwrap();
    let key = keys().access_key_metadata.remove(0);
    let id = key.access_key_id.unwrap();
    let update = account.iam().update_access_key().user_name("anna");
    let update = update.access_key_id(&id).status(StatusType::from("Aged31"));
    block_on(update.send()).unwrap();
    let aged = keys().access_key_metadata.remove(0);
    let seconds = key.create_date.unwrap().secs() - aged.create_date.unwrap().secs();
    assert_eq!((aged.access_key_id, seconds), (Some(id), 31 * 86_400));
}

#[test]
fn a_parameter_name_that_aws_refuses_is_refused() {
    let account = Account::strict();
    let put = |name: &str| -> Value {
        let input = json!({ "Name": name, "Value": "x", "Type": "SecureString" });
        block_on(account.ssm("PutParameter", &input))
    };
    assert_eq!(put("/keys/anna_40")["Version"], 1);
    for name in [
        "/keys/anna@x",
        "/keys/a+b",
        "/keys/a=b",
        "/keys/a,b",
        "/a//b",
    ] {
        assert_eq!(put(name)["__type"], "ValidationException", "{name}");
    }
}
