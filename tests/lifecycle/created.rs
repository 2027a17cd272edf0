//! Users are created whole, in one call, and adopted only if they are ours.

use rollcall::lifecycle::{ActionError, NewUser, Refused};
use rollcall::model::Tag;

use super::common::{BOUNDARY, executor};
use crate::support::aws_proxy::AwsProxy;
use crate::support::block_on;
use crate::support::moto::Account;
use crate::support::owner;
use crate::support::reply::Reply;

fn user<'a>(name: &'a str, tags: &'a [Tag]) -> NewUser<'a> {
    NewUser {
        name,
        path: "/rollcall/",
        boundary: BOUNDARY,
        tags,
    }
}

#[test]
fn a_user_has_its_boundary_path_and_owner_from_the_first_call_on() {
    let account = Account::strict();
    let home = tempfile::tempdir().unwrap();
    let tags = [Tag {
        key: "team".to_owned(),
        value: "red".to_owned(),
    }];
    let proxy = AwsProxy::transparent(&account);
    block_on(async {
        let executor = executor(&account, &proxy.url(), home.path()).await;
        let made = executor.create(&user("anna", &tags)).await.unwrap();
        let found = account.iam().get_user().user_name("anna").send().await;
        let found = found.unwrap().user.unwrap();
        assert_eq!(
            (made.id, found.path.as_str()),
            (found.user_id, "/rollcall/")
        );
        let boundary = found.permissions_boundary.unwrap().permissions_boundary_arn;
        assert_eq!(boundary.as_deref(), Some(BOUNDARY));
        let tags = found.tags.unwrap_or_default().into_iter();
        let tags: Vec<_> = tags.map(|tag| (tag.key, tag.value)).collect();
        let expected = [("team", "red"), ("managed-by", "rollcall")];
        assert_eq!(
            tags,
            expected.map(|(key, value)| (key.to_owned(), value.to_owned()))
        );
    });
    let calls: Vec<_> = proxy
        .calls()
        .iter()
        .map(|it| it.action().to_owned())
        .collect();
    assert_eq!(calls, ["GetCallerIdentity", "CreateUser"]);
}

#[test]
fn a_user_whose_creation_was_not_heard_of_is_adopted() {
    let account = Account::strict();
    let home = tempfile::tempdir().unwrap();
    let is_first = std::sync::atomic::AtomicBool::new(true);
    let proxy = AwsProxy::losing_answers(&account, move |call| {
        let order = std::sync::atomic::Ordering::SeqCst;
        (call.action() == "CreateUser" && is_first.swap(false, order)).then(Reply::cut)
    });
    block_on(async {
        let executor = executor(&account, &proxy.url(), home.path()).await;
        executor.create(&user("anna", &[])).await.unwrap();
    });
    assert_eq!(proxy.count("CreateUser"), 2);
}

#[test]
fn a_user_of_somebody_else_and_one_that_differs_in_case_are_left_alone() {
    let account = Account::strict();
    owner::with(&account, "anna", &[]);
    let home = tempfile::tempdir().unwrap();
    block_on(async {
        let executor = executor(&account, account.url(), home.path()).await;
        executor.create(&user("Bob", &[])).await.unwrap();
        for name in ["anna", "bob"] {
            let taken = executor.create(&user(name, &[])).await;
            assert!(
                matches!(taken, Err(ActionError::Refused(Refused::NameTaken(_)))),
                "{name}: {taken:?}"
            );
        }
        let moved = NewUser {
            path: "/other/",
            ..user("Bob", &[])
        };
        assert!(executor.create(&moved).await.is_err());
    });
}
