//! Actions of a plan, on the user that the plan saw, if it is ours.

use rollcall::lifecycle::{ActionError, Deactivation, Refused, Subject, UserAction};
use time::OffsetDateTime;

use super::common::{created, executor, keys, left};
use crate::support::aws_proxy::AwsProxy;
use crate::support::block_on;
use crate::support::moto::Account;
use crate::support::owner;

fn subject(name: &str, id: &str) -> Subject {
    Subject {
        name: name.to_owned(),
        id: Some(id.to_owned()),
    }
}

#[test]
fn nobody_is_written_to_who_is_not_ours_or_another_by_now() {
    let account = Account::strict();
    let theirs = owner::with(&account, "theirs", &["access key"]);
    let ours = created(&account, "ours");
    let home = tempfile::tempdir().unwrap();
    let proxy = AwsProxy::transparent(&account);
    block_on(async {
        let executor = executor(&account, &proxy.url(), home.path()).await;
        for user in [
            subject("theirs", &theirs),
            subject("ours", &theirs),
            subject("nobody", &ours.id),
        ] {
            for action in [UserAction::Delete, UserAction::CreateKey] {
                let refused = executor.carry_out(&user, &action).await.unwrap_err();
                assert!(
                    matches!(
                        refused,
                        ActionError::Refused(
                            Refused::NotOurs(_) | Refused::OtherUser { .. } | Refused::Gone(_)
                        )
                    ),
                    "{user:?}: {refused}"
                );
            }
        }
    });
    let is_read = |action: &str| action.starts_with("Get") || action.starts_with("List");
    assert!(proxy.calls().iter().all(|call| is_read(call.action())));
}

#[test]
fn a_quarantine_deactivates_the_keys_of_its_plan_alone() {
    let account = Account::strict();
    let user = created(&account, "anna");
    let home = tempfile::tempdir().unwrap();
    block_on(async {
        let executor = executor(&account, account.url(), home.path()).await;
        let seen = executor.create_key(&user).await.unwrap().id;
        let unseen = executor.create_key(&user).await.unwrap().id;
        let mark = Deactivation {
            since: OffsetDateTime::UNIX_EPOCH,
            keys: vec![seen.clone(), "AKIAGONE".to_owned()],
        };
        let quarantine = UserAction::Quarantine { mark };
        let anna = subject("anna", &user.id);
        executor.carry_out(&anna, &quarantine).await.unwrap();
        assert_eq!(keys(&account, "anna"), [(seen, false), (unseen, true)]);
    });
}

#[test]
fn a_quarantine_ends_access_and_is_undone_as_its_mark_says() {
    let account = Account::strict();
    let user = created(&account, "anna");
    let home = tempfile::tempdir().unwrap();
    let anna = subject("anna", &user.id);
    block_on(async {
        let executor = executor(&account, account.url(), home.path()).await;
        let key = executor.create_key(&user).await.unwrap().id;
        let mark = Deactivation {
            since: OffsetDateTime::UNIX_EPOCH,
            keys: vec![key.clone()],
        };
        let quarantine = UserAction::Quarantine { mark: mark.clone() };
        executor.carry_out(&anna, &quarantine).await.unwrap();
        assert_eq!(keys(&account, "anna"), [(key.clone(), false)]);
        let tags = || async {
            let list = account.iam().list_user_tags().user_name("anna");
            let tags = list.send().await.unwrap().tags.into_iter();
            let mut of_mark = tags.filter(|tag| tag.key == "rollcall:quarantined");
            of_mark.next().map(|tag| tag.value)
        };
        assert_eq!(tags().await, Some(mark.to_string()));
        let restore = UserAction::Restore { keys: mark.keys };
        executor.carry_out(&anna, &restore).await.unwrap();
        assert_eq!(keys(&account, "anna"), [(key, true)]);
        assert_eq!(tags().await, None);
        executor
            .carry_out(&anna, &UserAction::Delete)
            .await
            .unwrap();
    });
    assert_eq!(left(&account, "anna"), Vec::<&str>::new());
}
