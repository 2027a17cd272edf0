//! A key is created once its secret has a place, and is gone if the secret was not stored.

use std::sync::atomic::{AtomicU32, Ordering};

use rollcall::lifecycle::{ActionError, Refused};
use serde_json::json;

use super::begun::nobody;
use super::common::{created, executor, keys, stored};
use crate::support::aws_proxy::{AwsProxy, aws_error};
use crate::support::block_on;
use crate::support::moto::Account;
use crate::support::reply::Reply;

#[test]
fn the_secret_of_a_new_key_is_stored_and_the_old_key_stays() {
    let account = Account::strict();
    let user = created(&account, "anna");
    let home = tempfile::tempdir().unwrap();
    block_on(async {
        let executor = executor(&account, account.url(), home.path()).await;
        let first = executor.create_key(&user).await.unwrap();
        assert_eq!(first.parameter, "/rollcall/keys/anna");
        let second = executor.create_key(&user).await.unwrap();
        let third = executor.create_key(&user).await;
        assert!(
            matches!(third, Err(ActionError::Refused(Refused::TwoKeys(_)))),
            "{third:?}"
        );
        let ids = [first.id, second.id];
        assert_eq!(keys(&account, "anna"), ids.clone().map(|id| (id, true)));
        let held = stored(&account, "anna");
        assert_eq!(
            (&held["access_key_id"], &held["user_id"]),
            (&json!(ids[1]), &json!(user.id))
        );
        assert_eq!(held["secret_access_key"].as_str().map(str::len), Some(40));
        // Whoever looks at the parameter knows which key it is of, without its secret.
        let input = json!({ "ResourceType": "Parameter", "ResourceId": "/rollcall/keys/anna" });
        let tags = account.ssm("ListTagsForResource", &input).await["TagList"].clone();
        let named = json!({ "Key": "rollcall:access-key-id", "Value": ids[1] });
        assert!(tags.as_array().unwrap().contains(&named), "{tags}");
    });
}

#[test]
fn a_name_that_parameter_store_refuses_is_encoded() {
    let account = Account::strict();
    let user = created(&account, "anna_b@x+y=z,w");
    let home = tempfile::tempdir().unwrap();
    let key = block_on(async {
        let executor = executor(&account, account.url(), home.path()).await;
        executor.create_key(&user).await.unwrap()
    });
    assert_eq!(key.parameter, "/rollcall/keys/anna_5fb_40x_2by_3dz_2cw");
}

#[test]
fn no_key_is_created_where_its_secret_has_no_place() {
    let account = Account::strict();
    let user = created(&account, "anna");
    let home = tempfile::tempdir().unwrap();
    let denied = json!({ "__type": "AccessDeniedException", "message": "no" });
    let proxy = AwsProxy::start(&account, move |call| {
        (call.action() == "PutParameter").then(|| Reply::json(400, &denied))
    });
    block_on(async {
        let refused = executor(&account, &proxy.url(), home.path()).await;
        let error = refused.create_key(&user).await.unwrap_err().to_string();
        assert!(error.contains("ssm:PutParameter"), "{error}");
    });
    let others = json!({ "Name": "/rollcall/keys/anna", "Value": "theirs", "Type": "String" });
    block_on(account.ssm("PutParameter", &others));
    block_on(async {
        let executor = executor(&account, &proxy.url(), home.path()).await;
        let taken = executor.create_key(&user).await;
        assert!(
            matches!(taken, Err(ActionError::Refused(Refused::ParameterTaken(_)))),
            "{taken:?}"
        );
    });
    assert_eq!(
        (proxy.count("CreateAccessKey"), keys(&account, "anna")),
        (0, Vec::new())
    );
}

#[test]
fn a_key_whose_secret_cannot_be_stored_is_deleted_at_once() {
    let account = Account::strict();
    let user = created(&account, "anna");
    let home = tempfile::tempdir().unwrap();
    let puts = AtomicU32::new(0);
    let denied = json!({ "__type": "InvalidKeyId", "message": "no" });
    let proxy = AwsProxy::start(&account, move |call| {
        let is_second = call.action() == "PutParameter" && puts.fetch_add(1, Ordering::SeqCst) > 0;
        is_second.then(|| Reply::json(400, &denied))
    });
    block_on(async {
        let executor = executor(&account, &proxy.url(), home.path()).await;
        let error = executor.create_key(&user).await.unwrap_err().to_string();
        assert!(error.contains("InvalidKeyId"), "{error}");
    });
    assert_eq!(
        (proxy.count("CreateAccessKey"), keys(&account, "anna")),
        (1, Vec::new())
    );
}

/// A proxy whose AWS does not take keys of users so many times.
fn not_yet(account: &Account, times: u32) -> AwsProxy {
    let (own, asked) = (account.access_key_id().to_owned(), AtomicU32::new(0));
    AwsProxy::start(account, move |call| {
        let is_new = call.action() == "GetCallerIdentity" && call.key() != own;
        let is_refused = is_new && asked.fetch_add(1, Ordering::SeqCst) < times;
        is_refused.then(|| aws_error(403, "InvalidClientTokenId"))
    })
}

#[test]
fn a_new_key_is_asked_for_itself_before_the_parameter_names_it() {
    let account = Account::strict();
    let user = created(&account, "anna");
    let home = tempfile::tempdir().unwrap();
    let proxy = not_yet(&account, 1);
    let key = block_on(async {
        let executor = executor(&account, &proxy.url(), home.path()).await;
        executor.create_key(&user).await.unwrap().id
    });
    let calls = proxy.calls();
    let of_key = calls.iter().filter(|call| call.key() == key);
    let asked: Vec<_> = of_key.map(|call| call.action()).collect();
    assert_eq!(asked, ["GetCallerIdentity"; 2]);
    let place = |action: &str| calls.iter().rposition(|call| call.action() == action);
    assert!(place("PutParameter") < place("GetCallerIdentity"));
    assert!(place("GetCallerIdentity") < place("AddTagsToResource"));
}

#[test]
fn a_key_that_aws_does_not_take_is_named_by_no_parameter_until_it_does() {
    let account = Account::strict();
    let user = created(&account, "anna");
    let home = tempfile::tempdir().unwrap();
    let proxy = not_yet(&account, 8);
    block_on(async {
        let executor = executor(&account, &proxy.url(), home.path()).await;
        for _ in 0..2 {
            let error = executor.create_key(&user).await.unwrap_err();
            assert!(
                matches!(error, ActionError::Unconfirmed { .. }),
                "{error:?}"
            );
        }
    });
    let [(key, true)] = &keys(&account, "anna")[..] else {
        panic!("a key that is active");
    };
    assert_eq!(proxy.count("AddTagsToResource"), 0);
    assert_eq!(stored(&account, "anna")["access_key_id"], **key);
    block_on(async {
        let executor = executor(&account, &proxy.url(), home.path()).await;
        assert_eq!(&executor.create_key(&user).await.unwrap().id, key);
    });
    assert_eq!(
        (
            proxy.count("CreateAccessKey"),
            proxy.count("AddTagsToResource")
        ),
        (1, 1)
    );
}

#[test]
fn a_new_key_that_somebody_ended_before_aws_took_it_stays_so_and_another_is_created() {
    let account = Account::strict();
    let user = created(&account, "anna");
    let home = tempfile::tempdir().unwrap();
    let proxy = not_yet(&account, 8);
    block_on(async {
        let executor = executor(&account, &proxy.url(), home.path()).await;
        executor.create_key(&user).await.unwrap_err();
    });
    let first = keys(&account, "anna")[0].0.clone();
    let delete = account.iam().delete_access_key().user_name("anna");
    block_on(delete.access_key_id(&first).send()).unwrap();
    block_on(async {
        let executor = executor(&account, &proxy.url(), home.path()).await;
        let ended = executor.finish_begun(&nobody()).await.unwrap().remove(0);
        assert!(matches!(ended.result, Ok(None)), "{ended:?}");
        assert!(executor.intents().all().unwrap().is_empty());
        assert_ne!(executor.create_key(&user).await.unwrap().id, first);
    });
}

#[test]
fn a_key_whose_creation_was_not_heard_of_is_deleted_and_not_created_twice() {
    let account = Account::strict();
    let user = created(&account, "anna");
    let home = tempfile::tempdir().unwrap();
    let proxy = AwsProxy::losing_answers(&account, |call| {
        (call.action() == "CreateAccessKey").then(Reply::cut)
    });
    block_on(async {
        let executor = executor(&account, &proxy.url(), home.path()).await;
        executor.create_key(&user).await.unwrap_err();
    });
    assert_eq!(
        (proxy.count("CreateAccessKey"), keys(&account, "anna")),
        (1, Vec::new())
    );
}
